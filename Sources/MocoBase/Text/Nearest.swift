/// The name that was probably meant.
public enum Nearest {
  /// The candidate with the fewest edits (insert, delete, replace, swap neighbors), where they are few enough for its
  /// length; the first among equals, and never the name itself. Case counts half; `topK`, `top-k` and `top_k` are the
  /// same word.
  public static func name<Names: Sequence>(to name: String, among candidates: Names) -> String?
  where Names.Element == String {
    let wanted = Array(name.utf8.prefix(64))
    guard !wanted.isEmpty else { return nil }
    let word = squeezed(name)
    let limit = wanted.count <= 2 ? 1 : wanted.count <= 4 ? 3 : wanted.count <= 8 ? 4 : 6
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate != name {
      let letters = Array(candidate.utf8.prefix(64))
      let distance: Int
      if wanted.count == 2, letters == wanted.reversed() || word == squeezed(candidate) {
        distance = 1
      } else if word == squeezed(candidate) {
        distance = 0
      } else {
        if abs(letters.count - wanted.count) * 2 > limit { continue }
        distance = halfEdits(wanted, letters)
        guard distance <= limit, distance < min(letters.count, wanted.count) * 2 else { continue }
      }
      if distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Insertions, deletions, replacements and swaps of neighbors that make one text the other; case counts.
  public static func edits(_ a: String, _ b: String) -> Int {
    Int(
      halfEdits(
        Array(a.unicodeScalars.map(\.value)), Array(b.unicodeScalars.map(\.value)), change: { _, _ in 2 }) / 2
    )
  }

  private static func squeezed(_ name: String) -> String {
    name.lowercased().filter { $0 != "_" && $0 != "-" }
  }

  private static func halfEdits(_ a: [UInt8], _ b: [UInt8]) -> Int {
    halfEdits(a, b, change: { $0 | 0x20 == $1 | 0x20 ? 1 : 2 })
  }

  /// Twice the number of edits, with a price of its own for a replacement.
  private static func halfEdits<Letter: Equatable>(
    _ a: [Letter], _ b: [Letter], change: (Letter, Letter) -> Int
  ) -> Int {
    var before = [Int](repeating: 0, count: b.count + 1)
    var above = (0...b.count).map { $0 * 2 }
    for i in 0..<a.count {
      var row = [Int](repeating: (i + 1) * 2, count: b.count + 1)
      for j in 0..<b.count {
        var cost = min(above[j] + (a[i] == b[j] ? 0 : change(a[i], b[j])), above[j + 1] + 2, row[j] + 2)
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
