import MocoTestSupport
import Testing

@Suite struct InterruptTests {
  @Test func stopsALoopAndKeepsNames() throws {
    var session = try TerminalSession()
    session.enter("let kept = 123")
    session.enter("var turns = 0")
    session.type("print(\"start\" + \"ed\"); while true { turns += 1 }\r")
    session.wait("^started$")
    session.interrupt()
    session.wait("^error\\[E0406\\]")
    session.enter("kept + 1")
    session.wait("^124$")
    session.enter("turns > 0")
    session.wait("^true$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func stopsABuiltinThatCallsBack() throws {
    var session = try TerminalSession()
    session.type("print(\"start\" + \"ed\"); reduce(0..<1000000000000, (a, x) => a)\r")
    session.wait("^started$")
    session.interrupt()
    session.wait("E0406")
    session.enter("1 + 1")
    session.wait("^2$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func stopsInsideALongTensorOperation() throws {
    var session = try TerminalSession()
    session.enter("let a = randn([30000000]);")
    session.type("print(\"start\" + \"ed\"); sort(a)\r")
    session.wait("^started$")
    session.interrupt()
    session.wait("^error\\[E0406\\]")
    session.enter("len(a)")
    session.wait("^30000000$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func isNotCaughtByTheProgram() throws {
    var session = try TerminalSession()
    session.type("print(\"start\" + \"ed\"); while true { try { while true { } } catch e { } }\r")
    session.wait("^started$")
    session.interrupt()
    session.wait("E0406")
    session.enter("1 + 1")
    session.wait("^2$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func clearsTheLineAtThePrompt() throws {
    var session = try TerminalSession()
    session.type("this is (no program")
    session.wait("no program")
    session.interrupt()
    session.wait("\\^C")
    session.enter("6 * 7")
    session.wait("^42$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func stopsAWholeProgramWithStatus130() throws {
    let folder = try TemporaryFolder()
    try folder.write("print(\"moco> \")\nwhile true { }\n", to: "endless.moco")
    var session = try TerminalSession(["run", "--no-record", "endless.moco"], folder: folder)
    session.interrupt()
    session.waitForEnd()
    #expect(try session.play().status == 130)
  }
}
