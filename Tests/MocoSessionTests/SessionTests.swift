import Foundation
import MocoLang
import MocoSession
import MocoTestSupport
import Testing

/// What a front end gets from a session.
@Suite struct SessionTests {
  @Test func anOutcomeSaysWhatCameOfACell() {
    let typed = Typed()
    let outcome = typed.session.execute("var xs = [1]; print(\"one\"); let b = 20; b + 1")
    #expect(outcome.status == .fine && outcome.number == 1 && outcome.failure == nil)
    #expect(outcome.value?.asInt == 21)
    #expect(outcome.streams == [Outcome.Piece(text: "one\n", kind: .output)])
    #expect(outcome.bindings == ["xs", "b"])
    #expect(outcome.seconds >= 0)
    #expect(typed.frontEnd.text == "one\n21\n")
    // Changed in place, given another value, and left alone.
    let second = typed.session.execute("xs[0] = 5; var c = 1;")
    #expect(second.bindings == ["xs", "c"] && second.value == nil && second.number == 2)
    #expect(typed.session.execute("func up() { c = c + 1 }; up();").bindings == ["c", "up"])
    #expect(typed.session.execute("b * 2").bindings == [])
  }

  @Test func anErrorLeavesTheSessionAsItWas() {
    let typed = Typed()
    typed.enter("let a = 5")
    let outcome = typed.session.execute("let b = a / 0")
    #expect(outcome.status == .failed && outcome.failure?.code == "E0403" && outcome.bindings == [])
    #expect(typed.session.execute("b").failure?.code == "E0301")
    #expect(typed.session.execute("let c = (1 +* 2)").failure?.code.hasPrefix("E01") == true)
    #expect(typed.enter("a + 1") == "6\n")
    #expect(typed.enter("1 / 0").contains("error[E0403]"))
  }

  @Test func answersAreKeptAndHidden() {
    let typed = Typed()
    #expect(typed.enter("\"a\" + \"b\"") == "\"ab\"\n")
    #expect(typed.enter("ans") == "\"ab\"\n")
    #expect(typed.enter("7 * 6;") == "" && typed.enter("ans") == "42\n")
  }

  @Test func silentCellsLeaveNoTrace() {
    let typed = Typed()
    typed.enter("10 + 1")
    var silent = Session.CellOptions()
    silent.isSilent = true
    let outcome = typed.session.execute("let quiet = 3; quiet * 2", silent)
    #expect(outcome.value == nil && outcome.number == nil && outcome.status == .fine)
    #expect(typed.session.number == 1 && typed.session.history.entries == ["10 + 1"])
    #expect(typed.enter("ans + quiet") == "14\n")
    #expect(typed.session.execute("1 / 0", silent).status == .failed)
    var unremembered = Session.CellOptions()
    unremembered.isRemembered = false
    #expect(typed.session.execute("1 + 1", unremembered).number == 3)
    #expect(typed.session.history.entries == ["10 + 1", "ans + quiet"])
  }

  @Test func leavingIsAStatus() {
    for (cell, status) in [("exit(3)", Int32(3)), ("quit", 0), ("%quit", 0)] {
      let typed = Typed()
      #expect(typed.session.execute(cell).status == .left(status))
      #expect(typed.session.isLeaving && typed.session.exitStatus == status)
    }
    let typed = Typed()
    typed.enter("let quit = 3")
    #expect(typed.enter("quit") == "3\n" && !typed.session.isLeaving)
  }

  @Test func wholeCellsAreToldFromOthers() {
    let typed = Typed()
    for (text, expected) in [
      ("1 + 1", Completeness.complete), ("", .complete), ("?for", .complete), ("%time 1", .complete),
      ("func f(x) {", .incomplete(indent: 2)), ("f([\n  1,", .incomplete(indent: 2)),
      ("if a {\n  g(", .incomplete(indent: 4)), ("1 +", .incomplete(indent: 0)),
      ("%timeit -n 5 -r 2 {", .incomplete(indent: 2)), ("%timeit -n 5 {\nlet a = 1\na + 1 }", .complete),
      ("let = 3", .invalid), (")", .invalid), ("x = !ls", .complete), ("!ls (", .complete),
    ] {
      #expect(typed.session.isComplete(text) == expected, "\(text)")
    }
  }

  @Test func namesAndPlacesAreInspected() throws {
    let typed = Typed()
    typed.enter("/// Twice as much.\nfunc twice(x) { x * 2 }")
    typed.enter("let words = [\"some\", \"words\"]; let settings = {rate: 0.5}")
    let session = typed.session
    #expect(session.inspect("twice")?.markdown == "twice(x)\n\nTwice as much.")
    #expect(session.inspect("twice")?.type == "Function")
    #expect(session.inspect("words")?.markdown.hasPrefix("words: List = [\"some\", \"words\"]") == true)
    #expect(session.inspect("nothing_of_that_name") == nil)
    #expect(session.inspect("%save")?.markdown.hasPrefix("`%save [-f] FILE.moco`") == true)
    // Inside the name, after it, and in the call around the cursor.
    for (text, cursor) in [("twice(3)", 2), ("1 + twice", 9), ("twice(3 + ", 10), ("twice([1, ", 10)] {
      #expect(session.inspect(text, at: cursor)?.name == "twice", "\(text)")
    }
    let short = try #require(session.inspect("print(", at: 6))
    let long = try #require(session.inspect("print(", at: 6, detail: 1))
    #expect(long.markdown.hasPrefix(short.markdown) && long.markdown.count > short.markdown.count)
    #expect(session.inspect("\"text\"", at: 3) == nil && session.inspect("", at: 0) == nil)
    #expect(session.inspect("x", at: 500) == nil && session.inspect("x", at: -1) == nil)
  }

  @Test func historyIsReadAndSearched() throws {
    let folder = try TemporaryFolder()
    let typed = Typed { $0.historyPath = folder.path + "/history" }
    for cell in ["let alpha = 1", "alpha + 1", "  ", "alpha + 1"] { typed.enter(cell) }
    #expect(typed.session.history.entries == ["let alpha = 1", "alpha + 1"])
    #expect(typed.session.searchHistory("let") == ["let alpha = 1"])
    #expect(typed.session.searchHistory("alpha", limit: 1) == ["alpha + 1"])
    let later = Typed { $0.historyPath = folder.path + "/history" }
    #expect(later.session.history.entries == ["let alpha = 1", "alpha + 1"])
  }

  @Test func whatWasCheckedIsWhatRuns() throws {
    let folder = try TemporaryFolder()
    try folder.write("print(\"checked\")\n", to: "program.moco")
    let typed = Typed { $0.isInteractive = false }
    let program = typed.session.check(try SourceFile.read(folder.path + "/program.moco"))
    try folder.write("print(\"changed since\")\n", to: "program.moco")
    #expect(!program.hasErrors && typed.session.run(program).status == .fine)
    #expect(typed.frontEnd.text == "checked\n")
  }

  /// So it is with modules: what is told of before it runs is what runs.
  @Test func aModuleIsReadOnce() throws {
    let folder = try TemporaryFolder()
    try folder.write("let n = 1\n", to: "common.moco")
    let typed = Typed { $0.isInteractive = false }
    var told: [String] = []
    typed.session.interpreter.moduleStarts = {
      told.append($0.program.file.text)
      try? folder.write("let n = 2\n", to: "common.moco")
    }
    let text = "use {n} from \"\(folder.path)/common.moco\"\nprint(n)\n"
    let outcome = typed.session.run(typed.session.check(SourceFile(name: "p.moco", text: text)))
    #expect(outcome.status == .fine && typed.frontEnd.text == "1\n" && told == ["let n = 1\n"])
  }

  @Test func programsRunWithoutNumbersAndShowNothing() {
    let typed = Typed { $0.isInteractive = false }
    let outcome = typed.session.run(typed.session.check(SourceFile(name: "p.moco", text: "print(1)\n1 + 1")))
    #expect(outcome.status == .fine && outcome.number == nil && typed.frontEnd.text == "1\n")
    #expect(outcome.value?.asInt == 2)
    let failed = typed.session.run(typed.session.check(SourceFile(name: "p.moco", text: "[1][4]")))
    // What is to be said of its errors is for the front end.
    #expect(failed.status == .failed && failed.failure?.code == "E0202" && typed.frontEnd.text == "1\n")
    let left = typed.session.run(typed.session.check(SourceFile(name: "p.moco", text: "exit(4)")))
    #expect(left.exitStatus == 4)
  }

  /// A session and its built-ins publish through the delegate alone.
  @Test(arguments: ["MocoSession", "MocoRuntime"]) func nothingOfATerminalIsUsed(_ target: String) throws {
    let folder = Repository.root + "/Sources/" + target
    let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    let words = [
      "isatty", "ioctl", "tcsetattr", "tcgetattr", "STDOUT_FILENO", "STDERR_FILENO", "STDIN_FILENO", "fputs",
      "stdout", "stderr", "cp_print", "cp_flush", "Terminal.write", "CEditline", "OutputTraits", "Console",
    ]
    for file in files where file.hasSuffix(".swift") {
      let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
      for word in words { #expect(!text.contains(word), "\(file) has \(word)") }
    }
    #expect(files.count > 20)
  }
}
