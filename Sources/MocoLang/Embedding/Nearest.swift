/// The name that was probably meant.
public enum Nearest {
  /// The candidate with the fewest edits (insert, delete, replace, swap neighbours), where they are few
  /// enough for its length; the first among equals. Case counts half.
  public static func name<Names: Sequence>(to name: String, among candidates: Names) -> String?
  where Names.Element == String {
    let wanted = Array(name.utf8.prefix(64))
    guard !wanted.isEmpty else { return nil }
    let limit = wanted.count <= 2 ? 1 : wanted.count <= 4 ? 3 : wanted.count <= 8 ? 4 : 6
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate != name {
      let letters = Array(candidate.utf8.prefix(64))
      if abs(letters.count - wanted.count) * 2 > limit { continue }
      let distance = edits(wanted, letters)
      if distance <= limit, distance < min(letters.count, wanted.count) * 2,
        distance < best?.distance ?? Int.max
      {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// Twice the number of edits; a change of case alone counts one.
  private static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var before = [Int](repeating: 0, count: b.count + 1)
    var above = (0...b.count).map { $0 * 2 }
    for i in 0..<a.count {
      var row = [Int](repeating: (i + 1) * 2, count: b.count + 1)
      for j in 0..<b.count {
        let change = a[i] == b[j] ? 0 : a[i] | 0x20 == b[j] | 0x20 ? 1 : 2
        var cost = min(above[j] + change, above[j + 1] + 2, row[j] + 2)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j], a[i] != b[j] {
          cost = min(cost, before[j - 1] + 2)
        }
        row[j + 1] = cost
      }
      before = above
      above = row
    }
    return above[b.count]
  }
}
