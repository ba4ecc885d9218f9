import Foundation
import MocoTestSupport
import Testing

/// `over(…, when:, otherwise:)` in programs that are run by themselves.
@Suite struct OverConditionTests {
  private func run(
    _ text: String, _ arguments: String..., record: Bool = false
  ) throws -> (MocoProcess.Result, settings: NSDictionary?) {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try text.write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    let result = try MocoProcess.run(
      ["run", "a.moco"] + (record ? [] : ["--no-record"]) + arguments, in: folder)
    let data = FileManager.default.contents(atPath: folder + "/runs/a-1/run.json")
    let json = try data.map { try JSONSerialization.jsonObject(with: $0) as? [String: Any] } ?? nil
    return (result, json?["settings"] as? NSDictionary)
  }

  private let program = """
    let root = ""
    let table = over(["few-shot", "base-to-new"])
    let data_set = over(["dtd", "eurosat"], when: root != "", otherwise: if table == "few-shot" { "small" } else { "smaller" })
    let method = over(["zero-shot", "coop"])
    let shots = over([1, 2, 4], when: table == "few-shot" and method not in ["zero-shot"], otherwise: 16)
    let rate = over([0.1, 0.2], when: not (method == "zero-shot"), otherwise: nil)
    let seed = over(1...3, when: shots < 16)
    print(table, data_set, method, shots, rate, seed)
    result({done: true})

    """

  @Test(
    arguments: [
      ([], "few-shot small zero-shot 16 nil 1"),
      (["method=coop"], "few-shot small coop 1 0.1 1"),
      (["table=base-to-new", "method=coop"], "base-to-new smaller coop 16 0.1 1"),
      (["root=/data", "method=coop", "shots=4", "seed=3"], "few-shot dtd coop 4 0.1 3"),
      (["rate=nil", "shots=16"], "few-shot small zero-shot 16 nil 1"),
    ] as [([String], String)])
  func aRunTakesTheFirstOrTheOther(_ set: [String], _ printed: String) throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try program.write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    let result = try MocoProcess.run(
      ["run", "a.moco", "--no-record"] + set.flatMap { ["--set", $0] }, in: folder)
    #expect(result.output == printed + "\n", "\(result.errors)")
    #expect(!result.errors.contains("condition"), "\(result.errors)")
  }

  /// One that is set all the same is taken, and said.
  @Test func aValueAgainstItsConditionIsSaid() throws {
    let (result, _) = try run(program, "--set", "shots=2")
    #expect(result.output == "few-shot small zero-shot 2 nil 1\n", "\(result.errors)")
    #expect(
      result.errors.contains("shots is set to 2, where its condition is false and a sweep uses 16"),
      "\(result.errors)")
  }

  @Test func theRecordHasWhatWasTaken() throws {
    let (_, settings) = try run(program, "--set", "method=coop", record: true)
    #expect(
      settings == [
        "root": "", "table": "few-shot", "data_set": "small", "method": "coop", "shots": 1, "rate": 0.1,
        "seed": 1,
      ],
      "\(settings ?? [:])")
  }

  @Test(arguments: [
    ("let x = over([1, 2], otherwise: 3)", "otherwise is given without when"),
    ("let x = over([1, 2], when: y == 1)", "'y' is not a setting declared above"),
    ("let x = over([1, 2], when: y == 1)\nlet y = 1", "'y' is not a setting declared above"),
    ("let y = len([1])\nlet x = over([1, 2], when: y == 1)", "'y' is not a setting declared above"),
    ("var y = 1\nlet x = over([1, 2], when: y == 1)", "'y' is not a setting declared above"),
    ("let y = toggle(true)\nlet x = over([1, 2], when: y)", "'y' is not a setting declared above"),
    ("let y = 1\nlet x = over([1, 2], when: y + 1 == 2)", "this cannot be evaluated before the program runs"),
    (
      "let y = [1]\nlet x = over([1, 2], when: len(y) == 1)",
      "this cannot be evaluated before the program runs"
    ),
    (
      "let y = 1\nlet x = over([1, 2], when: y == 2, otherwise: y + 1)",
      "this cannot be evaluated before the program runs"
    ),
    (
      "let y = 1\nlet x = over([1, 2], when: if y == 2 { true })",
      "this cannot be evaluated before the program runs"
    ),
  ])
  func whatNoSweepCanTellIsRefused(_ program: String, _ message: String) throws {
    let (result, _) = try run(program + "\n")
    #expect(
      result.status != 0 && result.errors.contains("error[E1102]: \(message)"), "\(program): \(result.errors)"
    )
    #expect(result.errors.contains("help:"), "\(result.errors)")
  }

  /// Types are seen when the program runs.
  @Test(arguments: [
    ("let y = 1\nlet x = over([1, 2], when: y)", "E0303"),
    ("let y = 1\nlet x = over([1, 2], when: y != 1, otherwise: \"\")", "E1102"),
    ("let y = {a: 1}\nlet x = over([1, 2], when: 1 == 2, otherwise: y)", "E1102"),
  ])
  func wrongTypesAreNamed(_ program: String, _ code: String) throws {
    let (result, _) = try run(program + "\n")
    #expect(result.status != 0 && result.errors.contains("error[\(code)]"), "\(program): \(result.errors)")
  }
}
