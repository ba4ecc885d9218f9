import Foundation
import Testing

/// What the language promises about programs with tensors: memory, limits, and the picture of an error.
@Suite struct PromiseTests {
  /// Resident megabytes of the process that runs the program.
  private static let memory = """
    func memory() { int(read_text("/proc/self/statm").split()[1]) * 4096 / 1e6 }

    """

  /// Sanitizers keep freed memory for a while, so that it cannot be counted under them: `scripts/sanitize` sets these.
  private static let freesMemory =
    ProcessInfo.processInfo.environment.keys.allSatisfy { !["ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0) }

  @Test(.enabled(if: freesMemory)) func aMillionTemporariesRunInConstantSpace() throws {
    let program =
      Self.memory + """
        var before = 0
        for i in 0..<1_000_000 {
          let t = zeros([4, 8]) + i
          let xs = [i, {a: "text \\(i)", b: x => x + i}]
          if i == 10_000 { before = memory() }
        }
        let grown = memory() - before
        print(grown < 20, if grown < 20 { "" } else { grown })
        """
    let result = try MocoProcess.run(program: program)
    #expect(result.output == "true \n", "\(result.errors)")
  }

  @Test(.enabled(if: freesMemory)) func cyclesThatHoldTensorsAreCollected() throws {
    let program =
      Self.memory + """
        func ring(n) {
          let r = {t: ones([64, 64])}
          r.self = [r, x => r.t[n]]
        }
        for i in 0..<2_000 { ring(0) }
        let before = memory()
        for i in 0..<20_000 { ring(0) }
        let grown = memory() - before
        print(grown < 100, if grown < 100 { "" } else { grown })
        """
    let result = try MocoProcess.run(program: program)
    #expect(result.output == "true \n", "\(result.errors)")
  }

  @Test func limitsAreErrors() throws {
    let program = """
      func down(n) { down(n + 1) }
      func through(n) { map([n], through) }
      func caught(f) { try { f() } catch e { print(e.code) } }
      caught(() => down(0))
      caught(() => through(0))
      caught(() => zeros([1_000_000, 1_000_000]))
      caught(() => tensor([[1, 2], [3]]))
      caught(() => { var t = [1]; for i in 0..<70 { t = [t, t] }; tensor(t) })
      caught(() => { var t = [1]; for i in 0..<70 { t = [t, t] }; write_json("t.json", t) })
      caught(() => { let t = [1]; t.append(t); tensor(t) })
      caught(() => { let t = {}; t.t = t; write_json("t.json", t) })
      caught(() => ones([2, 3]) @ ones([2, 3]))
      caught(() => ones([2, 3]) + ones([4]))
      caught(() => ones([2, 3])[2])
      caught(() => ones([2]) ** "a")
      print("still here")
      """
    let result = try MocoProcess.run(program: program)
    #expect(
      result.output.split(separator: "\n").map(String.init)
        == [
          "E0401", "E0401", "E0405", "E0205", "E0205", "E0405", "E0205", "E0404", "E0203", "E0204", "E0202",
          "E0201",
          "still here",
        ], "\(result.output)\(result.errors)")
  }

  @Test func anErrorShowsItsOperands() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program =
      "let img = zeros([32, 512])\nlet text = zeros([10, 512])\n" + String(repeating: "\n", count: 11)
      + "let logits = img @ text\n"
    try program.write(toFile: folder + "/exp.moco", atomically: true, encoding: .utf8)
    let result = try MocoProcess.run(["run", "exp.moco"], in: folder)
    #expect(
      result.errors == """
        error[E0203]: shapes do not match for @: 512 columns on the left, 10 rows on the right
          --> exp.moco:14:18
           |
        14 | let logits = img @ text
           |              --- ^ ---- [10, 512]
           |              [32, 512]
           = help: transpose the right side: img @ text.T gives [32, 10]

        """)
    #expect(result.status == 70)
  }

  @Test func lettersOfTwoFormsAreTwoKeys() throws {
    let text = "{\"\u{E9}\": 1, \"e\u{301}\": 2}\n"
    let result = try MocoProcess.run(
      program: "let r = read_json(\"r.json\")\nprint(len(r), r[\"\u{E9}\"], r[\"e\" + \"\\u{301}\"])\n",
      files: ["r.json": Data(text.utf8)])
    #expect(result.output == "2 1 2\n", "\(result.errors)")
  }

  @Test func sizesAndPlacesAreCheckedBeforeTheyAreUsed() throws {
    let program = """
      func caught(f) { try { print(f()) } catch e { print(e.code) } }
      let t = zeros([4])
      caught(() => { t[range(4, 0, by: -1)] = 1.0 })
      caught(() => { t[range(3, 0, by: -1)] = 1.0; t })
      caught(() => { let l = [1]; l.append(l); str(table([[l]])) })
      caught(() => { let r = {a: 1}; r.me = r; str(table([[r]])) })
      caught(() => { var x = [1] * 8; for i in 0..<40 { x = [x] * 8 }; str(table([[x]])) })
      caught(() => coop(load_clip("small"), classes: ["a", "b"], tokens: 9223372036854775807))
      caught(() => router(1048576, experts: 1048576))
      caught(() => len(zeros([150_000_000]).to_list()))
      caught(() => reshape(ones([1]), [1] * 300_000))
      caught(() => enumerate([1, 2], start: 9223372036854775807))
      caught(() => len("\\(5:0100000,)"))
      """
    let result = try MocoProcess.run(program: program, ["--memory", "1GB"])
    #expect(
      result.output == """
        E0202
        tensor([0.0, 1.0, 1.0, 1.0])
        <Figure table>
        <Figure table>
        <Figure table>
        E0706
        E0405
        E0405
        E0205
        E0402
        100001

        """, "\(result.errors)")
  }

  @Test func smallObjectsCountForWhatTheyTake() throws {
    let program =
      Self.memory + """
        let before = memory()
        let kept = []
        try { while true { kept.append(parameter(ones([1])) + 1) } } catch e { print(e.code) }
        print(memory() - before < 900)
        """
    let result = try MocoProcess.run(program: program, ["--memory", "300MB"])
    #expect(result.output == "E0405\ntrue\n", "\(result.errors)")
  }

  /// A device or a pipe is written to and never replaced by a file.
  @Test func onlyFilesAreReplaced() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    try
      "try { write_text(\"pipe\", \"x\") } catch e { print(e.code) }; try { read_text(\"pipe\") } catch e { print(e.code) }"
      .write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    let result = try MocoProcess.run(["run", "a.moco"], in: folder)
    #expect(result.output == "E0504\nE0501\n", "\(result.errors)")
    var status = stat()
    #expect(stat(folder + "/pipe", &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test func assignmentsNameBothShapes() {
    #expect(
      printed("let t = zeros([5])\nt[0..<2] = tensor([1.0, 2, 3])")
        .hasPrefix("E0204 shape mismatch in assignment: values [3], target [2]"))
    #expect(
      printed("let t = zeros([5])\nt[[0, 1]] = [1, 2, 3]").hasPrefix(
        "E0204 shape mismatch in assignment: values [3]"))
    #expect(
      printed("let t = zeros([5])\nt[0..<2] = [1, 2]\nt[3] = 7\nprint(t)")
        == "tensor([1.0, 2.0, 0.0, 7.0, 0.0])\n")
  }
}
