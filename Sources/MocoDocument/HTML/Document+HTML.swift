import MocoBase

extension Document {
  /// The document as a fragment of HTML that is also well-formed XML: semantic elements with classes that begin with
  /// `moco-`, no script, no style, no id, nothing loaded from elsewhere. It is within a `div` of class
  /// `moco`, which is styled by `Document.stylesheet`.
  public func html() -> String {
    var writer = HTMLWriter()
    writer.text = "<div class=\"moco\">\n"
    writer.write(blocks)
    return writer.text + "</div>\n"
  }
}

/// Writes blocks as HTML.
struct HTMLWriter {
  var text = ""

  private func escaped(_ text: String) -> String { HTMLText.escaped(text) }

  mutating func write(_ blocks: [Document.Block]) {
    for block in blocks { write(block) }
  }

  private mutating func write(_ block: Document.Block) {
    switch block {
    case .text(let text): if !text.isEmpty { self.text += "<p>\(content(text))</p>\n" }
    case .items(let items): text += "<p>\(content(items.text))</p>\n"
    case .heading(let title, let level):
      let tag = "h\(min(max(level, 1), 6))"
      text += "<\(tag)>\(content(title))</\(tag)>\n"
    case .fields(let fields): write(fields)
    case .list(let list): write(list)
    case .collection(let collection): write(collection)
    case .table(let table): write(table)
    case .figure(let figure): write(figure)
    case .image(let image): write(image)
    case .code(let code, let language):
      let word = HTMLText.word(language)
      text += "<pre class=\"moco-code\"><code\(word.isEmpty ? "" : " class=\"language-\(word)\"")>"
      text += escaped(code) + "</code></pre>\n"
    case .fold(let summary, let details):
      text += "<details>\n<summary>\(content(summary))</summary>\n"
      write(details)
      text += "</details>\n"
    case .preformatted(let words): text += "<pre>\(escaped(words))</pre>\n"
    case .gap: break
    case .adapted(_, let blocks): write(blocks)
    }
  }

  // MARK: Words

  /// The runs of a paragraph; line feeds become breaks.
  func content(_ text: Document.Text) -> String { text.runs.map(content).joined() }

  private func content(_ run: Document.Run) -> String {
    guard !run.text.isEmpty else { return "" }
    let words = escaped(run.text)
    switch run.style {
    case .code: return "<code>\(words)</code>"
    case .literal: return "<code class=\"moco-value\">\(words)</code>"
    default: break
    }
    let lines = words.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "<br/>")
    switch run.style {
    case .plain, .code, .literal: return lines
    case .emphasis: return "<em>\(lines)</em>"
    case .strong: return "<strong>\(lines)</strong>"
    case .title: return "<strong class=\"moco-title\">\(lines)</strong>"
    case .number: return "<span class=\"moco-number\">\(lines)</span>"
    case .label: return "<span class=\"moco-label\">\(lines)</span>"
    case .error: return "<span class=\"moco-error\">\(lines)</span>"
    case .muted: return "<span class=\"moco-muted\">\(lines)</span>"
    case .color(let color): return "<span style=\"color:\(color.hex)\">\(lines)</span>"
    }
  }

  // MARK: Lists

  private mutating func write(_ fields: Document.Fields) {
    guard !fields.fields.isEmpty else { return }
    text += "<dl class=\"moco-fields\">\n"
    for field in fields.fields {
      text += "<dt>\(escaped(field.name))</dt>"
      for value in field.values { text += "<dd>\(content(value))</dd>" }
      text += "\n"
    }
    text += "</dl>\n"
  }

  private mutating func write(_ list: Document.List) {
    guard !list.items.isEmpty else { return }
    let tag = list.marker == .number ? "ol" : "ul"
    text += "<\(tag)\(list.marker == .none ? " class=\"moco-unmarked\"" : "")>\n"
    for item in list.items {
      text += "<li>"
      if item.count == 1, case .text(let words)? = item.first {
        text += content(words)
      } else {
        text += "\n"
        write(item)
      }
      text += "</li>\n"
    }
    text += "</\(tag)>\n"
  }

  private mutating func write(_ collection: Document.Collection) {
    switch collection.kind {
    case .numbers:
      let words = collection.entries.map { entry -> String in
        switch entry {
        case .leftOut(let words): return escaped(words)
        case .value(_, .text(let text)): return escaped(text.string)
        case .value: return ""
        }
      }
      text += "<p><code class=\"moco-value\">[\(words.joined(separator: ", "))]</code></p>\n"
    case .list:
      text += "<ol class=\"moco-list\" start=\"0\">\n"
      for entry in collection.entries {
        switch entry {
        case .leftOut(let words): text += "<li class=\"moco-left-out\">\(escaped(words))</li>\n"
        case .value(_, let value):
          text += "<li>"
          writeInner(value)
          text += "</li>\n"
        }
      }
      text += "</ol>\n"
    case .record:
      text += "<dl class=\"moco-record\">\n"
      for entry in collection.entries {
        switch entry {
        case .leftOut(let words): text += "<dt class=\"moco-left-out\">\(escaped(words))</dt><dd></dd>\n"
        case .value(let name, let value):
          text += "<dt>\(escaped(name ?? ""))</dt><dd>"
          writeInner(value)
          text += "</dd>\n"
        }
      }
      text += "</dl>\n"
    }
  }

  private mutating func writeInner(_ value: Document.Block) {
    if case .text(let words) = value {
      text += content(words)
    } else {
      text += "\n"
      write(value)
    }
  }

  // MARK: Tables

  private mutating func write(_ table: Document.Table) {
    let kind =
      switch table.kind {
      case .records: "records"
      case .matrix: "matrix"
      case .words: "words"
      }
    let count = table.columnCount
    // A table without a title and without names of columns.
    let rows = table.rows.count { if case .cells = $0 { true } else { false } }
    let label =
      table.title.isEmpty && !table.hasNames
      ? " aria-label=\"\(NumberText.counted(rows, "row")) and \(NumberText.counted(count, "column"))\"" : ""
    text += "<table class=\"moco-table moco-\(kind)\"\(label)>\n"
    if !table.title.isEmpty { text += "<caption>\(content(table.title))</caption>\n" }
    if table.hasNames {
      text += "<thead><tr>"
      for column in 0..<count {
        let name = table.columns.indices.contains(column) ? table.columns[column].name : ""
        let tag = name.isEmpty ? "td" : "th"
        text += "<\(tag)\(name.isEmpty ? "" : " scope=\"col\"")\(classes(alignment(table, column)))>"
        text += "\(content(name))</\(tag)>"
      }
      text += "</tr></thead>\n"
    }
    text += "<tbody>\n"
    for row in table.rows {
      switch row {
      case .leftOut(let words):
        let mark = words.isEmpty ? "⋮" : "⋮ \(escaped(words))"
        text += "<tr class=\"moco-left-out\"><td colspan=\"\(max(1, count))\">\(mark)</td></tr>\n"
      case .cells(let cells):
        text += "<tr>"
        for column in 0..<count {
          write(cells.indices.contains(column) ? cells[column] : .missing, alignment(table, column))
        }
        text += "</tr>\n"
      }
    }
    text += "</tbody>\n</table>\n"
    if !table.caption.isEmpty { text += "<p class=\"moco-muted\">\(content(table.caption))</p>\n" }
  }

  private func alignment(_ table: Document.Table, _ column: Int) -> String? {
    switch table.alignment(column) {
    case .leading: nil
    case .center: "moco-center"
    case .trailing: "moco-end"
    }
  }

  /// The attribute `class` with a space before it; empty if there are no classes.
  private func classes(_ names: String?...) -> String {
    let names = names.compactMap { $0 }
    return names.isEmpty ? "" : " class=\"\(names.joined(separator: " "))\""
  }

  private mutating func write(_ cell: Document.Table.Cell, _ alignment: String?) {
    var words = content(cell.text)
    if cell.isEmphasized, !words.isEmpty { words = "<strong>\(words)</strong>" }
    switch cell.kind {
    case .header: text += "<th scope=\"row\"\(classes(alignment))>\(words)</th>"
    case .text: text += "<td\(classes(alignment))>\(words)</td>"
    case .number: text += "<td\(classes("moco-number", alignment))>\(words)</td>"
    case .missing: text += "<td\(classes("moco-missing", alignment))>\(words)</td>"
    case .leftOut: text += "<td class=\"moco-left-out\">…</td>"
    }
  }

  // MARK: Pictures

  private mutating func write(_ figure: any DocumentFigure) {
    if let table = figure.table {
      write(table)
      return
    }
    text += "<figure>\n\(figure.svg())"
    if !text.hasSuffix("\n") { text += "\n" }
    let numbers = figure.numbers
    if !numbers.isEmpty {
      text += "<details class=\"moco-numbers\">\n<summary>The numbers as a table</summary>\n"
      for table in numbers { write(table) }
      text += "</details>\n"
    }
    text += "</figure>\n"
  }

  private mutating func write(_ image: Document.Image) {
    text += "<figure>\n<img src=\"\(image.dataURI)\" alt=\"\(escaped(image.alternativeText))\""
    text += " width=\"\(image.width)\" height=\"\(image.height)\"/>\n"
    if !image.caption.isEmpty { text += "<figcaption>\(content(image.caption))</figcaption>\n" }
    text += "</figure>\n"
  }
}
