import MocoTestSupport
import Testing

/// Commands of the prompt that keep, count and repeat.
@Suite struct SessionCommandTests {
  @Test func thePromptGoesOnBehindAProgram() throws {
    let folder = try TemporaryFolder()
    try folder.write("let before = 5\nlet after = 1 / 0\n", to: "fails.moco")
    try folder.write("let rate = 0.1\nlet got = args\n", to: "a.moco")
    var session = try TerminalSession(["run", "-i", "fails.moco"], folder: folder)
    session.wait("E0403")
    session.enter("before * 2")
    session.wait("^10$")
    session.leave()
    #expect(try session.play().status == 0)
    var other = try TerminalSession(["run", "-i", "a.moco", "--set", "rate=3", "--", "x"], folder: folder)
    other.enter("print(rate, got)")
    other.wait("^3 \\[\"x\"\\]$")
    other.leave()
    #expect(try other.play().status == 0)
    let refused = try moco(["run", "-i", "a.moco"], folder: folder.path)
    #expect(refused.status == 64 && refused.errors.contains("needs a terminal"), "\(refused)")
  }

  @Test func severalPiecesRunInOrder() throws {
    let ran = try moco(["-e", "let a = 2", "-e", "for i in 0..<a {", "-e", "print(i) }"])
    #expect(ran.status == 0 && ran.output == "0\n1\n", "\(ran)")
    let signed = try moco(["-e", "-1 + 1", "-e", "print(3)"])
    #expect(signed.output == "3\n", "\(signed)")
  }

  @Test func aStartUpFileBeginsEverySession() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "let always = 7\n%config digits 3\n1 / 0\n\nlet never = 1\n%config suggest off\nlet later = 8\n",
      to: "s.moco")
    let place = ["XDG_CONFIG_HOME": folder.path + "/config"]
    _ = try run(
      "/bin/sh", ["-c", "mkdir -p config/moco && mv s.moco config/moco/startup.moco"], folder: folder.path)
    var session = try TerminalSession(columns: 140, rows: 40, environment: place, folder: folder)
    session.wait("E0403(.*\n)*.*startup.moco:3:3")
    session.enter("print(always, later); 2 / 3")
    session.wait("^7 8$\n^0.667$")
    session.enter("ans")
    session.enter("never")
    session.wait("E0301")
    session.leave()
    #expect(try session.play().status == 0)
    var without = try TerminalSession(["--no-startup"], environment: place, folder: folder)
    without.enter("always")
    without.wait("E0301")
    without.leave()
    #expect(try without.play().status == 0)
    let ran = try moco(["-e", "print(always)"], environment: place, folder: folder.path)
    #expect(ran.status != 0 && ran.errors.contains("E0301"), "\(ran)")
  }
}

/// What the history suggests while one types.
@Suite struct SuggestionTests {
  @Test func theRestOfAnEntryIsSuggestedAndTaken() throws {
    var session = try TerminalSession(suggests: true)
    session.enter("let wavelength = 12")
    session.enter("wavelength * 100")
    session.type("wave")
    session.wait("^moco> wavelength \\* 100$")
    session.waitForCursor(column: 10)
    session.type(Key.right)
    session.waitForCursor(column: 22)
    session.type("\r")
    session.wait("^1200$(.*\n)+^1200$")
    // Enter runs what is typed, and leaves nothing of what was suggested.
    session.type("wavelength")
    session.wait("^moco> wavelength \\* 100$")
    session.type("\r")
    session.wait("^moco> wavelength$\n^12$")
    // ^E takes it too, and M-f a word of it.
    session.waitForPrompt()
    session.type("wavel")
    session.waitForCursor(column: 11)
    session.type(Key.meta("f"))
    session.waitForCursor(column: 16)
    session.interrupt()
    session.waitForPrompt()
    session.type("let w")
    session.waitForCursor(column: 11)
    session.type(Key.controlE)
    session.waitForCursor(column: 25)
    session.interrupt()
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func itCanBeTurnedOff() throws {
    var session = try TerminalSession(suggests: true)
    session.enter("let wavelength = 12")
    session.enter("%config suggest off")
    session.type("let w")
    session.waitForCursor(column: 11)
    session.screen()
    session.interrupt()
    session.leave()
    let seen = try session.play()
    #expect(seen.screens.first?.lines.contains("moco> let w") == true)
  }
}
