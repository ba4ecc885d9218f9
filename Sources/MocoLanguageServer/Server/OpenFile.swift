import MocoBase
import MocoLang
import MocoRuntime
import MocoSession

/// A file that the editor has open, with what is known of its text. It is read anew when it has changed and somebody asks.
final class OpenFile {
  let address: String
  private(set) var document: TextDocument
  private(set) var version: Int?
  /// Whether its diagnostics are to be told again.
  var isDirty = true
  private var kept: Analysis?
  private var keptNames: DeclaredNames?

  /// What was found in one state of the text.
  struct Analysis {
    let source: SourceFile
    let checked: CheckedProgram
    /// Bytes of the document before those of the source: a byte order mark.
    let shift: Int
    let names: NameTable

    var program: Program { checked.parsed.program }
  }

  init(address: String, text: String, version: Int?, encoding: PositionEncoding) {
    self.address = address
    self.version = version
    document = TextDocument(text, encoding: encoding)
  }

  /// The path of the file; nil where it is not on this machine's disk.
  var path: String? { FileAddress.path(address) }

  func changed(to version: Int?) {
    self.version = version
    forget()
  }

  /// What it uses may have changed.
  func forget() {
    kept = nil
    keptNames = nil
    isDirty = true
  }

  func replaceAll(_ text: String) { document = TextDocument(text, encoding: document.encoding) }

  func replace(_ start: Position, _ end: Position, with text: String) {
    document.replace(start, end, with: text)
  }

  /// Parses and checks, where that was not done for this text.
  func analysis(_ context: CheckContext) -> Analysis {
    if let kept { return kept }
    let source = SourceFile(name: path ?? address, path: path, bytes: document.bytes)
    let checked = CheckedProgram(source, context)
    let made = Analysis(
      source: source, checked: checked, shift: document.bytes.count - source.bytes.count,
      names: NameTable(checked.parsed.program, context))
    kept = made
    return made
  }

  /// What the text declares, for completion and help; modules that it uses are read for their names.
  ///
  /// - Parameter moduleNames: the public names of a module, read and not run.
  func declared(
    _ analysis: Analysis, _ moduleNames: (Use.Source, SourceFile) throws -> [String]
  ) -> DeclaredNames {
    if let keptNames { return keptNames }
    let made = DeclaredNames(analysis.program) { (try? moduleNames($0, analysis.source)) ?? [] }
    keptNames = made
    return made
  }

  /// The range of a place, as JSON.
  func range(_ span: Span, _ analysis: Analysis) -> Json {
    document.range(span.start + analysis.shift, span.end + analysis.shift)
  }
}
