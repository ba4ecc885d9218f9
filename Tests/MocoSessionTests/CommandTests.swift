import Foundation
import MocoLang
import MocoSession
import MocoTestSupport
import Testing

/// `%` commands, without a terminal.
@Suite struct CommandTests {
  @Test func helpIsShown() {
    let typed = Typed()
    #expect(typed.enter("?print").contains("print("))
    typed.enter("/// Twice as much.\nfunc twice(x) { x * 2 }")
    #expect(typed.enter("twice?").contains("Twice as much"))
    #expect(typed.enter("?").contains("Esc Enter"))
    #expect(typed.enter("?E0203").contains("E0203"))
    #expect(typed.enter("%explain E0203").contains("E0203"))
    #expect(typed.enter("%explain E020").contains("unknown error code E020; did you mean"))
    #expect(typed.enter("%explain").contains("  E0203  "))
    #expect(typed.enter("%help").contains("  %history [-n COUNT|FIRST-LAST|TEXT]\n"))
    #expect(typed.enter("?%save").contains("`%save [-f] FILE.moco`"))
    #expect(typed.enter("?%sav") == "unknown command %sav; %help lists them\n")
  }

  @Test func whatIsFoundIsListed() {
    let typed = Typed()
    #expect(
      typed.enter("?xyzzy").hasPrefix(
        "unknown name xyzzy, and no help text mentions it"))
    #expect(typed.enter("?calibration").contains("?Report.ece`: The expected calibration error"))
    #expect(typed.enter("?@").contains("a @ b"))
    #expect(typed.enter("?|>").contains("x |> f(y)"))
    #expect(typed.enter("?Report.accuracy").hasPrefix("Report.accuracy: Float"))
    typed.enter("let opt = sgd(lr: 0.1)")
    #expect(typed.enter("?opt").contains("The learning rate; may be set."))
    #expect(typed.enter("?opt.step").contains("Updates every parameter that has a gradient"))
    #expect(typed.enter("?Item").contains("One labelled image of a split"))
    #expect(typed.enter("?while").hasPrefix("`while CONDITION { … }`"))
  }

  @Test func timeIsMeasured() {
    let typed = Typed()
    #expect(typed.enter("%time 1 + 1").contains(/^2\ntime: .*s, processor .*s\n$/))
    #expect(typed.enter("%timeit -n 5 -r 2 1 + 1").contains(/± .*s per turn \(2 runs of 5\)\n$/))
    #expect(typed.enter("%timeit -n 5 -r 2 {\nlet a = 1\na + 1 }").contains("(2 runs of 5)"))
    #expect(
      typed.enter("%time for i in 0..<3 {\nprint(\"turn\", i) }").hasPrefix("turn 0\nturn 1\nturn 2\ntime: "))
    #expect(typed.enter("%timeit -n") == "write %timeit [-n TURNS] [-r RUNS] CODE\n")
    #expect(typed.enter("%timeit -n 1 -r 1 1 / 0").contains("E0403"))
  }

  @Test(arguments: [50, 80, 120]) func theListOfCommandsFitsTheTerminal(_ width: Int) {
    let typed = Typed(width: width)
    let text = typed.enter("%help")
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= width }, "\(text)")
    let words = Set(text.split(whereSeparator: \.isWhitespace))
    for command in SessionCommand.all {
      #expect(command.doc.split(separator: " ").allSatisfy(words.contains), "\(command.name)")
    }
  }

  @Test func namesAreListedAndForgotten() {
    let typed = Typed()
    #expect(typed.enter("%vars") == "no names\n" && typed.enter("%who") == "no names\n")
    typed.enter("let alpha = 12; let beta = \"x\"; let t = randn([100, 100])")
    #expect(
      typed.enter("%vars") == """
          alpha  Int     12
          beta   String  "x"
          t      Tensor  tensor([100, 100] float32)

        """)
    #expect(typed.enter("%who String") == "beta\n")
    #expect(typed.enter("%who Float") == "no names of type Float; existing types: Int, String, Tensor\n")
    #expect(typed.enter("%reset beta") == "beta is removed\n")
    #expect(typed.enter("%reset alpa") == "unknown name alpa; did you mean alpha?\n")
    #expect(typed.enter("%reset") == "2 names removed\n" && typed.enter("alpha").contains("E0301"))
  }

  @Test func filesAreRunSavedAndLoaded() throws {
    let folder = try TemporaryFolder()
    try folder.write("let from_file = 5\nfrom_file * 2\n", to: "a.moco")
    let typed = Typed()
    #expect(typed.session.execute("%run \(folder.path)/a.moco").diagnostics.map(\.code) == ["E0121"])
    #expect(typed.enter("from_file") == "5\n")
    #expect(typed.enter("no_such_name").contains("E0301"))
    #expect(typed.enter("%save \(folder.path)/b.moco") == "2 blocks written to \(folder.path)/b.moco\n")
    #expect(try folder.read("b.moco") == "let from_file = 5\nfrom_file * 2\n\n\nfrom_file\n")
    let loaded = typed.session.execute("%load \(folder.path)/a.moco")
    #expect(loaded.nextInput == "let from_file = 5\nfrom_file * 2")
    #expect(typed.session.execute("%run no.moco").failure?.code == "E0501")
    #expect(typed.enter("%load") == "write %load FILE\n")
  }

  @Test func nothingIsSavedOverAFile() throws {
    let folder = try TemporaryFolder()
    let typed = Typed()
    typed.enter("let a = 20;")
    try folder.write("mine", to: "saved.moco")
    #expect(typed.enter("%save \(folder.path)/saved.moco").contains("already exists; use %save -f"))
    #expect(try folder.read("saved.moco") == "mine")
  }

  @Test func frontEndsGiveASessionItsCommands() {
    let own = SessionCommand("greet", "NAME", "greets") { session, name in
      session.execute("print(\"hi \(name)\")")
    }
    let typed = Typed { $0.commands = SessionCommand.all + [own] }
    #expect(typed.enter("%greet you") == "hi you\n")
    #expect(typed.completed("%gre") == "%greet")
    #expect(Typed().enter("%greet you").contains("unknown command %greet"))
  }

  @Test func programsHaveSettingsAndArguments() throws {
    let folder = try TemporaryFolder()
    try folder.write("let rate = 0.1\nprint(rate, args)\n", to: "a.moco")
    let file = folder.path + "/a.moco"
    let typed = Typed()
    #expect(typed.enter("%run \(file) --set rate=0.5 -- one 'two three'") == "0.5 [\"one\", \"two three\"]\n")
    #expect(typed.enter("print(rate, args)") == "0.5 []\n")
    #expect(typed.enter("%run \(file)") == "0.1 []\n")
    #expect(typed.session.execute("%run \(file) --set speed=1").failure?.code == "E0307")
    #expect(
      typed.enter("%run \(file) more")
        == "put the program's arguments after --: %run \(file) -- more\n")
  }

  @Test func editsRunWhatComesBack() {
    let typed = Typed()
    typed.enter("1 + 1")
    #expect(typed.enter("%edit").contains("no editor is available here"))
    typed.frontEnd.editor = { try "30 + 4\n".write(toFile: $0, atomically: true, encoding: .utf8) }
    #expect(typed.enter("%edit") == "30 + 4\n34\n")
    typed.frontEnd.editor = { _ in }
    #expect(typed.enter("%edit") == "nothing changed, nothing was run\n")
    struct Refused: Error {}
    typed.frontEnd.editor = { _ in throw Refused() }
    #expect(typed.enter("%edit") == "editor ended with status 1; nothing was run\n")
  }

  @Test func inputsAreNumberedAndTheirValuesKept() {
    let typed = Typed()
    for cell in ["20 + 1", "%pwd", "let b = \"text\"", "b + \"!\";"] { typed.enter(cell) }
    #expect(
      typed.enter("%history")
        == "1  20 + 1\n   %pwd\n2  let b = \"text\"\n3  b + \"!\";\n   %history\n")
    #expect(typed.enter("%history 2-3") == "2  let b = \"text\"\n3  b + \"!\";\n")
    #expect(typed.enter("Out[1] * 2") == "42\n")
    #expect(typed.enter("Out[3]") == "\"text!\"\n")
    #expect(typed.enter("Out[2]").contains("input 2 has no value"))
    #expect(typed.enter("Out[99]").contains("input 99 does not exist yet"))
    #expect(typed.enter("%history 90-99").hasPrefix("use inputs 1 to "))
  }

  @Test func largeValuesAreNotKept() {
    let typed = Typed()
    for cell in [
      "zeros([1000, 1000, 10])", "let t = zeros([1000, 1000, 10]);", "t[0, 0]", "x => x", "[1, 2, 3]",
    ] { typed.enter(cell) }
    #expect(typed.enter("len(Out)") == "1\n")
    // A view keeps all numbers in memory.
    for place in [1, 3] {
      #expect(typed.enter("Out[\(place)]").contains("the value of input \(place) was not kept"))
    }
    #expect(typed.enter("Out[5]") == "[1, 2, 3]\n")
  }

  @Test func linesOfCommandsAreKept() throws {
    let folder = try TemporaryFolder()
    let typed = Typed()
    typed.enter("lines = !printf 'one\\ntwo \"quoted\"\\n'")
    #expect(typed.enter("print(len(lines), lines[0])") == "2 one\n")
    #expect(
      typed.enter("lines = !exit 3") == "error: the command ended with status 3; lines has not changed\n")
    typed.enter("let fixed = !echo three")
    #expect(typed.enter("fixed[0] + lines[1]") == "\"threetwo \\\"quoted\\\"\"\n")
    #expect(typed.enter("x = !").hasPrefix("write x = !COMMAND"))
    #expect(typed.enter("%save \(folder.path)/s.moco").contains("blocks written"))
    // What is saved runs without the shell.
    let ran = try moco(["run", "--no-record", "s.moco"], folder: folder.path)
    #expect(ran.status == 0 && ran.output == "2 one\n", "\(ran)")
    // Where no terminal can be given, what a command prints is streamed.
    #expect(typed.enter("!echo out; echo err >&2; exit 2") == "out\nerr\nstatus 2\n")
    #expect(typed.enter("!") == "write !COMMAND, such as !ls\n")
  }

  @Test func savedSessionsCheck() throws {
    let folder = try TemporaryFolder()
    let typed = Typed()
    for cell in ["let d = 1", "let d = d + 1", "print(d)"] { typed.enter(cell) }
    #expect(typed.enter("%save \(folder.path)/out.moco").hasPrefix("3 blocks written"))
    #expect(try folder.read("out.moco").contains("// %%\nlet d = d + 1\n"))
    let checked = try moco(["check", "out.moco"], folder: folder.path)
    #expect(checked.status == 0, "\(checked)")
  }

  @Test func itIsShownWhereAnErrorCameFrom() {
    let typed = Typed()
    #expect(typed.enter("%where") == "no error yet\n")
    typed.enter("func inner(divisor) {\nlet twice = divisor * 2\n10 / twice }")
    typed.enter("func outer(xs) { let name = \"outside\"; map(xs, x => inner(x)) }")
    #expect(typed.enter("outer([1, 0])").contains("E0403"))
    let frames = typed.enter("%where")
    #expect(
      frames.contains(
        /^E0403: .*\n\n  in inner, prompt\[1\]:3\n    divisor  Int  0\n    twice    Int  0\n/), "\(frames)")
    #expect(frames.contains(/in outer, .*\n    xs +List +\[1, 0\]\n    name +String +"outside"/), "\(frames)")
    typed.enter("nothing_here")
    #expect(typed.enter("%where").contains("the error did not occur in a function"))
  }

  @Test func settingsChangeWhatIsShown() {
    let typed = Typed()
    typed.enter("%config digits 3")
    #expect(typed.enter("[2 / 3, 1234.5678, 1]") == "[0.667, 1230.0, 1]\n")
    #expect(typed.enter("print(2 / 3)") == "0.6666666666666666\n")
    typed.enter("%config rows 4")
    let long = "[[\"a long text that does not fit beside others\", i] for i in 0..<30]"
    #expect(typed.enter(long).contains("… 26 more"))
    #expect(typed.enter("%config").contains(/digits +3 +significant/))
    #expect(
      typed.enter("%config colums 3")
        == "unknown setting colums; settings: digits, rows, images, suggest\n")
    #expect(
      typed.enter("%config digits many")
        == "%config digits expects a number from 1 to 15, or default, not many\n")
    typed.enter("%config digits default")
    #expect(typed.enter("2 / 3") == "0.6666666666666666\n")
  }

  @Test func theNearestCommandIsNamed() {
    let typed = Typed()
    #expect(typed.enter("%tmie 1") == "unknown command %tmie; did you mean %time?\n")
    #expect(typed.enter("%xyzzy") == "unknown command %xyzzy; %help lists them\n")
  }

  /// Everything that knows of commands knows of one that was added.
  @Test func aCommandIsOneEntry() {
    let typed = Typed()
    typed.session.commands.append(
      SessionCommand("shout", "TEXT", "says a text louder", completion: .words { (["hello", "hi"], $0) }) {
        session, argument in
        _ = session.execute("print(\"\(argument.uppercased())\")")
      })
    #expect(typed.enter("%shout hello") == "HELLO\n")
    #expect(typed.enter("%help").contains("  %shout TEXT           says a text louder\n"))
    #expect(typed.enter("?%shout").contains("`%shout TEXT`"))
    #expect(typed.enter("?louder").contains("?%shout"))
    #expect(typed.enter("%shuot").contains("did you mean %shout?"))
    #expect(typed.completed("%sho") == "%shout" && typed.completed("%shout he") == "%shout hello")
    #expect(typed.session.complete("%sho", at: 4).candidates.first?.doc == "says a text louder")
  }
}
