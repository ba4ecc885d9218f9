import MocoBase
import MocoDocument
import MocoSweeps
import Testing

/// Tables of runs that are made by hand: what is averaged, marked, said and refused.
@Suite struct ResultTableTests {
  private func run(
    _ settings: [(String, Json)], _ result: [(String, Json)]?, state: SweepRun.State = .finished,
    seconds: Double? = 1
  ) -> SweepRun {
    let name = settings.map { "\($0.1.serialized())" }.joined(separator: "-")
    return SweepRun(
      name: name, folder: "runs/s/\(name)", settings: JsonObject(settings),
      result: result.map { JsonObject($0) }, state: state, seconds: seconds, identity: "00", holder: nil,
      reason: "")
  }

  /// Two methods, three numbers of shots, two seeds.
  private var grid: [SweepRun] {
    var runs: [SweepRun] = []
    for (m, method) in ["coop", "a & b_c"].enumerated() {
      for shots in [16, 1, 2] {
        for seed in 1...2 {
          let accuracy = 0.5 + 0.1 * Double(m) + 0.01 * Double(shots) * Double(seed)
          runs.append(
            run(
              [("method", .string(method)), ("shots", .int(shots)), ("seed", .int(seed)), ("rate", 0.1)],
              [
                ("accuracy", .double(accuracy)), ("base", .double(accuracy)), ("new", .double(accuracy / 2)),
                ("note", "x"),
              ]))
        }
      }
    }
    return runs
  }

  private func table(
    _ runs: [SweepRun], rows: [String] = ["method"], columns: [String] = ["shots"],
    values: [String] = ["accuracy"],
    _ change: (inout TableRequest) -> Void = { _ in }
  ) throws -> ResultTable {
    var request = TableRequest(rows: rows, columns: columns, values: values)
    change(&request)
    return try ResultTable(runs, request, source: "runs/s")
  }

  private func failure(_ body: () throws -> ResultTable) -> String {
    do {
      _ = try body()
      return "fine"
    } catch let failure as Failure {
      return "\(failure.code) \(failure.message); \(failure.help ?? "")"
    } catch { return "\(error)" }
  }

  /// A method with one number of shots that stands first does not put it first.
  @Test func columnsAreInTheOrderOfTheFullestRow() throws {
    let alone = run(
      [("method", "zero-shot"), ("shots", 2), ("seed", 1), ("rate", 0.1)], [("accuracy", 0.4)])
    let found = try table([alone] + grid)
    #expect(found.columns.map(\.label) == ["16", "1", "2"])
    #expect(found.rows == [["zero-shot"], ["coop"], ["a & b_c"]])
  }

  @Test func cellsAreMeansInTheSweepsOrder() throws {
    let table = try table(grid) { $0.isPercent = true }
    #expect(table.columns.map(\.label) == ["16", "1", "2"])
    #expect(table.rows.map { SettingText.of($0[0]) } == ["coop", "a & b_c"])
    #expect(
      table.document.plain(width: 200) == """
         method              16              1              2
        ──────────────────────────────────────────────────────
         coop      74.0 ± 8.0     51.5 ± 0.5     53.0 ± 1.0
         a & b_c   84.0 ± 8.0 *   61.5 ± 0.5 *   63.0 ± 1.0 *

        Mean ± standard deviation of the population (divided by the number of runs) over seed, 2 runs a cell. In percent. * the largest of each column.
        """)
    let cell = table.cells[0][0]
    #expect(
      abs((cell.mean ?? 0) - 74) < 1e-9 && abs((cell.deviation ?? 0) - 8) < 1e-9 && cell.runs == 2
        && !cell.isBest)
    #expect(table.cells[1].map(\.isBest) == [true, true, true])
    #expect(
      table.notes[0].contains("of the population") && table.notes[0].hasSuffix("over seed, 2 runs a cell"))
    #expect(table.notes.contains("in percent") && table.notes.contains("marked: the largest of each column"))
    let sample = try self.table(grid) { $0.deviation = .sample }
    #expect(abs((sample.cells[0][0].deviation ?? 0) - 0.08 * 2.0.squareRoot()) < 1e-12)
    #expect(try self.table(grid) { $0.deviation = .none }.cells[0][0].deviation == nil)
  }

  @Test func theOrderOfRunsChangesNoDigit() throws {
    let one = try table(grid).csv
    #expect(try table(grid).csv == one)
    #expect(one.hasPrefix("method,16,16 deviation,1,1 deviation,2,2 deviation\r\ncoop,"))
    #expect(one.contains("a & b_c") && one.hasSuffix("\r\n"))
  }

  @Test func nothingIsMixedUnsaid() throws {
    var runs = grid
    runs.append(
      run([("method", "coop"), ("shots", 1), ("seed", 1), ("rate", 0.2)], [("accuracy", 0.9)]))
    let refused = failure { try table(runs) }
    #expect(
      refused
        == "E1115 rate has several values, which would be mixed in one cell; choose one, --where rate=0.1, or average over it, --over rate"
    )
    #expect(try table(runs) { $0.over = ["rate"] }.notes[0].contains("over seed, rate"))
    #expect(try table(runs) { $0.filters = [("rate", ["0.1"])] }.cells[0][1].runs == 2)
    #expect(
      try table(runs) { $0.filters = [("rate", ["0.10"]), ("seed", ["1", "2"])] }.cells[0][1].runs == 2)
    #expect(
      failure { try table(runs) { $0.filters = [("rate", ["0.3"])] } }.hasPrefix(
        "E1114 no run of runs/s has rate = 0.3"))
    #expect(failure { try table(runs) { $0.filters = [("rat", ["0.3"])] } }.hasSuffix("did you mean rate?"))
    #expect(failure { try table(runs, rows: ["methd"]) }.contains("no setting \"methd\""))
    #expect(
      failure { try table(runs, rows: ["method"], columns: ["method"]) }.hasPrefix("E1114 method is used"))
    #expect(failure { try table(grid, values: ["acuracy"]) }.hasSuffix("did you mean accuracy?"))
    #expect(failure { try table(grid, values: ["note"]) }.hasPrefix("E1116 the result note of"))
    #expect(failure { try table([]) }.hasPrefix("E1113"))
  }

  @Test func whatIsNotFinishedIsSaidAndDoesNotCount() throws {
    var runs = grid
    runs[2] = run(Array(runs[2].settings.map { ($0.key, $0.value) }), [("accuracy", 100)], state: .running)
    runs[3] = run(Array(runs[3].settings.map { ($0.key, $0.value) }), nil, state: .failed)
    runs[4] = run(Array(runs[4].settings.map { ($0.key, $0.value) }), nil, state: .missing)
    let table = try table(runs)
    #expect(table.cells[0][1].mean == nil && table.cells[0][1].runs == 0)
    #expect(table.cells[0][2].runs == 1 && table.cells[0][2].deviation == nil)
    #expect(table.isUneven == true)
    #expect(table.notes.contains("without a run: coop/1"))
    #expect(table.notes.contains("3 of 12 runs are not finished: 1 failed, 1 running, 1 missing"))
    #expect(table.notes[0].hasSuffix("the number of runs in brackets where it is less than 2"))
    #expect(
      table.csv.hasPrefix("method,16,16 deviation,16 runs,1,1 deviation,1 runs,2,2 deviation,2 runs\r\n"))
    let none = grid.map { run(Array($0.settings.map { ($0.key, $0.value) }), nil, state: .dead) }
    #expect(failure { try self.table(none) }.hasPrefix("E1113 none of 12 runs of runs/s is finished"))
    // A result that is nan or missing is not a number.
    var holes = grid
    holes[0] = run(Array(holes[0].settings.map { ($0.key, $0.value) }), [("accuracy", .null)])
    #expect(try self.table(holes).notes.contains("1 finished run has no numeric result accuracy"))
  }

  @Test func harmonicMeansAreOfAverages() throws {
    let runs = [0.9, 0.5].enumerated().map { place, base in
      run([("method", "m"), ("seed", .int(place))], [("base", .double(base)), ("new", .double(1 - base))])
    }
    let table = try table(runs, columns: [], values: ["base", "new"]) { $0.harmonic = ("base", "new") }
    #expect(table.columns.map(\.label) == ["base", "new", "H"])
    // 2 · 0.7 · 0.3 / 1, and not the mean of 0.18 and 0.5.
    #expect(abs((table.cells[0][2].mean ?? 0) - 0.42) < 1e-12 && table.cells[0][2].deviation == nil)
    #expect(table.notes.contains("H is the harmonic mean of the averages of base and new"))
    let alone = try self.table(runs, columns: [], values: []) { $0.harmonic = ("base", "new") }
    #expect(alone.columns.map(\.label) == ["H"])
  }

  @Test func theBestIsWhatIsShown() throws {
    func best(_ values: [Double], _ change: (inout TableRequest) -> Void = { _ in }) throws -> [Bool] {
      let runs = values.enumerated().map { run([("method", .int($0))], [("accuracy", .double($1))]) }
      return try table(runs, columns: [], change).cells.map { $0[0].isBest }
    }
    #expect(try best([0.1, 0.30001, 0.3]) == [false, true, true])
    #expect(try best([0.1, 0.30001, 0.3]) { $0.digits = 5 } == [false, true, false])
    #expect(try best([0.3, 0.3]) == [false, false])
    #expect(try best([0.3]) == [false])
    #expect(try best([0.1, 0.3]) { $0.best = .min } == [true, false])
    #expect(try best([0.1, 0.3]) { $0.best = .none } == [false, false])
    let rows = try table(grid) { $0.marksRows = true }
    #expect(rows.cells.map { $0.map(\.isBest) } == [[true, false, false], [true, false, false]])
  }

  @Test func everyFormatEscapesWhatIsDangerousThere() throws {
    let runs = ["a,b \"q\"", "x|y *z*", "50 % & <b>_"].enumerated().map { place, name in
      run([("method", .string(name)), ("seed", 1)], [("accuracy", .double(0.1 * Double(place)))])
    }
    let table = try table(runs, columns: [])
    #expect(table.csv == "method,accuracy\r\n\"a,b \"\"q\"\"\",0.0\r\nx|y *z*,0.1\r\n50 % & <b>_,0.2\r\n")
    let options = TerminalOptions(width: 400)
    let latex = table.written(.latex, options)
    for part in [
      "\\usepackage{booktabs}", "\\toprule", "\\midrule", "\\bottomrule",
      "50 \\% \\& \\textless{}b\\textgreater{}\\_",
    ] {
      #expect(latex.contains(part), "\(part)")
    }
    #expect(latex.contains("\\textbf{0.200}"))
    #expect(table.written(.md, options).contains("x\\|y \\*z\\*"))
    #expect(table.written(.md, options).contains("**0.200**"))
    #expect(table.written(.html, options).contains("50 % &amp; &lt;b&gt;_"))
    let json = try Json.parse(table.written(.json, options))
    #expect(json["cells"]?[1]?["mean"] == .double(0.1) && json["cells"]?[1]?["method"] == "x|y *z*")
    #expect(json["cells"]?[2]?["best"] == true && json["cells"]?[2]?["runs"] == 1)
    #expect(table.written(.text, options).contains("0.200 *"))
  }

  @Test func halvesAreRoundedToEven() throws {
    let runs = [0.125, 0.375].enumerated().map { run([("method", .int($0))], [("accuracy", .double($1))]) }
    let table = try table(runs, columns: []) { $0.digits = 2 }
    #expect(
      table.written(.text, TerminalOptions(width: 80)).contains("0.12")
        && table.written(.text, TerminalOptions(width: 80)).contains("0.38"))
  }

  @Test func boolsAndSecondsAreNumbers() throws {
    let runs = [true, false].enumerated().map {
      run([("seed", .int($0)), ("m", 1)], [("fine", .bool($1))], seconds: 3)
    }
    let table = try table(runs, rows: ["m"], columns: [], values: ["fine", "seconds"])
    #expect(table.cells[0].map(\.mean) == [0.5, 3])
  }
}
