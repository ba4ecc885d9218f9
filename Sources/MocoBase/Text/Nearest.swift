/// Finds the name that was probably meant.
public enum Nearest {
  /// The candidate with the fewest edits (insert, delete, replace, swap neighbors), if they are few enough for its
  /// length; the first among equals, and never the name itself. A difference in case counts half; `topK`, `top-k`
  /// and `top_k` are the same word.
  public static func name<Names: Sequence>(to name: String, among candidates: Names) -> String?
  where Names.Element == String {
    let wanted = Array(name.utf8.prefix(64))
    guard !wanted.isEmpty else { return nil }
    let word = Squeezed(name)
    let limit = wanted.count <= 2 ? 1 : wanted.count <= 4 ? 3 : wanted.count <= 8 ? 4 : 6
    var best: (name: String, distance: Int)?
    var letters: [UInt8] = []
    var rows = Rows()
    // An error that a program catches a thousand times compares every existing name: no text is created for a
    // candidate, and most are excluded by their length.
    for candidate in candidates {
      letters.removeAll(keepingCapacity: true)
      letters.append(contentsOf: candidate.utf8.prefix(64))
      let isSwapped = wanted.count == 2 && letters.elementsEqual(wanted.reversed())
      let distance: Int
      if isSwapped || word.isSame(as: candidate) {
        if candidate == name { continue }
        distance = wanted.count == 2 ? 1 : 0
      } else {
        if abs(letters.count - wanted.count) * 2 > limit { continue }
        distance = rows.halfEdits(wanted, letters) { $0 | 0x20 == $1 | 0x20 ? 1 : 2 }
        guard distance <= limit, distance < min(letters.count, wanted.count) * 2 else { continue }
      }
      if distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The number of insertions, deletions, replacements and swaps of neighbors between two texts; case matters.
  public static func edits(_ a: String, _ b: String) -> Int {
    var rows = Rows()
    return rows.halfEdits(Array(a.unicodeScalars.map(\.value)), Array(b.unicodeScalars.map(\.value))) {
      _, _ in
      2
    } / 2
  }

  /// A name without case, `_` and `-`.
  private struct Squeezed {
    private let text: String
    /// The same for a name of ASCII; nil for others.
    private let letters: [UInt8]?

    init(_ name: String) {
      text = Squeezed.text(name)
      letters = name.utf8.allSatisfy { $0 < 0x80 } ? Array(text.utf8) : nil
    }

    private static func text(_ name: String) -> String {
      name.lowercased().filter { $0 != "_" && $0 != "-" }
    }

    func isSame(as name: String) -> Bool {
      guard let letters else { return text == Squeezed.text(name) }
      var place = 0
      for byte in name.utf8 {
        if byte >= 0x80 { return text == Squeezed.text(name) }
        if byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") { continue }
        let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
        // Later letters beyond ASCII cannot make these equal again.
        guard place < letters.count, letters[place] == lower else { return false }
        place += 1
      }
      return place == letters.count
    }
  }

  /// Three rows of the table of edits, reused for all pairs of names.
  private struct Rows {
    private var before: [Int] = []
    private var above: [Int] = []
    private var row: [Int] = []

    /// Twice the number of edits, with a separate cost for a replacement.
    mutating func halfEdits<Letter: Equatable>(
      _ a: [Letter], _ b: [Letter], change: (Letter, Letter) -> Int
    ) -> Int {
      let width = b.count + 1
      while row.count < width {
        before.append(0)
        above.append(0)
        row.append(0)
      }
      for j in 0..<width { above[j] = j * 2 }
      for i in 0..<a.count {
        row[0] = (i + 1) * 2
        for j in 0..<b.count {
          var cost = min(above[j] + (a[i] == b[j] ? 0 : change(a[i], b[j])), above[j + 1] + 2, row[j] + 2)
          if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j], a[i] != b[j] {
            cost = min(cost, before[j - 1] + 2)
          }
          row[j + 1] = cost
        }
        swap(&before, &above)
        swap(&above, &row)
      }
      return above[b.count]
    }
  }
}
