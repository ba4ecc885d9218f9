import MocoDocument
import Testing

/// The markup of help pages as a terminal shows it.
@Suite struct MarkdownSpansTests {
  private func plain(_ markdown: String, _ width: Int = 80) -> String {
    Document(markdown: markdown).plain(width: width)
  }

  @Test(arguments: [
    ("see [method](method.md).", "see `help(\"method\")`."),
    ("see [the method](method.md#router)", "see the method (`help(\"method\")`)"),
    ("see [`train`](statements.md)", "see `train` (`help(\"statements\")`)"),
    ("see [below](#words), [Swift](https://swift.org)", "see below, Swift (https://swift.org)"),
    ("[start] and xs[0](1), [a](b)", "[start] and xs[0](1), [a](b)"),
    ("`[a](b.md)` is code", "`[a](b.md)` is code"),
    ("its *gate*, a *normalized* feature; (*soft tokens*)", "its gate, a normalized feature; (soft tokens)"),
    ("2 * x * y, a*b*c, *.png and *.jpg", "2 * x * y, a*b*c, *.png and *.jpg"),
    ("**strong** and **`code` in it**", "strong and `code` in it"),
    (
      "| a | b |\n|---|---|\n| H | mean ([results](results.md)) |",
      "a  b\n-  ------------------------\nH  mean (`help(\"results\")`)"
    ),
    ("*", "*"), ("**", "**"), ("[", "["), ("[]()", "[]()"), ("`", "`"), ("[a](b.md", "[a](b.md"),
  ])
  func marksAreNotShown(_ markdown: String, _ text: String) {
    #expect(plain(markdown) == text)
  }

  @Test func stylesAreOfTheWords() {
    var options = TerminalOptions(color: .ansi256)
    options.width = 80
    let text = Document(markdown: "an *open* **word** [x](x.md)").terminal(options)
    #expect(
      text
        == "an \u{1B}[3mopen\u{1B}[0m \u{1B}[1mword\u{1B}[0m \u{1B}[36mhelp(\"x\")\u{1B}[0m")
  }

  @Test func codeIsNotBrokenWhereItFits() {
    #expect(plain("Some line `// %% Title` is", 20) == "Some line\n`// %% Title` is")
    var options = TerminalOptions(color: .ansi256)
    options.width = 20
    #expect(
      Document(markdown: "A line is `// %% Title` here.").terminal(options)
        == "A line is\n\u{1B}[36m// %% Title\u{1B}[0m here.")
    // What is longer than a line is broken at its spaces.
    #expect(plain("`one two three four five six`", 20).split(separator: "\n").count == 2)
  }

  @Test func aProgramIsApartFromItsOutput() {
    let page = "```moco\nprint(1)\n```\n```text\n1\n```\n\nWords.\n\n```moco\nx\n```\n\n```text\n2\n```"
    #expect(plain(page) == "    print(1)\n\n    1\n\nWords.\n\n    x\n\n    2")
  }
}
