import Foundation
import MocoSweeps
import MocoTestSupport
import Synchronization
import Testing

/// `moco sweep` as a person uses it: points, records, going on, failures, and clear words.
@Suite struct SweepCommandTests {
  /// A folder with programs, which goes with the test.
  private final class Place {
    let path: String
    init(_ files: [String: String]) throws {
      path = try MocoProcess.temporaryFolder()
      for (name, text) in files {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
          atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
      }
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func sweep(_ arguments: String...) throws -> MocoProcess.Result {
      try MocoProcess.run(["sweep"] + arguments, in: path)
    }
    func runs(_ folder: String = "runs/a") throws -> [SweepRun] {
      try SweepFolder("\(path)/\(folder)").runs()
    }
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }
    func write(_ text: String, _ name: String) throws {
      try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }
  }

  static let program = """
    let method = over(["coop", "mixture"])
    let shots = over([1, 2, 4])
    let rate = 0.5
    print(method, shots, rate)
    result({accuracy: rate * shots, method: method})
    """

  private func table(_ runs: [SweepRun]) -> [String] {
    runs.map { run in
      let result = run.result.map { $0.map { "\($0.key) \($0.value.serialized())" }.joined(separator: ", ") }
      return
        "\(run.settings["method"]?.stringValue ?? "") \(run.settings["shots"]?.intValue ?? 0) \(run.state) \(result ?? "-")"
    }
  }

  @Test(arguments: ["1", "3"]) func everyPointRunsOnce(jobs: String) throws {
    let place = try Place(["a.moco": Self.program])
    let first = try place.sweep("a.moco", "--jobs", jobs)
    #expect(first.status == 0, "\(first.errors)\(first.output)")
    #expect(first.output.contains("6 finished"), "\(first.output)")
    let runs = try place.runs()
    #expect(
      table(runs) == [
        "coop 1 finished accuracy 0.5, method \"coop\"", "coop 2 finished accuracy 1.0, method \"coop\"",
        "coop 4 finished accuracy 2.0, method \"coop\"",
        "mixture 1 finished accuracy 0.5, method \"mixture\"",
        "mixture 2 finished accuracy 1.0, method \"mixture\"",
        "mixture 4 finished accuracy 2.0, method \"mixture\"",
      ])
    #expect(runs.allSatisfy { $0.seconds != nil && $0.settings["rate"]?.doubleValue == 0.5 })
    #expect(try place.text("runs/a/\(runs[1].name)/stdout.txt") == "coop 2 0.5\n")
    // What a run by itself prints and gives.
    let alone = try MocoProcess.run(
      ["run", "a.moco", "--set", "method=mixture", "--set", "shots=4", "--out", "alone"], in: place.path)
    #expect(try place.text("runs/a/\(runs[5].name)/stdout.txt") == alone.output)
    // Nothing is left to do.
    let records = try runs.map { try place.text("runs/a/\($0.name)/run.json") }
    let again = try place.sweep("a.moco")
    #expect(again.status == 0 && again.output.contains("6 finished (6 before)"), "\(again.output)")
    #expect(try runs.map { try place.text("runs/a/\($0.name)/run.json") } == records)
  }

  @Test func whatIsMissingIsRun() throws {
    let place = try Place(["a.moco": Self.program])
    #expect(try place.sweep("a.moco", "--only", "shots=2").status == 0)
    #expect(try place.runs().count == 2)
    let dry = try place.sweep("a.moco", "--dry-run")
    #expect(
      dry.status == 0 && dry.output.contains("2 finished, 4 missing")
        && dry.output.contains("4 runs left, about"))
    #expect(dry.output.contains("method coop, shots 4"))
    #expect(try place.runs().count == 2)
    // More values are more points; what is there stays.
    let more = Self.program.replacingOccurrences(of: "[1, 2, 4]", with: "[1, 2, 4, 8]")
    try place.write(more, "a.moco")
    let all = try place.sweep("a.moco")
    #expect(all.output.contains("8 finished (2 before)"), "\(all.output)")
    #expect(try place.runs().map { $0.settings["shots"]?.intValue } == [1, 2, 4, 8, 1, 2, 4, 8])
    // Another default is another point; the earlier runs stay.
    let other = try place.sweep("a.moco", "--over", "rate=0.5,0.25", "--only", "shots=8")
    #expect(other.output.contains("4 finished (2 before)"), "\(other.output)\(other.errors)")
    #expect(try place.runs().count == 10)
  }

  @Test func aDryRunMakesNothing() throws {
    let place = try Place(["a.moco": Self.program])
    let dry = try place.sweep("a.moco", "--dry-run")
    #expect(
      dry.status == 0 && dry.output.contains("6 points")
        && dry.output.contains("no time estimate until one has finished"))
    #expect(!FileManager.default.fileExists(atPath: place.path + "/runs"))
    let status = try place.sweep("a.moco", "--status")
    #expect(status.status == 0 && status.output.contains("6 missing"))
    #expect(!FileManager.default.fileExists(atPath: place.path + "/runs"))
  }

  @Test func aFailureStaysWithItsReasonAndEndsNothing() throws {
    let place = try Place([
      "a.moco": """
      let shots = over([1, 2, 3, 4])
      print("begins", shots)
      if shots == 2 and not exists("fixed") { error("two is bad", "E0950") }
      if shots == 3 { exit(3) }
      result({shots: shots})
      """
    ])
    let first = try place.sweep("a.moco", "--jobs", "2")
    #expect(
      first.status == 70 && first.output.contains("2 finished, 2 failed"), "\(first.output)\(first.errors)")
    #expect(first.errors.contains("two is bad"))
    let runs = try place.runs()
    #expect(runs.map(\.state) == [.finished, .failed, .failed, .finished])
    #expect(runs[1].reason == "E0950: two is bad" && runs[2].reason == "exit status 3")
    #expect(try place.text("runs/a/\(runs[1].name)/stdout.txt") == "begins 2\n")
    #expect(try place.text("runs/a/\(runs[1].name)/stderr.txt").contains("error[E0950]: two is bad"))
    try place.write("", "fixed")
    let second = try place.sweep("a.moco")
    #expect(second.status == 70 && second.output.contains("2 failed (2 before)"), "\(second.output)")
    let status = try place.sweep("a.moco", "--status")
    #expect(
      status.status == 0 && status.output.contains("E0950: two is bad") && status.output.contains("2 failed"))
    let third = try place.sweep("a.moco", "--retry", "failed")
    #expect(third.status == 70 && third.output.contains("3 finished (2 before), 1 failed"), "\(third.output)")
    #expect(try place.runs().map(\.state) == [.finished, .finished, .failed, .finished])
    #expect(!FileManager.default.fileExists(atPath: place.path + "/runs/a/\(runs[1].name)/stderr.txt"))
  }

  @Test func nothingIsBegunAfterAFailureWhereThatIsWished() throws {
    let place = try Place(["a.moco": "let x = over(1...5)\nif x == 2 { error(\"no\") }\nresult({x: x})\n"])
    let result = try place.sweep("a.moco", "--fail-fast")
    #expect(result.status == 70 && result.output.contains("1 finished, 1 failed, 3 left"), "\(result.output)")
    #expect(try place.runs().map(\.state) == [.finished, .failed, .missing, .missing, .missing])
  }

  @Test func anEditedProgramHasOtherPoints() throws {
    let place = try Place([
      "a.moco": "use {f} from \"./m.moco\"\nlet x = over([1, 2])\nresult({y: f(x)})\n",
      "m.moco": "func f(x) { 10 * x }\n",
    ])
    #expect(try place.sweep("a.moco").status == 0)
    let first = try place.runs()
    try place.write("// The same\nfunc f(x) { 10 *  x }\n", "m.moco")
    #expect(try place.sweep("a.moco").output.contains("2 finished (2 before)"))
    try place.write("func f(x) { 100 * x }\n", "m.moco")
    let edited = try place.sweep("a.moco")
    #expect(edited.output.contains("2 finished\n"), "\(edited.output)")
    let second = try place.runs()
    #expect(second.map { $0.result?["y"]?.intValue } == [100, 200])
    // The earlier runs stay, and do not count.
    for run in first { #expect(FileManager.default.fileExists(atPath: run.folder + "/run.json")) }
    #expect(Set(first.map(\.name)).isDisjoint(with: second.map(\.name)))
    #expect(try place.sweep("a.moco").errors.contains("2 other runs"))
  }

  @Test func anotherProgramHasAFolderOfItsOwn() throws {
    let place = try Place([
      "a.moco": "let x = over([1, 2])\nresult({x: x})\n",
      "b.moco": "let x = over([1, 2])\nresult({x: 2 * x})\n",
      "sub/a.moco": "let x = over([1, 2])\nresult({x: 3 * x})\n",
    ])
    #expect(try place.sweep("a.moco").status == 0)
    for file in ["b.moco", "sub/a.moco"] {
      let other = try place.sweep(file, "--out", "runs/a")
      #expect(
        other.status == 70 && other.errors.contains("E1107") && other.errors.contains("--out"),
        "\(other.errors)")
    }
    #expect(try place.runs().map { $0.result?["x"]?.intValue } == [1, 2])
    #expect(try place.sweep("b.moco", "--out", "runs/b").status == 0)
    // Another moco's runs are not mixed in.
    let text = try place.text("runs/a/sweep.json")
    try place.write(text.replacing(/"moco": "[^"]*"/, with: "\"moco\": \"0.0.1\""), "runs/a/sweep.json")
    let version = try place.sweep("a.moco")
    #expect(
      version.status == 70 && version.errors.contains("E1107") && version.errors.contains("0.0.1"),
      "\(version.errors)")
    try place.write("{}", "runs/a/sweep.json")
    let foreign = try place.sweep("a.moco")
    #expect(foreign.status == 70 && foreign.errors.contains("E0502"), "\(foreign.errors)")
  }

  @Test(arguments: [
    ("let x = 1\n", [String](), Int32(64), "E1105"), ("let x = over([1])\n", ["--over", "y=1"], 64, "E1106"),
    ("let x = over([1])\n", ["--only", "x=2"], 64, "E1106"), ("let x = over([])\n", [], 65, "E1102"),
    ("let x = over([1]\n", [], 65, "E01"), ("let x = [over([1])]\n", ["--over", "x=1"], 65, "E1101"),
    ("let x = over([1])\n", ["--set", "x=a"], 64, "E0307"),
    ("let x = over([1])\n", ["--jobs", "0"], 64, "--jobs"),
    ("let x = over([1])\n", ["--over", "x"], 64, "--over"),
    ("let x = over([1])\n", ["--over-file", "no.csv"], 64, "E0501"),
    ("let x = over([1])\n", ["--out", "a.moco"], 70, "E0504"),
    ("use nothing\nlet x = over([1])\n", [], 65, "E0801"),
  ]) func whatCannotBeSweptIsSaid(
    _ program: String, _ options: [String], _ status: Int32, _ word: String
  ) throws {
    let place = try Place(["a.moco": program])
    let result = try MocoProcess.run(["sweep", "a.moco"] + options, in: place.path)
    #expect(
      result.status == status && result.errors.contains(word),
      "\(result.status) \(result.errors)\(result.output)")
    #expect(!FileManager.default.fileExists(atPath: place.path + "/runs/a/sweep.json"))
  }

  @Test func pointsComeFromAFile() throws {
    let place = try Place([
      "a.moco": "let a = 1\nlet b = over([1, 2])\nlet c = \"x\"\nresult({s: \"\\(a) \\(b) \\(c)\"})\n",
      "points.csv": "c,a\nred,1\n\"blue, dark\",2\n", "twice.csv": "a\n1\n1\n", "short.csv": "a,c\n1\n",
      "empty.csv": "a\n",
      "other.csv": "z\n1\n", "double.csv": "a,a\n1,2\n", "type.csv": "a\nx y\n",
    ])
    #expect(try place.sweep("a.moco", "--over-file", "points.csv").status == 0)
    #expect(
      try place.runs().map { $0.result?["s"]?.stringValue }
        == ["1 1 red", "1 2 red", "2 1 blue, dark", "2 2 blue, dark"])
    for name in ["twice", "short", "empty", "other", "double", "type"] {
      let result = try place.sweep("a.moco", "--over-file", "\(name).csv")
      #expect(result.status == 64 && result.errors.contains("error[E"), "\(name): \(result.errors)")
    }
  }

  @Test func seedsAndArgumentsAreTheRuns() throws {
    let place = try Place(["a.moco": "let x = over([1])\nresult({r: random(), a: len(args)})\n"])
    #expect(try place.sweep("a.moco", "--over", "seed=1..2", "--", "one").status == 0)
    let runs = try place.runs()
    let alone = try MocoProcess.run(
      ["run", "a.moco", "--seed", "2", "--out", "alone", "--", "one"], in: place.path)
    #expect(alone.status == 0, "\(alone.errors)")
    let record =
      try JSONSerialization.jsonObject(with: Data(try place.text("alone/run.json").utf8)) as? [String: Any]
    let result = record?["result"] as? [String: Any]
    #expect(
      runs.count == 2 && runs[1].result?["r"]?.doubleValue == result?["r"] as? Double
        && runs[1].result?["a"]?.intValue == 1)
    #expect(runs[0].result?["r"]?.doubleValue != runs[1].result?["r"]?.doubleValue)
  }

  /// Two processes on one folder: each point runs once.
  @Test func processesShareAFolder() throws {
    let place = try Place([
      "a.moco": """
      let x = over(1...12)
      append_text("log.txt", "\\(x)\\n")
      sleep(0.05)
      result({x: x})
      """
    ])
    let results = try withThrowing(count: 3) { _ in try place.sweep("a.moco", "--jobs", "2") }
    #expect(results.allSatisfy { $0.status == 0 }, "\(results.map(\.errors))")
    #expect(try place.runs().map { $0.result?["x"]?.intValue } == Array(1...12))
    let lines = try place.text("log.txt").split(separator: "\n").compactMap { Int($0) }
    #expect(lines.sorted() == Array(1...12))
  }

  /// Does work so many times at once.
  private func withThrowing<T: Sendable>(count: Int, _ work: (Int) throws -> T) throws -> [T] {
    let results = Mutex<[Result<T, any Error>]>([])
    withoutActuallyEscaping(work) { work in
      // - Safety: the work is done before this returns, and touches nothing that others do.
      nonisolated(unsafe) let work = work
      DispatchQueue.concurrentPerform(iterations: count) { index in
        let result = Result { try work(index) }
        results.withLock { $0.append(result) }
      }
    }
    return try results.withLock { $0 }.map { try $0.get() }
  }
}
