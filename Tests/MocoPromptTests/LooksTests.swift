import Testing

@Suite struct LooksTests {
  @Test func coloursWhatIsTyped() throws {
    var session = try TerminalSession()
    session.type("let text = \"green\" // remark")
    session.wait("remark")
    session.screen()
    session.type("\r")
    session.leave()
    let screen = try #require(try session.play().screens.first)
    #expect(screen.colour(of: "let") == "magenta")
    #expect(screen.colour(of: "\"green") == "green")
    #expect(screen.colour(of: "text") == "default")
    #expect(screen.colour(of: "moco>") == "cyan")
  }

  @Test(arguments: [["--no-highlight"], ["--color", "never"]]) func canBePlain(_ arguments: [String]) throws {
    var session = try TerminalSession(arguments)
    session.type("let text = \"green\"")
    session.wait("green")
    session.screen()
    session.type("\r")
    session.leave()
    let screen = try #require(try session.play().screens.first)
    #expect(screen.colour(of: "let") == "default")
    #expect((screen.colour(of: "moco>") == "default") == (arguments[0] == "--color"))
  }

  @Test func heedsNoColor() throws {
    var session = try TerminalSession(environment: ["NO_COLOR": "1"])
    session.type("let text = \"green\"\r1 / 0\r")
    session.wait("E0403")
    session.screen()
    session.leave()
    let screen = try #require(try session.play().screens.first)
    #expect(screen.colours.allSatisfy { $0.allSatisfy { $0 == "default" } })
  }

  @Test func worksOnADumbTerminal() throws {
    var session = try TerminalSession(environment: ["TERM": "dumb"])
    session.type("func f(x) {\r  x + 1\r}\rf(41)\r")
    session.wait("^42$")
    session.screen()
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0)
    #expect(seen.text.contains("....>"))
  }
}
