// Three ways to draw, depending on the terminal and the available space: cells with a coloured background
// and their value inside, shades with the value next to them, or, for large matrices, one or two columns per
// cell without values.

import MocoBase
import MocoDocument

extension Heatmap {
  func lines(_ options: TextOptions) -> [StyledLine] {
    guard rowCount > 0, columnCount > 0 else { return noData }
    let scale = HeatScale(self)
    let texts = cellTexts()
    let glyphs = options.glyphs
    let nameWidth = min(
      (0..<rowCount).map { DisplayWidth.of(rowName($0).plain) }.max() ?? 0, options.width / 3)
    let indent = nameWidth + (nameWidth > 0 ? 2 : 0)
    let textWidth = texts.joined().map { DisplayWidth.of($0) }.max() ?? 0
    let shaded = options.color == .none
    // Without colour a cell is a shade, a space and the value, followed by a space.
    let needed = shaded ? textWidth + 5 : textWidth + 2
    let room = max(options.width - indent, 1)
    let fits = needed * columnCount <= room && rowCount <= 60
    var lines: [StyledLine] = []
    if fits {
      let longest =
        (0..<columnCount).map { column in
          columnName(column).plain.split(separator: " ").map { DisplayWidth.of(String($0)) }.max() ?? 0
        }.max() ?? 0
      let wide = min(max(needed, longest + 1, shaded ? 0 : 7), max(room / columnCount, needed), 14)
      lines += header(indent: indent, cell: wide, options)
      lines +=
        shaded
        ? shadedRows(texts, scale, nameWidth: nameWidth, cell: wide, textWidth: textWidth, glyphs)
        : coloredRows(texts, scale, nameWidth: nameWidth, cell: wide, options)
    } else {
      let cell = columnCount * 2 <= room ? 2 : 1
      let map = reduced(rows: options.height ?? 48, columns: room / cell)
      lines += map.denseRows(scale, nameWidth: nameWidth, cell: cell, options)
      if map.rowCount < rowCount || map.columnCount < columnCount {
        let times = glyphs == .unicode ? "×" : "x"
        lines.append([
          StyledRun(
            "\(rowCount)\(times)\(columnCount) cells, averaged to \(map.rowCount)\(times)\(map.columnCount)",
            dim: true)
        ])
      }
    }
    lines.append([])
    lines.append(legend(scale, indent: indent, options))
    return lines
  }

  /// Names of the columns in up to three lines, aligned to the bottom.
  private func header(indent: Int, cell: Int, _ options: TextOptions) -> [StyledLine] {
    var lines: [StyledLine] = []
    let pad = String(repeating: " ", count: indent)
    let axis: String =
      switch (rowLabel.isEmpty, columnLabel.isEmpty) {
      case (true, true): ""
      case (false, true): rowLabel.plain
      case (true, false): columnLabel.plain
      default: rowLabel.plain + (options.glyphs == .unicode ? " × " : " x ") + columnLabel.plain
      }
    if !axis.isEmpty { lines.append([StyledRun(axis.cut(options.width, options.glyphs), dim: true)]) }
    let names = (0..<columnCount).map {
      DisplayColumns.wrapped(
        columnName($0).plain, columns: max(cell - 1, 1), lines: 3, glyphs: options.glyphs)
    }
    let height = names.map(\.count).max() ?? 0
    for line in 0..<height {
      var runs: StyledLine = [StyledRun(pad)]
      for name in names {
        let index = line - (height - name.count)
        runs.append(StyledRun((index >= 0 ? name[index] : "").fitted(cell, .center)))
      }
      lines.append(runs)
    }
    return lines
  }

  /// There is a line of half blocks between two lines of values, so that a cell is two lines high with its
  /// value in the middle.
  private func coloredRows(
    _ texts: [[String]], _ scale: HeatScale, nameWidth: Int, cell: Int, _ options: TextOptions
  ) -> [StyledLine] {
    let pad = StyledRun(String(repeating: " ", count: nameWidth + (nameWidth > 0 ? 2 : 0)))
    let tall = options.glyphs == .unicode && rowCount * 2 + 1 <= (options.height ?? 34)
    func seam(_ above: Int?, _ below: Int?) -> StyledLine {
      [pad]
        + (0..<columnCount).map { column in
          let top = above.flatMap { scale.terminal(value($0, column)) }
          let bottom = below.flatMap { scale.terminal(value($0, column)) }
          let fill = { (glyph: String) in String(repeating: glyph, count: cell) }
          switch (top, bottom) {
          case (let top?, let bottom?): return StyledRun(fill("▀"), top, on: bottom)
          case (let top?, nil): return StyledRun(fill("▀"), top)
          case (nil, let bottom?): return StyledRun(fill("▄"), bottom)
          case (nil, nil): return StyledRun(fill(" "))
          }
        }
    }
    var lines: [StyledLine] = []
    for row in 0..<rowCount {
      if tall { lines.append(seam(row == 0 ? nil : row - 1, row)) }
      var line: StyledLine = []
      if nameWidth > 0 {
        line.append(StyledRun(rowName(row).plain.fitted(nameWidth, .right, options.glyphs) + "  "))
      }
      let best = rowMaximum(row)
      for column in 0..<columnCount {
        let ground = scale.terminal(value(row, column))
        line.append(
          StyledRun(
            texts[row][column].fitted(cell, .center, options.glyphs), ground?.readable, on: ground,
            bold: column == best))
      }
      lines.append(line)
    }
    if tall { lines.append(seam(rowCount - 1, nil)) }
    return lines
  }

  private func shadedRows(
    _ texts: [[String]], _ scale: HeatScale, nameWidth: Int, cell: Int, textWidth: Int, _ glyphs: Glyphs
  ) -> [StyledLine] {
    (0..<rowCount).map { row in
      var line: StyledLine = []
      if nameWidth > 0 { line.append(StyledRun(rowName(row).plain.fitted(nameWidth, .right, glyphs) + "  ")) }
      for column in 0..<columnCount {
        let value = value(row, column)
        let shade = String(repeating: Self.shade(value, scale, glyphs), count: 3)
        line.append(
          StyledRun((shade + " " + texts[row][column].fitted(textWidth, .right)).fitted(cell, .left)))
      }
      return line
    }
  }

  private func denseRows(
    _ scale: HeatScale, nameWidth: Int, cell: Int, _ options: TextOptions
  ) -> [StyledLine] {
    let names = rows.isEmpty ? 0 : nameWidth
    let pad = nameWidth + (nameWidth > 0 ? 2 : 0)
    return (0..<rowCount).map { row in
      var line: StyledLine = [
        StyledRun(
          names > 0
            ? rowName(row).plain.fitted(names, .right, options.glyphs) + "  "
            : String(repeating: " ", count: pad))
      ]
      for column in 0..<columnCount {
        let value = value(row, column)
        if options.color == .none {
          line.append(StyledRun(String(repeating: Self.shade(value, scale, options.glyphs), count: cell)))
        } else {
          line.append(StyledRun(String(repeating: " ", count: cell), nil, on: scale.terminal(value)))
        }
      }
      return line
    }
  }

  private func legend(_ scale: HeatScale, indent: Int, _ options: TextOptions) -> StyledLine {
    let digits = SharedDigits.count([scale.low, scale.high], limit: 3)
    let ends = [scale.low, scale.high].map {
      abs($0) >= 1e6 || digits > 3 ? NumberText.short($0, 3) : $0 == 0 ? "0" : NumberText.fixed($0, digits)
    }
    let room = options.width - indent - ends[0].count - ends[1].count - 2
    let steps = min(max(room, 2), options.color == .none ? 10 : 24)
    var line: StyledLine = [StyledRun(String(repeating: " ", count: indent)), StyledRun(ends[0] + " ")]
    for step in 0..<steps {
      let value = scale.low + (scale.high - scale.low) * Double(step) / Double(steps - 1)
      line.append(
        options.color == .none
          ? StyledRun(String(Self.shade(value, scale, options.glyphs)))
          : options.glyphs == .unicode
            ? StyledRun("█", scale.terminal(value)) : StyledRun(" ", nil, on: scale.terminal(value)))
    }
    line.append(StyledRun(" " + ends[1]))
    if !valueLabel.isEmpty, room - steps > 5 {
      line.append(StyledRun("  " + valueLabel.plain.cut(room - steps - 2, options.glyphs), dim: true))
    }
    return line
  }

  private static func shade(_ value: Double, _ scale: HeatScale, _ glyphs: Glyphs) -> Character {
    guard value.isFinite else { return " " }
    let ramp: [Character] =
      glyphs == .unicode ? ["·", "░", "▒", "▓", "█"] : [".", ":", "-", "=", "+", "*", "#", "@"]
    return ramp[min((scale.share(value) * Double(ramp.count)).rounded(.down).whole(), ramp.count - 1)]
  }
}
