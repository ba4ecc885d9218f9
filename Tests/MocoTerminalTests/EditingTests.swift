import Foundation
import MocoTestSupport
import Testing

/// Keys and what they do to the block.
@Suite struct EditingTests {
  @Test func keysWithoutAMeaningTypeNothing() throws {
    var session = try TerminalSession()
    session.type("1" + "\u{1B}[15~" + "\u{1B}[24~" + "\u{1B}OP" + "\u{1B}[[B" + "\u{1B}[1;2H")
    session.type("2 + " + "\u{1B}[1;2F" + "3" + "\u{1B}[2~" + "\u{1D}" + "\u{1E}" + Key.meta("x") + "\u{1C}")
    session.wait("^moco> 2 \\+ 13$")
    session.type(Key.controlE + Key.shiftLeft + "4")
    session.wait("^moco> 2 \\+ 143$")
    session.screen()
    session.enter("")
    session.wait("^145$")
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0)
    #expect(seen.text.hasSuffix("moco> 2 + 143"))
  }

  @Test func movesAndTakesAwayByWords() throws {
    var session = try TerminalSession()
    session.type("100 + 20 + 3" + Key.controlLeft + Key.controlLeft)
    session.waitForCursor(column: 12)
    session.type(Key.controlDelete + "7")
    session.wait("100 \\+ 7 \\+ 3")
    session.type(Key.controlRight)
    session.waitForCursor(column: 17)
    session.type(Key.meta("\u{7F}") + "5\r")
    session.wait("^112$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func whatIsTakenAwayInARowComesBackTogether() throws {
    var session = try TerminalSession()
    session.type("one two three" + Key.controlW + Key.controlW)
    session.wait("^moco> one$")
    session.type(Key.controlU + Key.controlY)
    session.wait("^moco> one two three$")
    session.type(Key.controlA + Key.meta("d") + Key.meta("d") + Key.controlK)
    session.waitForCursor(column: 6)
    session.type("x" + Key.controlY)
    session.wait("^moco> xone two three$")
    // What was taken away in another row comes back in its place.
    session.type(" " + Key.controlW + "z" + Key.controlY)
    session.wait("^moco> xone two zthree$")
    session.type(Key.meta("y"))
    session.wait("^moco> xone two zone two three$")
    session.interrupt()
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func takesAwayWhatLooksLikeOneCharacter() throws {
    var session = try TerminalSession()
    session.type("\"ne\u{301}e👨‍👩‍👧x\"" + Key.left + Key.left + Key.backspace)
    session.type(Key.left + Key.backspace)
    session.wait("\"nex\"$")
    session.enter("")
    session.wait("^\"nex\"$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func showsMarksThatCombine() throws {
    var session = try TerminalSession()
    session.type("\"e\u{301}a")
    session.wait("\"éa|\"e\u{301}a")
    session.type("\u{308}o\"")
    session.wait("(é|e\u{301})(ä|a\u{308})o\"")
    session.enter("")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func indentsByTheLineAbove() throws {
    var session = try TerminalSession()
    session.typeLine("func f(list) {", at: 6, then: 8)
    session.typeLine("list", at: 8, then: 8)
    session.typeLine("  .map(x => {", at: 8, then: 12)
    session.typeLine("x + 1", at: 12, then: 12)
    session.type("})")
    session.waitForCursor(column: 12)
    session.type("\r")
    session.waitForCursor(column: 8)
    session.type("}")
    session.waitForCursor(column: 7)
    session.screen()
    session.enter("")
    session.enter("f([1, 2])")
    session.wait("^\\[2, 3\\]$")
    session.leave()
    let seen = try session.play()
    let lines = try #require(seen.screens.first).lines.filter { !$0.isEmpty }.suffix(6)
    #expect(
      Array(lines) == [
        "moco> func f(list) {", "        list", "          .map(x => {", "            x + 1", "          })",
        "      }",
      ])
  }

  @Test func aPastedSessionRunsAgain() throws {
    var session = try TerminalSession()
    session.type(
      Key.paste(
        "moco> let a = 20\r\nmoco> a + 1\r\n21\r\nmoco> a / 0\r\nerror[E0403]: x\r\n --> y\r\nmoco> a + 2"))
    session.wait("^ +a \\+ 2$")
    session.screen()
    session.type(Key.up + Key.controlU + Key.controlU)
    session.enter("")
    session.wait("^22$")
    session.leave()
    let seen = try session.play()
    let lines = try #require(seen.screens.first).lines.filter { !$0.isEmpty }.suffix(4)
    #expect(Array(lines) == ["moco> let a = 20", "      a + 1", "      a / 0", "      a + 2"])
  }

  /// Text of another system has two characters for a line break.
  @Test func aPastedLineBreakIsOne() throws {
    var session = try TerminalSession()
    // Typed ahead, the system itself would make line feeds of them.
    session.enter("1 + 1")
    session.wait("^2$")
    session.type(Key.paste("let a = [\r\n  20,\r\n  3]\r\n\r\na[0] + 1\r\n"))
    session.wait("^ +a\\[0\\] \\+ 1$")
    session.screen()
    session.enter("")
    session.wait("^21$")
    session.leave()
    let seen = try session.play()
    let lines = try #require(seen.screens.first).lines.drop { !$0.hasPrefix("moco> let") }
    #expect(
      Array(lines.prefix(5)) == ["moco> let a = [", "        20,", "        3]", "", "      a[0] + 1"])
  }

  @Test func aPastedTabOfAStringStays() throws {
    var session = try TerminalSession()
    session.type(Key.paste("len(\"a\tb\")\t+ 10") + Key.controlE + "0")
    session.wait("len\\(\"a +b\"\\)  \\+ 100$")
    session.enter("")
    session.wait("^103$")
    session.type("len(\"\u{16}\t\")\r")
    session.wait("^1$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func theKeyOfSigquitEndsNothing() throws {
    var session = try TerminalSession()
    session.type("6 * " + Key.quit + "7")
    session.wait("6 \\* 7")
    session.enter("")
    session.wait("^42$")
    session.type("print(\"start\" + \"ed\"); while true { }\r")
    session.wait("^started$")
    session.type(Key.quit)
    session.wait("^error\\[E0406\\]")
    session.enter("6 * 8")
    session.wait("^48$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  // MARK: More than the screen holds

  @Test func aBlockTallerThanTheScreenIsShownAroundTheCursor() throws {
    var session = try TerminalSession(columns: 70, rows: 14)
    session.enter("let above = 1")
    session.type(Key.paste((1...20).map { "let v\($0) = \($0)" }.joined(separator: "\n")))
    session.wait("^ +let v20 = 20$")
    session.wait("^the block is taller than the screen; press \\^X \\^E for an editor$")
    session.type(String(repeating: Key.up, count: 5) + "0")
    session.wait("^ +let v15 = 150$")
    session.screen()
    session.type(String(repeating: Key.up, count: 14) + "9")
    session.wait("^moco> let v1 = 19$")
    session.screen()
    session.type(String(repeating: Key.down, count: 19))
    session.wait("^ +let v20 = 20$")
    session.enter("")
    session.waitGone("taller")
    session.enter("v1 + v15 + v20")
    session.wait("^189$")
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0)
    let first = try #require(seen.screens.first)
    #expect(first.lines[first.row] == "      let v15 = 150" && first.column == 19)
    let second = try #require(seen.screens.dropFirst().first)
    #expect(second.row == 0 && second.column == 17 && second.lines[1] == "      let v2 = 2")
  }

  @Test func anotherEditorTakesTheBlockAndGivesItBack() throws {
    let folder = try TemporaryFolder()
    try folder.write("#!/bin/sh\nsed -i 's/20/22/' \"$1\"\necho '+ 1' >> \"$1\"\n", to: "editor")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/editor")
    var session = try TerminalSession(environment: ["VISUAL": folder.path + "/editor"], folder: folder)
    session.type("[20,\r20].len()" + Key.controlX + Key.controlE)
    session.wait("^moco> \\[22,\n +22\\]\\.len\\(\\)\n +\\+ 1$")
    session.type(Key.controlU + Key.controlU + " + 3\r")
    session.wait("^5$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  /// A terminal may keep what is cleared from the first cell on as if it had scrolled away: another copy.
  @Test func theBlockIsNotClearedWithTheWholeScreen() throws {
    var session = try TerminalSession(columns: 70, rows: 14)
    session.type(Key.controlL + "1 +\r2")
    session.waitForCursor(column: 7)
    session.resize(columns: 60, rows: 14)
    session.type(" + 3")
    session.wait("^ +2 \\+ 3$")
    session.type(Key.paste(" + " + (1...20).map(String.init).joined(separator: " +\n")))
    session.wait("taller")
    session.resize(columns: 70, rows: 13)
    session.wait("taller")
    session.enter("")
    session.wait("^216$")
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0 && seen.clearings == 0)
  }

  @Test func aResizeLeavesOneCopy() throws {
    var session = try TerminalSession(columns: 100, rows: 24)
    let long = "let text = \"" + String(repeating: "abcdefghij", count: 6) + "\""
    session.type(Key.paste("if true {\n  \(long)\n}"))
    session.wait("^ +\\}$")
    session.resize(columns: 90, rows: 20)
    session.type(Key.controlA + Key.controlE)
    session.resize(columns: 100, rows: 24)
    session.type(" // end")
    session.wait("// end$")
    session.screen()
    session.interrupt()
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0)
    #expect(seen.text.components(separatedBy: "if true {").count == 2)
  }
}
