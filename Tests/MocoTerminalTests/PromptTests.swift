import Foundation
import Testing

/// The prompt, driven through a pseudo-terminal.
@Suite struct PromptTests {
  @Test func showsTheValueOfAnExpression() throws {
    var session = try TerminalSession()
    session.enter("1 + 2 * 20")
    session.wait("^41$")
    session.enter("\"a\" + \"b\"")
    session.wait("^\"ab\"$")
    session.enter("ans")
    session.enter("7 * 6;")
    session.enter("ans")
    session.wait("^42$")
    session.screen()
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0)
    // `;` hides a value, `ans` keeps it.
    #expect(seen.text.components(separatedBy: "\n").filter { $0 == "42" }.count == 1)
    #expect(seen.text.components(separatedBy: "\n").filter { $0 == "\"ab\"" }.count == 2)
  }

  @Test func whatEndsWithoutANewlineStays() throws {
    var session = try TerminalSession(columns: 40)
    session.enter("print(\"with\" + \"out\", end: \"\")")
    session.wait("^without\nmoco>$")
    session.enter("print(\"-\" * 40, end: \"\")")
    session.wait("^-{40}\nmoco>$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func goesOnAfterAnError() throws {
    var session = try TerminalSession()
    session.enter("let a = 5")
    session.enter("let b = a / 0")
    session.wait("error\\[E0403\\]")
    session.enter("a + 1")
    session.wait("^6$")
    session.enter("let c = (1 +* 2)")
    session.wait("error\\[E01")
    session.enter("b")
    session.wait("error\\[E0301\\]")
    session.enter("a + 2")
    session.wait("^7$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func readsABlockOfSeveralLines() throws {
    var session = try TerminalSession()
    session.typeLine("func twice(x) {", at: 6, then: 8)
    session.typeLine("let y = x + x", at: 8, then: 8)
    session.typeLine("y", at: 8, then: 8)
    session.type("}")
    session.waitForCursor(column: 7)
    session.screen()
    session.enter("")
    session.enter("twice(21)")
    session.wait("^42$")
    session.leave()
    let seen = try session.play()
    let lines = try #require(seen.screens.first).lines.filter { !$0.isEmpty }.suffix(4)
    #expect(Array(lines) == ["moco> func twice(x) {", "        let y = x + x", "        y", "      }"])
  }

  @Test func arrowsMoveInsideABlock() throws {
    var session = try TerminalSession()
    session.typeLine("[1,", at: 6, then: 8)
    session.typeLine("2,", at: 8, then: 8)
    session.type("3]")
    session.wait("3\\]")
    session.type(Key.up)
    session.type(Key.up)
    session.type(Key.controlE + "00, ")
    session.type(Key.down + Key.controlA + "9, ")
    session.wait("9, 2,")
    session.screen()
    session.enter("")
    session.wait("^\\[1, 0, 9, 2, 3\\]$")
    session.leave()
    let seen = try session.play()
    let lines = try #require(seen.screens.first).lines.filter { !$0.isEmpty }.suffix(3)
    #expect(Array(lines) == ["moco> [1,00,", "        9, 2,", "        3]"])
  }

  @Test func homeGoesToTheTextThenToTheIndentation() throws {
    var session = try TerminalSession()
    session.typeLine("[1,", at: 6, then: 8)
    session.type("234")
    session.waitForCursor(column: 11)
    session.type(Key.controlA)
    session.waitForCursor(column: 8)
    session.type(Key.controlA)
    session.waitForCursor(column: 6)
    session.type(Key.controlA)
    session.waitForCursor(column: 8)
    session.type(Key.controlE + "]")
    session.enter("")
    session.wait("^\\[1, 234\\]$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func whatIsTypedWhileAProgramRunsCounts() throws {
    var session = try TerminalSession()
    session.type("reduce(0..<300000, (a, x) => a + x)\r1 + 1\r" + Key.controlD)
    session.waitForEnd()
    session.screen()
    let seen = try session.play()
    #expect(seen.status == 0)
    #expect(seen.text.contains("\n44999850000\n") && seen.text.contains("\n2\n"))
  }

  @Test func editsWithinALine() throws {
    var session = try TerminalSession()
    session.type("one two three" + Key.controlU + "10 * 4")
    session.type(Key.controlA + "1 + " + Key.controlE + Key.backspace + "5")
    session.wait("1 \\+ 10 \\* 5")
    session.enter("")
    session.wait("^51$")
    session.type("6 * 7 junk")
    session.type(Key.left + Key.left + Key.left + Key.left + Key.left + Key.controlK)
    session.wait("6 \\* 7$")
    session.enter("")
    session.wait("^42$")
    session.type("\"\"" + Key.left + Key.controlY + "\r")
    session.wait("^\" junk\"$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func undoesWhatWasTyped() throws {
    var session = try TerminalSession()
    session.type("11 + 22")
    session.wait("11 \\+ 22")
    session.type(Key.controlU)
    session.waitGone("11 \\+ 22")
    session.type(Key.undo)
    session.wait("11 \\+ 22")
    session.enter("")
    session.wait("^33$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func aPasteIsOneBlockWithoutPrompts() throws {
    var session = try TerminalSession()
    session.type(
      Key.paste("moco> let a = 20\r\nmoco> func f(x) {\r\n        x + 1\r\n      }\r\nmoco> f(a)\r\n"))
    session.wait("^ +f\\(a\\)")
    session.screen()
    session.enter("")
    session.wait("^21$")
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0)
    let lines = try #require(seen.screens.first).lines.filter { !$0.isEmpty }.suffix(5)
    #expect(
      Array(lines) == ["moco> let a = 20", "      func f(x) {", "        x + 1", "      }", "      f(a)"])
  }

  @Test func takesCharactersOfEveryWidth() throws {
    var session = try TerminalSession()
    session.enter("let größe = \"样式 naïve 👍\"")
    session.enter("len(größe)")
    session.wait("^10$")
    session.type("\"样式\"" + Key.left + Key.left + "新\r")
    session.wait("^\"样新式\"$")
    session.screen()
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0)
  }

  @Test func wrapsLongLines() throws {
    var session = try TerminalSession(columns: 40)
    let long = (1...30).map(String.init).joined(separator: " + ")
    session.type(long)
    session.type(Key.controlA + "1000 + " + Key.controlE + "\r")
    session.wait("^1465$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func drawsAgainAfterAResize() throws {
    var session = try TerminalSession(columns: 80)
    session.type("let abc = [\r1,\r2]")
    session.wait("2\\]")
    session.resize(columns: 60, rows: 20)
    session.type(Key.backspace + ", 3]")
    session.wait("2, 3\\]")
    session.enter("")
    session.enter("sum(abc)")
    session.wait("^6$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func controlDLeaves() throws {
    var session = try TerminalSession()
    session.leave()
    #expect(try session.play().status == 0)
  }
}
