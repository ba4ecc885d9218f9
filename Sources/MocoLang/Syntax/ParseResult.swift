/// The result of `Parser.parse`: always a program, with its diagnostics.
public struct ParseResult: Sendable {
  /// The statements that could be parsed; to be run only if there are no errors.
  public let program: Program
  /// Errors and warnings in source order.
  public let diagnostics: [Diagnostic]
  /// Whether further text could complete the program: there is an open bracket or `"""`, or an operator at
  /// the end.
  public let isIncomplete: Bool

  /// The result of parsing a text.
  public init(program: Program, diagnostics: [Diagnostic], isIncomplete: Bool) {
    self.program = program
    self.diagnostics = diagnostics
    self.isIncomplete = isIncomplete
  }

  /// Whether an error is among the diagnostics, so that the program must not run.
  public var hasErrors: Bool { diagnostics.contains(where: \.isError) }
}
