import MocoBase
import MocoDocument
import MocoNotebook
import MocoSession

/// A document by media types. Every bundle has `text/plain`.
enum MimeBundle {
  static func data(_ shown: Shown) -> Json {
    .object(JsonObject(JupyterOutput.bundle(shown.document, text: shown.text)))
  }

  /// A page of help.
  static func page(_ markdown: String) -> Json {
    var text = Document(markdown: markdown).terminal(TerminalOptions())
    while text.hasSuffix("\n") { text.removeLast() }
    return ["text/plain": .string(text), "text/markdown": .string(markdown)]
  }

  /// The reply to a malformed request.
  static func badRequest(_ text: String) -> Json {
    ["status": "error", "ename": "RequestError", "evalue": .string(text), "traceback": [.string(text)]]
  }
}
