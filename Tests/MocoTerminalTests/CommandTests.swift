import MocoTestSupport
import Testing

@Suite struct CommandTests {
  @Test func runsSavesAndLoadsFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write("let from_file = 5\nfrom_file * 2\n", to: "a.moco")
    var session = try TerminalSession(folder: folder)
    session.enter("%run a.moco")
    session.enter("from_file")
    session.wait("^5$")
    session.enter("no_such_name")
    session.wait("E0301")
    session.enter("%save b.moco")
    session.wait("2 blocks written")
    session.enter("%load a.moco")
    session.wait("^moco> let from_file = 5\n      from_file \\* 2")
    session.enter("")
    session.wait("^10$")
    session.leave()
    #expect(try session.play().status == 0)
    #expect(try folder.read("b.moco") == "let from_file = 5\nfrom_file * 2\n\n\nfrom_file\n")
  }

  @Test func failuresOfCommandsLookLikeOthers() throws {
    var session = try TerminalSession()
    session.enter("%run no.moco")
    session.wait("^error\\[E0501\\]: there is no file at no.moco$")
    session.wait("^ *= help: ")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func editsInAnEditor() throws {
    let folder = try TemporaryFolder()
    try folder.write("#!/bin/sh\necho '30 + 4' > \"$1\"\n", to: "editor.sh")
    var session = try TerminalSession(environment: ["EDITOR": "sh \(folder.path)/editor.sh"], folder: folder)
    session.enter("%edit")
    session.wait("^34$")
    session.leave()
    #expect(try session.play().status == 0)
  }
}

/// What the prompt does so that nothing is lost or drawn over.
@Suite struct SessionTests {
  @Test func promptBeginsALineOfItsOwn() throws {
    var session = try TerminalSession()
    session.enter("print(\"no newline\", end: \"\")")
    session.wait("^no newline\nmoco>")
    session.enter("let q = 1 + 1")
    session.wait("^no newline\nmoco> let q = 1 \\+ 1$")
    // So it does behind what was typed while a program ran.
    session.enter("for i in 0..<20000000 { }; print(\"done\")")
    session.type("xx")
    session.wait("^moco> xx$")
    session.interrupt()
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func printingGoesAroundTheProgressLine() throws {
    var session = try TerminalSession(rows: 30)
    session.enter(
      "let data = dataset(features: randn([64, 128]), labels: [i % 2 for i in 0..<64], classes: [\"a\", \"b\"])"
    )
    session.enter("let model = coop(load_clip(\"small\"), classes: [\"a\", \"b\"])")
    session.enter(
      "train model on data.train for 3 epochs { batch: 2, each_epoch: e => print(\"epoch\", e.index) }")
    session.wait("^epoch 1\nepoch 2\nepoch 3$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func leavesAsOtherPromptsDo() throws {
    var session = try TerminalSession()
    session.enter("let quit = 3")
    session.enter("quit")
    session.wait("^3$")
    session.type("exit\r")
    session.waitForEnd()
    #expect(try session.play().status == 0)
  }
}
