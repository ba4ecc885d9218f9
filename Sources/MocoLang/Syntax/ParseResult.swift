/// What `Parser.parse` found: always a program, and everything that is wrong with it.
public struct ParseResult: Sendable {
  /// The statements that could be understood; to be run only where there are no errors.
  public let program: Program
  /// Errors and warnings in the order of the text; empty where nothing is to be said.
  public let diagnostics: [Diagnostic]
  /// The text could become right by writing on: an open bracket or `"""`, or an operator at the end.
  public let isIncomplete: Bool

  /// What came of reading a text.
  public init(program: Program, diagnostics: [Diagnostic], isIncomplete: Bool) {
    self.program = program
    self.diagnostics = diagnostics
    self.isIncomplete = isIncomplete
  }

  /// Whether an error is among the diagnostics, so that the program must not run.
  public var hasErrors: Bool { diagnostics.contains(where: \.isError) }
}
