/// Matches the cells of an edited program with the cells of the earlier version.
enum CellMatching {
  /// The identity of a cell for matching.
  struct Mark: Equatable {
    /// Its kind and words.
    var text: String
    /// Its title; empty for none.
    var title: String
  }

  /// For each new cell the matching old one; nil for an added cell.
  ///
  /// First those with the same text in the same order (the longest common subsequence), then those that were
  /// moved, then those with the same title, then those at the same position between two matched cells.
  static func places(of new: [Mark], in old: [Mark]) -> [Int?] {
    var result = [Int?](repeating: nil, count: new.count)
    var free = Set(old.indices)
    func match(_ index: Int, _ place: Int) {
      result[index] = place
      free.remove(place)
    }
    for (index, place) in commonSequence(new.map(\.text), old.map(\.text)) { match(index, place) }
    for index in new.indices where result[index] == nil {
      if let place = free.sorted().first(where: { old[$0] == new[index] })
        ?? free.sorted().first(where: { old[$0].text == new[index].text })
      {
        match(index, place)
      }
    }
    for index in new.indices where result[index] == nil && !new[index].title.isEmpty {
      if let place = free.sorted().first(where: { old[$0].title == new[index].title }) { match(index, place) }
    }
    for index in new.indices where result[index] == nil {
      let before = new[..<index].indices.reversed().lazy.compactMap { result[$0] }.first ?? -1
      let place = before + 1
      if free.contains(place) { match(index, place) }
    }
    return result
  }

  /// Pairs of indices of a longest common subsequence.
  private static func commonSequence(_ a: [String], _ b: [String]) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    var start = 0
    while start < min(a.count, b.count), a[start] == b[start] {
      pairs.append((start, start))
      start += 1
    }
    var (endA, endB) = (a.count, b.count)
    while endA > start, endB > start, a[endA - 1] == b[endB - 1] {
      endA -= 1
      endB -= 1
      pairs.append((endA, endB))
    }
    let (rows, columns) = (endA - start, endB - start)
    // With very many cells, those in the middle are matched by their texts alone.
    guard rows > 0, columns > 0, rows * columns <= 4_000_000 else { return pairs }
    var lengths = [Int32](repeating: 0, count: (rows + 1) * (columns + 1))
    for row in stride(from: rows - 1, through: 0, by: -1) {
      for column in stride(from: columns - 1, through: 0, by: -1) {
        let at = row * (columns + 1) + column
        lengths[at] =
          a[start + row] == b[start + column]
          ? lengths[at + columns + 2] + 1 : max(lengths[at + columns + 1], lengths[at + 1])
      }
    }
    var (row, column) = (0, 0)
    while row < rows, column < columns {
      let at = row * (columns + 1) + column
      if a[start + row] == b[start + column] {
        pairs.append((start + row, start + column))
        row += 1
        column += 1
      } else if lengths[at + columns + 1] >= lengths[at + 1] {
        row += 1
      } else {
        column += 1
      }
    }
    return pairs
  }
}
