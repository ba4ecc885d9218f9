import Foundation
import MocoTestSupport
import Testing

/// Controls in scripts: their defaults, `--set`, and what is refused.
@Suite struct ControlTests {
  private func run(_ text: String, _ arguments: String...) throws -> MocoProcess.Result {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try text.write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    return try MocoProcess.run(["run", "--no-record", "a.moco"] + arguments, in: folder)
  }

  static let defaults: [(String, String)] = [
    ("slider(1...6, 2)", "2 Int"), ("slider(1...6)", "1 Int"), ("slider(0..<4, 3)", "3 Int"),
    ("slider(0.0...0.6, 0.3, step: 0.1)", "0.3 Float"), ("slider(0...1, 1, step: 0.25)", "1.0 Float"),
    ("slider(0.0..<1, 0.75, step: 0.25)", "0.75 Float"), ("slider(range(0, 10, by: 5), 5)", "5 Int"),
    ("slider(-3...3, step: 3)", "-3 Int"), ("slider(0.0...1.0, 0.1 * 3, step: 0.1)", "0.3 Float"),
    ("choose([\"a\", \"b\"], \"b\")", "b String"), ("choose([1, 2])", "1 Int"), ("choose(1...3, 3)", "3 Int"),
    ("choose({slow: 0.01, fast: 0.1}, \"fast\")", "0.1 Float"), ("choose([nil, true])", "nil Nil"),
    ("toggle()", "false Bool"), ("toggle(true)", "true Bool"), ("text_field(\"x {}\")", "x {} String"),
    ("image_picker(dataset(\"fashion\").test[0..<4], 3).index", "3 Int"),
  ]

  @Test func controlsGiveTheirDefaults() throws {
    let lines = Self.defaults.enumerated().map { "let v\($0) = \($1.0)\nprint(v\($0), type(v\($0)))\n" }
    let result = try run(lines.joined())
    #expect(result.output == Self.defaults.map { $0.1 + "\n" }.joined(), "\(result.errors)")
  }

  static let refused: [(call: String, word: String, help: String)] = [
    ("slider(1...6, 9)", "E0305", "from 1 to 6"), ("slider(1...9, 4, step: 2)", "E0305", "use 3 or 5"),
    ("slider(1...6, step: 2)", "E0305", "slider(1...5, step: 2)"), ("slider(3...1)", "E0305", "1...6"),
    ("slider(1...3, step: 0)", "E0305", "above 0"), ("slider(0.0...1.0)", "E0305", "step: 0.1"),
    ("slider(0.0...nan, step: 0.1)", "E0305", "0.0...1.0"),
    ("slider(0.0...1.0, nan, step: 0.1)", "E0305", "from 0.0 to 1.0"),
    ("slider(0.0...1.0, step: nan)", "E0305", "above 0"), ("slider(0.0...1.0, step: 0.3)", "E0305", "0.9"),
    ("slider(1.0...0.0, step: 0.1)", "E0305", "smaller number first"), ("slider(5)", "E0303", "1...6"),
    ("slider(range(5, 0, by: -1))", "E0305", "swap the ends"), ("slider(1...6, 2.5)", "E0303", "Int"),
    ("slider(0.0...1e30, step: 1e-3)", "E0305", "larger step"),
    ("slider(1...6, 2, label: 3)", "E0303", "label"),
    ("choose([])", "E0305", "at least one"), ("choose([1, \"1\"])", "E0305", "choose({"),
    ("choose([\"a\"], \"b\")", "E0305", "\"a\""), ("choose({a: 1}, 1)", "E0305", "\"a\""),
    ("choose(3)", "E0303", "List"),
    ("choose([\"a\\nb\"])", "E0305", "one-line"), ("toggle(1)", "E0303", "true or false"),
    ("text_field(3)", "E0303", "String"),
    ("image_picker([])", "E0305", "at least one"), ("image_picker([1])", "E0303", "load_image"),
    ("image_picker(dataset(\"fashion\").test[0..<2], 2)", "E0305", "from 0 to 1"),
    ("image_picker(3)", "E0303", "split"),
  ]

  @Test func badArgumentsAreRefusedWithARemedy() throws {
    // All in one program: each says what it has caught.
    let lines = Self.refused.map {
      "try { \($0.call); print(\"fine\") } catch e { print(e.code, e.help ?? e.message, e.message) }\n"
    }
    let result = try run(lines.joined())
    let said = result.output.split(separator: "\n").map(String.init)
    #expect(said.count == Self.refused.count, "\(result.output)\(result.errors)")
    for (line, wanted) in zip(said, Self.refused) {
      #expect(line.hasPrefix(wanted.word) && line.contains(wanted.help), "\(wanted.call): \(line)")
    }
  }

  static let program = """
    let k = slider(1...9, 3, step: 2)
    let f = slider(0.0...0.6, 0.2, step: 0.1)
    let style = choose(["clean", "dark sketch"])
    let rate = choose({slow: 0.01, fast: 0.1})
    let on = toggle()
    let words = text_field("a {}.")
    let picture = image_picker(dataset("fashion").test[0..<4])
    print(k, f, style, rate, on, words, picture.index)

    """

  @Test func everyControlIsASetting() throws {
    let set = ["k=7", "f=0.3", "style=dark sketch", "rate=fast", "on=true", "words=\"b {}!\"", "picture=2"]
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Self.program.write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    let all = try MocoProcess.run(
      ["run", "--no-record", "a.moco"] + set.flatMap { ["--set", $0] }, in: folder)
    #expect(all.output == "7 0.3 dark sketch 0.1 true b {}! 2\n", "\(all.errors)")
    #expect(all.status == 0)
  }

  static let wrong: [(String, String)] = [
    ("k=4", "from 1 to 9 in steps of 2"), ("k=11", "from 1 to 9"), ("k=3.0", "an Int"), ("k=", "an Int"),
    ("f=0.35", "from 0.0 to 0.6"), ("f=nan", "0.6"), ("f=0x1", "0.6"),
    ("style=clear", "did you mean style=clean"),
    ("rate=0.1", "one of slow, fast"), ("on=yes", "true or false"), ("picture=4", "from 0 to 3"),
    ("picture=coat", "from 0 to 3"),
  ]

  @Test(arguments: wrong) func settingsThatCannotBeAreRefused(setting: String, help: String) throws {
    let result = try run(Self.program, "--set", setting)
    #expect(result.status != 0)
    #expect(result.errors.contains("error[E0307]: --set \(setting)"), "\(result.errors)")
    #expect(result.errors.contains(help), "\(result.errors)")
  }

  @Test func elsewhereTheCallGivesItsDefaultAndThatIsSaidOnce() throws {
    let text = """
      var k = slider(1...6, 2)
      func f() { slider(1...3, 3) }
      for n in [1] { let m = toggle(true); print(m) }
      print(k, f(), (1...4).slider(4))
      """
    let result = try run(text)
    #expect(result.output == "true\n2 3 4\n", "\(result.errors)")
    #expect(result.errors.components(separatedBy: "E0125").count == 2, "\(result.errors)")
    let set = try run(text, "--set", "k=3")
    #expect(set.errors.contains("E0307"), "\(set.errors)")
  }

  @Test func anOwnFunctionOfTheNameIsNoControl() throws {
    let text = "func slider(a) { a + 1 }\nlet k = slider(1)\nprint(k)\n"
    let result = try run(text)
    #expect(result.output == "2\n")
    #expect(result.errors.isEmpty, "\(result.errors)")
    #expect(try run(text, "--set", "k=3").errors.contains("E0307"))
  }

  @Test func aControlOfTheSameNameTwiceIsRefused() throws {
    let result = try run("// %%\nlet k = slider(1...3)\n// %%\nlet k = toggle()\n")
    #expect(result.errors.contains("error[E0308]: two controls are called 'k'"), "\(result.errors)")
  }

  @Test func aRangeOfFloatsIsForControlsAlone() throws {
    #expect(try run("let r = 0.0...1.0\n").errors.contains("E0201"))
    #expect(try run("let k = slider([0.0...1.0][0], step: 0.5)\n").errors.contains("E0201"))
  }

  @Test func theRunRecordKeepsTheValues() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try "let k = slider(1...6, 2)\nlet data = dataset(\"fashion\")\n".write(
      toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    _ = try MocoProcess.run(["run", "a.moco", "--set", "k=5"], in: folder)
    let runs = try FileManager.default.contentsOfDirectory(atPath: folder + "/runs")
    let record = try String(contentsOfFile: folder + "/runs/\(runs.first ?? "")/run.json", encoding: .utf8)
    #expect(record.contains("\"controls\""), "\(record)")
    #expect(record.contains("\"k\": \"5\""), "\(record)")
  }
}
