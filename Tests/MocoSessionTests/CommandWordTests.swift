import MocoBase
import MocoSession
import Testing

/// What comes after the names of commands, without a terminal.
@Suite struct CommandWordTests {
  @Test func wordsAreTakenApart() {
    #expect(CommandWords.split("a  b") == ["a", "b"])
    #expect(CommandWords.split("'a b' \"c d\"e f\\ g") == ["a b", "c de", "f g"])
    #expect(CommandWords.split("''") == [""])
    #expect(CommandWords.split("") == [])
    #expect(CommandWords.split("'a") == nil)
    #expect(CommandWords.split("a\\") == nil)
  }

  @Test func filesAreOnlyWrittenOverWhereOneSaysSo() throws {
    #expect(try #require(WriteTarget("a b.md")).path == "a b.md")
    #expect(try #require(WriteTarget("a b.md")).isForced == false)
    #expect(try #require(WriteTarget("-f a.md")).isForced)
    #expect(try #require(WriteTarget("-f  a.md")).path == "a.md")
    #expect(try #require(WriteTarget("a.md -f")).path == "a.md")
    #expect(try #require(WriteTarget("a.md -f")).isForced)
    #expect(WriteTarget("") == nil)
    #expect(WriteTarget("-f") == nil)
    #expect(try #require(WriteTarget("-file.md")).isForced == false)
  }

  private func request(_ text: String, files: Set<String> = []) throws -> RunRequest {
    try RunRequest(text) { files.contains($0) }
  }

  @Test func runTakesWhatTheCommandLineTakes() throws {
    let one = try request("a.moco --set lr=0.1 --set=name='two words' -- x --set y=1 -n")
    #expect(one.path == "a.moco")
    #expect(one.settings.map(\.name) == ["lr", "name"])
    #expect(one.settings.map(\.text) == ["0.1", "two words"])
    // What follows -- is the program's own, whatever it looks like.
    #expect(one.arguments == ["x", "--set", "y=1", "-n"])
    #expect(try request("--set a=b=c f").settings.first?.text == "b=c")
    #expect(try request("my file.moco", files: ["my file.moco"]).path == "my file.moco")
  }

  @Test func runRefusesByName() {
    func message(_ text: String) -> String? {
      do {
        _ = try request(text)
        return nil
      } catch RunRequest.Failure.message(let message) {
        return message
      } catch {
        return "usage"
      }
    }
    #expect(message("") == "usage")
    #expect(message("-- x") == "usage")
    #expect(message("a.moco x") == "put the program's arguments after --: %run a.moco -- x")
    #expect(
      message("a.moco --seed 1")
        == "%run has no option --seed; put the program's arguments after --")
    #expect(message("a.moco --set lr") == "--set expects name=value, not 'lr'")
    #expect(message("a.moco --set =1") == "--set expects name=value, not '=1'")
    #expect(message("a.moco --set") == "--set expects name=value")
    #expect(message("'a.moco") == "unterminated quote in the arguments of %run")
  }

  @Test func timedCodeIsUnwrapped() throws {
    let plain = try #require(TimedCode("1 + 1", options: true))
    #expect(plain.code == "1 + 1" && plain.turns == nil && plain.runs == 7)
    let counted = try #require(TimedCode("-n 10 -r 3 f(x)", options: true))
    #expect(counted.code == "f(x)" && counted.turns == 10 && counted.runs == 3)
    #expect(try #require(TimedCode("-n10 x", options: true)).turns == 10)
    #expect(try #require(TimedCode("{\n  let a = 1\n  a + 1\n}", options: true)).code == "let a = 1\n  a + 1")
    // A record is not a block.
    #expect(try #require(TimedCode("{a: 1}", options: true)).code == "{a: 1}")
    #expect(try #require(TimedCode("{a: 1}.a", options: true)).code == "{a: 1}.a")
    #expect(try #require(TimedCode("-n + 1", options: false)).code == "-n + 1")
    for bad in ["", "-n 10", "-n x y", "-n 0 x", "-n", "-r 0 x", "-n 1x"] {
      #expect(TimedCode(bad, options: true) == nil, "\(bad)")
    }
  }

  @Test func timedCodeGoesOnWhileItIsOpen() {
    func isComplete(_ text: String) -> Bool { TimedCode.isComplete(text, boundNames: []) }
    #expect(isComplete("1 + 1"))
    #expect(!isComplete("{"))
    #expect(!isComplete("-n 3 {\n  let a = 1"))
    #expect(isComplete("-n 3 {\n  let a = 1\n}"))
    #expect(!isComplete("for i in 0..<3 {"))
    #expect(!isComplete("f(1,"))
    #expect(!isComplete("\"\"\"a"))
    #expect(isComplete(""))
  }

  @Test func historyIsSelected() {
    #expect(HistorySelection("") == .last(20))
    #expect(HistorySelection("7") == .last(7))
    #expect(HistorySelection("-n 7") == .last(7))
    #expect(HistorySelection("-n7") == .last(7))
    #expect(HistorySelection("3-7") == .inputs(3...7))
    #expect(HistorySelection("7 - 3") == .inputs(3...7))
    #expect(HistorySelection("3-") == .inputs(3...Int.max))
    #expect(HistorySelection("-3") == nil)
    #expect(HistorySelection("train mix") == .holding("train mix"))
    #expect(HistorySelection("top-k") == .holding("top-k"))
    for bad in ["0", "-n", "-n x", "-n 0"] { #expect(HistorySelection(bad) == nil, "\(bad)") }
  }

  @Test func assignmentsFromTheShellAreTold() throws {
    let plain = try #require(ShellAssignment("x = !ls -l"))
    #expect(plain.name == "x" && plain.keyword == nil && plain.command == "ls -l")
    #expect(try #require(ShellAssignment("let x=!ls")).keyword == "let")
    #expect(try #require(ShellAssignment("var größe = ! pwd")).command == "pwd")
    for other in [
      "x != 3", "x == !y", "x = 3", "!ls", "let [a] = !ls", "x.y = !ls", "x += !ls", "let = !ls", "if = !x",
    ] {
      #expect(ShellAssignment(other) == nil, "\(other)")
    }
    #expect(ShellAssignment.lines(Array("a\nb\r\n\nc".utf8)) == ["a", "b", "", "c"])
    #expect(ShellAssignment.lines([]) == [])
    #expect(ShellAssignment.lines(Array("\n".utf8)) == [""])
  }

  @Test func startUpFilesHaveCommandsAndBlocks() {
    let text = "let a = 1\nfunc f() {\n  a\n    % 2\n}\n%config digits 3\n\nlet b = 2\n"
    #expect(
      StartUpFile.parts(text) == [
        .block("let a = 1\nfunc f() {\n  a\n    % 2\n}"), .command("%config digits 3"),
        .block("\n\n\n\n\n\n\nlet b = 2\n"),
      ])
    #expect(StartUpFile.parts("\n \n") == [])
  }
}
