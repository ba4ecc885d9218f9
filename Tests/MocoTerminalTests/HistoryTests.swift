import MocoSession
import MocoTestSupport
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
    session.wait("^\\(search\\) 1000$")
    session.enter("")
    session.wait("^1001$(.*\n)*1001$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  /// A session with three entries and the search open at `max`.
  private func searching() throws -> TerminalSession {
    var session = try TerminalSession()
    session.enter("let a = \"größe\"")
    session.enter("[1,\rmax(2, 3)]")
    session.wait("^\\[1, 3\\]$")
    session.enter("max(4, 5)")
    session.wait("^5$")
    session.type("abc" + Key.controlR + "max")
    session.wait("^moco> max\\(4, 5\\)\n\\(search\\) max$")
    return session
  }

  @Test func theSearchGoesOnWhileThePatternIsTyped() throws {
    var session = try searching()
    session.type("(2")
    session.wait("^moco> \\[1,\n +max\\(2, 3\\)\\]\n\\(search\\) max\\(2$")
    session.type(Key.backspace + Key.backspace)
    session.wait("^\\(search\\) max$")
    session.type(Key.controlR)
    session.wait("^moco> \\[1,\n +max\\(2, 3\\)\\]\n\\(search\\) max$")
    session.type(Key.controlS)
    session.wait("^moco> max\\(4, 5\\)\n\\(search\\) max$")
    session.type(Key.paste("(4, 5)"))
    session.wait("^\\(search\\) max\\(4, 5\\)$")
    session.type("#")
    session.wait("not found")
    session.type(Key.controlC)
    session.wait("^moco> abc$")
    session.type(Key.controlU + Key.controlR + "größe")
    session.wait("^\\(search\\) größe$")
    session.type(Key.escape)
    session.waitGone("search")
    session.interrupt()
    session.type(Key.controlR + "max")
    session.wait("^moco> max\\(4, 5\\)\n\\(search\\) max$")
    session.enter("")
    session.waitGone("search")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func otherKeysEndTheSearchAtWhatIsFound() throws {
    for (key, line) in [
      (Key.left, "Xmax\\(4, 5\\)"), (Key.right, "mXax\\(4, 5\\)"), (Key.controlE, "max\\(4, 5\\)X"),
      (Key.escape, "Xmax\\(4, 5\\)"),
    ] {
      var session = try searching()
      session.type(key)
      session.waitGone("search")
      session.type("X")
      session.wait("^moco> \(line)$")
      session.interrupt()
      session.leave()
      #expect(try session.play().status == 0)
    }
  }

  @Test func wholeEntriesAreSkipped() throws {
    var session = try TerminalSession()
    session.enter("100 + 1")
    session.enter("[1,\r2,\r3]")
    session.wait("^\\[1, 2, 3\\]$")
    session.type("draft" + Key.meta("p"))
    session.wait("^moco> \\[1,\n +2,\n +3\\]\\s*\\Z")
    session.type(Key.pageUp)
    session.wait("^moco> 100 \\+ 1\\s*\\Z")
    session.type(Key.pageDown)
    session.wait("^moco> \\[1,\n +2,\n +3\\]\\s*\\Z")
    session.type(Key.meta("n"))
    session.wait("^moco> draft\\s*\\Z")
    session.type(Key.meta("<"))
    session.wait("^moco> 100 \\+ 1\\s*\\Z")
    session.type(Key.meta(">"))
    session.wait("^moco> draft\\s*\\Z")
    session.interrupt()
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
