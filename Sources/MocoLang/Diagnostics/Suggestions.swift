/// Finds the name that was probably meant.
public enum Suggestions {
  /// The nearest of the candidates, or nil where none is near: at most one edit in three letters.
  ///
  /// Ties go to the one that stands first in the alphabet, so that messages are the same every time.
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    guard !name.isEmpty, name.utf8.count <= 64 else { return nil }
    let wanted = Array(name.unicodeScalars)
    let folded = name.lowercased()
    var best: (distance: Int, name: String)?
    for candidate in candidates where candidate != name {
      guard candidate.utf8.count <= 64 else { continue }
      let distance: Int
      if candidate.lowercased() == folded || squeezed(candidate) == squeezed(name) {
        distance = 0
      } else {
        let scalars = Array(candidate.unicodeScalars)
        let limit = max(1, min(wanted.count, scalars.count) / 3)
        guard wanted.count > 1, abs(scalars.count - wanted.count) <= limit else { continue }
        let found = editDistance(wanted, scalars)
        guard found <= limit else { continue }
        distance = found
      }
      if let known = best, (known.distance, known.name) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  /// `topK` and `top_k` are the same word.
  private static func squeezed(_ name: String) -> String {
    name.lowercased().filter { $0 != "_" && $0 != "-" }
  }

  /// Insertions, deletions, replacements, and swaps of neighbours.
  public static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    var current = last
    for i in 1...a.count {
      current[0] = i
      for j in 1...b.count {
        var cost = min(last[j] + 1, current[j - 1] + 1)
        cost = min(cost, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          cost = min(cost, beforeLast[j - 2] + 1)
        }
        current[j] = cost
      }
      (beforeLast, last, current) = (last, current, beforeLast)
    }
    return last[b.count]
  }
}
