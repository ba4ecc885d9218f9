import MocoBase
import MocoDocument

/// Two by four dots per character: the braille block of Unicode, or one mark per character in ASCII.
private struct DotCanvas {
  let columns: Int
  let rows: Int
  let unicode: Bool
  private var bits: [UInt8]
  private var owner: [Int]
  private static let marks: [Character] = ["*", "o", "+", "x", "#", "@", "%", "&"]

  init(columns: Int, rows: Int, glyphs: Glyphs) {
    self.columns = columns
    self.rows = rows
    unicode = glyphs == .unicode
    bits = Array(repeating: 0, count: columns * rows)
    owner = Array(repeating: -1, count: columns * rows)
  }

  var dotColumns: Int { unicode ? columns * 2 : columns }
  var dotRows: Int { unicode ? rows * 4 : rows }

  mutating func set(_ x: Int, _ y: Int, _ series: Int) {
    guard x >= 0, y >= 0, x < dotColumns, y < dotRows else { return }
    let cell = unicode ? y / 4 * columns + x / 2 : y * columns + x
    owner[cell] = series
    guard unicode else {
      bits[cell] = 1
      return
    }
    // The order of the dots in U+2800: 1 2 3 7 down the left column, 4 5 6 8 down the right one.
    let left: [UInt8] = [0x01, 0x02, 0x04, 0x40]
    let right: [UInt8] = [0x08, 0x10, 0x20, 0x80]
    bits[cell] |= x % 2 == 0 ? left[y % 4] : right[y % 4]
  }

  mutating func line(_ x0: Int, _ y0: Int, _ x1: Int, _ y1: Int, _ series: Int) {
    let steps = max(abs(x1 - x0), abs(y1 - y0), 1)
    for step in 0...steps {
      let t = Double(step) / Double(steps)
      set(
        Int((Double(x0) + Double(x1 - x0) * t).rounded()), Int((Double(y0) + Double(y1 - y0) * t).rounded()),
        series)
    }
  }

  /// The ends of a band at a point, in Unicode with every second dot between them.
  mutating func whisker(_ x: Int, _ low: Int, _ high: Int, _ series: Int) {
    let (top, bottom) = (max(min(low, high), 0), min(max(low, high), dotRows - 1))
    guard top <= bottom else { return }
    for y in stride(from: top, through: bottom, by: unicode ? 2 : max(bottom - top, 1)) { set(x, y, series) }
  }

  func line(_ row: Int) -> StyledLine {
    (0..<columns).map { column in
      let cell = row * columns + column
      guard bits[cell] != 0 else { return StyledRun(" ") }
      if !unicode {
        return StyledRun(String(Self.marks[owner[cell] % Self.marks.count]), Palette.terminal(owner[cell]))
      }
      let scalar = Unicode.Scalar(0x2800 + UInt32(bits[cell])) ?? " "
      return StyledRun(String(Character(scalar)), Palette.terminal(owner[cell]))
    }
  }

  static func mark(_ series: Int) -> String { String(marks[series % marks.count]) }
}

extension LineChart {
  func lines(_ options: TextOptions) -> [StyledLine] {
    let points = series.map(\.points)
    guard !heights.isEmpty else { return noData }
    let rows = min(max(options.height ?? 14, 3), 60)
    let vertical = Axis(heights, fixed: yRange, roomy: true, count: max(rows / 3, 2))

    // Names of series are at their right ends if there is room, so that no legend is needed.
    let labelled = series.count > 1 || series.contains { !$0.name.isEmpty }
    // Points have no end: their names are above.
    let namesEnds = labelled && marks == .curve
    let longest = namesEnds ? series.map { DisplayWidth.of($0.name.plain) }.max() ?? 0 : 0
    let nameWidth = namesEnds ? min(longest, options.width / 4) + (options.glyphs == .unicode ? 1 : 3) : 0
    let tickWidth = vertical.labels.map(\.count).max() ?? 0
    let columns = max(options.width - tickWidth - 2 - nameWidth, 8)
    let horizontal = horizontalAxis(count: max(columns / 12, 2))

    var canvas = DotCanvas(columns: columns, rows: rows, glyphs: options.glyphs)
    func dotX(_ x: Double) -> Int {
      (min(max(horizontal.share(x), -1), 2) * Double(canvas.dotColumns - 1)).whole()
    }
    func dotY(_ y: Double) -> Int {
      ((1 - min(max(vertical.share(y), -1), 2)) * Double(canvas.dotRows - 1)).whole()
    }
    for (index, one) in series.enumerated() {
      for place in one.band {
        guard let place else { continue }
        canvas.whisker(dotX(place.x), dotY(place.low), dotY(place.high), index)
      }
    }
    for (index, curve) in points.enumerated() {
      var last: (x: Int, y: Int)?
      for point in curve {
        guard let point else {
          last = nil
          continue
        }
        let here = (x: dotX(point.x), y: dotY(point.y))
        if let last, marks == .curve {
          canvas.line(last.x, last.y, here.x, here.y, index)
        } else {
          canvas.set(here.x, here.y, index)
        }
        last = here
      }
    }

    // The row of each name: that of its last point, moved to avoid collisions.
    var names: [Int: Int] = [:]
    let ends = points.enumerated().compactMap { index, curve -> (index: Int, row: Int)? in
      guard let last = curve.last(where: { $0 != nil }), let point = last else { return nil }
      return (index, min(max(dotY(point.y) * rows / canvas.dotRows, 0), rows - 1))
    }
    if namesEnds {
      let order = ends.sorted { ($0.row, $0.index) < ($1.row, $1.index) }
      for (end, row) in zip(order, spread(order.map(\.row), count: rows)) { names[row] = end.index }
    }

    var ticks: [Int: String] = [:]
    for (tick, label) in zip(vertical.ticks, vertical.labels) {
      let row = ((1 - vertical.share(tick)) * Double(rows - 1)).whole()
      if ticks[row] == nil { ticks[row] = label }
    }
    let unicode = options.glyphs == .unicode
    var lines: [StyledLine] = []
    if labelled, !namesEnds {
      lines.append(
        series.indices.flatMap { index in
          [
            StyledRun(unicode ? "■ " : DotCanvas.mark(index) + " ", Palette.terminal(index)),
            StyledRun(name(index).plain + "   "),
          ]
        })
    }
    if !yLabel.isEmpty {
      lines.append([StyledRun(yLabel.plain.cut(options.width, options.glyphs), dim: true)])
    }
    for row in 0..<rows {
      let label = ticks[row]
      var line: StyledLine = [
        StyledRun((label ?? "").fitted(tickWidth, .right)),
        StyledRun(" " + (label == nil ? (unicode ? "│" : "|") : (unicode ? "┤" : "+")), dim: true),
      ]
      line += canvas.line(row)
      if let index = names[row] {
        let name = series[index].name.isEmpty ? "series \(index + 1)" : series[index].name.plain
        let mark = unicode ? " " : " " + DotCanvas.mark(index) + " "
        line.append(
          StyledRun(
            mark + name.cut(max(nameWidth - mark.count, 1), options.glyphs), Palette.terminal(index),
            bold: true))
      }
      lines.append(line)
    }
    lines += horizontalAxis(horizontal, columns: columns, indent: tickWidth + 1, unicode: unicode)
    if !xLabel.isEmpty {
      lines.append([
        StyledRun(String(repeating: " ", count: tickWidth + 2)),
        StyledRun(xLabel.plain.fitted(columns, .center, options.glyphs), dim: true),
      ])
    }
    return lines
  }

  private func horizontalAxis(_ axis: Axis, columns: Int, indent: Int, unicode: Bool) -> [StyledLine] {
    var rule = Array(repeating: Character(unicode ? "─" : "-"), count: columns)
    var labels = Array(repeating: Character(" "), count: columns + indent + 8)
    var free = 0
    for (tick, label) in zip(axis.ticks, axis.labels) {
      let column = min(max((axis.share(tick) * Double(columns - 1)).whole(), 0), columns - 1)
      rule[column] = unicode ? "┬" : "+"
      let start = max(indent + 1 + column - label.count / 2, 0)
      guard start >= free, start + label.count <= indent + 1 + columns else { continue }
      for (offset, character) in label.enumerated() { labels[start + offset] = character }
      free = start + label.count + 1
    }
    while labels.last == " " { labels.removeLast() }
    return [
      [
        StyledRun(String(repeating: " ", count: indent) + (unicode ? "└" : "+"), dim: true),
        StyledRun(String(rule), dim: true),
      ],
      [StyledRun(String(labels))],
    ]
  }
}

/// Sorted positions, moved apart as little as necessary so that all differ and stay below `count`.
/// Positions that do not fit are dropped from the end.
func spread(_ places: [Int], count: Int) -> [Int] {
  var result: [Int] = []
  for place in places.prefix(count) { result.append(max(place, (result.last ?? -1) + 1)) }
  var limit = count - 1
  for index in result.indices.reversed() {
    result[index] = min(result[index], limit)
    limit = result[index] - 1
  }
  return result
}
