/// What went wrong, as people read it: the one error type of moco.
///
/// Every fault of a file, a tensor, a model, a method or a program is a code (the pages of `stdlib/errors` explain
/// each), a sentence that names what was found and what was expected, and a remedy. Thrown by Swift code that a program
/// calls, it becomes a diagnostic at the place of the call or operator.
public struct Failure: Error, Sendable, CustomStringConvertible {
  /// Such as `E0203`: E02xx values and tensors, E03xx calls, E04xx running, E05xx files and data, E06xx weights,
  /// tokenizer and models, E07xx methods and training, E08xx modules.
  public var code: String
  /// What was found and what was expected, in one line, without a final stop.
  public var message: String
  /// What to write instead, beginning with a verb, where that is known.
  public var help: String?
  /// The name of the argument that is to blame, to be marked instead of the whole call.
  public var argument: String?
  /// What the left and right operand are, where an operator failed: `[32, 512]` and `[10, 512]`.
  public var operandLabels: (left: String, right: String)?
  /// A remedy that can be typed, made of the operands as they are written in the source.
  public var operandHelp: (@Sendable (_ left: String, _ right: String) -> String)?

  /// A failure of these parts; what is not given is not known.
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

  /// `help` for an operator whose operands are written so in the source: what can be typed.
  public func help(left: String, right: String) -> String? { operandHelp?(left, right) ?? help }

  /// The code, the message and, on a line of its own, the help.
  public var description: String { "\(code): \(message)" + (help.map { "\nhelp: \($0)" } ?? "") }
}
