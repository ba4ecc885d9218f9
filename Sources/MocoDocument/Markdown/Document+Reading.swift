// The Markdown of doc comments and help pages: headings, fenced and indented code, lists, tables, `code`,
// **strong**, *emphasis*, links. Other markup is kept as text.

import MocoBase

extension Document {
  /// The document of a Markdown text. Empty lines between its parts are kept as gaps.
  public init(markdown: String) {
    var reader = MarkdownReader()
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) { reader.read(line) }
    self.init(reader.end())
  }
}

private struct MarkdownReader {
  private var blocks: [Document.Block] = []
  private var paragraph = ""
  private var isItem = false
  private var rows: [[String]] = []
  private var fence: (language: String, lines: [String])?

  mutating func read(_ raw: Substring) {
    let line = String(raw)
    let rest = line.drop { $0 == " " }
    if rest.hasPrefix("```") {
      if let (language, lines) = fence {
        blocks.append(.code(lines.joined(separator: "\n"), language: language))
        fence = nil
      } else {
        flush()
        let word = HTMLText.word(String(rest.drop { $0 == "`" }))
        fence = (word.isEmpty ? "moco" : word, [])
      }
    } else if fence != nil {
      fence?.lines.append(line)
    } else if line.hasPrefix("    "), paragraph.isEmpty, !rest.isEmpty {
      // Four spaces at the beginning, and no paragraph that the line could continue: code.
      flush()
      let code = String(line.dropFirst(4))
      if case .code(let before, let language)? = blocks.last {
        blocks[blocks.count - 1] = .code(before + "\n" + code, language: language)
      } else {
        blocks.append(.code(code, language: "moco"))
      }
    } else if rest.isEmpty {
      flush()
      if case .gap? = blocks.last { return }
      if !blocks.isEmpty { blocks.append(.gap) }
    } else if rest.hasPrefix("#") {
      flush()
      let level = rest.prefix { $0 == "#" }.count
      let title = String(rest.drop { $0 == "#" || $0 == " " })
      blocks.append(.heading(Document.Text(Self.runs(title)), level: min(level, 6)))
    } else if rest.hasPrefix("|") {
      if !paragraph.isEmpty { flush() }
      rows.append(Self.cells(rest))
    } else if rest.hasPrefix("- ") || rest.hasPrefix("* ") {
      flush()
      isItem = true
      paragraph = String(rest.dropFirst(2))
    } else {
      if !rows.isEmpty { flush() }
      paragraph += (paragraph.isEmpty ? "" : " ") + rest
    }
  }

  mutating func end() -> [Document.Block] {
    flush()
    if let fence { blocks.append(.code(fence.lines.joined(separator: "\n"), language: "plain")) }
    while case .gap? = blocks.last { blocks.removeLast() }
    return blocks
  }

  private mutating func flush() {
    if !paragraph.isEmpty {
      let words = paragraph.split(separator: " ").joined(separator: " ")
      let text = Document.Block.text(Document.Text(Self.runs(words), overflow: .wrap(hanging: 0)))
      if isItem {
        if case .list(var list)? = blocks.last {
          list.items.append([text])
          blocks[blocks.count - 1] = .list(list)
        } else {
          blocks.append(.list(Document.List([[text]])))
        }
      } else {
        blocks.append(text)
      }
    }
    paragraph = ""
    isItem = false
    if let table = Self.table(rows) { blocks.append(.table(table)) }
    rows = []
  }

  // MARK: Words

  /// The runs of the text, with its markup applied.
  static func runs(_ text: String) -> [Document.Run] { MarkdownSpans.runs(text) }

  // MARK: Tables

  /// The cells of `| a | b |`; a bar in code does not separate cells.
  private static func cells(_ line: Substring) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isCode = false
    var isEscaped = false
    for character in line.dropFirst() {
      if character == "|", !isCode, !isEscaped {
        cells.append(cell.trimmed)
        cell = ""
        continue
      }
      if character == "|", isEscaped { cell.removeLast() }
      if character == "`" { isCode.toggle() }
      isEscaped = character == "\\"
      cell.append(character)
    }
    if !cell.trimmed.isEmpty { cells.append(cell.trimmed) }
    return cells
  }

  private static func isRule(_ row: [String]) -> Bool {
    !row.isEmpty && row.allSatisfy { $0.contains("-") && $0.allSatisfy { $0 == "-" || $0 == ":" } }
  }

  private static func table(_ rows: [[String]]) -> Document.Table? {
    let hasHead = rows.count > 1 && isRule(rows[1])
    let shown = rows.filter { !isRule($0) }.map { $0.map { Document.Text(runs($0)) } }
    guard shown.contains(where: { !$0.isEmpty }) else { return nil }
    let rule = hasHead ? rows[1] : []
    let columns = (hasHead ? shown[0] : []).enumerated().map { place, name in
      let mark = rule.indices.contains(place) ? rule[place] : ""
      let alignment: Document.Table.Alignment =
        mark.hasSuffix(":") ? mark.hasPrefix(":") ? .center : .trailing : .leading
      return Document.Table.Column(name, alignment)
    }
    return Document.Table(
      .words, columns: columns,
      rows: shown.dropFirst(hasHead ? 1 : 0).map { .cells($0.map { Document.Table.Cell($0) }) })
  }
}
