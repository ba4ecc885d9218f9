import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime
import MocoSession

/// What Jupyter stores of outputs, and what its clients get of documents.
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

  /// A document by media types: always `text/plain`; a drawing or a picture that stands alone as itself, what is more than
  /// text as `text/html`. Not both: clients prefer HTML, and take drawings out of that of a notebook which is not trusted.
  /// The only drawing of a document comes as `image/png` too, for PDF and for viewers without SVG.
  ///
  /// - Parameter text: the document as text, where it was made before.
  public static func bundle(_ document: Document, text: String? = nil) -> [(String, Json)] {
    var text = text ?? document.terminal(TerminalOptions())
    if text.hasSuffix("\n") { text.removeLast() }
    let plain = ("text/plain", Json.string(text))
    if isText(document) { return [plain] }
    return (picture(document) ?? [("text/html", .string(document.html()))]) + png(document) + [plain]
  }

  /// How large a client shows the PNG of a drawing, which has twice the pixels.
  public static func metadata(_ document: Document) -> Json {
    guard let figure = drawing(document), FigurePNG.missing == nil else { return .object(JsonObject()) }
    let size = figure.svgSize
    return [
      "image/png": ["width": .int(Int(size.width.rounded())), "height": .int(Int(size.height.rounded()))]
    ]
  }

  /// Why drawings have no PNG beside them; nil where they have one.
  public static var missing: String? { FigurePNG.missing }

  private static func png(_ document: Document) -> [(String, Json)] {
    guard let figure = drawing(document), let bytes = FigurePNG.bytes(figure) else { return [] }
    return [("image/png", .string(Base64.encode(bytes)))]
  }

  /// The drawing of a document that has one, and beside it text alone.
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

  /// Whether lines of text are all there is.
  private static func isText(_ document: Document) -> Bool {
    document.blocks.allSatisfy { block in
      switch block {
      case .text, .preformatted: true
      default: false
      }
    }
  }

  /// The only block of a document, where it is a drawing or a picture.
  private static func picture(_ document: Document) -> [(String, Json)]? {
    guard document.blocks.count == 1 else { return nil }
    switch document.blocks[0] {
    case .figure(let figure) where figure.table == nil: return [("image/svg+xml", .string(figure.svg()))]
    case .image(let image): return image.png.map { [("image/png", .string(Base64.encode($0)))] }
    default: return nil
    }
  }

  /// As a notebook file has it: texts by lines, but for bytes.
  private static func stored(_ bundle: [(String, Json)]) -> JsonObject {
    JsonObject(
      bundle.map { type, value in
        guard type != "image/png", let text = value.stringValue else { return (type, value) }
        return (type, .array(Notebook.lines(of: text)))
      })
  }
}
