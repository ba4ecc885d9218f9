import MocoBase

extension TerminalRenderer {
  func lines(_ table: Document.Table, _ columns: Int) -> [String] {
    var result: [String] = []
    switch table.kind {
    case .matrix:
      if !table.title.isEmpty { result += lines(table.title, columns) }
      result += matrix(table, columns)
    case .words:
      if !table.title.isEmpty { result += lines(strong(table.title), columns) }
      result += words(table, columns)
    case .records:
      if !table.title.isEmpty { result += lines(strong(table.title), columns) + [""] }
      var options = options
      options.width = columns
      result += Self.split(options.encode(options.lines(table)))
    }
    if !table.caption.isEmpty {
      if table.kind == .records { result.append("") }
      result += lines(Document.Text(table.caption.string, .muted), columns)
    }
    return result
  }

  private func strong(_ text: Document.Text) -> Document.Text {
    Document.Text(text.string, .strong, overflow: .cut)
  }

  // MARK: Matrices

  private func matrix(_ table: Document.Table, _ columns: Int) -> [String] {
    let pad = Self.blanks(table.indent)
    var widest = table.cellWidth
    for case .cells(let cells) in table.rows {
      for cell in cells where cell.kind != .leftOut { widest = max(widest, cell.text.string.count) }
    }
    return table.rows.map { row in
      guard case .cells(let cells) = row else { return pad + options.ellipsis }
      let shown = fitting(cells, widest, columns - table.indent - 2).map { cell in
        guard cell.kind != .leftOut else { return options.ellipsis }
        let text = TerminalText.safe(cell.text.string)
        return Self.blanks(widest - text.count) + text
      }
      return pad + "[" + shown.joined(separator: " ") + "]"
    }
  }

  /// Fewer cells if they are wider than usual.
  private func fitting(_ cells: [Document.Table.Cell], _ widest: Int, _ room: Int) -> [Document.Table.Cell] {
    let mark = options.ellipsis.count
    func size(_ cells: [Document.Table.Cell]) -> Int {
      cells.reduce(-1) { $0 + ($1.kind == .leftOut ? mark : widest) + 1 }
    }
    guard size(cells) > room else { return cells }
    let leftOut = Document.Table.Cell("", .leftOut)
    var first = cells.filter { $0.kind != .leftOut }
    var last = Array(first.suffix(first.count / 2))
    first.removeLast(last.count)
    while first.count > 1 || !last.isEmpty, size(first + [leftOut] + last) > room {
      if first.count > last.count { first.removeLast() } else { last.removeFirst() }
    }
    return first + [leftOut] + last
  }

  // MARK: Words

  /// Columns as wide as their cells; the last column has the remaining width and is wrapped.
  private func words(_ table: Document.Table, _ columns: Int) -> [String] {
    let count = table.columnCount
    guard count > 0 else { return [] }
    var rows: [[[Document.Run]]] = []
    if table.hasNames { rows.append(table.columns.map { shown($0.name) }) }
    for row in table.rows {
      switch row {
      case .cells(let cells): rows.append(cells.map { shown($0.text) })
      case .leftOut(let words):
        rows.append([[Document.Run(words.isEmpty ? options.ellipsis : TerminalText.safe(words))]])
      }
    }
    var sizes = (0..<count).map { column in
      rows.map { $0.indices.contains(column) ? Self.width($0[column]) : 0 }.max() ?? 0
    }
    let before = sizes.dropLast().reduce(0) { $0 + $1 + 2 }
    let room = max(12, columns - before)
    sizes[count - 1] = min(sizes[count - 1], room)
    let isLong = before + sizes[count - 1] > columns
    var result: [String] = []
    for (place, row) in rows.enumerated() {
      let isHead = place == 0 && table.hasNames
      var line = ""
      var rest: [String] = []
      for column in 0..<count {
        var cell = row.indices.contains(column) ? row[column] : []
        if isHead, isColored { cell = cell.map { Document.Run($0.text, .strong) } }
        if column == count - 1 {
          let parts = Self.wrap(cell, room).map { painted($0) }
          line += parts.first ?? ""
          // If the other columns are already too wide, the rest begins on the left.
          let margin = Self.blanks(isLong ? 2 : before)
          rest = parts.dropFirst().map { margin + $0 }
        } else {
          line += painted(cell) + Self.blanks(max(0, sizes[column] - Self.width(cell)) + 2)
        }
      }
      while line.hasSuffix(" ") { line.removeLast() }
      result.append(line)
      result += rest
      if isHead, !isColored {
        result.append(sizes.map { String(repeating: "-", count: $0) }.joined(separator: "  "))
      }
    }
    return result
  }
}

extension TerminalOptions {
  /// Records below the names of the columns and a rule.
  package func lines(_ table: Document.Table) -> [StyledLine] {
    let count = table.columnCount
    guard count > 0 else { return [[StyledRun("(no data)", dim: true)]] }
    let isUnicode = glyphs == .unicode
    let names = (0..<count).map {
      table.columns.indices.contains($0) ? table.columns[$0].name.string.plain : ""
    }
    let rows = table.rows.map { row -> [Document.Table.Cell]? in
      guard case .cells(let cells) = row else { return nil }
      return cells
    }
    func text(_ cells: [Document.Table.Cell], _ column: Int) -> String {
      guard cells.indices.contains(column) else { return "" }
      return cells[column].kind == .leftOut ? ellipsis : cells[column].text.string.plain
    }
    var widths = (0..<count).map { column in
      max(
        DisplayWidth.of(names[column]),
        rows.compactMap { $0.map { DisplayWidth.of(text($0, column)) } }.max() ?? 0, 1)
    }
    // If columns do not fit, the widest are made narrower, words before numbers; then the last ones are left out.
    let gap = 3
    func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + gap * (widths.count - 1) + 2 }
    let alignments = (0..<count).map { table.alignment($0) }
    let flexible = alignments.indices.filter { alignments[$0] == .leading }
    while total(widths) > width, let widest = flexible.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > 8
    {
      widths[widest] -= 1
    }
    var shown = count
    while shown > 1, total(Array(widths.prefix(shown))) > width - (shown < count ? 2 : 0) { shown -= 1 }
    widths = Array(widths.prefix(shown))
    if shown == 1 { widths[0] = min(widths[0], width - 2) }
    let more = shown < count ? (isUnicode ? " …" : " ..") : ""

    func line(_ cells: [String], bold: (Int) -> Bool) -> StyledLine {
      var runs: StyledLine = [StyledRun(" ")]
      for column in 0..<shown {
        if column > 0 { runs.append(StyledRun(String(repeating: " ", count: gap))) }
        let alignment: Alignment =
          switch alignments[column] {
          case .leading: .left
          case .center: .center
          case .trailing: .right
          }
        runs.append(StyledRun(cells[column].fitted(widths[column], alignment, glyphs), bold: bold(column)))
      }
      return runs + [StyledRun(more, dim: true)]
    }
    var result: [StyledLine] = []
    if names.contains(where: { !$0.isEmpty }) {
      result.append(line(names) { _ in true })
      let rule = String(repeating: isUnicode ? "─" : "-", count: min(total(widths) + more.count, width))
      result.append([StyledRun(rule, dim: true)])
    }
    for (place, row) in rows.enumerated() {
      if let row {
        result.append(
          line((0..<count).map { text(row, $0) }) { row.indices.contains($0) && row[$0].isEmphasized })
      } else if case .leftOut(let words) = table.rows[place] {
        result.append([
          StyledRun(" " + (isUnicode ? "⋮" : ":") + (words.isEmpty ? "" : "  \(words.plain)"), dim: true)
        ])
      }
    }
    return result
  }
}
