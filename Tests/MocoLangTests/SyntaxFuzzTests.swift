import MocoLang
import Testing

/// Whatever the bytes: lexer, parser, checker and renderer end, with messages that point into the text.
@Suite struct SyntaxFuzzTests {
  /// SplitMix64: the same texts every time.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static let samples = [
    """
    /// Views from above.
    templates eurosat {
      group "satellite" { "a centered satellite photo of {}." }
      group "low resolution" {
        "a low resolution photo of the {}."
        "a pixelated photo of a {}."
      }
    }
    // %% Train
    use {a, b as c} from templates
    let mix = mixture(clip, eurosat, classes: data.classes) {
      router { top_k: 2, kind: "linear" }
      loss   { text: 5, gate: 1 }
    }
    let run = train mix on data.train for 50 epochs {
      batch: 32
      each_epoch: e => print("epoch \\(e.index): loss \\(e.loss:.4f)")
    }
    show run.report;
    """,
    """
    func fib(n, memo = {}) {
      if n in memo { return memo[n] }
      else if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    for [i, x] in enumerate([x ** 2 for x in 0..<10 if x % 2 == 0]) {
      try { print("\\(i): \\(x / 0:>8)") } catch e { print(e.message, e.line) }
    }
    var {loss, accuracy: [acc, ..rest]} = {loss: 1e-5, accuracy: [1, 2, 3], ..base}
    while not done and loss ?? 0 > 0x1F { loss -= 1_000; done = true }
    xs
      |> map(x => { x * 2 })
      .filter((a, b = 2) => a @ b.T)
    let s = \"\"\"
      several \\(lines ?? "nested \\(deep)")
      here
      \"\"\"
    t[1..<3, :, -1] **= -2 ** -1
    """,
  ]

  private static let fragments = [
    "(", ")", "[", "]", "{", "}", "\"", "\"\"\"", "\\(", "\n", ";", ",", ":", ".", "..", "..<", "...", "=>",
    "|>", "=",
    "==", "not ", "in ", "if ", "else ", "for ", "func ", "let ", "use ", "try ", "catch ", "train ", " on ",
    "templates t {", "group ", "// %% x\n", "/// d\n", "//", "1", "1e9", "0x", "epochs", "-", "**", "@", "é",
    "数", "\u{0}",
    "\t", "\r\n", "\u{200B}", "\u{1F600}", "..x", "x", "return ", "9223372036854775808",
  ]

  private static func check(_ bytes: [UInt8]) {
    let file = SourceFile(name: "fuzz.moco", bytes: bytes)
    let result = Parser.parse(file, .test)
    let found =
      result.diagnostics
      + Checker.check(result.program, CheckContext(dialect: .test, builtins: SyntaxSupport.builtins))
    for diagnostic in found.prefix(6) {
      let span = diagnostic.primary
      if let span, span.start > file.bytes.count || span.start < 0 {
        Issue.record("\(diagnostic.code) points outside: \(bytes)")
      }
      if diagnostic.render(color: true, width: 60).isEmpty { Issue.record("nothing to say") }
    }
    _ = result.program.outline
    let end = result.program.cells.last?.statements.upperBound
    if end != result.program.statements.count { Issue.record("cells lose statements: \(bytes)") }
  }

  @Test(arguments: 0..<8) func mutations(seed: Int) {
    var random = Generator(state: UInt64(seed))
    let sample = Array(Self.samples[seed % Self.samples.count].utf8)
    for _ in 0..<60 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
          let end = min(bytes.count, at + Int.random(in: 0...20, using: &random))
          bytes.removeSubrange(at..<end)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
        case 2: bytes.insert(contentsOf: (Self.fragments.randomElement(using: &random) ?? "").utf8, at: at)
        case 3:
          let from = Int.random(in: 0...bytes.count, using: &random)
          let end = min(bytes.count, from + Int.random(in: 0...40, using: &random))
          bytes.insert(contentsOf: Array(bytes[from..<end]), at: at)
        default: bytes.removeSubrange(at..<bytes.count)
        }
      }
      Self.check(bytes)
    }
  }

  @Test(arguments: 0..<4) func fragmentsInAnyOrder(seed: Int) {
    var random = Generator(state: UInt64(100 + seed))
    for _ in 0..<150 {
      var text = ""
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        text += Self.fragments.randomElement(using: &random) ?? ""
        if Bool.random(using: &random) { text += " " }
      }
      Self.check(Array(text.utf8))
    }
  }

  @Test func randomBytes() {
    var random = Generator(state: 7)
    for _ in 0..<300 {
      let count = Int.random(in: 0...200, using: &random)
      Self.check((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  /// Every prefix of a good program: what somebody sees who is still typing.
  @Test(arguments: 0..<2) func prefixes(index: Int) {
    let bytes = Array(Self.samples[index].utf8)
    for count in 0...bytes.count { Self.check(Array(bytes[..<count])) }
  }

  @Test(arguments: 0..<2) func samplesAreRight(index: Int) {
    #expect(Parser.parse(SourceFile(name: "sample", text: Self.samples[index]), .test).diagnostics.isEmpty)
  }
}
