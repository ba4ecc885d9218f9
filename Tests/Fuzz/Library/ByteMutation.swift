/// Texts that were a program: a few bytes, tokens or lines are changed, repeated, lost, or come from another
/// program.
struct ByteMutation {
  var random: FuzzRandom
  let corpus: [[UInt8]]

  private static let tokens = [
    "(", ")", "[", "]", "{", "}", "\"", "\"\"\"", "\\(", "\n", ";", ",", ":", "..", "..<", "...", "=>", "|>",
    "=", "==",
    "not ", "in ", "if ", "else ", "for ", "func ", "let ", "var ", "use ", "try ", "catch ", "train ",
    " on ", "return ",
    "templates t {", "group ", "// %% x\n", "/// d\n", "//", "1", "1e9", "0x", " epochs", "-", "**", "@", "é",
    "数",
    "\u{0}", "\t", "\r\n", "\u{200B}", "\u{1F600}", "..x", "9223372036854775807", "nil", "[:]", ":.3f",
    "while true {",
  ]

  init(seed: UInt64, corpus: [[UInt8]]) {
    random = FuzzRandom(seed)
    self.corpus = corpus
  }

  mutating func bytes() -> [UInt8] {
    var bytes = random.pick(corpus, or: [])
    for _ in 0..<1 + random.below(5) { mutate(&bytes) }
    return Array(bytes.prefix(20_000))
  }

  mutating func mutate(_ bytes: inout [UInt8]) {
    let at = random.below(bytes.count + 1)
    switch random.below(9) {
    case 0: bytes.removeSubrange(at..<min(bytes.count, at + random.below(20)))
    case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
    case 2, 3: bytes.insert(contentsOf: random.pick(Self.tokens).utf8, at: at)
    case 4:
      let from = random.below(bytes.count + 1)
      bytes.insert(contentsOf: Array(bytes[from..<min(bytes.count, from + random.below(60))]), at: at)
    case 5:
      let other = random.pick(corpus, or: [])
      let from = random.below(other.count + 1)
      bytes.insert(contentsOf: other[from..<min(other.count, from + random.below(200))], at: at)
    case 6: if at < bytes.count { bytes[at] ^= 1 << UInt8(random.below(8)) }
    case 7:
      // A number becomes an edge.
      if let digit = bytes[at...].firstIndex(where: { (0x30...0x39).contains($0) }) {
        bytes.replaceSubrange(
          digit...digit, with: random.pick(["0", "9223372036854775807", "-1", "1e300", "65536", ""]).utf8)
      }
    default: if random.chance(30) { bytes.removeSubrange(at..<bytes.count) }
    }
  }
}
