import MocoBase
import MocoDocument
import MocoLang
import MocoSession

/// A notebook with the results of its cells, as a page.
public struct NotebookPage {
  /// The notebook.
  public var notebook: Notebook
  /// The results of its cells, by index.
  public var records: [Int: CellRecord]
  /// The title of the page if it has no heading of the first level.
  public var name: String
  /// Whether code is shown.
  public var showsCode = true
  /// Names and values for the footer of the page: version, seed, hashes, processor, time.
  public var facts: [(name: String, value: String)] = []
  /// The dialect of the code.
  public let dialect: Dialect
  /// The outputs of its cells for other values of the controls; nil for a page without active controls.
  public var states: PageStates?
  /// The notice about controls below the heading of the page; empty for none.
  public var notice = ""
  /// The folder that addresses of pictures in prose are relative to.
  public var folder: String

  /// Code with more lines is folded.
  static let openLines = 15

  /// A page of a notebook in a folder.
  public init(
    _ notebook: Notebook, _ dialect: Dialect, records: [Int: CellRecord] = [:], name: String,
    folder: String = "."
  ) {
    self.notebook = notebook
    self.dialect = dialect
    self.records = records
    self.name = name
    self.folder = folder
  }

  /// A cell of the page, in the parts that change independently.
  public struct Part: Equatable, Sendable {
    /// Its heading, or the entire cell for prose.
    public var head = ""
    /// Its code.
    public var code = ""
  }

  /// The cells of the page as HTML, without results, and its title: the first heading of the first level,
  /// else its name.
  public func parts() -> (title: String, cells: [Part]) {
    var writer = PageWriter(page: self)
    let cells = notebook.cells.map { writer.part($0) }
    return (writer.title ?? name, cells)
  }

  /// The results of a cell as HTML.
  public static func outputs(_ record: CellRecord) -> String { record.outputs.map(PageWriter.html).joined() }

  /// Diagnostics as HTML.
  public static func diagnostics(_ diagnostics: [Diagnostic]) -> String {
    PageWriter.html(.diagnostics(diagnostics))
  }

  /// The style of pages.
  public static var style: String { PageStyle.css + "\n" + Document.stylesheet }

  /// The page as one HTML 5 file: nothing is loaded, and no script is needed to read it. It contains a script only for
  /// active controls.
  public func html() -> String {
    var writer = PageWriter(page: self)
    return writer.write()
  }
}

/// Writes a page as HTML.
private struct PageWriter {
  let page: NotebookPage
  private var body = ""
  private(set) var title: String?
  private var contents: [(level: Int, id: String, words: String)] = []
  private var ids = HeadingIDs(taken: ["content", "contents"])

  init(page: NotebookPage) { self.page = page }

  private func escaped(_ text: String) -> String { HTMLText.escaped(text) }

  mutating func write() -> String {
    for (index, cell) in page.notebook.cells.enumerated() { write(cell, index, page.records[index]) }
    let title = self.title ?? page.name
    // A page without its own heading gets its name.
    let heading = self.title == nil ? "<h1>\(escaped(page.name))</h1>\n" : ""
    var text = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="moco">
      <title>\(escaped(title))</title>
      <style>
      \(PageStyle.css)
      \(Document.stylesheet)
      </style>
      </head>
      <body>
      <a class="skip" href="#content">Skip to the content</a>

      """
    let listed = contents.filter { $0.level > 1 && $0.level <= 3 }
    if listed.count > 2 {
      text += "<nav aria-labelledby=\"contents\">\n<p id=\"contents\">Contents</p>\n<ul>\n"
      for entry in listed {
        text +=
          "<li class=\"level-\(entry.level)\"><a href=\"#\(entry.id)\">\(escaped(entry.words))</a></li>\n"
      }
      text += "</ul>\n</nav>\n"
    }
    text += "<main id=\"content\">\n\(heading)\(notices())\(body)</main>\n"
    if !page.facts.isEmpty {
      text += "<footer>\n<dl>\n"
      for fact in page.facts { text += "<dt>\(escaped(fact.name))</dt><dd>\(escaped(fact.value))</dd>\n" }
      text += "</dl>\n</footer>\n"
    }
    if let states = page.states { text += states.html }
    return text + "</body>\n</html>\n"
  }

  private func notices() -> String {
    var text = page.states == nil ? "" : PageControls.needsScript
    if !page.notice.isEmpty { text += "<p class=\"notice\">\(escaped(page.notice))</p>\n" }
    return text
  }

  // MARK: - Cells

  /// The heading, prose and code of a cell.
  mutating func part(_ cell: Notebook.Cell) -> NotebookPage.Part {
    var part = NotebookPage.Part()
    body = ""
    if cell.kind == .markdown {
      write(cell, 0, nil)
      part.head = body
    } else if cell.kind == .code {
      if !cell.title.isEmpty { heading(2, escaped(cell.title), cell.title) }
      part.head = body
      body = ""
      if page.showsCode, !cell.source.allSatisfy(\.isWhitespace) { write(code: cell.source, nil) }
      part.code = body
    }
    body = ""
    return part
  }

  private mutating func write(_ cell: Notebook.Cell, _ index: Int, _ record: CellRecord?) {
    switch cell.kind {
    case .raw: return
    case .markdown:
      if !cell.title.isEmpty { heading(2, escaped(cell.title), cell.title) }
      write(prose: cell)
    case .code:
      guard !cell.source.isEmpty || record != nil || !cell.title.isEmpty else { return }
      if !cell.title.isEmpty { heading(2, escaped(cell.title), cell.title) }
      let shown = page.showsCode && !cell.source.allSatisfy(\.isWhitespace)
      let controls = record?.controls ?? []
      guard shown || !controls.isEmpty || !(record?.outputs.isEmpty ?? true) else { return }
      body += "<section class=\"cell\">\n"
      if shown { write(code: cell.source, record) }
      body += PageControls.html(controls, cell: index)
      let outputs = record.map(NotebookPage.outputs) ?? ""
      let hasStates = page.states?.cells[index] != nil
      if !outputs.isEmpty || hasStates {
        body += "<div class=\"outputs\"\(hasStates ? " id=\"outputs-\(index)\"" : "")>\n"
        body += outputs + "</div>\n"
      }
      body += "</section>\n"
    }
  }

  private mutating func heading(_ level: Int, _ html: String, _ words: String) {
    if level == 1, title == nil { title = words }
    let id = ids.next(words)
    contents.append((level, id, words))
    body += "<h\(level) id=\"\(id)\">\(html) "
    body += "<a class=\"anchor\" href=\"#\(id)\" aria-label=\"Link to \(escaped(words))\">#</a></h\(level)>\n"
  }

  private mutating func write(prose cell: Notebook.Cell) {
    let pictures = PagePictures(folder: page.folder, attachments: cell.attributes["attachments"])
    let parts = Prose.parts(cell.source, picture: pictures.address)
    guard !parts.isEmpty else { return }
    body += "<section class=\"prose\">\n"
    for part in parts {
      switch part {
      case .heading(let level, let html, let words): heading(level, html, words)
      case .block(let html): body += html
      }
    }
    body += "</section>\n"
  }

  private mutating func write(code: String, _ record: CellRecord?) {
    let lines = code.split(separator: "\n", omittingEmptySubsequences: false).count
    let isOpen = lines <= NotebookPage.openLines
    var words = "Code, \(NumberText.counted(lines, "line"))"
    if let seconds = record?.seconds, seconds >= 0.1 { words += ", \(DurationText.precise(seconds))" }
    body += "<details class=\"code\"\(isOpen ? " open" : "")>\n<summary>\(escaped(words))</summary>\n"
    body += "<pre tabindex=\"0\"><code>\(PageCode.html(code, page.dialect))</code></pre>\n</details>\n"
  }

  static func html(_ output: CellRecord.Output) -> String {
    switch output {
    case .text(let text, let isError):
      var shown = text
      if shown.hasSuffix("\n") { shown.removeLast() }
      return
        "<pre tabindex=\"0\" class=\"\(isError ? "notes" : "printed")\">\(ColoredText.html(shown))</pre>\n"
    case .shown(let document, _): return document.html()
    case .diagnostics(let diagnostics):
      return diagnostics.map { diagnostic in
        let kind = diagnostic.isError ? "error" : "warning"
        return "<pre tabindex=\"0\" class=\"\(kind)\">" + ColoredText.html(diagnostic.render(color: true))
          + "</pre>\n"
      }.joined()
    }
  }
}

/// Code with a class for each kind of word.
package enum PageCode {
  /// The code as HTML, escaped.
  package static func html(_ code: String, _ dialect: Dialect) -> String {
    let scalars = Array(code.unicodeScalars)
    let scanner = SourceScanner(scalars, dialect)
    var result = ""
    var at = 0
    func text(_ range: Range<Int>) -> String {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars[range])
      return HTMLText.escaped(String(view))
    }
    for token in scanner.tokens where token.range.lowerBound >= at && token.range.upperBound <= scalars.count
    {
      result += text(at..<token.range.lowerBound)
      at = token.range.upperBound
      if let kind = name(token.kind) {
        result += "<span class=\"\(kind)\">\(text(token.range))</span>"
      } else {
        result += text(token.range)
      }
    }
    return result + text(at..<scalars.count)
  }

  private static func name(_ kind: SourceScanner.Kind) -> String? {
    switch kind {
    case .comment: "comment"
    case .string: "string"
    case .escape, .number, .constant: "number"
    case .keyword, .command: "keyword"
    case .call: "call"
    case .label: "label"
    case .name, .operator, .bracket: nil
    }
  }
}
