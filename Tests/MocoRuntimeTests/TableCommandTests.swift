import Foundation
import MocoBase
import Testing

/// `moco table`, `runs(…)` in programs and `moco runs`, on a sweep's folder that is made by hand.
@Suite struct TableCommandTests {
  /// Two methods, shots 1 and 4, two seeds; the last run has failed.
  private func inSweep(_ work: (String) throws -> Void) throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var points: [Json] = []
    var number = 0
    for method in ["coop", "mixture"] {
      for shots in [1, 4] {
        for seed in [1, 2] {
          let name = "\(method)-\(shots)-\(seed)-0000000\(number)"
          let settings: Json = [
            "method": .string(method), "shots": .int(shots), "seed": .int(seed), "init": "a photo, of a",
          ]
          points.append([
            "name": .string(name), "identity": .string("0000000\(number)"), "settings": settings,
          ])
          number += 1
          let isLast = number == 8
          try FileSystem.createFolder("\(folder)/runs/few/\(name)")
          var record = JsonObject([
            ("format", "moco-run"), ("version", 1), ("name", .string(name)),
            ("point", .string("0000000\(number - 1)")),
            ("settings", settings), ("status", isLast ? "failed" : "finished"),
            ("seconds", .double(Double(number))),
          ])
          if isLast {
            record["error"] = ["code": "E0707", "message": "the training has diverged"]
          } else {
            let accuracy = (method == "coop" ? 0.5 : 0.6) + 0.05 * Double(shots) + 0.01 * Double(seed)
            record["result"] = ["accuracy": .double(accuracy)]
          }
          try AtomicFile.write(
            Json.object(record).serialized(indent: 2), to: "\(folder)/runs/few/\(name)/run.json")
        }
      }
    }
    let sweep: Json = [
      "format": "moco-sweep", "version": 1, "script": "few.moco", "points": .array(points),
    ]
    try AtomicFile.write(sweep.serialized(indent: 2), to: folder + "/runs/few/sweep.json")
    try work(folder)
  }

  private static let options = [
    "--rows", "method", "--columns", "shots", "--value", "accuracy", "--percent", "--digits", "1",
  ]

  @Test func tablesAreWrittenInEveryForm() throws {
    try inSweep { folder in
      let text = try MocoProcess.run(["table", "runs/few"] + Self.options, in: folder)
      #expect(text.status == 0, "\(text.errors)")
      #expect(text.output.contains("66.5 ± 0.5 *     81.0 (1) *"))
      #expect(text.output.contains("1 of 8 runs is not finished: 1 failed."))
      let csv = try MocoProcess.run(["table", "few"] + Self.options + ["--format", "csv"], in: folder)
      #expect(csv.output.hasPrefix("method,1,1 deviation,1 runs,4,4 deviation,4 runs\r\ncoop,"))
      #expect(csv.errors.contains("1 of 8 runs is not finished"))
      let latex = try MocoProcess.run(["table", "runs/few/"] + Self.options + ["-o", "t.tex"], in: folder)
      #expect(latex.status == 0 && latex.output.isEmpty)
      #expect(try FileSystem.readText(folder + "/t.tex").contains("\\toprule"))
      let json = try MocoProcess.run(
        ["table", "runs/few"] + Self.options + ["--format", "json"], in: folder)
      #expect(try Json.parse(json.output)["cells"]?[0]?["runs"] == 2)
    }
  }

  /// A comma lists values, or belongs to one.
  @Test func commasInConditions() throws {
    try inSweep { folder in
      func table(_ condition: String) throws -> (String, String) {
        let run = try MocoProcess.run(
          ["table", "runs/few"] + Self.options + ["--where", condition], in: folder)
        return (run.output, run.errors)
      }
      let all = try table("shots=1,4")
      #expect(all.0.contains("66.5 ± 0.5"), "\(all.1)")
      #expect(try table("init=a photo, of a").0 == all.0)
      #expect(try table("init=a photo, of").1.contains("E1114"))
    }
  }

  @Test func wrongUseIsRefusedByName() throws {
    try inSweep { folder in
      func errors(_ arguments: [String]) throws -> (Int32, String) {
        let run = try MocoProcess.run(["table"] + arguments, in: folder)
        return (run.status, run.errors)
      }
      #expect(try errors(["runs/few", "--rows", "method"]).0 == 64)
      #expect(try errors(["runs/few", "--rows", "method", "--value", "accuracy", "-o", "x.doc"]).0 == 64)
      let mixed = try errors(["runs/few", "--rows", "method", "--value", "accuracy"])
      #expect(mixed.0 == 70 && mixed.1.contains("E1115") && mixed.1.contains("--where shots=1"))
      #expect(try errors(["few.moco", "--rows", "method", "--value", "accuracy"]).1.contains("E0501"))
      #expect(try errors(["nothing", "--rows", "method", "--value", "accuracy"]).1.contains("E0501"))
      #expect(try errors(["runs", "--rows", "method", "--value", "accuracy"]).1.contains("E0501"))
    }
  }

  @Test func programsReadRuns() throws {
    try inSweep { folder in
      let program = """
        let all = runs("few")
        print(len(all), all.states, all.settings)
        print([run.result.accuracy for run in all.where({method: "coop", seed: [1]})], all[-1].state)
        let t = all.table(rows: "method", columns: "shots", value: "accuracy", digits: 2)
        print(t.rows, t.columns, [[c.runs for c in line] for line in t.cells])
        print(t)
        t.save("t.md")
        let f = all.curves(x: "shots", value: "accuracy", lines: "method", percent: true)
        f.save("f.svg")
        print(f.kind)
        try { all.curves(x: "method", value: "accuracy", over: "shots") } catch e { print(e.code) }
        try { all.where({shot: 1}) } catch e { print(e.code) }
        try { t.save("t.doc") } catch e { print(e.code) }
        """
      try AtomicFile.write(program, to: folder + "/a.moco")
      let run = try MocoProcess.run(["run", "--no-record", "a.moco"], in: folder)
      #expect(
        run.output == """
          8 {finished: 7, failed: 1} {method: ["coop", "mixture"], shots: [1, 4], seed: [1, 2], init: ["a photo, of a"]}
          [0.56, 0.71] failed
          ["coop", "mixture"] ["1", "4"] [[2, 2], [2, 1]]
          <ResultTable: 2 × 2 of accuracy>
          line
          E0303
          E1114
          E0303

          """, "\(run.errors)")
      #expect(try FileSystem.readText(folder + "/t.md").contains("| mixture |"))
      #expect(try FileSystem.readText(folder + "/f.svg").contains("mixture"))
    }
  }

  @Test func recordsAreListedShownComparedAndRemoved() throws {
    try inSweep { folder in
      func runs(_ arguments: String...) throws -> MocoProcess.Result {
        try MocoProcess.run(["runs"] + arguments, in: folder)
      }
      let list = try runs()
      let lines = list.output.split(separator: "\n")
      #expect(lines.count == 8, "\(list.output) \(list.errors)")
      #expect(lines.first?.hasPrefix("few/coop-1-1-00000000     finished") == true)
      #expect(lines.first?.contains("accuracy 0.56  method=coop shots=1 seed=1") == true)
      #expect(try runs("runs/few").output.hasPrefix("coop-1-1-00000000"))
      let show = try runs("show", "few/mixture-4-2-00000007")
      #expect(show.output.contains("E0707: the training has diverged") && show.output.contains("shots"))
      #expect(try runs("show", "coop-1-1-00000000").output.contains("→ accuracy"))
      #expect(try runs("show", "coop-1-1").errors.contains("E0501"))
      let compared = try runs("compare", "few/coop-1-1-00000000", "few/coop-4-1-00000002").output
      #expect(compared.contains("≠   shots"))
      #expect(!compared.contains("≠   method"))
      #expect(try runs("compare", "few/coop-1-1-00000000").status == 64)

      #expect(try runs("rm").status == 64)
      let refused = try runs("rm", "--failed")
      #expect(refused.status == 70 && refused.errors.contains("E0504") && refused.errors.contains("--yes"))
      #expect(FileSystem.kind(folder + "/runs/few/mixture-4-2-00000007") == .folder)
      let removed = try runs("rm", "--failed", "--yes")
      #expect(removed.status == 0 && removed.output.contains("removed 1 run, "))
      #expect(FileSystem.kind(folder + "/runs/few/mixture-4-2-00000007") == .missing)
      #expect(try runs("rm", "--dead", "--yes").output == "there is nothing to remove\n")
      #expect(try runs("rm", "few/coop-1-1-00000000", "-y").status == 0)
      #expect(try runs().output.split(separator: "\n").count == 6)
    }
  }

  /// A run that goes on is not removed, one whose process is gone is dead.
  @Test func whatRunsStays() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let stat = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
    let ticks = stat.split(separator: ")").last?.split(separator: " ")[19] ?? ""
    let host = ProcessInfo.processInfo.hostName
    for (name, ticks) in [("alive-1", Int(ticks) ?? 0), ("gone-1", 1)] {
      try FileSystem.createFolder("\(folder)/runs/\(name)")
      let id = Int(ProcessInfo.processInfo.processIdentifier)
      let record: Json = [
        "format": "moco-run", "version": 1, "name": .string(name),
        "process": [
          "id": .int(id), "host": .string(host), "ticks": .int(ticks), "began": "2026-05-01T12:00:00Z",
        ],
      ]
      try AtomicFile.write(record.serialized(), to: "\(folder)/runs/\(name)/run.json")
    }
    let list = try MocoProcess.run(["runs"], in: folder).output
    #expect(list.contains("alive-1  running") && list.contains("gone-1   dead"), "\(list)")
    let refused = try MocoProcess.run(["runs", "rm", "alive-1", "--yes"], in: folder)
    #expect(refused.status == 70 && refused.errors.contains("alive-1 is running"))
    #expect(try MocoProcess.run(["runs", "rm", "--dead", "--yes"], in: folder).output.contains("gone-1"))
    #expect(FileSystem.kind(folder + "/runs/alive-1") == .folder)
    #expect(FileSystem.kind(folder + "/runs/gone-1") == .missing)
  }
}
