import MocoBase
import MocoDocument
import MocoNotebook
import MocoSession

/// What is shown, by media types. Every bundle has `text/plain`.
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

  /// What a reply says of a request that is not written as it should be.
  static func badRequest(_ text: String) -> Json {
    ["status": "error", "ename": "RequestError", "evalue": .string(text), "traceback": [.string(text)]]
  }
}
