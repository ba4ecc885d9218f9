import MocoBase
import MocoLang
import MocoSweeps
import Testing

/// The points of programs whose `over` have conditions.
@Suite struct SweptConditionTests {
  private func plan(_ text: String, _ change: (inout SweepRequest) -> Void = { _ in }) throws -> SweepPlan {
    var context = CheckContext(dialect: .plain)
    (context.controls, context.swept) = (["over": true], ["over"])
    var request = SweepRequest()
    change(&request)
    let parsed = Parser.parse(SourceFile(name: "a.moco", text: text), .plain)
    return try SweepPlan(try parsed.program.settings(context), code: "code", request, .plain)
  }

  private func shown(_ plan: SweepPlan) -> [String] {
    plan.points.map { $0.values.map(\.label).joined(separator: " ") }
  }

  private let program = """
    let root = ""
    let table = over(["few", "new"])
    let data = over(["dtd", "pets"], when: root != "", otherwise: if table == "few" { "small" } else { "smaller" })
    let method = over(["zero", "coop"])
    let shots = over([1, 2], when: table == "few" and method != "zero", otherwise: 16)
    let rate = over([0.1, 0.2], when: shots in [2, 16] and not (method == "zero"), otherwise: nil)
    """

  @Test func nothingIsRunForWhatIsLeftOut() throws {
    let plan = try plan(program)
    #expect(
      shown(plan) == [
        "few small zero 16 nil", "few small coop 1 nil", "few small coop 2 0.1", "few small coop 2 0.2",
        "new smaller zero 16 nil", "new smaller coop 16 0.1", "new smaller coop 16 0.2",
      ])
    #expect(Set(plan.points.map(\.identity)).count == 7 && Set(plan.points.map(\.name)).count == 7)
    // What a run by itself would take is given all the same: its conditions are not the sweep's to work out again.
    let given = Set(plan.points[0].set.map { "\($0.name)=\($0.text)" })
    #expect(given.isSuperset(of: ["data=\"small\"", "shots=16", "rate=nil"]), "\(given)")
    #expect(plan.swept.first { $0.name == "shots" }?.values == [.int(1), .int(2)])
  }

  @Test func settingsAboveDecideAsTheyAreGiven() throws {
    let all = try plan(program) { $0.set = [("root", "/data")] }
    #expect(shown(all).count == 14 && shown(all)[0] == "few dtd zero 16 nil")
    // One that is set holds for all points; one that is gone through by the command keeps its condition.
    #expect(
      shown(try plan(program) { $0.set = [("shots", "1")] }) == [
        "few small zero 1 nil", "few small coop 1 nil", "new smaller zero 1 nil", "new smaller coop 1 nil",
      ])
    #expect(
      shown(try plan(program) { $0.over = [("shots", "4,2")] }) == [
        "few small zero 16 nil", "few small coop 4 nil", "few small coop 2 0.1", "few small coop 2 0.2",
        "new smaller zero 16 nil", "new smaller coop 16 0.1", "new smaller coop 16 0.2",
      ])
  }

  @Test func onlyFindsTheOtherValuesToo() throws {
    #expect(
      shown(try plan(program) { $0.only = [("shots", "16"), ("method", "zero")] }) == [
        "few small zero 16 nil", "new smaller zero 16 nil",
      ])
    #expect(
      shown(try plan(program) { $0.only = [("data", "smaller"), ("rate", "nil")] }) == [
        "new smaller zero 16 nil"
      ])
    #expect(throws: Failure.self) { try plan(program) { $0.only = [("data", "smallest")] } }
  }

  @Test(arguments: [
    "let a = 1\nlet x = over([1, 2], when: a)", "let a = \"x\"\nlet x = over([1, 2], when: a < 2)",
    "let a = 1\nlet x = over([1, 2], when: a and true)", "let a = 1\nlet x = over([1, 2], when: 1 in a)",
    "let a = \"\"\nlet x = over([1, 2], when: a != \"\", otherwise: a)",
  ])
  func wrongTypesAreNamedBeforeAnythingRuns(_ text: String) throws {
    do {
      _ = try plan(text)
      Issue.record("no error: \(text)")
    } catch let found as Diagnostic {
      #expect(found.code == "E1102" && !found.help.isEmpty)
    }
  }

  /// Numbers are equal as in programs, and lists by their elements.
  @Test(
    arguments: [
      ("a == 1.0", true), ("a in [2, 1.0]", true), ("a not in [2]", true), ("[a, 2] == [1.0, 2]", true),
      ("a >= 1 and a < 1.5", true),
      ("not (a == 1) or s == \"x y\"", true), ("\"y\" in s", true), ("s != \"x y\"", false),
      ("n == nil", true), ("t", true),
      ("if a == 2 { t } else if t { a == 1 } else { false }", true), ("a == \"1\"", false), ("-1 < a", true),
    ] as [(String, Bool)])
  func conditionsAreThoseOfPrograms(_ condition: String, _ holds: Bool) throws {
    let plan = try plan(
      "let a = 1\nlet s = \"x y\"\nlet n = nil\nlet t = true\nlet x = over([5, 6, 7], when: \(condition))")
    #expect(plan.points.count == (holds ? 3 : 1))
  }
}
