extension Document {
  /// The document as Markdown with GitHub's tables, ending in a newline; empty for an empty document.
  ///
  /// - Parameter picture: writes a picture to a file and returns its address, such as `loss.svg`; nil if there is none.
  ///   A figure without an address is written as text, an image as its alternative text.
  public func markdown(picture: @escaping (Picture) -> String? = { _ in nil }) -> String {
    let blocks = MarkdownWriter(picture: picture).blocks(self.blocks)
    return blocks.isEmpty ? "" : blocks.joined(separator: "\n\n") + "\n"
  }

  /// A picture that is stored outside the Markdown text.
  public enum Picture {
    case figure(any DocumentFigure)
    case image(Image)
  }
}

/// Writes blocks as Markdown.
struct MarkdownWriter {
  let picture: (Document.Picture) -> String?

  func blocks(_ blocks: [Document.Block]) -> [String] { blocks.flatMap(block).filter { !$0.isEmpty } }

  private func block(_ block: Document.Block) -> [String] {
    switch block {
    case .text(let text): return [content(text)]
    case .items(let items): return [content(items.text)]
    case .heading(let text, let level):
      return [String(repeating: "#", count: min(max(level, 1), 6)) + " " + content(text, lineBreak: " ")]
    case .fields(let fields):
      return [
        fields.fields.flatMap { field in
          field.values.enumerated().map { place, value in
            let name = MarkdownEscape.escaped(field.name, lineBreak: " ")
            return place == 0
              ? "- \(name): \(content(value, lineBreak: " "))" : "  - \(content(value, lineBreak: " "))"
          }
        }.joined(separator: "\n")
      ]
    case .list(let list): return [self.list(list)]
    case .collection(let collection): return [MarkdownEscape.block(plain(.collection(collection)))]
    case .table(let table): return self.table(table)
    case .figure(let figure):
      if let table = figure.table { return self.table(table) }
      if let address = picture(.figure(figure)) { return [link(figure.alternativeText, address)] }
      return [MarkdownEscape.block(figure.terminalText(TerminalOptions()))]
    case .image(let image):
      let caption = image.caption.isEmpty ? [] : [content(image.caption)]
      if let address = picture(.image(image)) { return [link(image.alternativeText, address)] + caption }
      return ["*\(MarkdownEscape.escaped(image.alternativeText, lineBreak: " "))*"]
    case .code(let code, let language): return [MarkdownEscape.block(code, language: language)]
    case .fold(let summary, let details):
      return ["<details>\n<summary>\(HTMLWriter().content(summary))</summary>"] + blocks(details) + [
        "</details>"
      ]
    case .preformatted(let text): return [MarkdownEscape.block(text)]
    case .gap: return []
    case .adapted(_, let page): return blocks(page)
    }
  }

  private func plain(_ block: Document.Block) -> String { Document([block]).plain(width: 100) }

  private func link(_ words: String, _ address: String) -> String {
    let plain = address.unicodeScalars.map { scalar -> String in
      scalar.value > 0x20 && scalar.value < 0x7F && !"<>()[]\\\"'`".unicodeScalars.contains(scalar)
        ? String(scalar) : String(scalar).utf8.map { byte in "%" + hex(byte >> 4) + hex(byte & 15) }.joined()
    }.joined()
    return "![\(MarkdownEscape.escaped(words, lineBreak: " "))](\(plain))"
  }

  private func hex(_ digit: UInt8) -> String {
    String(Character(Unicode.Scalar(digit < 10 ? 48 + digit : 55 + digit)))
  }

  // MARK: Words

  func content(_ text: Document.Text, lineBreak: String = "\\\n", inTable: Bool = false) -> String {
    text.runs.enumerated().map { place, run in
      content(run, lineBreak, inTable: inTable, isFirst: place == 0)
    }.joined().trimmed
  }

  private func content(_ run: Document.Run, _ lineBreak: String, inTable: Bool, isFirst: Bool) -> String {
    guard !run.text.isEmpty else { return "" }
    switch run.style {
    case .code, .literal: return MarkdownEscape.code(run.text, inTable: inTable)
    case .strong, .title, .error: return marked(run, "**", lineBreak)
    case .emphasis: return marked(run, "*", lineBreak)
    case .plain, .number, .label, .muted, .color:
      // Spaces at the ends separate the runs.
      return padded(run.text, MarkdownEscape.escaped(run.text, lineBreak: lineBreak))
    }
  }

  private func marked(_ run: Document.Run, _ mark: String, _ lineBreak: String) -> String {
    let words = MarkdownEscape.escaped(run.text, lineBreak: lineBreak)
    return words.isEmpty ? " " : padded(run.text, mark + words + mark)
  }

  private func padded(_ text: String, _ shown: String) -> String {
    (text.first == " " ? " " : "") + shown + (text.last == " " && text.count > 1 ? " " : "")
  }

  // MARK: Lists and tables

  private func list(_ list: Document.List) -> String {
    list.items.enumerated().map { place, item in
      let mark = list.marker == .number ? "\(place + 1). " : "- "
      let lines = blocks(item).joined(separator: "\n\n").split(
        separator: "\n", omittingEmptySubsequences: false)
      let pad = String(repeating: " ", count: mark.utf8.count)
      return lines.enumerated().map { row, line in row == 0 ? mark + line : line.isEmpty ? "" : pad + line }
        .joined(separator: "\n")
    }.joined(separator: "\n")
  }

  private func table(_ table: Document.Table) -> [String] {
    let count = table.columnCount
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    // A Markdown table must have a line of names, but the names may be empty.
    var lines = [
      line(
        (0..<count).map {
          table.columns.indices.contains($0)
            ? content(table.columns[$0].name, lineBreak: "<br>", inTable: true) : ""
        })
    ]
    lines.append(
      line(
        (0..<count).map { column in
          switch table.alignment(column) {
          case .leading: "---"
          case .center: ":---:"
          case .trailing: "---:"
          }
        }))
    for row in table.rows {
      switch row {
      case .leftOut(let words):
        let first = MarkdownEscape.escaped(words.isEmpty ? "⋮" : "⋮ \(words)", lineBreak: " ")
        lines.append(line([first] + Array(repeating: "", count: max(0, count - 1))))
      case .cells(let cells):
        lines.append(line((0..<count).map { cells.indices.contains($0) ? cell(cells[$0]) : "" }))
      }
    }
    var result: [String] = []
    if !table.title.isEmpty {
      result.append("**\(MarkdownEscape.escaped(table.title.string, lineBreak: " "))**")
    }
    if count > 0 { result.append(lines.joined(separator: "\n")) }
    if !table.caption.isEmpty { result.append(content(table.caption)) }
    return result
  }

  private func cell(_ cell: Document.Table.Cell) -> String {
    if cell.kind == .leftOut { return "…" }
    let words = content(cell.text, lineBreak: "<br>", inTable: true)
    let isStrong = (cell.isEmphasized || cell.kind == .header) && !words.isEmpty && !words.hasPrefix("**")
    return isStrong ? "**\(words)**" : words
  }
}
