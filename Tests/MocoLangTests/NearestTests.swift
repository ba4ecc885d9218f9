import MocoBase
import Testing

/// The name that was meant, against the definition written plainly.
@Suite struct NearestTests {
  /// The whole table of edits, each twice as dear as a change of case.
  private func halfEdits(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count {
      for j in 0...b.count {
        if i == 0 || j == 0 {
          table[i][j] = 2 * (i + j)
          continue
        }
        let (x, y) = (a[i - 1], b[j - 1])
        let change = x == y ? 0 : x | 0x20 == y | 0x20 ? 1 : 2
        table[i][j] = min(table[i - 1][j - 1] + change, table[i - 1][j] + 2, table[i][j - 1] + 2)
        if i > 1, j > 1, x == b[j - 2], a[i - 2] == y, x != y {
          table[i][j] = min(table[i][j], table[i - 2][j - 2] + 2)
        }
      }
    }
    return table[a.count][b.count]
  }

  private func plain(_ name: String, _ candidates: [String]) -> String? {
    func word(_ name: String) -> String { name.lowercased().filter { $0 != "_" && $0 != "-" } }
    let wanted = Array(name.utf8.prefix(64))
    let limit = wanted.count <= 2 ? 1 : wanted.count <= 4 ? 3 : wanted.count <= 8 ? 4 : 6
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate != name && !name.isEmpty {
      let letters = Array(candidate.utf8.prefix(64))
      var distance = halfEdits(wanted, letters)
      if word(name) == word(candidate) {
        distance = wanted.count == 2 ? 1 : 0
      } else if wanted.count == 2, letters == wanted.reversed() {
        distance = 1
      } else if distance > limit || distance >= 2 * min(letters.count, wanted.count) {
        continue
      }
      if distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }

  @Test func itIsAsDefined() {
    var chance = SystemRandomNumberGenerator()
    let letters: [Character] = ["a", "b", "A", "_", "-", "k", "\u{212A}", "é", "e", "\u{301}", "ß"]
    func name(_ most: Int) -> String {
      String((0..<Int.random(in: 0...most, using: &chance)).map { _ in letters.randomElement() ?? "a" })
    }
    for round in 0..<4000 {
      let most = [2, 3, 6, 12, 80][round % 5]
      let wanted = name(most)
      let candidates = (0..<6).map { _ in name(most) }
      let found = Nearest.name(to: wanted, among: candidates)
      let meant = plain(wanted, candidates)
      #expect(found == meant, "\(wanted.debugDescription) among \(candidates)")
    }
  }

  @Test(arguments: [
    ("topk", "top_k"), ("top-k", "topK"), ("Lenght", "length"), ("ba", "ab"), ("A_", "a"), ("éa", "Éa"),
  ])
  func spellingsOfOneWordAreFound(_ wanted: String, _ meant: String) {
    #expect(Nearest.name(to: wanted, among: ["zebra", wanted, meant, "quagga"]) == meant)
  }
}
