import Foundation
import MocoBase
import MocoLang
import Testing

/// `Tests/Diagnostics/*.moco` beside the text that checking them must print.
///
/// `MOCO_RECORD=1` writes the texts again, and lets the run fail so that nobody records by accident.
@Suite struct SyntaxDiagnosticsTests {
  static let folder: URL = {
    var url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<2 { url.deleteLastPathComponent() }
    return url.deletingLastPathComponent().appendingPathComponent("Tests/Diagnostics")
  }()

  static let programs: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".moco") }.sorted()
  }()

  static func rendered(_ name: String) throws -> String {
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    let found = Checker.check(
      SourceFile(name: name, bytes: Array(data)),
      CheckContext(dialect: .test, builtins: SyntaxSupport.builtins))
    return found.map { $0.render() + "\n" }.joined(separator: "\n")
  }

  @Test(arguments: programs) func golden(name: String) throws {
    let text = try Self.rendered(name)
    let golden = Self.folder.appendingPathComponent(name.replacingOccurrences(of: ".moco", with: ".golden"))
    if ProcessInfo.processInfo.environment["MOCO_RECORD"] != nil {
      try Data(text.utf8).write(to: golden)
      Issue.record("recorded \(golden.lastPathComponent)")
      return
    }
    let expected = String(decoding: try Data(contentsOf: golden), as: UTF8.self)
    #expect(text == expected)
  }

  @Test func thereAreGoldenFiles() { #expect(Self.programs.count >= 20) }

  // MARK: - The renderer

  private static func span(_ file: SourceFile, _ text: String) -> Span {
    let bytes = Array(text.utf8)
    for start in 0...max(0, file.bytes.count - bytes.count)
    where Array(file.bytes[start..<start + bytes.count]) == bytes {
      return file.span(start, start + bytes.count)
    }
    Issue.record("no \(text)")
    return file.span(0, 0)
  }

  @Test func exampleOfTheLanguagePage() {
    let file = SourceFile(
      name: "exp.moco", text: String(repeating: "\n", count: 13) + "let logits = img @ text\n")
    let diagnostic = Diagnostic(
      "E0203", "shapes do not match for @: 512 columns on the left, 10 rows on the right",
      at: Self.span(file, "@"),
      labels: [.init(Self.span(file, "img"), "[32, 512]"), .init(Self.span(file, "text"), "[10, 512]")],
      help: ["transpose the right side: img @ text.T gives [32, 10]"])
    #expect(
      diagnostic.render() == """
        error[E0203]: shapes do not match for @: 512 columns on the left, 10 rows on the right
          --> exp.moco:14:18
           |
        14 | let logits = img @ text
           |              --- ^ ---- [10, 512]
           |              [32, 512]
           = help: transpose the right side: img @ text.T gives [32, 10]
        """)
  }

  @Test func stackedLabels() {
    let file = SourceFile(name: "a", text: "f(one, two, three)")
    let diagnostic = Diagnostic(
      "E0304", "these do not fit", at: Self.span(file, "f"), text: "this function",
      labels: [
        .init(Self.span(file, "one"), "first"), .init(Self.span(file, "two"), "second"),
        .init(Self.span(file, "three"), "third"),
      ], notes: ["so it is\nindeed"])
    #expect(
      diagnostic.render() == """
        error[E0304]: these do not fit
         --> a:1:1
          |
        1 | f(one, two, three)
          | ^ ---  ---  ----- third
          | | |    second
          | | first
          | this function
          = note: so it is
            indeed
        """)
  }

  @Test func tabsAndWideCharacters() {
    let file = SourceFile(name: "a", text: "\tlet 数据 = é\u{301}x + b\u{7}")
    let diagnostic = Diagnostic(
      "E0201", "no", at: Self.span(file, "+"), labels: [.init(Self.span(file, "数据"), "a name")])
    #expect(
      diagnostic.render() == """
        error[E0201]: no
         --> a:1:15
          |
        1 |     let 数据 = é\u{301}x + b␇
          |         ----      ^
          |         a name
        """)
  }

  @Test func severalLinesAndFiles() {
    let file = SourceFile(name: "a", text: "one(\n  2,\n  3,\n  4\n)\n\n\nend")
    let other = SourceFile(name: "b", text: "there")
    let diagnostic = Diagnostic(
      "E0101", "no", at: Self.span(file, "one(\n  2,\n  3,\n  4\n)"), text: "here",
      labels: [.init(Self.span(file, "end"), "the end"), .init(Self.span(other, "there"), "there")])
    #expect(
      diagnostic.render() == """
        error[E0101]: no
         --> a:1:1
          |
        1 | one(
          | ^^^^
        ...
        5 | )
          | ^ here
        ...
        8 | end
          | --- the end
         ::: b:1:1
          |
        1 | there
          | ----- there
        """)
  }

  @Test func longLinesAreCut() {
    let file = SourceFile(
      name: "a", text: String(repeating: "x", count: 5_000) + "!" + String(repeating: "y", count: 5_000))
    let text = Diagnostic("E0105", "no", at: Self.span(file, "!")).render(width: 60)
    for line in text.split(separator: "\n") { #expect(line.count <= 60) }
    #expect(text.contains("!"))
    let rows = text.split(separator: "\n").suffix(2).map(Array.init)
    #expect(rows[0].firstIndex(of: "!") == rows[1].firstIndex(of: "^"))
  }

  @Test func fitsTheTerminal() {
    let file = SourceFile(
      name: "a", text: "let logits = normalized_images_of_the_batch @ normalized_texts_of_the_classes")
    let diagnostic = Diagnostic(
      "E0203", "shapes do not match for @: 512 columns on the left, 10 rows on the right",
      at: Self.span(file, "@"),
      labels: [
        .init(Self.span(file, "normalized_images_of_the_batch"), "[32, 512] of the tower for images"),
        .init(Self.span(file, "normalized_texts_of_the_classes"), "[10, 512]"),
      ],
      help: ["transpose the right side: normalized_images_of_the_batch @ texts.T gives [32, 10]"])
    #expect(
      diagnostic.render(width: 40) == """
        error[E0203]: shapes do not match for @:
          512 columns on the left, 10 rows on
          the right
         --> a:1:45
          |
        1 | …f_the_batch @ normalized_texts_of_…
          |  ----------- ^ ---------------------
          |  |             [10, 512]
          |  [32, 512] of the tower for images
          = help: transpose the right side:
            normalized_images_of_the_batch @
            texts.T gives [32, 10]
        """)
    for width in 20...100 {
      for line in diagnostic.render(width: width).split(separator: "\n") where !line.contains("normalized") {
        #expect(line.count <= width)
      }
    }
    // Where there is no terminal, nothing is broken.
    #expect(diagnostic.render().split(separator: "\n").count == 7)
  }

  /// Lines with source and marks fit every terminal, in all programs of the folder.
  @Test(arguments: programs) func excerptsFit(name: String) throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent(name))
    let found = Checker.check(
      SourceFile(name: name, bytes: Array(data)),
      CheckContext(dialect: .test, builtins: SyntaxSupport.builtins))
    for width in [20, 21, 30, 40, 57, 80] {
      for line in found.flatMap({ $0.render(width: width).split(separator: "\n") }) {
        let gutter = line.prefix { $0 == " " || $0.isNumber }
        guard line.dropFirst(gutter.count).hasPrefix("|") else { continue }
        #expect(DisplayWidth.of(line) <= width, "\(width): \(line)")
      }
    }
  }

  @Test func wideCharactersTakeTwoColumns() {
    let file = SourceFile(name: "a", text: "let x = \"日本語日本語日本語日本語日本語日本語\" + 1 + \"✅\"")
    for width in 20...70 {
      let lines = Diagnostic(
        "E0201", "日本語日本語日本語日本語日本語日本語", at: Self.span(file, "+"),
        labels: [.init(Self.span(file, "1"), "数字")]
      ).render(width: width).split(separator: "\n")
      for line in lines { #expect(DisplayWidth.of(line) <= width) }
      guard let place = lines.firstIndex(where: { $0.hasPrefix("1 |") }), place + 1 < lines.count else {
        Issue.record("no source")
        continue
      }
      let before = lines[place].prefix { $0 != "+" }
      let marked = lines[place + 1].prefix { $0 != "^" }
      #expect(DisplayWidth.of(before) == DisplayWidth.of(marked), "\(width)")
    }
    #expect(DisplayWidth.of("✅日a⚠") == 6)
  }

  @Test func marksOfWhatIsCutOffStandUnderTheDots() {
    let file = SourceFile(name: "a", text: "first" + String(repeating: " + 1", count: 30) + " + last")
    let text = Diagnostic(
      "E0201", "no", at: Self.span(file, "first"), text: "here",
      labels: [.init(Self.span(file, "last"), "there")]
    ).render(width: 40)
    #expect(
      text == """
        error[E0201]: no
         --> a:1:1
          |
        1 | first + 1 + 1 + 1 + 1 + 1 + 1 + 1 …
          | ^^^^^                             -
          | |                              there
          | here
        """)
  }

  @Test func traces() {
    let file = SourceFile(name: "a", text: "f()\ng()")
    let inner = Diagnostic.TraceEntry(function: "f", callSite: file.span(0, 3))
    let outer = Diagnostic.TraceEntry(function: "g", callSite: file.span(4, 7))
    let diagnostic = Diagnostic(
      "E0401", "too deep", at: file.span(0, 1), trace: Array(repeating: inner, count: 99) + [outer])
    #expect(
      diagnostic.render() == """
        error[E0401]: too deep
         --> a:1:1
          |
        1 | f()
          | ^
          = in f, called at a:1:1
          =       … 98 more times
          = in g, called at a:2:1
        """)
  }

  @Test func controlCharactersDoNotReachTheTerminal() {
    let file = SourceFile(name: "a\u{1B}[2J", text: "x\u{1B}[31m\u{202E}y")
    let text = Diagnostic(
      "E0900", "bad \u{1B}]0;title\u{7}", at: file.span(0, 1), labels: [.init(file.span(0, 1), "\u{1B}")],
      help: ["\u{9B}31m"]
    ).render()
    #expect(
      !text.unicodeScalars.contains {
        $0.value < 0x20 && $0 != "\n" || (0x7F...0x9F).contains($0.value) || $0.value == 0x202E
      })
  }

  @Test func colors() {
    let file = SourceFile(name: "a", text: "x")
    let text = Diagnostic("E0301", "no", at: file.span(0, 1)).render(color: true)
    #expect(text.contains("\u{1B}[1;31merror[E0301]\u{1B}[0m"))
    #expect(text.contains("\u{1B}[1;31m^\u{1B}[0m"))
  }

  @Test func withoutAPlace() {
    #expect(Diagnostic("E0501", "no file", help: ["look"]).render() == "error[E0501]: no file\n = help: look")
  }
}
