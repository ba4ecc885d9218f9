import MocoLang
import Testing

/// Places in texts that are not ASCII, against Swift's own view of their scalars.
@Suite struct StringIndexTests {
  private static let alphabet: [Unicode.Scalar] = ["a", "é", "ß", "中", "😀", "\u{301}", "z", "\u{10FFFF}"]

  private static func text(_ count: Int, _ seed: Int) -> [Unicode.Scalar] {
    var state = UInt64(seed &+ 1)
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return alphabet[Int(state >> 33) % alphabet.count]
    }
  }

  private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// Lengths on both sides of a cell, of a block of the index, and far beyond.
  @Test(arguments: [1, 7, 8, 63, 64, 65, 127, 150, 200, 1000, 5000]) func placesAndSlices(_ count: Int) {
    let scalars = Self.text(count, count)
    let session = TestSession()
    session.interpreter.define("text", .string(Self.string(scalars)), doc: "A text.")
    var places: [Int] = []
    for step in 0..<60 { places.append((step * 7919 + step) % count) }
    places += [0, count - 1, count / 2]
    for place in places {
      let end = min(count, place + 1 + place % 97)
      let printed = session.run(
        "print(text[\(place)]); print(text[\(place - count)]); print(text[\(place)..<\(end)])")
      let one = Self.string([scalars[place]])
      #expect(
        Array(printed.unicodeScalars)
          == Array(
            (one + "\n" + one + "\n" + Self.string(scalars[place..<end]) + "\n").unicodeScalars))
    }
    let printed = session.run("print(text[range(0, len(text), by: 3)]); print(text[[0, -1]])")
    let third = Self.string(stride(from: 0, to: count, by: 3).map { scalars[$0] })
    #expect(
      Array(printed.unicodeScalars)
        == Array(
          (third + "\n" + Self.string([scalars[0], scalars[count - 1]]) + "\n").unicodeScalars))
  }

  /// A text that grows in place keeps what is known of it, and the end is found all the same.
  @Test func appendingInPlace() {
    let session = TestSession()
    let printed = session.run(
      """
      var s = ""
      var wrong = 0
      for i in 0..<3000 {
        s += if i % 3 == 0 { "é" } else { if i % 3 == 1 { "中" } else { "x" } }
        if s[-1] != "é中x"[i % 3] { wrong += 1 }
        if s[div(i, 2)] != "é中x"[div(i, 2) % 3] { wrong += 1 }
      }
      print(len(s), wrong)
      """)
    #expect(printed == "3000 0\n")
  }

  /// The index counts as memory of the heap, and goes with its text.
  @Test func memoryOfTheIndexComesBack() {
    let session = TestSession(memoryLimit: 64 << 20)
    let printed = session.run(
      """
      for round in 0..<300 {
        let s = "aé" * 200_000
        assert(s[200_001] == "é")
      }
      print("done")
      """)
    #expect(printed == "done\n")
  }
}
