/// A program that was read once: its text, its syntax tree and the diagnostics of the check. The checked text
/// is what runs, even if the file has changed since.
public struct CheckedProgram: Sendable {
  /// The result of parsing: the syntax tree and the diagnostics of the parser.
  public let parsed: ParseResult
  /// Errors and warnings of the parser and the check, in source order. If the text does not parse, only those
  /// of the parser.
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

  /// A part of a program that was checked in full.
  init(checked program: Program, diagnostics: [Diagnostic]) {
    parsed = ParseResult(program: program, diagnostics: [], isIncomplete: false)
    self.diagnostics = diagnostics
  }

  /// Warnings of code that does something other than it appears to. They are also reported before a run.
  public var surprises: [Diagnostic] { diagnostics.filter { Checker.surprises.contains($0.code) } }
}
