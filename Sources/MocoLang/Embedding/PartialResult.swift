/// An error with a partial result: the work that was done before it failed.
///
/// In `let run = work()` the name receives that result although the statement fails, and `catch e` finds it
/// in a field of the error. At the prompt `ans` holds it if no name does.
///
/// - Safety: it is passed from the thread that fails to the one that waits for it.
public struct PartialResult: Error, @unchecked Sendable {
  /// The error, as it would be thrown without a result.
  public let error: any Error
  /// The partial result.
  public let value: AnyValue
  /// The field of a caught error that holds the result.
  public let field: String
  /// The remark at the prompt about the name that holds it.
  public let remark: (_ name: String) -> String

  /// An error with a partial result.
  public init(
    _ error: any Error, value: AnyValue, field: String, remark: @escaping (_ name: String) -> String
  ) {
    self.error = error
    self.value = value
    self.field = field
    self.remark = remark
  }
}
