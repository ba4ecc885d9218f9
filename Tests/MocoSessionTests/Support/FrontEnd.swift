import MocoDocument
import MocoLang
import MocoRuntime
import MocoSession
import MocoTestSupport

/// A front end that writes down what it is told.
final class FrontEnd: SessionDelegate {
  /// Everything that somebody would read, in order.
  var text = ""
  /// The pages of help.
  var pages: [String] = []
  var width = 80
  /// What an editor makes of a file; nil where there is none.
  var editor: ((_ path: String) throws -> Void)?

  func stream(_ text: String, to kind: StreamKind) { self.text += text }
  func show(page markdown: String) {
    pages.append(markdown)
    text += markdown + "\n"
  }
  var limits: DocumentLimits { DocumentLimits(width: width) }
  func edit(file path: String) -> (editor: String, status: Int32)? {
    guard let editor else { return nil }
    do { try editor(path) } catch { return ("editor", 1) }
    return ("editor", 0)
  }
}

/// A session over the standard library of the checkout, and what it has said.
struct Typed {
  let frontEnd = FrontEnd()
  let session: Session

  init(width: Int = 80, _ change: (inout SessionOptions) -> Void = { _ in }) {
    var options = SessionOptions()
    options.runtime.library = StandardLibrary(root: Repository.root + "/stdlib")
    change(&options)
    frontEnd.width = width
    session = Session(options: options, delegate: frontEnd)
  }

  /// Executes a cell. - Returns: everything that was said meanwhile.
  @discardableResult
  func enter(_ cell: String) -> String {
    frontEnd.text = ""
    _ = session.execute(cell)
    return frontEnd.text
  }

  /// What completion offers at the end of a text.
  func offers(_ text: String) -> [String] {
    session.complete(text, at: text.unicodeScalars.count).texts
  }

  /// The text with the only thing that completion offers.
  func completed(_ text: String) -> String? {
    let found = session.complete(text, at: text.unicodeScalars.count)
    guard found.candidates.count == 1 else { return nil }
    return String(String.UnicodeScalarView(text.unicodeScalars.dropLast(found.replaces))) + found.texts[0]
  }
}
