/// An error beside which there is a result: what long work had done before it failed.
///
/// In `let run = work()` the name gets that result although the statement fails, and `catch e` finds it in a
/// field of the error. At the prompt `ans` holds it where no name does.
///
/// - Safety: it goes from the thread that fails to the one that waits for it.
public struct PartialResult: Error, @unchecked Sendable {
  /// What went wrong, as it would be thrown without a result.
  public let error: any Error
  /// The result as far as it goes.
  public let value: AnyValue
  /// The field of a caught error.
  public let field: String
  /// What to say at the prompt of the name that holds it.
  public let remark: (_ name: String) -> String

  /// An error with what had been done before it.
  public init(
    _ error: any Error, value: AnyValue, field: String, remark: @escaping (_ name: String) -> String
  ) {
    self.error = error
    self.value = value
    self.field = field
    self.remark = remark
  }
}
