import Foundation
import MocoTestSupport
import Testing

/// Signals of terminals and schedulers at the prompt.
@Suite struct PromptSignalTests {
  @Test(arguments: [SIGHUP, SIGTERM]) func endsAtThePromptAndKeepsTheHistory(_ signal: Int32) throws {
    let folder = try TemporaryFolder()
    var session = try TerminalSession(folder: folder)
    session.enter("100 + 23")
    session.wait("^123$")
    session.type("half a line")
    session.wait("half a line")
    session.signal(signal)
    session.waitForEnd()
    let seen = try session.play()
    #expect(seen.status == Int(128 + signal) && seen.signal == nil)

    var later = try TerminalSession(folder: folder)
    later.type(Key.up)
    later.wait("^moco> 100 \\+ 23$")
    later.interrupt()
    later.leave()
    #expect(try later.play().status == 0)
  }

  @Test func endsWhatRunsAndThenItself() throws {
    var session = try TerminalSession()
    session.type("print(\"start\" + \"ed\"); while true { }\r")
    session.wait("^started$")
    session.signal(SIGTERM)
    session.waitForEnd()
    let seen = try session.play()
    #expect(seen.status == 143 && seen.signal == nil)
  }

  @Test func endsWhereNothingCanBeEdited() throws {
    var session = try TerminalSession(environment: ["TERM": "dumb"])
    session.signal(SIGHUP)
    session.waitForEnd()
    let seen = try session.play()
    #expect(seen.status == 129 && seen.signal == nil)
  }

  /// What moco ignores itself its children do not.
  @Test func commandsHaveTheUsualSignals() throws {
    var session = try TerminalSession()
    session.enter("!yes | head -1; echo do''ne")
    session.wait("^y$(.*\n)*done$")
    session.screen()
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0 && !seen.text.contains("roken pipe"), "\(seen.text)")
  }
}
