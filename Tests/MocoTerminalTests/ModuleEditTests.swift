import MocoTestSupport
import Testing

/// Modules edited beside a running prompt.
@Suite struct ModuleEditTests {
  @Test func reloadAndOtherFolders() throws {
    let folder = try TemporaryFolder()
    try folder.write("use {n} from \"./inner.moco\"\nfunc f(x) { x * n }\n", to: "common.moco")
    try folder.write("let n = 3\n", to: "inner.moco")
    var session = try TerminalSession(folder: folder)
    session.enter("%reload")
    session.wait("^no module from your own files is in use$")
    session.enter("use \"./common.moco\" as m")
    session.enter("!mkdir below")
    session.enter("%cd below")
    session.enter("!echo 'let n = 4' > ../inner.moco")
    session.enter("m.f(10)")
    session.wait("^reloaded ./inner.moco$")
    session.wait("^reloaded ./common.moco$")
    session.wait("^40$")
    session.enter(Key.controlL + "%reload comon")
    session.wait("did you mean common")
    session.enter("%reload common")
    session.wait("^reloaded ./common.moco$")
    session.screen()
    session.leave()
    #expect(!(try session.play()).text.contains("inner"))
  }

  @Test func aProgramReadsItsModulesOnce() throws {
    let folder = try TemporaryFolder()
    try folder.write("let n = 1\n", to: "common.moco")
    try folder.write(
      """
      use {n} from "./common.moco"
      write_text("common.moco", "let n = 2\\n")
      use "./common.moco" as m
      print(n, m.n)
      """, to: "main.moco")
    let ran = try run(
      Built.moco(), ["run", "--no-record", "main.moco"],
      environment: ["MOCO_STDLIB": Built.root + "/stdlib", "PATH": "/usr/bin:/bin"], folder: folder.path)
    #expect(ran.output == "1 1\n" && ran.errors.isEmpty)
  }
}
