/// A function of the program or a native one, as Swift code holds and calls it.
///
///     let loss = try function.call([.host(batch)], named: [("scale", 0.5)])
public struct FunctionValue {
  public let value: AnyValue

  package init(_ value: AnyValue) { self.value = value }
}
