import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime
import MocoSession

/// Jupyter's format of outputs, and of documents for its clients.
public enum JupyterOutput {
  /// The outputs of a cell in a notebook file.
  static func outputs(_ record: CellRecord) -> [Json] {
    let lines = record.controlLines
    let controls = lines.isEmpty ? [] : [CellRecord.Output.text(lines, isError: false)]
    return (controls + record.outputs).map { output in
      switch output {
      case .text(let text, let isError):
        return .object(
          JsonObject([
            ("name", isError ? "stderr" : "stdout"), ("output_type", "stream"),
            ("text", .array(Notebook.lines(of: text))),
          ]))
      case .shown(let document, let isResult):
        let data = Json.object(stored(bundle(document)))
        let metadata = metadata(document)
        guard isResult else {
          return .object(
            JsonObject([("data", data), ("metadata", metadata), ("output_type", "display_data")]))
        }
        return .object(
          JsonObject([
            ("data", data), ("execution_count", record.number.map(Json.int) ?? .null),
            ("metadata", metadata), ("output_type", "execute_result"),
          ]))
      case .diagnostics(let diagnostics):
        guard let failure = diagnostics.first(where: \.isError) else {
          let text = diagnostics.map { $0.render(color: false) + "\n" }.joined()
          return .object(
            JsonObject([
              ("name", "stderr"), ("output_type", "stream"), ("text", .array(Notebook.lines(of: text))),
            ]))
        }
        return .object(JsonObject([("output_type", "error")] + error(failure, diagnostics)))
      }
    }
  }

  /// `ename`, `evalue` and `traceback` of an error.
  public static func error(
    _ failure: Diagnostic, _ diagnostics: [Diagnostic], colors: Bool = true
  ) -> [(String, Json)] {
    [
      ("ename", .string(failure.code)), ("evalue", .string(TerminalText.safe(failure.message))),
      ("traceback", .array(diagnostics.map { .string($0.render(color: colors)) })),
    ]
  }

  /// A document by media types: always `text/plain`; a single drawing or picture in its own format, other content than
  /// text as `text/html`. Not both: clients prefer HTML, and remove drawings from HTML in an untrusted notebook.
  /// The only drawing of a document is also added as `image/png`, for PDF and for viewers without SVG.
  ///
  /// - Parameter text: the document as text, if already available.
  public static func bundle(_ document: Document, text: String? = nil) -> [(String, Json)] {
    var text = text ?? document.terminal(TerminalOptions())
    if text.hasSuffix("\n") { text.removeLast() }
    let plain = ("text/plain", Json.string(text))
    if isText(document) { return [plain] }
    return (picture(document) ?? [("text/html", .string(document.html()))]) + png(document) + [plain]
  }

  /// The display size of the PNG of a drawing, which has twice the resolution.
  public static func metadata(_ document: Document) -> Json {
    guard let figure = drawing(document), FigurePNG.missing == nil else { return .object(JsonObject()) }
    let size = figure.svgSize
    return [
      "image/png": ["width": .int(Int(size.width.rounded())), "height": .int(Int(size.height.rounded()))]
    ]
  }

  /// Why drawings have no PNG; nil if they have one.
  public static var missing: String? { FigurePNG.missing }

  private static func png(_ document: Document) -> [(String, Json)] {
    guard let figure = drawing(document), let bytes = FigurePNG.bytes(figure) else { return [] }
    return [("image/png", .string(Base64.encode(bytes)))]
  }

  /// The drawing of a document with one drawing and otherwise only text.
  private static func drawing(_ document: Document) -> (any DocumentFigure)? {
    var found: (any DocumentFigure)?
    for block in document.blocks {
      switch block {
      case .text, .items, .preformatted, .gap, .heading: continue
      case .figure(let figure) where figure.table == nil && found == nil: found = figure
      case .adapted(_, let page) where found == nil && document.blocks.count == 1:
        return drawing(Document(page))
      default: return nil
      }
    }
    return found
  }

  /// Whether the document has only lines of text.
  private static func isText(_ document: Document) -> Bool {
    document.blocks.allSatisfy { block in
      switch block {
      case .text, .preformatted: true
      default: false
      }
    }
  }

  /// The only block of a document, if it is a drawing or a picture.
  private static func picture(_ document: Document) -> [(String, Json)]? {
    guard document.blocks.count == 1 else { return nil }
    switch document.blocks[0] {
    case .figure(let figure) where figure.table == nil: return [("image/svg+xml", .string(figure.svg()))]
    case .image(let image): return image.png.map { [("image/png", .string(Base64.encode($0)))] }
    default: return nil
    }
  }

  /// The form in a notebook file: text as lists of lines, except bytes.
  private static func stored(_ bundle: [(String, Json)]) -> JsonObject {
    JsonObject(
      bundle.map { type, value in
        guard type != "image/png", let text = value.stringValue else { return (type, value) }
        return (type, .array(Notebook.lines(of: text)))
      })
  }
}
