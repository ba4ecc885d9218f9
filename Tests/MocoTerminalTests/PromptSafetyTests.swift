import MocoTestSupport
import Testing

/// Names of files that steer a terminal, at the prompt.
@Suite struct PromptSafetyTests {
  @Test func completionShowsThem() throws {
    let folder = try TemporaryFolder()
    for end in ["one", "two"] { try folder.write("1 + 1\n", to: "ev\u{1B}[2J\u{202E}\(end).moco") }
    var session = try TerminalSession(folder: folder)
    session.enter("100 + 23")
    // In a string of a program they are written as in source, and the list too.
    session.type("read_text(\"ev\t")
    session.wait("read_text\\(\"ev\\\\u\\{1B\\}\\[2J\\\\u\\{202E\\}$")
    session.type("o\t\")")
    session.wait("202E\\}one.moco\"\\)$")
    session.enter("")
    session.wait("^\"1 \\+ 1\\\\n\"$")
    // After a command they are what they are, and shown.
    session.type("%load ev\t")
    session.wait("%load ev\\^\\[\\[2J.$")
    session.type("\t")
    session.wait("ev␛\\[2J.one.moco +ev␛\\[2J.two.moco")
    // Nothing of it has cleared the screen.
    session.wait("^123$")
    session.interrupt()
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func commandsShowThem() throws {
    let folder = try TemporaryFolder()
    try folder.write("1 + 1\n", to: "ev\u{1B}[2Jil.moco")
    var session = try TerminalSession(folder: folder)
    session.enter("100 + 23")
    session.enter("make_folder(\"f\\u{1b}[2Jx\")")
    session.enter("let name = list_files(\".\").filter(n => n.starts_with(\"f\"))[0]")
    session.enter("[name]")
    session.wait("^\\[\"f\\\\u\\{1B\\}\\[2Jx/\"\\]$")
    session.enter("%cd f\t")
    session.wait("/f␛\\[2Jx$")
    session.enter("%pwd")
    session.enter("%cd ..")
    session.wait("^123$")
    session.leave()
    #expect(try session.play().status == 0)
  }
}
