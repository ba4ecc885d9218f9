/// An error with a message for users: the one error type of moco.
///
/// Every error of a file, a tensor, a model, a method or a program has a code (the pages of `stdlib/errors` explain
/// each), a sentence with the found and the expected values, and a remedy. Thrown by Swift code that a program
/// calls, it becomes a diagnostic at the place of the call or operator.
public struct Failure: Error, Sendable, CustomStringConvertible {
  /// Such as `E0203`: E02xx values and tensors, E03xx calls, E04xx running, E05xx files and data, E06xx weights,
  /// tokenizer and models, E07xx methods and training, E08xx modules.
  public var code: String
  /// The found and the expected values, in one line, without a full stop.
  public var message: String
  /// The remedy, beginning with a verb, if known.
  public var help: String?
  /// The name of the argument that caused the error, to be marked instead of the call.
  public var argument: String?
  /// The left and the right operand, if an operator failed: `[32, 512]` and `[10, 512]`.
  public var operandLabels: (left: String, right: String)?
  /// A remedy that can be typed, made from the source text of the operands.
  public var operandHelp: (@Sendable (_ left: String, _ right: String) -> String)?

  /// A failure with these parts; omitted parts are unknown.
  ///
  /// - Parameter argument: the name of the argument to mark, without a colon.
  public init(
    _ code: String, _ message: String, help: String? = nil,
    operandLabels: (left: String, right: String)? = nil,
    argument: String? = nil
  ) {
    self.code = code
    self.message = message
    self.help = help
    self.operandLabels = operandLabels
    self.argument = argument
  }

  /// `help` for an operator with this source text of its operands.
  public func help(left: String, right: String) -> String? { operandHelp?(left, right) ?? help }

  /// The code, the message and, on a separate line, the help.
  public var description: String { "\(code): \(message)" + (help.map { "\nhelp: \($0)" } ?? "") }
}
