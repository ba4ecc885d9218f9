import MocoBase
import MocoLang
import MocoSweeps
import Testing

/// The points that a program and a command line make, and their identity.
@Suite struct SweepPlanTests {
  private static let program = """
    let method = over(["coop", "mixture"])
    let rate = 0.1
    let shots = over([1, 16])
    let name = "plain"
    print(method, shots, rate, name)
    """

  private func context() -> CheckContext {
    var context = CheckContext(dialect: .plain)
    context.controls = ["over": true, "slider": true]
    context.swept = ["over"]
    return context
  }

  private func plan(
    _ text: String = program, _ change: (inout SweepRequest) throws -> Void = { _ in }
  ) throws -> SweepPlan {
    var request = SweepRequest()
    try change(&request)
    let program = Parser.parse(SourceFile(name: "a.moco", text: text), .plain).program
    let settings = try program.settings(context())
    let code = try program.codeHash(settings, .plain) { source, importer in
      guard case .path(let path) = source, path == "./m.moco" else {
        throw Failure("E0801", "no such module")
      }
      return LoadedModule(source: SourceFile(name: path, text: modules["m", default: ""]), identity: path)
    }
    return try SweepPlan(settings, code: code, request, .plain)
  }

  private var modules: [String: String] { ["m": "let x = 1\n"] }

  private func labels(_ plan: SweepPlan) -> [String] {
    plan.points.map { $0.values.map(\.label).joined(separator: " ") }
  }

  @Test func theLastSettingChangesFirst() throws {
    let plan = try plan()
    #expect(labels(plan) == ["coop 1", "coop 16", "mixture 1", "mixture 16"])
    #expect(plan.points.map(\.name).allSatisfy { $0.count > 9 })
    #expect(plan.points[1].name.hasPrefix("coop-16-"))
    #expect(plan.points[1].name.hasSuffix(String(plan.points[1].identity.prefix(8))))
    #expect(plan.points[1].settings.keys == ["method", "rate", "shots", "name"])
    // A literal that the program has itself is not said again.
    #expect(plan.points[0].set.map { "\($0.name)=\($0.text)" } == ["method=\"coop\"", "shots=1"])
    #expect(plan.points[3].set.map { "\($0.name)=\($0.text)" } == ["method=\"mixture\"", "shots=16"])
  }

  @Test(arguments: [
    ("rate=0.01,0.02", ["coop 0.01 1", "coop 0.01 16", "coop 0.02 1"]),
    ("shots=2..4", ["coop 2", "coop 3", "coop 4"]),
    ("shots=2..<4", ["coop 2", "coop 3", "mixture 2"]), ("seed=7,8", ["coop 1 7", "coop 1 8", "coop 16 7"]),
    ("name=a,\"b, c\",d e", ["coop 1 a", "coop 1 b, c", "coop 1 d e"]),
    ("name=1..3", ["coop 1 1..3", "coop 16 1..3"]),
    ("rate=1", ["coop 1 1", "coop 1 16"]),
  ]) func valuesComeFromTheCommandLine(_ over: String, _ first: [String]) throws {
    let parts = over.split(separator: "=", maxSplits: 1).map(String.init)
    let plan = try plan { $0.over = [(parts[0], parts[1])] }
    #expect(Array(labels(plan).prefix(first.count)) == first)
  }

  @Test func someOfThePointsOrOneValue() throws {
    #expect(labels(try plan { $0.only = [("shots", "16")] }) == ["coop 16", "mixture 16"])
    #expect(labels(try plan { $0.only = [("shots", "16"), ("method", "coop")] }) == ["coop 16"])
    #expect(labels(try plan { $0.set = [("shots", "4")] }) == ["coop 4", "mixture 4"])
    #expect(labels(try plan { $0.set = [("shots", "4"), ("method", "x")] }) == ["x 4"])
  }

  @Test(arguments: [
    ("over", "speed=1,2", "E1106"), ("over", "shots=x", "E0307"), ("over", "shots=1,1", "E1106"),
    ("over", "shots=", "E1106"),
    ("over", "shots=1,,2", "E1106"), ("over", "shots=5..1", "E1106"), ("over", "shots=1..100000", "E1106"),
    ("over", "rate=fast", "E0307"), ("over", "seed=-1", "E1106"), ("over", "seed=x", "E1106"),
    ("only", "shots=2", "E1106"),
    ("only", "rate=0.1", "E1106"), ("only", "speed=1", "E1106"), ("set", "speed=1", "E0307"),
    ("set", "shots=x", "E0307"),
    ("set", "seed=1", "E0307"),
  ]) func whatDoesNotFitIsRefused(_ option: String, _ text: String, _ code: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let failure = #expect(throws: Failure.self) {
      _ = try plan { request in
        switch option {
        case "over": request.over = [(parts[0], parts[1])]
        case "only": request.only = [(parts[0], parts[1])]
        default: request.set = [(parts[0], parts[1])]
        }
      }
    }
    #expect(failure?.code == code && failure?.help?.isEmpty == false, "\(failure?.message ?? "")")
  }

  @Test func oneSettingIsGivenOnce() throws {
    let failure = #expect(throws: Failure.self) {
      _ = try plan {
        $0.over = [("shots", "1,2")]
        $0.set = [("shots", "4")]
      }
    }
    #expect(failure?.code == "E1106")
  }

  @Test func withoutAnythingToGoThroughThereIsNoSweep() throws {
    let failure = #expect(throws: Failure.self) { _ = try plan("let rate = 0.1\nprint(rate)\n") }
    #expect(failure?.code == "E1105")
    #expect(labels(try plan("let rate = 0.1\n") { $0.over = [("rate", "1.5,2")] }) == ["1.5", "2"])
  }

  @Test func identityIsOfSettingsAndCode() throws {
    func identity(
      _ text: String = Self.program, _ change: (inout SweepRequest) throws -> Void = { _ in }
    ) throws -> String {
      try plan(text, change).points[0].identity
    }
    let own = try identity()
    let same = [
      // Layout, comments, more values, and a default that is said are no other point.
      Self.program + "\n// a comment\n\n", "/// A doc\n" + Self.program,
      Self.program.replacingOccurrences(of: "let rate = 0.1", with: "let  rate   =   0.1"),
      Self.program.replacingOccurrences(of: "[1, 16]", with: "[1, 2, 16]"),
      Self.program.replacingOccurrences(of: "over([\"coop\", \"mixture\"])", with: "over([\"coop\"])"),
    ]
    for text in same { #expect(try identity(text) == own, "\(text)") }
    #expect(try identity { $0.set = [("rate", "0.1")] } == own)
    #expect(try identity { $0.over = [("rate", "0.1,0.2")] } == own)
    #expect(try identity { $0.only = [("shots", "1")] } == own)
    let others = [
      Self.program.replacingOccurrences(of: "0.1", with: "0.2"), Self.program + "\nprint(1)\n",
      Self.program.replacingOccurrences(of: "plain", with: "other"),
      Self.program.replacingOccurrences(of: "let rate", with: "var rate"),
      Self.program.replacingOccurrences(of: "print(method", with: "print(\"a \\(method)\""),
      "use \"./m.moco\"\n" + Self.program,
    ]
    var seen: Set<String> = [own]
    for text in others { #expect(seen.insert(try identity(text)).inserted, "\(text)") }
    for change: (inout SweepRequest) -> Void in [
      { $0.seed = 1 }, { $0.arguments = ["x"] }, { $0.arguments = ["x", ""] }, { $0.isPortable = true },
      { $0.set = [("rate", "0.3")] }, { $0.over = [("seed", "5,6")] },
    ] { #expect(seen.insert(try identity(Self.program, change)).inserted) }
    // The run's seed is the run's seed, however it is given.
    let (swept, given) = (try identity { $0.over = [("seed", "1,2")] }, try identity { $0.seed = 1 })
    #expect(swept == given)
  }

  @Test func aNameThatComesTwiceStaysInTheCode() throws {
    let text =
      "let a = over([1, 2])\n// %% B\nlet rate = 0.1\nprint(rate)\n// %% C\nlet rate = 0.2\nprint(rate)\n"
    let other = text.replacingOccurrences(of: "let rate = 0.1", with: "let rate = 0.3")
    #expect(try plan(text).points[0].identity != plan(other).points[0].identity)
  }

  @Test func theWordsOfStringsCount() throws {
    let text = "let a = over([1, 2])\nprint(\"x \\(a + 1) y\")\n"
    for (old, new) in [("x ", "z "), ("a + 1", "a + 2"), (" y", " w")] {
      #expect(
        try plan(text).points[0].identity
          != plan(text.replacingOccurrences(of: old, with: new)).points[0].identity)
    }
  }

  @Test func aConditionLeavesPointsOut() throws {
    let text = """
      let table = over(["few", "base"])
      let shots = over([1, 4], when: table == "few", otherwise: 16)
      let seed = over(1...2, when: shots != 4)
      """
    #expect(
      labels(try plan(text)) == ["few 1 1", "few 1 2", "few 4 1", "base 16 1", "base 16 2"])
    #expect(labels(try plan(text) { $0.only = [("shots", "16")] }) == ["base 16 1", "base 16 2"])
    #expect(labels(try plan(text) { $0.set = [("shots", "4")] }) == ["few 4 1", "base 4 1"])
    #expect(labels(try plan(text) { $0.over = [("shots", "1,2")] }).count == 6)
    // What is gone through is the same point, however it came about.
    let all = try plan(text).points
    let one = try plan(text) { $0.set = [("table", "base"), ("seed", "2")] }
    #expect(one.points.map(\.identity) == [all[4].identity])
  }
}
