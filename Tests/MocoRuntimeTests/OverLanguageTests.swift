import Foundation
import MocoTestSupport
import Testing

/// `over` and `result` in programs that are run by themselves.
@Suite struct OverLanguageTests {
  private func run(
    _ text: String, _ arguments: String..., record: Bool = false
  ) throws -> (
    MocoProcess.Result, record: [String: Any]?
  ) {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try text.write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    let result = try MocoProcess.run(
      ["run", "a.moco"] + (record ? [] : ["--no-record"]) + arguments, in: folder)
    let data = FileManager.default.contents(atPath: folder + "/runs/a-1/run.json")
    return (result, try data.map { try JSONSerialization.jsonObject(with: $0) as? [String: Any] } ?? nil)
  }

  @Test func aRunTakesTheFirstValue() throws {
    let calls = [
      ("over([4, 2])", "4 Int"), ("over(1...3)", "1 Int"), ("over(0..<2)", "0 Int"),
      ("over([0.5, 1])", "0.5 Float"),
      ("over([true, false])", "true Bool"), ("over([\"a\", \"b c\"])", "a String"),
      ("over([nil, 1])", "nil Nil"),
      ("over([[1, 2], [3]])", "[1, 2] List"), ("over(values: [-1, 2])", "-1 Int"),
      ("over([1], label: \"x\")", "1 Int"),
    ]
    let lines = calls.enumerated().map { "let v\($0) = \($1.0)\nprint(v\($0), type(v\($0)))\n" }
    let (result, _) = try run(lines.joined())
    #expect(result.output == calls.map { $0.1 + "\n" }.joined(), "\(result.errors)")
  }

  @Test(arguments: [
    ("over([4, 2])", "2", "2 Int"), ("over([4, 2])", "8", "8 Int"), ("over([0.5])", "1", "1.0 Float"),
    ("over([0.1, 0.2])", "0.20", "0.2 Float"), ("over([\"a\"])", "b c", "b c String"),
    ("over([\"a\"])", "\"b\"", "b String"), ("over([\"a\"])", "3", "3 String"),
    ("over([nil, 1])", "nil", "nil Nil"),
    ("over([[1, 2]])", "[3]", "[3] List"), ("over([true])", "false", "false Bool"),
  ]) func oneValueIsSet(_ call: String, _ text: String, _ shown: String) throws {
    let (result, _) = try run("let x = \(call)\nprint(x, type(x))\n", "--set", "x=\(text)")
    #expect(result.output == shown + "\n", "\(result.errors)")
    // What is not in the list is said.
    #expect(
      result.errors.contains("not one of the values") == !["2", "0.20", "nil"].contains(text),
      "\(result.errors)"
    )
  }

  @Test(arguments: [
    ("over([1])", "x"), ("over([1])", "0.5"), ("over([true])", "1"), ("over([1])", "nil"), ("over([1])", ""),
  ])
  func anotherTypeIsRefused(_ call: String, _ text: String) throws {
    let (result, _) = try run("let x = \(call)\nprint(x)\n", "--set", "x=\(text)")
    #expect(
      result.status == 64 && result.errors.contains("E0307") && result.errors.contains("--set x="),
      "\(result.errors)")
  }

  @Test(arguments: [
    ("let x = over([])", "E1102"), ("let x = over([1, 1])", "E1102"), ("let x = over([1, \"1\"])", "E1102"),
    ("let x = over(3...1)", "E1102"), ("let x = over([\"\"])", "E1102"),
    ("let x = over([\"a\\nb\"])", "E1102"),
    ("let n = 3; let x = over([n])", "E1102"), ("let n = 3; let x = over(1...n)", "E1102"),
    ("let xs = [1]; let x = over(xs)", "E1102"), ("let x = over([{a: 1}])", "E1102"),
    ("let x = over()", "E1102"),
    ("let x = over([..[1]])", "E1102"), ("let x = over(1)", "E1102"), ("let x = over(0...100000)", "E1102"),
    ("let x = over([1, 2 epochs])", "E1102"), ("let x = over([1 + 1])", "E1102"),
    ("let x = over([v for v in [1]])", "E1102"),
    ("let x = [over([1])]", "E1101"), ("var x = over([1])", "E1101"), ("let x = over([1]) + 1", "E1101"),
    ("func f() { return over([1]) }", "E1101"), ("for i in [1] { let x = over([1]) }", "E1101"),
    ("if true { let x = over([1]) }", "E1101"), ("let [x] = over([[1]])", "E1101"),
    ("print(over([1]))", "E1101"),
    ("let x = over([1]); let y = [over([2])]", "E1101"),
    ("let x = try { over([1]) } catch e { error(e) }", "E1101"),
    ("let f = over; f([1])", "E1101"), ("// %% A\nlet x = over([1])\n// %% B\nlet x = over([2])", "E0308"),
  ]) func whatNoSweepCanGoThroughIsRefused(_ program: String, _ code: String) throws {
    let (result, _) = try run(program + "\n")
    #expect(result.status != 0 && result.errors.contains("[\(code)]"), "\(program): \(result.errors)")
    #expect(result.errors.contains("help:"), "\(result.errors)")
  }

  @Test func aModuleHasNone() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try "let x = over([1, 2])\n".write(toFile: folder + "/m.moco", atomically: true, encoding: .utf8)
    try "use \"./m.moco\"\nprint(m.x)\n".write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    let result = try MocoProcess.run(["run", "--no-record", "a.moco"], in: folder)
    #expect(result.status == 70 && result.errors.contains("E1101"), "\(result.errors)")
  }

  @Test func aNameOfTheProgramIsItsOwn() throws {
    let (result, _) = try run("func over(xs) { return len(xs) }\nlet x = over([1, 2, 2])\nprint(x)\n")
    #expect(result.output == "3\n", "\(result.errors)")
  }

  @Test func theRecordHasAllSettingsAndTheResult() throws {
    let (result, record) = try run(
      """
      let shots = over([1, 2, 4])
      let rate = 0.1
      let name = "plain"
      let styled = toggle(true)
      let k = slider(1...6, 2)
      result({accuracy: 0.5, shots: shots})
      result({accuracy: 0.5, method: "coop", fine: true})
      """, "--set", "shots=4", "--set", "k=3", "--set", "rate=0.2", record: true)
    #expect(result.status == 0, "\(result.errors)")
    let settings = record?["settings"] as? NSDictionary
    #expect(
      settings == ["shots": 4, "rate": 0.2, "name": "plain", "styled": true, "k": 3], "\(record ?? [:])")
    #expect(record?["set"] as? [String] == ["shots", "k", "rate"])
    #expect(
      record?["result"] as? NSDictionary == ["accuracy": 0.5, "shots": 4, "method": "coop", "fine": true],
      "\(record ?? [:])")
    #expect(record?["status"] as? String == "finished")
  }

  @Test(arguments: [
    ("result(0.5)", "E1103"), ("result({})", "E1103"), ("result({a: [1]})", "E1103"),
    ("result({a: nil})", "E1103"),
    ("result({a: {b: 1}})", "E1103"), ("result({a: nan})", "E1103"), ("result({a: inf})", "E1103"),
    ("result({a: print})", "E1103"), ("result({a: tensor([1])})", "E1103"), ("result(nil)", "E1103"),
    ("result({a: 1}); result({a: 2})", "E1104"), ("result({a: 1}); result({a: 1.5})", "E1104"),
    ("result({a: 1}); result({a: \"1\"})", "E1104"), ("result({a: 2 epochs})", "E1103"),
  ]) func aResultThatNoTableCanShowIsRefused(_ program: String, _ code: String) throws {
    let (result, _) = try run(program + "\n")
    #expect(result.status == 70 && result.errors.contains("[\(code)]"), "\(program): \(result.errors)")
    #expect(result.errors.contains("help:"), "\(result.errors)")
  }
}
