import MocoBase

extension Table {
  func lines(_ options: TextOptions) -> [StyledLine] {
    guard columnCount > 0 else { return noData }
    let unicode = options.glyphs == .unicode
    let limit = options.height.map { max($0, 4) } ?? Int.max
    let head = rows.count > limit ? limit / 2 : rows.count
    let tail = rows.count > limit ? limit - head - 1 : 0
    // Of a long table only what is shown is written.
    let places = Array(0..<head) + Array((rows.count - tail)..<rows.count)
    let texts = cellTexts(places)
    let names = (0..<columnCount).map { columnName($0).plain }
    var widths = (0..<columnCount).map { column in
      max(
        DisplayWidth.of(names[column]),
        texts.map { DisplayWidth.of($0[column]) }.max() ?? 0, 1)
    }
    // Columns that do not fit are narrowed from the widest, words before numbers; then the last ones are left
    // out.
    let gap = 3
    func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + gap * (widths.count - 1) + 2 }
    let alignments = (0..<columnCount).map { alignment($0) }
    let flexible = alignments.indices.filter { alignments[$0] == .left }
    while total(widths) > options.width,
      let widest = flexible.max(by: { widths[$0] < widths[$1] }), widths[widest] > 8
    {
      widths[widest] -= 1
    }
    var shown = columnCount
    while shown > 1, total(Array(widths.prefix(shown))) > options.width - (shown < columnCount ? 2 : 0) {
      shown -= 1
    }
    widths = Array(widths.prefix(shown))
    if shown == 1 { widths[0] = min(widths[0], options.width - 2) }
    let more = shown < columnCount ? (unicode ? " …" : " ..") : ""

    func line(_ cells: [String], bold: (Int) -> Bool) -> StyledLine {
      var runs: StyledLine = [StyledRun(" ")]
      for column in 0..<shown {
        if column > 0 { runs.append(StyledRun(String(repeating: " ", count: gap))) }
        let text = cells[column].fitted(widths[column], alignments[column], options.glyphs)
        runs.append(StyledRun(text, bold: bold(column)))
      }
      return runs + [StyledRun(more, dim: true)]
    }
    let rule: StyledLine = [
      StyledRun(
        String(repeating: unicode ? "─" : "-", count: min(total(widths) + more.count, options.width)),
        dim: true)
    ]
    var lines: [StyledLine] = []
    if names.contains(where: { !$0.isEmpty }) {
      lines.append(line(names) { _ in true })
      lines.append(rule)
    }
    func append(_ range: Range<Int>) {
      for index in range {
        lines.append(line(texts[index]) { emphasized.contains(Position(row: places[index], column: $0)) })
      }
    }
    append(0..<head)
    if rows.count > limit {
      lines.append([
        StyledRun(" " + (unicode ? "⋮" : ":") + "  \(rows.count - head - tail) more rows", dim: true)
      ])
      append(head..<texts.count)
    }
    return lines
  }
}
