import MocoPrompt
import Testing

@Suite struct HistoryTests {
  @Test func lastsBeyondTheSession() throws {
    let folder = try TemporaryFolder()
    var first = try TerminalSession(folder: folder)
    first.enter("100 + 23")
    first.wait("^123$")
    first.typeLine("[1,", at: 6, then: 8)
    first.enter("2]")
    first.wait("^\\[1, 2\\]$")
    first.leave()
    #expect(try first.play().status == 0)

    var second = try TerminalSession(folder: folder)
    second.type(Key.up)
    second.wait("^moco> \\[1,\n        2\\]")
    second.enter(Key.up + Key.up)
    second.wait("^123$")
    second.leave()
    #expect(try second.play().status == 0)
  }

  @Test func goesByWhatIsTyped() throws {
    var session = try TerminalSession()
    session.enter("let alpha = 1")
    session.enter("let beta = 2")
    session.enter("alpha + beta")
    session.wait("^3$")
    session.type("let a" + Key.up)
    session.wait("^moco> let alpha = 1$\n(.*\n)*moco> let alpha = 1$")
    session.type(Key.down)
    session.wait("^moco> let a$")
    session.interrupt()
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func isSearchedBackwards() throws {
    var session = try TerminalSession()
    session.enter("1000 + 1")
    session.enter("2000 + 2")
    session.enter("3000 + 3")
    session.wait("^3003$")
    session.type(Key.controlR + "1000")
    session.wait("bck:1000")
    session.enter("")
    session.wait("^1001$(.*\n)*1001$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func sessionsSideBySideLoseNothing() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/state/history"
    let (one, two) = (HistoryFile(path: path), HistoryFile(path: path))
    one.append("from one")
    two.append("from two")
    one.append("let a = \"\\n\"\nprint(a)")
    let three = HistoryFile(path: path)
    #expect(three.entries == ["from one", "from two", "let a = \"\\n\"\nprint(a)"])
    #expect(one.entries == ["from one", "let a = \"\\n\"\nprint(a)"])
  }

  @Test func leavesOutRepetitionsAndBlanks() throws {
    let history = HistoryFile(path: nil)
    for entry in ["a", "a", "  ", "b", "a"] { history.append(entry) }
    #expect(history.entries == ["a", "b", "a"])
  }
}
