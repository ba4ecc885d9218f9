import MocoBase

extension Table {
  var columnCount: Int { max(columns.count, rows.map(\.count).max() ?? 0) }

  func cell(_ row: Int, _ column: Int) -> Cell {
    rows.indices.contains(row) && rows[row].indices.contains(column) ? rows[row][column] : .empty
  }

  func columnName(_ column: Int) -> String { columns.indices.contains(column) ? columns[column] : "" }

  /// Numbers are right-aligned, words left-aligned.
  func alignment(_ column: Int) -> Alignment {
    for row in rows.indices {
      if case .text = cell(row, column) { return .left }
    }
    return rows.isEmpty ? .left : .right
  }

  /// The texts of the cells, [R][C]; the numbers of a column have the same number of digits.
  func cellTexts() -> [[String]] { cellTexts(Array(rows.indices)) }

  /// The same for some rows.
  func cellTexts(_ places: [Int]) -> [[String]] {
    let columnCount = columnCount
    var result = Array(repeating: Array(repeating: "", count: columnCount), count: places.count)
    for column in 0..<columnCount {
      let numbers = places.compactMap { row -> Double? in
        if case .number(let value) = cell(row, column) { return value }
        return nil
      }
      let texts = SharedDigits.texts(numbers, digits: digits)
      var next = 0
      for (index, row) in places.enumerated() {
        switch cell(row, column) {
        case .text(let text): result[index][column] = text.plain
        case .integer(let value): result[index][column] = String(value)
        case .empty: break
        case .number:
          result[index][column] = texts[next]
          next += 1
        }
      }
    }
    return result
  }
}
