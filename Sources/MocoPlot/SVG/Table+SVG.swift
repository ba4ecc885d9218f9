extension Table {
  func draw(in svg: inout SVGBuilder, left: Double, top: Double) -> (width: Double, height: Double) {
    guard columnCount > 0 else {
      svg.text("no data", left, top + 14, fill: Ink.soft)
      return (240, 24)
    }
    let texts = cellTexts()
    let gap = 28.0
    let widths = (0..<columnCount).map { column in
      max(
        TypeSetting.width(columnName(column), bold: true),
        texts.map { TypeSetting.width($0[column], bold: true) }.max() ?? 0)
    }
    let width = widths.reduce(0, +) + gap * Double(columnCount - 1) + 16
    let line = 26.0
    var y = top
    let alignments = (0..<columnCount).map { alignment($0) }
    func write(_ cells: [String], bold: (Int) -> Bool, into svg: inout SVGBuilder) {
      var x = left + 8
      for column in alignments.indices {
        let right = alignments[column] == .right
        svg.text(
          cells[column], right ? x + widths[column] : x, y + 17, right ? .end : .start, bold: bold(column))
        x += widths[column] + gap
      }
      y += line
    }
    if columns.contains(where: { !$0.isEmpty }) {
      write((0..<columnCount).map { columnName($0) }, bold: { _ in true }, into: &svg)
      svg.line(left, y + 1, left + width, y + 1, Ink.soft, width: 1.2)
      y += 3
    }
    for row in rows.indices {
      if row > 0 { svg.line(left, y, left + width, y, Ink.grid) }
      write(texts[row], bold: { emphasized.contains(Position(row: row, column: $0)) }, into: &svg)
    }
    return (width, y - top + 2)
  }
}
