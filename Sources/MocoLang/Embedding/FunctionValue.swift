/// A function of the program or a native function, for Swift code to hold and call.
///
///     let loss = try function.call([.host(batch)], named: [("scale", 0.5)])
public struct FunctionValue {
  /// The function as a value, to pass to a program or keep in a `HeldValue`.
  public let value: AnyValue

  /// A function from a value that is known to be a function.
  package init(_ value: AnyValue) { self.value = value }
}
