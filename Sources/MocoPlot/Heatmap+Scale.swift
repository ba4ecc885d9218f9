import MocoBase
import MocoDocument

/// How values become shades and words.
struct HeatScale {
  let low: Double
  let high: Double
  let signed: Bool

  init(_ map: Heatmap) {
    let finite = map.values.joined().filter(\.isFinite).map(\.tame)
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    signed = map.scale == nil && low < 0 && high > 0
    if let scale = map.scale, scale.lowerBound.isFinite, scale.upperBound.isFinite {
      low = scale.lowerBound.tame
      high = scale.upperBound.tame
    } else if signed {
      high = max(-low, high)
      low = -high
    } else if low > 0, low < high * 0.5 {
      low = 0
    }
    if !(high > low) { high = low + (low == 0 ? 1 : abs(low)) }
    self.low = low
    self.high = high
  }

  func share(_ value: Double) -> Double { min(max((value - low) / (high - low), 0), 1) }

  func paper(_ value: Double) -> Color {
    value.isFinite ? (signed ? Colormap.paperSigned : .paper)(share(value)) : Color(0xffffff)
  }

  func terminal(_ value: Double) -> Color? {
    value.isFinite ? (signed ? Colormap.terminalSigned : .terminal)(share(value)) : nil
  }
}

extension Heatmap {
  /// The texts of the cells, [R][C].
  func cellTexts() -> [[String]] {
    let all = values.joined().filter(\.isFinite)
    let digits = digits ?? SharedDigits.count(Array(all), limit: 2)
    return (0..<rowCount).map { row in
      (0..<columnCount).map { column in
        if texts.indices.contains(row), texts[row].indices.contains(column) {
          return texts[row][column].plain
        }
        let value = value(row, column)
        guard value.isFinite else { return "" }
        return abs(value) >= 1e6 ? NumberText.short(value, 3) : NumberText.fixed(value, digits)
      }
    }
  }

  /// The column of the largest value in each row, if rows are marked and the value is unique.
  func rowMaximum(_ row: Int) -> Int? {
    guard marksRowMaximum, values.indices.contains(row) else { return nil }
    let best = values[row].filter(\.isFinite).max()
    let places = values[row].indices.filter { values[row][$0] == best }
    return places.count == 1 ? places[0] : nil
  }

  /// The matrix averaged down to at most `rows` × `columns` blocks.
  func reduced(rows: Int, columns: Int) -> Heatmap {
    guard rowCount > rows || columnCount > columns, rows > 0, columns > 0 else { return self }
    let (newRows, newColumns) = (min(rowCount, rows), min(columnCount, columns))
    let smaller = (0..<newRows).map { row in
      (0..<newColumns).map { column in
        var sum = 0.0
        var count = 0
        for r
          in (row * rowCount / newRows)..<max((row + 1) * rowCount / newRows, row * rowCount / newRows + 1)
        {
          let from = column * columnCount / newColumns
          for c in from..<max((column + 1) * columnCount / newColumns, from + 1) {
            let value = value(r, c)
            if value.isFinite {
              sum += value
              count += 1
            }
          }
        }
        return count > 0 ? sum / Double(count) : Double.nan
      }
    }
    var map = self
    map.values = smaller
    map.texts = []
    map.rows = newRows == rowCount ? self.rows : []
    map.columns = newColumns == columnCount ? self.columns : []
    map.scale = scale ?? HeatScale(self).low...HeatScale(self).high
    return map
  }
}
