import Testing

/// What `?name` shows, and errors on a narrow terminal.
@Suite struct HelpTests {
  @Test func keywordsAndValuesAreExplained() throws {
    var session = try TerminalSession(rows: 60)
    session.enter("?while")
    session.wait("^while CONDITION \\{ … \\}$")
    session.wait("^    while n > 1 \\{ n = div\\(n, 2\\) \\}$")
    session.wait("^See help\\(\"statements\"\\)\\.$")
    session.enter("let d1 = 5")
    session.enter("?d1")
    session.wait("^d1: Int = 5$")
    session.enter("let words = [\"some\", \"words\"]")
    session.enter("?words")
    session.wait("^words: List = \\[\"some\", \"words\"\\]$")
    session.enter("?values")
    session.wait("^help\\(\"values\"\\) shows the page\\.$")
    session.enter("?modules")
    session.wait("^Modules$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func theListOfPagesIsATable() throws {
    var session = try TerminalSession(rows: 40)
    session.enter("help()")
    session.wait("^page +subject$")
    session.wait("^values +types, numbers, ")
    session.screen()
    session.leave()
    #expect(try !session.play().text.contains("|"))
  }

  @Test func errorsFitANarrowTerminal() throws {
    var session = try TerminalSession(columns: 40, rows: 40)
    session.enter("let first_number_of_all = 1")
    session.enter("(first_number_of_all + first_number_of_all) / (first_number_of_all - 1)")
    session.wait("E0403")
    session.screen()
    session.leave()
    let screen = try #require(try session.play().screens.last)
    let source = try #require(screen.lines.firstIndex { $0.hasPrefix("1 | ") })
    let marks = screen.lines[source + 1]
    #expect(marks.hasPrefix("  | ") && marks.contains("^"))
    let line = Array(screen.lines[source])
    let place = try #require(Array(marks).firstIndex(of: "^"))
    #expect(line.indices.contains(place) && line[place] != " ")
  }
}
