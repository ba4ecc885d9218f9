import MocoBase
import MocoDocument
import MocoLang

/// What Jupyter stores of outputs, and what its clients get of documents.
public enum JupyterOutput {
  /// The outputs of a cell in a notebook file.
  static func outputs(_ record: CellRecord) -> [Json] {
    record.outputs.map { output in
      switch output {
      case .text(let text, let isError):
        return .object(
          JsonObject([
            ("name", isError ? "stderr" : "stdout"), ("output_type", "stream"),
            ("text", .array(Notebook.lines(of: text))),
          ]))
      case .shown(let document, let isResult):
        let data = Json.object(stored(bundle(document)))
        guard isResult else {
          return .object(
            JsonObject([("data", data), ("metadata", .object(JsonObject())), ("output_type", "display_data")])
          )
        }
        return .object(
          JsonObject([
            ("data", data), ("execution_count", record.number.map(Json.int) ?? .null),
            ("metadata", .object(JsonObject())), ("output_type", "execute_result"),
          ]))
      case .diagnostics(let diagnostics):
        guard let failure = diagnostics.first(where: \.isError) else {
          let text = diagnostics.map { $0.render(colour: false) + "\n" }.joined()
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
      ("traceback", .array(diagnostics.map { .string($0.render(colour: colors)) })),
    ]
  }

  /// A document by media types: always `text/plain`; `text/html`; a single picture as itself too.
  public static func bundle(_ document: Document) -> [(String, Json)] {
    var text = document.terminal(TerminalOptions())
    if text.hasSuffix("\n") { text.removeLast() }
    var result: [(String, Json)] = [("text/html", .string(document.html()))]
    if case .figure(let figure)? = document.blocks.first, document.blocks.count == 1, figure.table == nil {
      result.append(("image/svg+xml", .string(figure.svg())))
    }
    if case .image(let image)? = document.blocks.first, document.blocks.count == 1, let png = image.png {
      result.append(("image/png", .string(Base64.encode(png))))
    }
    result.append(("text/plain", .string(text)))
    return result.sorted { $0.0 < $1.0 }
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
