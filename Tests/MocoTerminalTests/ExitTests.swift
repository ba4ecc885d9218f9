import MocoTestSupport
import Testing

/// How `exit` ends programs and the prompt, and what `input` asks.
@Suite struct ExitTests {
  @Test func endsWithItsStatusAndKeepsTheOutput() throws {
    let ran = try moco([
      "-e", "print(\"a\", end: \"\"); try { exit(3) } catch e { print(\"caught\") }; print(\"b\")",
    ])
    #expect(ran.status == 3)
    #expect(ran.output == "a")
    #expect(ran.errors == "")
    #expect(try moco(["-e", "exit()"]).status == 0)
    #expect(try moco([], input: "func f() { exit(255) }\nmap([1], x => f())\n").status == 255)
    #expect(try moco(["-e", "exit(256)"]).status == 70)
  }

  @Test func endsFromAModule() throws {
    let folder = try TemporaryFolder()
    try folder.write("print(\"in\")\nexit(4)\n", to: "part.moco")
    try folder.write("use \"./part.moco\"\nprint(\"not reached\")\n", to: "main.moco")
    let ran = try moco(["run", "--no-record", "main.moco"], folder: folder.path)
    #expect(ran.status == 4)
    #expect(ran.output == "in\n")
    #expect(ran.errors == "")
  }

  @Test func theRecordSaysHowItEnded() throws {
    let folder = try TemporaryFolder()
    try folder.write("let data = dataset(\"fashion\")\nexit(args[0].int())\n", to: "main.moco")
    #expect(try moco(["run", "--out", "good", "main.moco", "--", "0"], folder: folder.path).status == 0)
    #expect(try moco(["run", "--out", "bad", "main.moco", "--", "9"], folder: folder.path).status == 9)
    let (good, bad) = (try folder.read("good/run.json"), try folder.read("bad/run.json"))
    #expect(good.contains("\"status\": \"finished\"") && good.contains("\"exit_status\": 0"))
    #expect(bad.contains("\"status\": \"failed\"") && bad.contains("\"exit_status\": 9"))
  }

  @Test func leavesThePrompt() throws {
    var session = try TerminalSession()
    session.enter("if false { exit(1) }")
    session.waitForPrompt()
    session.type("print(\"bye\"); exit(5)\r")
    session.waitForEnd()
    #expect(try session.play().status == 5)
  }

  @Test func aProgramThatThePromptRunsEndsAlone() throws {
    let folder = try TemporaryFolder()
    try folder.write("let kept = 7\nexit(2)\n", to: "a.moco")
    var session = try TerminalSession(folder: folder)
    session.enter("%run a.moco")
    session.wait("^the program ended with exit\\(2\\)$")
    session.enter("kept")
    session.wait("^7$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func inputReadsALine() throws {
    var session = try TerminalSession()
    session.type("let name = input(\"which? \")\r")
    session.wait("^which\\?$")
    session.type("a catt\u{7F}\r")
    session.waitForPrompt()
    session.enter("name + \"!\"")
    session.wait("^\"a cat!\"$")
    session.type("print(\"ask\" + \"ing\"); print(input() ?? \"nothing\")\r")
    session.wait("^asking$")
    session.type("\u{4}")
    session.wait("^nothing$")
    session.type("print(\"wait\" + \"ing\"); input(\"? \")\r")
    session.wait("^waiting$")
    session.interrupt()
    session.wait("^error\\[E0406\\]")
    session.enter("1 + 1")
    session.wait("^2$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func sleepIsInterrupted() throws {
    var session = try TerminalSession()
    session.type("print(\"wait\" + \"ing\"); sleep(100000)\r")
    session.wait("^waiting$")
    session.interrupt()
    session.wait("^error\\[E0406\\]")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func inputIsRefusedWithoutATerminal() throws {
    let ran = try moco(["-e", "input(\"? \")"], input: "yes\n")
    #expect(ran.status == 70)
    #expect(ran.errors.contains("E0502") && ran.errors.contains("args"))
  }
}
