import Foundation
import MocoLang
import Testing

/// Pairs of instructions that are done as one give what the two give, whatever their operands are.
@Suite struct FusedInstructionsTests {
  /// Values of every kind that an operator of a pair may meet, as they are written.
  private static let values = [
    "3", "-7", "2.5", "0", "-0.0", "9223372036854775807", "-9223372036854775807", "\"ab\"", "[1, 2]", "true",
    "nil",
    "2 epochs", "inf", "nan", "{a: 1}",
  ]

  /// What a program says: what it prints, or its error with the place.
  private static func told(_ text: String) -> String {
    let session = TestSession()
    let result = session.interpreter.run(SourceFile(name: "pair.moco", text: text))
    guard let failure = result.failure else { return session.printed.text }
    let place = failure.primary.map { "\($0.text) in line \($0.line)" } ?? "nowhere"
    let labels = failure.labels.map { "\($0.span.text): \($0.text)" }
    return "\(session.printed.text)\(failure.code): \(failure.message) at \(place) \(labels) \(failure.help)"
  }

  /// Each shape of a pair, and the same with the first result in a variable, which is never fused. The names of the
  /// places differ, so that messages are compared by what they mark.
  private static let shapes: [(fused: String, apart: [String])] = [
    ("x + y * z", ["y * z", "x + T"]), ("y * z + x", ["y * z", "T + x"]),
    ("x - y * z", ["y * z", "x - T"]), ("y * z - x", ["y * z", "T - x"]),
    ("x + y * 3", ["y * 3", "x + T"]), ("x - 3 * y", ["3 * y", "x - T"]),
    ("2.5 * y - x", ["2.5 * y", "T - x"]),
    ("x + y % 3", ["y % 3", "x + T"]), ("y % 0 + x", ["y % 0", "T + x"]),
    ("x * y + 1", ["x * y", "T + 1"]), ("x * 2 + 1", ["x * 2", "T + 1"]), ("2 * x + 1", ["2 * x", "T + 1"]),
    ("x * y % 5", ["x * y", "T % 5"]), ("(x + y) % 5", ["x + y", "T % 5"]),
    ("z[x + 1]", ["x + 1", "z[T]"]), ("z[x - 4]", ["x - 4", "z[T]"]), ("z[1 + x]", ["1 + x", "z[T]"]),
    ("[10, 20, 30][x - 1]", ["x - 1", "[10, 20, 30][T]"]),
  ]

  @Test(arguments: 0..<shapes.count) func pairsAgreeWithTheirParts(_ number: Int) {
    let shape = Self.shapes[number]
    for x in Self.values {
      for y in Self.values where shape.fused.contains("y") || y == "3" {
        for z in ["2", "1.5", "[5, 6, 7]", "\"é\"", "9223372036854775807"]
        where shape.fused.contains("z") || z == "2" {
          func run(_ expression: String, _ before: String) -> String {
            Self.told(
              """
              func f(x, y, z) {
                \(before)
                return \(expression)
              }
              print(f(\(x), \(y), \(z)))
              """)
          }
          let fused = run(shape.fused, "let T = 0")
          let apart = run(shape.apart[1], "let T = \(shape.apart[0])")
          let (seen, wanted) = (Self.kind(fused), Self.kind(apart))
          #expect(seen == wanted, "\(shape.fused) with x = \(x), y = \(y), z = \(z): \(fused) and \(apart)")
        }
      }
    }
  }

  /// Without the places: those are others where the text is another.
  private static func kind(_ told: String) -> String {
    guard let at = told.range(of: " at ", options: .backwards) else { return told }
    return String(told[..<at.lowerBound])
  }

  /// The place of an error is that of the operator which failed, also where the pair is one instruction.
  @Test func errorsMarkTheirOperator() {
    #expect(Self.told("func f(x, y) { return x + y * 2 }\nf(nil, 3)").contains("at + in line 1"))
    #expect(Self.told("func f(x, y) { return x + y * 2 }\nf(1, nil)").contains("at * in line 1"))
    #expect(Self.told("func f(x, y) { return x * y % 0 }\nf(1, 2)").contains("at % in line 1"))
    #expect(Self.told("func f(x, y) { return 2 * x - y }\nf(nil, 2)").contains("2: Int"))
    #expect(Self.told("func f(xs, i) { return xs[i + 1] }\nf([1], 3)").contains("index 4"))
    #expect(Self.told("func f(x, y) { return x + y }\nf(9223372036854775807, 1)").contains("E0402"))
  }

  /// A sum that is returned is written where a closure sees it.
  @Test func aCapturedSumIsSeen() {
    let text = """
      func f(a, b) {
        var sum = 0
        let look = () => sum
        func add() {
          sum = a + b
          return sum
        }
        return [add(), look()]
      }
      func g(a, b) {
        var total = a
        keep.append(() => total)
        total = a + b
        return total
      }
      let keep = []
      print(f(1, 2), g(3, 4), keep[0]())
      """
    #expect(Self.told(text) == "[3, 3] 7 7\n")
  }

  /// Loops that test at their end: every comparison, both kinds of number, texts, and a change of kind on the way.
  @Test func loopsTestAtTheirEnd() {
    let text = """
      func count(low, high, by) {
        var [n, i] = [0, low]
        while i < high {
          n += 1
          i += by
        }
        while i <= high { i += by }
        while i > 0 { i -= by }
        return [n, i]
      }
      print(count(0, 10, 3), count(0.0, 1.0, 0.25), count(0, 2, 0.5))
      func texts() {
        var s = "a"
        while s < "aaaa" { s += "a" }
        while s <= "aaaaaa" { s += "b" }
        return s
      }
      print(texts())
      func broken(n) {
        var i = 0
        while i < n { i = if i == 3 { "x" } else { i + 1 } }
      }
      broken(9)
      """
    let told = Self.told(text)
    #expect(told.hasPrefix("[4, 0] [4, 0.0] [4, 0.0]\naaaab\n"))
    #expect(told.contains("E0201") && told.contains("at < in line"))
  }

  /// A method that a record holds is found by the place of its field, which other records have elsewhere.
  @Test func methodsOfRecordsOfOtherShapes() {
    let text = """
      func speak(x) { "function" }
      let shapes = [
        {speak: () => "first"}, {a: 1, speak: () => "second"}, {a: 1}, {speak: 2}, {b: 1, c: 2, speak: n => "third"},
      ]
      func ask(r) { try { r.speak() } catch e { e.code } }
      print([ask(r) for r in shapes], [ask(r) for r in reverse(shapes)])
      let r = {speak: () => "before"}
      print(ask(r))
      r.speak = () => "after"
      print(ask(r))
      r.remove("speak")
      print(ask(r))
      """
    let told = Self.told(text)
    #expect(told.hasPrefix("[\"first\", \"second\", \"function\", \"function\", \"E0304\"]"), "\(told)")
    #expect(told.hasSuffix("before\nafter\nfunction\n"), "\(told)")
  }
}

/// Calls that the machine does itself are those of the built-in, and nothing else that stands under its name.
@Suite struct OwnCallsTests {
  @Test func appendingIsTheBuiltInsOnlyForLists() {
    let session = TestSession()
    let printed = session.run(
      """
      let xs = []
      xs.append(1)
      append(xs, "two")
      xs.append(xs)
      print(len(xs), xs[2][1], type(xs.append([3])))
      let keep = append
      keep(xs, 4)
      func mine(xs) {
        let append = (list, value) => "mine"
        return append(xs, 5)
      }
      print(mine(xs), len(xs))
      let r = {append: x => x * 2}
      print(r.append(21))
      for wrong in ["text", 7, nil, {a: 1}] {
        try { append(wrong, 1) } catch e { print(e.code) }
      }
      try { xs.append() } catch e { print(e.code) }
      try { xs.append(1, 2) } catch e { print(e.code) }
      """)
    #expect(
      printed == """
        3 two Nil
        mine 5
        42
        E0303
        E0303
        E0303
        E0303
        E0304
        E0306

        """, "\(printed)")
  }

  @Test func textsCompareInConditions() {
    let session = TestSession()
    let printed = session.run(
      """
      func kind(s) { if s == "é" { 1 } else { if s != "zwei" { 2 } else { 3 } } }
      print([kind(s) for s in ["é", "e\\u{301}", "zwei", "zw" + "ei", "", "é" + ""]])
      func at(s, i) { if s[i] == "b" { "yes" } else { "no" } }
      print(at("abc", 1), at("abc", 2), at("aéb", 2))
      """)
    #expect(printed == "[1, 2, 3, 3, 2, 1]\nyes no yes\n", "\(printed)")
  }

  @Test func argumentsThatAreLeftOut() {
    let session = TestSession()
    let printed = session.run(
      """
      func f(a, b = a + 1, c = b * 2) { [a, b, c] }
      print(f(1), f(1, 5), f(1, 5, 7), f(1, c: 0))
      func deep(n, step = 1) { if n == 0 { 0 } else { deep(n - step) + 1 } }
      print(deep(1000))
      func endless(n, step = 1) { endless(n + step) }
      try { endless(0) } catch e { print(e.code) }
      try { f() } catch e { print(e.code) }
      """)
    #expect(printed == "[1, 2, 4] [1, 5, 10] [1, 5, 7] [1, 2, 0]\n1000\nE0401\nE0304\n", "\(printed)")
  }
}
