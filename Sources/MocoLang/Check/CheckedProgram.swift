/// A program that was read once: its text, its syntax tree, and what a check has found. What was checked is what runs,
/// also where the file has changed since.
public struct CheckedProgram: Sendable {
  /// What was read: the syntax tree, and what the parser has found.
  public let parsed: ParseResult
  /// Errors and warnings of parser and check, in the order of the text. Where it does not parse, those of the parser.
  public let diagnostics: [Diagnostic]

  /// The text that was read.
  public var source: SourceFile { parsed.program.file }
  /// Whether it cannot run.
  public var hasErrors: Bool { diagnostics.contains(where: \.isError) }

  /// Reads and checks a source text.
  public init(_ source: SourceFile, _ context: CheckContext) {
    self.init(Parser.parse(source, context.dialect, boundNames: Set(context.names.keys)), context)
  }

  /// Checks a program that has been read.
  public init(_ parsed: ParseResult, _ context: CheckContext) {
    self.parsed = parsed
    if parsed.hasErrors {
      diagnostics = parsed.diagnostics
    } else {
      let found = parsed.diagnostics + Checker.check(parsed.program, context)
      diagnostics = found.sorted { ($0.primary?.start ?? 0) < ($1.primary?.start ?? 0) }
    }
  }

  /// A part of a program that was checked as a whole.
  init(checked program: Program, diagnostics: [Diagnostic]) {
    parsed = ParseResult(program: program, diagnostics: [], isIncomplete: false)
    self.diagnostics = diagnostics
  }

  /// What the program does otherwise than it seems to say: told before a run too.
  public var surprises: [Diagnostic] { diagnostics.filter { Checker.surprises.contains($0.code) } }
}
