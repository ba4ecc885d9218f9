/// What `Parser.parse` found: always a program, and everything that is wrong with it.
public struct ParseResult: Sendable {
  /// The statements that could be understood; to be run only where there are no errors.
  public let program: Program
  public let diagnostics: [Diagnostic]
  /// The text could become right by writing on: an open bracket or `"""`, or an operator at the end.
  public let isIncomplete: Bool

  public init(program: Program, diagnostics: [Diagnostic], isIncomplete: Bool) {
    self.program = program
    self.diagnostics = diagnostics
    self.isIncomplete = isIncomplete
  }

  public var hasErrors: Bool { diagnostics.contains(where: \.isError) }
}
