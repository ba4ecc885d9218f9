import Foundation
import MocoTestSupport
import Testing

/// What somebody meets who tries things for the first time.
@Suite struct NewcomerTests {
  /// `Out` and `ans` are names of the prompt: a program that has them would not check.
  @Test func aSavedSessionHasNoNamesOfThePrompt() throws {
    let folder = try TemporaryFolder()
    var session = try TerminalSession(folder: folder)
    session.enter("20 + 1")
    session.enter("let y = ans * 2")
    session.enter("print(\"it is \\(Out[1])\")")
    session.enter("let r = {ans: 5, Out: 6}; print(r.ans, \"ans and Out\")")
    session.enter("%save s.moco")
    session.wait("^4 blocks written to s.moco, 2 as a comment: Out and ans are names of the prompt$")
    session.leave()
    #expect(try session.play().status == 0)
    let text = try folder.read("s.moco")
    #expect(
      text.contains("// Left out: Out and ans are names of the prompt.\n// let y = ans * 2\n"), "\(text)")
    let ran = try moco(["run", "--no-record", "s.moco"], folder: folder.path)
    #expect(ran.status == 0 && ran.output == "5 ans and Out\n", "\(ran)")
  }

  @Test func aDeclaredNameOfThePromptIsAProgramsOwn() throws {
    let folder = try TemporaryFolder()
    var session = try TerminalSession(folder: folder)
    session.enter("let ans = 20")
    session.enter("let y = ans + 1")
    session.enter("print(y)")
    session.enter("%save s.moco")
    session.wait("^3 blocks written to s.moco$")
    session.leave()
    #expect(try session.play().status == 0)
    #expect(try moco(["run", "--no-record", "s.moco"], folder: folder.path).output == "21\n")
  }

  @Test func aNameOfAModuleInUseIsFound() throws {
    let folder = try TemporaryFolder()
    try folder.write("func twice(x) { 2 * x }\nlet _own = 1", to: "mine.moco")
    var session = try TerminalSession(folder: folder)
    session.enter("use \"./mine\"")
    session.wait("^  = help: write use \"./mine.moco\"$")
    session.enter("use \"./mine.moco\"")
    session.enter("twice(2)")
    session.wait("^  = help: write mine.twice$")
    session.enter("mine.twice(2) + 7")
    session.wait("^11$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func helpKnowsOptions() throws {
    let ran = try moco(["-e", "help(\"keep_best\")"])
    #expect(ran.errors.contains("keep_best is an option of train"), "\(ran)")
    #expect(ran.errors.contains("help: write help(\"train\")"), "\(ran)")
  }

  @Test func wrongFirstWordsAreAnswered() throws {
    let folder = try TemporaryFolder()
    try folder.write("print(21)", to: "program")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/data.moco.d", withIntermediateDirectories: false)
    for (arguments, help) in [
      (["version"], "write moco --version"), (["-v"], "write moco --version"),
      (["-c", "print(1)"], "write moco -e CODE"),
      (["--eval", "1"], "write moco -e CODE"), (["runn", "a.moco"], "did you mean moco run a.moco?"),
      (["chek", "x"], "did you mean moco check x?"),
      (["repl"], "write moco for the prompt, or moco run -i FILE"),
      (["-i"], "write moco for the prompt, or moco run -i FILE"),
      (["program"], "write moco run program"),
      (["data.moco.d"], "use a program, moco run FILE.moco"),
      (["nothing"], "write moco --help for a list of commands"),
    ] {
      let ran = try moco(arguments, folder: folder.path)
      #expect(ran.status == 64 && ran.errors.hasPrefix("Error: "), "\(arguments) \(ran)")
      #expect(ran.errors.hasSuffix("\nHelp:  \(help)\n"), "\(arguments) \(ran)")
    }
    #expect(try moco(["run", "--no-record", "program"], folder: folder.path).output == "21\n")
    #expect(try moco(["help"], folder: folder.path).status == 0)
    #expect(try moco(["nothing.moco"], folder: folder.path).errors.contains("E0501"))
    #expect(try moco(["--bogus"], folder: folder.path).errors.contains("Unknown option"))
  }

  private func shell(_ line: String, _ program: String, in folder: TemporaryFolder) throws -> Ran {
    try folder.write(program, to: "p.moco")
    return try run("/bin/sh", ["-c", line, Built.moco()], folder: folder.path)
  }

  /// A file that is opened where standard output is closed must not get its number, and with it what is printed.
  @Test func closedStreamsStayOutOfFiles() throws {
    let folder = try TemporaryFolder()
    let program = """
      print("one")
      for i in 0..<3 { write_text("f\\(i).txt", "text " * 20000); print("two" * 1000) }
      """
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
      let ran = try shell("exec \"$0\" run --no-record p.moco \(closed)", program, in: folder)
      #expect(ran.status == (closed.contains(" >&-") || closed == ">&-" ? 70 : 0), "\(closed) \(ran)")
      for number in 0..<3 {
        #expect(try folder.read("f\(number).txt") == String(repeating: "text ", count: 20000), "\(closed)")
      }
    }
    let ran = try shell("exec \"$0\" run --no-record p.moco >&-", program, in: folder)
    #expect(
      ran.errors.contains("cannot write the output of the program: standard output is closed"),
      "\(ran)")
    // Standard input that is closed is an empty program.
    #expect(try shell("exec \"$0\" <&-", "", in: folder).status == 0)
  }

  /// Notes and progress may be lost: nothing else is.
  @Test func standardErrorMayGoAway() throws {
    let folder = try TemporaryFolder()
    let program =
      "use {ways} from small_world\nlet c = load_clip(\"small\")\nwrite_text(\"done\", \"x\")\nprint(3)"
    for away in ["2>&-", "2>/dev/full", "2>&1 >out | head -c 0"] {
      let ran = try shell(
        "{ \"$0\" run --no-record p.moco; echo $? >status; } \(away)", program, in: folder)
      #expect(try folder.read("status") == "0\n" && folder.read("done") == "x", "\(away) \(ran)")
    }
    #expect(try folder.read("out") == "3\n")
  }

  @Test func aRecordThatCannotBeMadeSaysHowToDoWithout() throws {
    let folder = try TemporaryFolder()
    try folder.write("in the way", to: "runs")
    try folder.write("load_clip(\"small\")", to: "p.moco")
    let ran = try moco(["run", "p.moco"], folder: folder.path)
    #expect(ran.status == 70 && ran.errors.contains("error[E0504]: the record of this run: "), "\(ran)")
    #expect(
      ran.errors.contains(
        "help: start moco in another folder, choose one with --out FOLDER, or pass --no-record"), "\(ran)")
  }
}
