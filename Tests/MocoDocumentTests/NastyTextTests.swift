import Foundation
import MocoDocument
import Testing

/// Strings from files and programs reach no renderer's markup.
@Suite struct NastyTextTests {
  @Test(arguments: Samples.nasty) func terminalsAreNotSteered(_ words: String) {
    for color in [ColorDepth.none, .ansi256, .truecolor] {
      let text = Document(Samples.everywhere(words)).terminal(TerminalOptions(width: 60, color: color))
      // What remains of an escape sequence must be a color of ours.
      let rest = text.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
      for scalar in rest.unicodeScalars {
        let isBad: Bool =
          switch scalar.value {
          case 0x0A, 0x09: false
          case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
          default: false
          }
        #expect(!isBad, "U+\(String(scalar.value, radix: 16)) in \(words.debugDescription)")
      }
      if color == .none { #expect(!text.contains("\u{1B}")) }
    }
  }

  @Test(arguments: Samples.nasty) func pagesStayWellFormed(_ words: String) throws {
    for block in Samples.everywhere(words) {
      let html = Document([block]).html()
      let read = try WellFormed(html)
      let known: Set<String> = [
        "div", "p", "br", "code", "strong", "em", "span", "h2", "dl", "dt", "dd", "ul", "ol", "li", "figure",
        "svg",
        "title", "pre", "details", "summary", "img", "figcaption", "table", "caption", "thead", "tbody", "tr",
        "th",
        "td",
      ]
      for (name, attributes) in read.elements {
        #expect(known.contains(name), "\(name) in \(html)")
        for (key, value) in attributes {
          #expect(!key.hasPrefix("on") && key != "id", "\(html)")
          #expect(!value.lowercased().contains("javascript:") || key == "alt", "\(html)")
        }
      }
    }
  }

  /// Every character that can be shown is there, as a character.
  @Test(arguments: Samples.nasty) func pagesShowWhatIsThere(_ words: String) throws {
    let shown = try WellFormed(Document([.preformatted(words)]).html()).words
    let visible = words.unicodeScalars.filter {
      $0.value > 0x20 && $0.value < 0x7F || $0.value > 0xA0 && $0.value < 0x2000
    }
    for scalar in visible { #expect(shown.unicodeScalars.contains(scalar), "\(words)") }
  }

  @Test(arguments: Samples.nasty) func picturesStayWellFormed(_ words: String) throws {
    let svg = Document(Samples.everywhere(words)).svg(title: words)
    let read = try WellFormed(svg)
    #expect(read.elements.first?.name == "svg" && read.elements.first?.attributes["role"] == "img")
    #expect(read.elements.dropFirst().first?.name == "title")
    #expect(Set(read.elements.map(\.name)).isSubset(of: ["svg", "title", "rect", "text", "image"]))
  }

  /// A cell of a table stays one cell, a paragraph begins no block.
  @Test(arguments: Samples.nasty) func markdownStaysText(_ words: String) {
    let table = Document([
      .table(
        Document.Table(
          columns: [.init("a"), .init("b")], rows: [.cells([.init(Document.Text(words)), .init("x")])]))
    ]).markdown()
    let lines = table.split(separator: "\n")
    #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("| ") && $0.hasSuffix(" |") }, "\(table)")
    #expect(
      lines.last?.replacing("\\\\", with: "").replacing("\\|", with: "").filter { $0 == "|" }.count == 3,
      "\(table)")

    let paragraph = Document(Document.Text(words)).markdown()
    for line in paragraph.split(separator: "\n") {
      for mark in ["#", "- ", "+ ", "* ", ">", "1. ", "=", "~", "`", "|", "    ", "<"] {
        #expect(!line.hasPrefix(mark), "\(paragraph)")
      }
    }
    let bare = paragraph.replacing(#/\\./#, with: "")
    #expect(!bare.contains(where: { "<`*[]|".contains($0) }), "\(paragraph)")
  }

  @Test func markdownFencesAreLongerThanWhatTheyHold() {
    #expect(Document([.code("````\nx", language: "moco")]).markdown() == "`````moco\n````\nx\n`````\n")
    #expect(Document(Document.Text("a `b` ``", .code)).markdown() == "``` a `b` `` ```\n")
  }
}
