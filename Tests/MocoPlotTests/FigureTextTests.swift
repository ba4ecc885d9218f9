import MocoBase
import MocoDocument
import MocoPlot
import Testing

@Suite struct FigureTextTests {
  /// The text without colour sequences, by line.
  private func bare(_ text: String) -> [String] {
    var result = ""
    var rest = Substring(text)
    while let escape = rest.firstIndex(of: "\u{1B}") {
      result += rest[..<escape]
      rest = rest[escape...]
      guard let end = rest.firstIndex(of: "m") else { break }
      rest = rest[rest.index(after: end)...]
    }
    return (result + rest).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test(arguments: [20, 33, 47, 80, 132]) func staysWithinTheWidth(_ width: Int) {
    for (name, figure) in Samples.all {
      for glyphs in [Glyphs.unicode, .ascii] {
        for color in [ColorDepth.none, .ansi256, .truecolor] {
          for line in bare(figure.text(TextOptions(width: width, glyphs: glyphs, color: color))) {
            #expect(DisplayWidth.of(line) <= width, "\(name) at \(width): \(line)")
          }
        }
      }
    }
  }

  @Test func asciiIsAscii() {
    for (name, figure) in Samples.all where name != "confusion" {  // its dots stand for zero
      let text = figure.text(TextOptions(width: 80, glyphs: .ascii, color: .truecolor))
      #expect(text.utf8.allSatisfy { $0 < 128 }, "\(name)")
    }
  }

  @Test func captionsAreBroken() {
    func caption(_ words: String, _ width: Int, _ glyphs: Glyphs = .unicode) -> [String] {
      let figure = Figure(.table(Table(columns: [], rows: [])), caption: words)
      return Array(bare(figure.text(TextOptions(width: width, glyphs: glyphs))).dropFirst(2))
    }
    #expect(caption("Every row of the table sums to 1.", 20) == ["Every row of the", "table sums to 1."])
    let long = "a " + String(repeating: "x", count: 30) + " b"
    #expect(caption(long, 20) == ["a", String(repeating: "x", count: 19) + "…", "b"])
    #expect(caption(long, 20, .ascii) == ["a", String(repeating: "x", count: 18) + "..", "b"])
    // Texts without blanks between their words are parted anywhere.
    #expect(caption("日本語の説明は長いことがある", 20) == ["日本語の説明は長いこ", "とがある"])
    let many = caption((100...199).map(String.init).joined(separator: " "), 20)
    #expect(many.count == 12 && many.last?.hasSuffix("…") == true && many.allSatisfy { $0.count <= 20 })
  }

  @Test func emptyFiguresSaySo() {
    let empty: [Figure.Content] = [
      .line(LineChart([])), .bars(BarChart([], [])), .heatmap(Heatmap([])), .images(ImageGrid([])),
      .table(Table(columns: [], rows: [])), .line(LineChart([.init("a", y: [.nan, .infinity])])),
    ]
    for content in empty {
      #expect(Figure(content).text().contains("no data"))
      #expect(Figure(content).svg().contains("no data"))
    }
  }

  @Test func oddNumbersDoNotTrap() {
    let odd = [0.0, -0.0, 1e308, -1e308, 1e-300, .infinity, -.infinity, .nan, 1e17, -3]
    for a in odd {
      for b in odd {
        let figures: [Figure.Content] = [
          .line(LineChart([.init("s", x: [a, b], y: [b, a])])), .line(LineChart([.init("s", y: [a])])),
          .bars(BarChart(["a", "b"], [.init(values: [a, b], deviations: [b])])),
          .heatmap(Heatmap([[a], [b, a]], rows: ["a"])), .heatmap(Heatmap([[a, b]], digits: 400)),
          .table(Table(columns: ["a"], rows: [[.number(a)], [.number(b), .integer(.min)]])),
        ]
        for content in figures {
          #expect(!Figure(content).text().isEmpty)
          #expect(Figure(content).svg().hasSuffix("</svg>\n"))
        }
      }
    }
  }

  @Test func hostileWordsStayWords() {
    let evil = "</text><script>\u{1B}[2J\u{7}&\"\n\u{FFFE}"
    let figure = Figure(.heatmap(Heatmap([[1]], rows: [evil], columns: [evil])), title: evil, caption: evil)
    #expect(!figure.svg().contains("<script>"))
    #expect(!figure.text().unicodeScalars.contains("\u{1B}"))
    #expect(!figure.text().unicodeScalars.contains("\u{7}"))
  }

  @Test func largeMatricesAreAveraged() {
    let values = (0..<300).map { row in (0..<500).map { Double(row * $0 % 97) } }
    let text = Figure(.heatmap(Heatmap(values))).text(TextOptions(width: 80))
    #expect(text.contains("300×500 cells, averaged to 48×80"))
    #expect(Figure(.heatmap(Heatmap(values))).svg().contains("data:image/png;base64,"))
  }

  @Test func imagesCheckTheirBytes() {
    #expect(PlotImage(width: 2, height: 2, channels: 1, bytes: [0, 0, 0]) == nil)
    #expect(PlotImage(width: .max, height: 2, channels: 3, bytes: []) == nil)
    #expect(PlotImage(width: 0, height: 2, channels: 1, bytes: []) == nil)
    #expect(PlotImage(width: 1, height: 1, channels: 2, bytes: [0, 0]) == nil)
  }

  @Test func wideCharactersCountTwice() {
    #expect(DisplayWidth.of("ab") == 2)
    #expect(DisplayWidth.of("样式") == 4)
    #expect(DisplayWidth.of("e\u{301}") == 1)
    #expect(DisplayWidth.of("👍🏽") == 2)
    #expect(DisplayWidth.of("❤\u{FE0F}") == 2)
  }
}
