/// A function of the program or a native one, as Swift code holds and calls it.
///
///     let loss = try function.call([.host(batch)], named: [("scale", 0.5)])
public struct FunctionValue {
  /// The function as a value, to be given to a program or kept in a `HeldValue`.
  public let value: AnyValue

  /// A function from a value that the caller knows to be one.
  package init(_ value: AnyValue) { self.value = value }
}
