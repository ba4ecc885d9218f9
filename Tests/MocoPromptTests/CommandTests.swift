import Testing

@Suite struct CommandTests {
  @Test func showsHelp() throws {
    var session = try TerminalSession(rows: 60)
    session.type("?print\r")
    session.wait("print\\(")
    session.type("/// Twice as much.\r")
    session.type("func twice(x) { x * 2 }\r")
    session.type("twice?\r")
    session.wait("Twice as much")
    session.type("?\r")
    session.wait("Esc Enter")
    session.type("?E0203\r")
    session.wait("E0203")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func measuresTime() throws {
    var session = try TerminalSession()
    session.type("%time 1 + 1\r")
    session.wait("^2$(.*\n)*time: .*s, processor")
    session.type("%timeit 1 + 1\r")
    session.wait("± .*s a turn \\(7 runs of \\d+\\)")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func listsAndForgetsNames() throws {
    var session = try TerminalSession()
    session.type("let alpha = 12; let beta = \"x\"\r")
    session.type("%vars\r")
    session.wait("alpha +Int +12")
    session.wait("beta +String +\"x\"")
    session.type("%who String\r")
    session.wait("^beta$")
    session.type("%reset\r")
    session.type("alpha\r")
    session.wait("E0301")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func runsSavesAndLoadsFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write("let from_file = 5\nfrom_file * 2\n", to: "a.moco")
    var session = try TerminalSession(folder: folder)
    session.type("%run a.moco\r")
    session.type("from_file\r")
    session.wait("^5$")
    session.type("no_such_name\r")
    session.wait("E0301")
    session.type("%save b.moco\r")
    session.wait("2 blocks written")
    session.type("%load a.moco\r")
    session.wait("^moco> let from_file = 5\n      from_file \\* 2")
    session.type("\r")
    session.wait("^10$")
    session.leave()
    #expect(try session.play().status == 0)
    #expect(try folder.read("b.moco") == "let from_file = 5\nfrom_file * 2\n\n\nfrom_file\n")
  }

  @Test func editsInAnEditor() throws {
    let folder = try TemporaryFolder()
    try folder.write("#!/bin/sh\necho '30 + 4' > \"$1\"\n", to: "editor.sh")
    var session = try TerminalSession(environment: ["EDITOR": "sh \(folder.path)/editor.sh"], folder: folder)
    session.type("%edit\r")
    session.wait("^34$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func namesTheNearestCommand() throws {
    var session = try TerminalSession()
    session.type("%tmie 1\r")
    session.wait("did you mean %time")
    session.leave()
    #expect(try session.play().status == 0)
  }
}
