import MocoDocument
import MocoLang

/// The Markdown of doc comments and help pages as terminal text: headings, fenced programs, lists, tables, `code`,
/// **strong**, *emphasis*, links.
package enum MarkdownText {
  /// - Parameters:
  ///   - width: the width of a line in columns.
  ///   - colour: whether escape sequences are supported; programs are then colored, as those of the dialect.
  package static func render(_ markdown: String, width: Int, color: Bool, _ dialect: Dialect) -> String {
    var options = TerminalOptions(color: color ? .ansi256 : .none)
    options.width = width
    return Document(markdown: markdown).terminal(options) { code, language in
      language == "moco" ? Highlighter.colored(code, dialect) : code
    }
  }
}
