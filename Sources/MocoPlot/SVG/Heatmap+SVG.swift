import MocoBase
import MocoDocument

extension Heatmap {
  func draw(
    in svg: inout SVGBuilder, left: Double, top: Double, width: Double
  ) -> (width: Double, height: Double) {
    guard rowCount > 0, columnCount > 0 else {
      svg.text("no data", left, top + 14, fill: Ink.soft)
      return (width, 24)
    }
    let scale = HeatScale(self)
    let texts = cellTexts()
    let rowNames = (0..<rowCount).map { TypeSetting.cut(rowName($0), 200) }
    let columnNames = (0..<columnCount).map { columnName($0).plain }
    let nameWidth = rowNames.map { TypeSetting.width($0) }.max() ?? 0
    let axisWidth = rowLabel.isEmpty ? 0 : 24.0
    let legendWidth = 74.0 + (valueLabel.isEmpty ? 0 : 20)
    let x0 = left + axisWidth + nameWidth + (nameWidth > 0 ? 12 : 0)
    let room = max(width - (x0 - left) - legendWidth, 60)

    // Cells are as wide as names and values need and the page allows; names that are still too long are
    // rotated.
    let textWidth = texts.joined().map { TypeSetting.width($0, size: 12.5) }.max() ?? 0
    let wordWidth =
      columnNames.flatMap { $0.split(separator: " ") }
      .map { TypeSetting.width(String($0), size: 12.5) }.max() ?? 0
    let natural = max(textWidth + 16, min(wordWidth + 10, 96), 44)
    let cell = max(min(natural, room / Double(columnCount)), 3)
    let cellHeight = cell >= 30 ? 36.0 : max(cell, 3)
    let shown = cell >= textWidth + 5 && cellHeight >= 16
    let slanted = wordWidth + 4 > cell
    let gap = cell >= 14 ? 2.0 : 0
    let (mapWidth, mapHeight) = (cell * Double(columnCount), cellHeight * Double(rowCount))

    var y0 = top
    if !columnLabel.isEmpty {
      svg.text(columnLabel, x0 + mapWidth / 2, y0 + 10, size: 12, .middle, fill: Ink.soft)
      y0 += 20
    }
    let every = max(Int((15 / cell).rounded(.up)), 1)
    var overhang = 0.0
    if columnNames.contains(where: { !$0.isEmpty }) {
      if slanted {
        let names = columnNames.map { TypeSetting.cut($0, 150, size: 12.5) }
        let longest = names.map { TypeSetting.width($0, size: 12.5) }.max() ?? 0
        y0 += longest * 0.71 + 14
        for (index, name) in names.enumerated() where index % every == 0 {
          svg.text(name, x0 + cell * (Double(index) + 0.5) + 2, y0 - 8, size: 12.5, rotate: -45)
        }
        overhang = max(longest * 0.71 - cell / 2 - 20, 0)
      } else {
        let lines = columnNames.map { TypeSetting.wrap($0, max(cell - 4, 1), size: 12.5) }
        let height = lines.map(\.count).max() ?? 0
        y0 += Double(height) * 15 + 7
        for (index, name) in lines.enumerated() {
          for (line, text) in name.enumerated() {
            svg.text(
              text, x0 + cell * (Double(index) + 0.5), y0 - 10 - 15 * Double(name.count - 1 - line),
              size: 12.5,
              .middle)
          }
        }
      }
    }
    if !rowLabel.isEmpty {
      svg.text(rowLabel, left + 10, y0 + mapHeight / 2, size: 12, .middle, fill: Ink.soft, rotate: -90)
    }
    let everyRow = max(Int((14 / cellHeight).rounded(.up)), 1)
    for (row, name) in rowNames.enumerated() where row % everyRow == 0 {
      svg.text(name, x0 - 10, y0 + cellHeight * (Double(row) + 0.5) + 4.5, .end)
    }
    if rowCount * columnCount > 6000 {
      drawRaster(in: &svg, scale, x0, y0, mapWidth, mapHeight)
    } else {
      drawCells(in: &svg, scale, texts, shown: shown, x0, y0, cell, cellHeight, gap)
    }
    drawScale(in: &svg, scale, x0 + mapWidth + max(24, overhang), y0, max(min(mapHeight, 220), 60))
    let total = x0 - left + mapWidth + max(24, overhang) - 24 + legendWidth
    return (total, max(y0 - top + mapHeight, y0 - top + 60) + 4)
  }

  private func drawCells(
    in svg: inout SVGBuilder, _ scale: HeatScale, _ texts: [[String]], shown: Bool, _ x0: Double,
    _ y0: Double,
    _ cell: Double, _ cellHeight: Double, _ gap: Double
  ) {
    for row in 0..<rowCount {
      let best = rowMaximum(row)
      for column in 0..<columnCount {
        let value = value(row, column)
        let x = x0 + cell * Double(column)
        let y = y0 + cellHeight * Double(row)
        let fill = scale.paper(value)
        svg.rectangle(
          x + gap / 2, y + gap / 2, cell - gap, cellHeight - gap, fill: fill, radius: gap > 0 ? 3 : 0,
          stroke: value.isFinite ? nil : Ink.grid)
        if shown {
          svg.text(
            texts[row][column], x + cell / 2, y + cellHeight / 2 + 4.5, size: 12.5, .middle,
            fill: fill.readable, bold: column == best)
        }
        let names = [rowName(row), columnName(column)].filter { !$0.isEmpty }
        let place = names.isEmpty ? "row \(row + 1), column \(column + 1)" : names.joined(separator: " · ")
        let number = value.isFinite ? NumberText.short(value, 5) : ""
        let text = texts[row][column]
        // If the text of a cell differs from its value, such as a count for a share, both are shown.
        let own = self.texts.isEmpty || text.isEmpty ? "" : text == "·" ? "0" : text
        let measure =
          own.isEmpty
          ? number : number.isEmpty ? "" : "\(valueLabel.isEmpty ? "value" : valueLabel) \(number)"
        let words = [own, measure].filter { !$0.isEmpty }.joined(separator: ", ")
        svg.spot(x, y, cell, cellHeight, tip: "\(place): \(words.isEmpty ? "no number" : words)")
      }
    }
  }

  /// Large matrices as one picture, one pixel per cell.
  private func drawRaster(
    in svg: inout SVGBuilder, _ scale: HeatScale, _ x: Double, _ y: Double, _ width: Double, _ height: Double
  ) {
    let map = reduced(rows: 1024, columns: 1024)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(map.rowCount * map.columnCount * 3)
    for row in 0..<map.rowCount {
      for column in 0..<map.columnCount {
        let color = scale.paper(map.value(row, column))
        bytes += [color.red, color.green, color.blue]
      }
    }
    guard let image = PlotImage(width: map.columnCount, height: map.rowCount, channels: 3, bytes: bytes)
    else {
      return
    }
    svg.image(image, x, y, width, height)
  }

  private func drawScale(
    in svg: inout SVGBuilder, _ scale: HeatScale, _ x: Double, _ y: Double, _ height: Double
  ) {
    let steps = 64
    for step in 0..<steps {
      let value = scale.high - (scale.high - scale.low) * (Double(step) + 0.5) / Double(steps)
      svg.rectangle(
        x, y + height * Double(step) / Double(steps), 12, height / Double(steps) + 0.6,
        fill: scale.paper(value))
    }
    let axis = Axis(
      [scale.low, scale.high], fixed: scale.low...scale.high, roomy: false, count: max(Int(height / 45), 2))
    for (tick, label) in zip(axis.ticks, axis.labels) {
      let place = y + height * (1 - axis.share(tick))
      svg.line(x + 12, place, x + 16, place, Ink.rule)
      svg.text(label, x + 20, place + 4, size: 11.5, fill: Ink.soft)
    }
    if !valueLabel.isEmpty {
      let width = axis.labels.map { TypeSetting.width($0, size: 11.5) }.max() ?? 0
      svg.text(valueLabel, x + 32 + width, y + height / 2, size: 12, .middle, fill: Ink.soft, rotate: 90)
    }
  }
}
