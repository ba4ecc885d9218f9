import MocoTestSupport
import Testing

/// Commands of the prompt that keep, count and repeat.
@Suite struct SessionCommandTests {
  @Test func exportsWriteOverNothing() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", to: "notes.md")
    try folder.write("mine", to: "saved.moco")
    var session = try TerminalSession(rows: 40, folder: folder)
    session.enter("let a = 20; a + 1")
    session.enter("%export notes.md")
    session.wait("^notes.md is there already; %export -f notes.md writes over it$")
    session.enter("%save saved.moco")
    session.wait("^saved.moco is there already; %save -f saved.moco writes over it$")
    session.enter("%export new.md")
    session.wait("^1 block written to new.md$")
    // Nor over what the session has written itself: somebody may have changed it since.
    session.enter("%export new.md")
    session.wait("^new.md is there already")
    session.enter("%export -f new.md")
    session.wait("^1 block written to new.md$(.*\n)+^1 block written to new.md$")
    session.leave()
    #expect(try session.play().status == 0)
    #expect(try folder.read("notes.md") == "mine")
    #expect(try folder.read("saved.moco") == "mine")
  }

  @Test func runsFilesWithSettingsAndArguments() throws {
    let folder = try TemporaryFolder()
    try folder.write("let rate = 0.1\nprint(rate, args)\n", to: "a.moco")
    var session = try TerminalSession(rows: 40, folder: folder)
    session.enter("%run a.moco --set rate=0.5 -- one 'two three'")
    session.wait("^0.5 \\[\"one\", \"two three\"\\]$")
    session.enter("print(rate, args)")
    session.wait("^0.5 \\[\\]$")
    session.enter("%run a.moco")
    session.wait("^0.1 \\[\\]$")
    session.enter("%run a.moco --set speed=1")
    session.wait("E0307")
    session.enter("%run a.moco more")
    session.wait("^what the program itself takes stands behind --: %run a.moco -- more$")
    session.leave()
    #expect(try session.play().status == 0)
  }

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

  @Test func timesBlocksOfSeveralLines() throws {
    var session = try TerminalSession(rows: 40)
    session.type("%timeit -n 5 -r 2 {\r")
    session.type("let a = 1\r")
    session.enter("a + 1 }")
    session.wait("± .*s a turn \\(2 runs of 5\\)")
    session.type("%time for i in 0..<3 {\r")
    session.enter("print(\"turn\", i) }")
    session.wait("^turn 2$(.*\n)*^time: .*s, processor")
    session.enter("%timeit -n")
    session.wait("^write %timeit \\[-n TURNS\\]")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func inputsAreNumberedAndTheirValuesKept() throws {
    var session = try TerminalSession(rows: 50)
    session.enter("20 + 1")
    session.enter("%pwd")
    session.enter("let b = \"text\"")
    session.enter("b + \"!\";")
    session.enter("%history")
    session.wait("^1  20 \\+ 1$\n^   %pwd$\n^2  let b = \"text\"$\n^3  b \\+ \"!\";$")
    session.enter("%history 2-3")
    session.wait("%history 2-3$\n^2  let b = \"text\"$\n^3  b \\+ \"!\";$")
    session.enter("Out[1] * 2")
    session.wait("^42$")
    session.enter("Out[3]")
    session.wait("^\"text!\"$")
    session.enter("Out[2]")
    session.wait("E0202(.*\n)*.*input 2 showed no value|input 2 showed no value")
    session.enter("Out[99]")
    session.wait("there is no input 99 yet")
    session.enter("%history 90-99")
    session.wait("^there are inputs 1 to ")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func largeValuesAreNotKept() throws {
    var session = try TerminalSession(rows: 60)
    session.enter("zeros([1000, 1000, 10])")
    session.enter("let t = zeros([1000, 1000, 10]);")
    session.enter("t[0, 0]")
    session.enter("x => x")
    session.enter("[1, 2, 3]")
    session.enter("len(Out)")
    session.wait("^1$")
    session.enter("Out[1]")
    session.wait("the value of input 1 was not held")
    // A view keeps all numbers in memory.
    session.enter("Out[3]")
    session.wait("the value of input 3 was not held")
    session.enter("Out[5]")
    session.wait("^\\[1, 2, 3\\]$(.*\n)+^\\[1, 2, 3\\]$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func linesOfCommandsAreKept() throws {
    let folder = try TemporaryFolder()
    var session = try TerminalSession(rows: 50, folder: folder)
    session.enter("lines = !printf 'one\\ntwo \"quoted\"\\n'")
    session.enter("print(len(lines), lines[0])")
    session.wait("^2 one$")
    session.enter("lines = !exit 3")
    session.wait("^error: the command ended with status 3; lines is as it was$")
    session.enter("let fixed = !echo three")
    session.enter("fixed[0] + lines[1]")
    session.wait("^\"threetwo \\\\\"quoted\\\\\"\"$")
    session.enter("x = !")
    session.wait("^write x = !COMMAND")
    session.enter("%save s.moco")
    session.wait("blocks written")
    session.leave()
    #expect(try session.play().status == 0)
    // What is saved runs without the shell.
    let ran = try moco(["run", "--no-record", "s.moco"], folder: folder.path)
    #expect(ran.status == 0 && ran.output == "2 one\n", "\(ran)")
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

  @Test func showsWhereAnErrorCameFrom() throws {
    var session = try TerminalSession(rows: 60)
    session.enter("%where")
    session.wait("^no error yet$")
    session.type("func inner(divisor) {\rlet twice = divisor * 2\r")
    session.enter("10 / twice }")
    session.enter("func outer(xs) { let name = \"outside\"; map(xs, x => inner(x)) }")
    session.enter("outer([1, 0])")
    session.wait("E0403")
    session.enter("%where")
    session.wait(
      "^E0403: .*\n\n  in inner, prompt\\[1\\]:3\n    divisor  Int  0\n    twice    Int  0\n(.*\n)*  in outer, .*\n    xs +List +\\[1, 0\\]\n    name +String +\"outside\""
    )
    session.enter("nothing_here")
    session.enter("%where")
    session.wait("it came from no function")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func settingsChangeWhatIsShown() throws {
    var session = try TerminalSession(rows: 60)
    session.enter("%config digits 3")
    session.enter("[2 / 3, 1234.5678, 1]")
    session.wait("^\\[0.667, 1230.0, 1\\]$")
    session.enter("print(2 / 3)")
    session.wait("^0.6666666666666666$")
    session.enter("%config rows 4")
    session.enter("[[\"a long text that does not fit beside others\", i] for i in 0..<30]")
    session.wait("… 26 more")
    session.enter("%config")
    session.wait("digits +3 +significant")
    session.enter("%config colums 3")
    session.wait("^there is no setting colums; there are: digits, rows, images, suggest$")
    session.enter("%config digits many")
    session.wait("^%config digits takes a number from 1 to 15, or default, not many$")
    session.enter("%config digits default")
    session.enter("2 / 3")
    session.wait("^0.6666666666666666$(.*\n)+^0.6666666666666666$")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test func namesAreListedWithoutWork() throws {
    var session = try TerminalSession(rows: 30)
    session.enter("let t = randn([100, 100]); let text = \"ab\" * 3; let words = [\"one\", \"two\"]")
    session.enter("%vars")
    session.wait("^  t +Tensor +tensor\\(\\[100, 100\\] float32\\)$")
    session.wait("^  words +List +\\[\"one\", \"two\"\\]$")
    session.leave()
    #expect(try session.play().status == 0)
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
