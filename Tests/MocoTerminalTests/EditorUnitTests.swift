import CEditline
import MocoRuntime
import MocoTerminal
import Testing

@Suite struct ScreenLayoutTests {
  private func place(_ text: String, columns: Int) -> ScreenLayout.Place? {
    _ = ce_use_utf8()
    return ScreenLayout(Array(text.unicodeScalars), promptWidth: 6, columns: columns).places.last
  }

  @Test func wrapsAsLibeditDoes() {
    #expect(place("abc", columns: 20) == .init(row: 0, column: 9))
    #expect(place("abcd", columns: 10) == .init(row: 1, column: 0))
    #expect(place("abcd\n", columns: 10) == .init(row: 2, column: 0))
    #expect(place("a\n      b", columns: 10) == .init(row: 1, column: 7))
    // A wide character that does not fit goes to the next row whole.
    #expect(place("abc样", columns: 10) == .init(row: 1, column: 2))
    #expect(place("样式", columns: 10) == .init(row: 1, column: 0))
  }
}

@Suite struct PasteTests {
  private func cleaned(_ text: String) -> String {
    LineEditor.cleaned(Array(text.unicodeScalars), prompt: "moco> ", Runtime.dialect)
  }

  @Test func takesAwayPromptsAndControls() {
    #expect(cleaned("moco> a\r\nmoco> b\r\n") == "a\nb")
    #expect(cleaned("  moco> f {\n        x\n      }\n") == "f {\n  x\n}")
    #expect(cleaned("a\tb\u{7}\u{1B}[31m") == "a  b[31m")
    #expect(cleaned("one\r\n\r\ntwo\n\n\n") == "one\n\ntwo")
    #expect(cleaned("plain\n      kept") == "plain\n      kept")
  }

  @Test func leavesOutWhatASessionShowed() {
    #expect(
      cleaned(
        "moco> 1 + 1\n2\nmoco> 1/0\nerror[E0403]: division by zero\n --> prompt[2]:1:2\n      1/0\nmoco> 5\n5\n"
      )
        == "1 + 1\n1/0\n5")
    #expect(
      cleaned("moco> if a {\n        \"yes\"\n\n        1\n      }\n\"yes\"\nmoco> \n")
        == "if a {\n  \"yes\"\n\n  1\n}")
    #expect(cleaned("moco> f(\n....>   1\n....> )\n1\n") == "f(\n  1\n)")
    // Where the beginning of a block is missing nothing tells what is output.
    #expect(cleaned("  x\n}\nmoco> f(1)\n") == "  x\n}\nf(1)")
  }

  @Test func keepsTabsOfStrings() {
    #expect(cleaned("f(\t\"a\tb\")\t// c") == "f(  \"a\tb\")  // c")
    #expect(cleaned("\"\"\"\n\ta\n\"\"\"\t") == "\"\"\"\n\ta\n\"\"\"  ")
    #expect(cleaned("\"\\(f(1,\t2))\t\"") == "\"\\(f(1,  2))\t\"")
    let behind = Array("print(\"a".unicodeScalars)
    #expect(
      LineEditor.cleaned(
        Array("\tb\", \t1)".unicodeScalars), prompt: "moco> ", Runtime.dialect, behind: behind)
        == "\tb\",   1)")
  }
}

@Suite struct KeyDecoderTests {
  private func keys(_ text: String) -> [KeyPress] {
    var decoder = KeyDecoder()
    return text.unicodeScalars.compactMap { decoder.take($0) }
  }

  @Test func takesSequencesWhole() {
    for sequence in [
      "[15~", "[24~", "[2~", "[24;5~", "[[A", "[1;2P", "OP", "[?62;22c", "[<0;3;4M", "[200;1x", "[I",
    ] {
      #expect(keys("\u{1B}" + sequence + "x") == [.unknown, .text("x")], "\(sequence)")
    }
    #expect(keys("\u{1B}[" + String(repeating: "1;", count: 500) + "~x") == [.named(.home), .text("x")])
    #expect(keys("\u{1B}[1\u{3}x") == [.control("C"), .text("x")])
    #expect(keys("\u{1B}[1\u{1B}[A") == [.named(.up)])
  }

  @Test func knowsTheKeysOfSeveralTerminals() {
    #expect(
      keys("\u{1B}[A\u{1B}OB\u{1B}[H\u{1B}[4~") == [.named(.up), .named(.down), .named(.home), .named(.end)])
    #expect(
      keys("\u{1B}[1;5D\u{1B}Oc\u{1B}[5C\u{1B}O5C").allSatisfy {
        $0 == .named(.left, .control) || $0 == .named(.right, .control)
      })
    #expect(keys("\u{1B}[1;2D\u{1B}[d") == [.named(.left, .shift), .named(.left, .shift)])
    #expect(keys("\u{1B}[3;5~\u{1B}[3^") == [.named(.delete, .control), .named(.delete, .control)])
    #expect(keys("\u{1B}[5~\u{1B}[6~") == [.named(.pageUp), .named(.pageDown)])
    #expect(
      keys("\u{1B}b\u{1B}\u{7F}\u{1B}\r") == [.meta("b"), .named(.backspace, .alt), .named(.enter, .alt)])
    #expect(keys("\u{1B}\u{1B}[D") == [.named(.left, .alt)])
    #expect(keys("\u{1B}[27;2;13~\u{1B}[13;2u") == [.named(.enter, .shift), .named(.enter, .shift)])
    #expect(keys("\u{1B}[97;5u\u{1B}[120;3u") == [.control("A"), .meta("x")])
    #expect(keys("\u{1B}[200~") == [.paste])
  }

  @Test func charactersStandForThemselves() {
    #expect(
      keys("aé样\u{1}\u{1C}\u{8}\t\r\u{85}") == [
        .text("a"), .text("é"), .text("样"), .control("A"), .control("\\"), .named(.backspace), .named(.tab),
        .named(.enter), .unknown,
      ])
  }

  @Test func neverTraps() {
    let pieces = Array("\u{1B}[]O0123456789;:<?~ABDMu\u{9B} \u{7F}".unicodeScalars)
    var state: UInt64 = 1
    var decoder = KeyDecoder()
    for _ in 0..<100_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      _ = decoder.take(pieces[Int(state >> 33) % pieces.count])
    }
  }
}

@Suite struct MarkdownTests {
  private func rendered(_ markdown: String, width: Int, color: Bool) -> String {
    MarkdownText.render(markdown, width: width, color: color, Runtime.dialect)
  }

  @Test func isLaidOut() {
    let text = rendered(
      "A `name` that is\nlong **enough** to wrap.\n\n- item\n\n```\nf(x)\n```\n", width: 24, color: false)
    #expect(text == "A `name` that is long\nenough to wrap.\n\n- item\n\n    f(x)")
  }

  @Test func tablesAreAligned() {
    let table =
      "Text.\n\n| page | subject |\n|---|---|\n| `a|b` | long enough to wrap here |\n| values | **all** |\n\nEnd."
    #expect(
      rendered(table, width: 22, color: false) == """
        Text.

        page    subject
        ------  --------------
        `a|b`   long enough to
                wrap here
        values  all

        End.
        """)
    #expect(
      rendered(table, width: 40, color: true).split(separator: "\n").dropFirst().prefix(3) == [
        "\u{1B}[1mpage\u{1B}[0m    \u{1B}[1msubject\u{1B}[0m",
        "\u{1B}[36ma|b\u{1B}[0m     long enough to wrap here",
        "values  \u{1B}[1mall\u{1B}[0m",
      ])
    #expect(rendered("|", width: 20, color: false).isEmpty)
    #expect(
      rendered(
        "A text.\n\n    let a = 1\n      a\n\nwith more\n    of it", width: 40, color: false)
        == "A text.\n\n    let a = 1\n      a\n\nwith more of it")
    #expect(rendered("| a |\ntext", width: 20, color: false) == "a\ntext")
  }

  @Test func codeKeepsItsStyleAcrossLines() {
    let text = rendered("See `one two three four`, **five six**.", width: 12, color: true)
    #expect(
      text == """
        See \u{1B}[36mone two\u{1B}[0m
        \u{1B}[36mthree four\u{1B}[0m,
        \u{1B}[1mfive six\u{1B}[0m.
        """)
    #expect(
      rendered("- `a b c d`", width: 7, color: true)
        == "- \u{1B}[36ma b c\u{1B}[0m\n  \u{1B}[36md\u{1B}[0m")
  }

  @Test func survivesLooseMarks() {
    #expect(rendered("2 ** 3 * `", width: 40, color: true) == "2 ** 3 * `")
  }
}

@Suite struct HighlighterTests {
  @Test func colorsWhateverIsTyped() {
    let pieces = ["\"", "\\", "(", ")", "{", "}", ":", "\n", "a", "1", ".", "e", "/", "é", "\"\"\""]
    var state: UInt64 = 1
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      let bare = Highlighter.colored(text, Runtime.dialect).replacing(/\u{1B}\[[0-9;]*m/, with: "")
      #expect(bare == text)
    }
  }
}
