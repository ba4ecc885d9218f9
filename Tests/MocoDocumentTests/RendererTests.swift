import Foundation
import MocoDocument
import Testing

/// What each renderer makes of each block.
@Suite struct RendererTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
    path: "Snapshots")

  private func check(_ text: String, _ name: String) throws {
    let file = Self.folder.appending(path: name)
    let record = ProcessInfo.processInfo.environment["MOCO_RECORD"] == "1"
    guard !record, let expected = try? String(contentsOf: file, encoding: .utf8) else {
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(name); look at it, then run again")
      return
    }
    #expect(text == expected, "\(name) differs")
  }

  @Test func everyRendererShowsTheWhole() throws {
    let document = Samples.all
    try check(document.plain(width: 60) + "\n", "all.txt")
    try check(document.plain(width: 40, glyphs: .ascii) + "\n", "all.ascii.txt")
    try check(document.terminal(TerminalOptions(width: 60, color: .ansi256)) + "\n", "all.256.txt")
    try check(document.html(), "all.html")
    try check(document.markdown(), "all.md")
    try check(document.svg(columns: 60), "all.svg")
  }

  @Test(arguments: [20, 33, 60, 100]) func linesFit(_ width: Int) {
    for line in Samples.all.plain(width: width).split(separator: "\n") {
      #expect(line.count <= width, "\(width): \(line)")
    }
  }

  @Test func itemsStayWhole() {
    let items = Document.Items("classes: ", ["coat", "ankle boot", "bag"], indent: 2)
    #expect(
      Document([.items(items)]).plain(width: 23) == "  classes: coat,\n           ankle boot,\n           bag"
    )
    // The comma at the end of a line has room.
    #expect(Document([.items(items)]).plain(width: 28) == "  classes: coat, ankle boot,\n           bag")
    #expect(Document([.items(items)]).plain(width: 27) == "  classes: coat,\n           ankle boot, bag")
    let dots = Document.Items("", ["a 1", "b 2"], separator: " · ")
    #expect(Document([.items(dots)]).plain() == "a 1 · b 2")
    var many = Document.Items("n: ", (0..<200).map { "\($0)" }, mostLines: 4)
    many.overflow = .cut
    let lines = Document([.items(many)]).plain(width: 20).split(separator: "\n")
    #expect(lines.count == 5 && lines.last?.hasSuffix("more") == true)
  }

  @Test func widthsHeedWideCharacters() {
    let text = Document.Text(String(repeating: "日", count: 30), overflow: .cut)
    #expect(Document(text).plain(width: 21) == String(repeating: "日", count: 10) + "…")
  }

  @Test func listsAreMarked() {
    let list = Document.List([[.text("one two three four five six")], [.text("b")]], marker: .number)
    #expect(Document([.list(list)]).plain(width: 20) == "1. one two three\n     four five six\n2. b")
  }

  @Test func picturesAreBlocksOrDots() throws {
    let pixels = try #require(PixelImage(width: 2, height: 2, channels: 1, bytes: [0, 255, 255, 0]))
    let document = Document([.image(Document.Image(pixels, caption: "x", alternativeText: "two"))])
    var options = TerminalOptions(width: 40, color: .truecolor)
    options.imageWidth = 2
    #expect(document.terminal(options).hasPrefix("\u{1B}[38;2;0;0;0;48;2;255;255;255m▀\u{1B}[0m"))
    #expect(document.html().contains("<img src=\"data:image/png;base64,iVBOR"))
    #expect(document.html().contains("alt=\"two\" width=\"2\" height=\"2\"/>\n<figcaption>x</figcaption>"))
    #expect(document.markdown() == "*two*\n")
    #expect(document.markdown(picture: { _ in "a b.png" }) == "![two](a%20b.png)\n\nx\n")
  }

  @Test func markdownIsReadBack() {
    let text = """
      # Title

      A `name` that is **strong**.

      - one
      - `two`

      ```moco
      f(x)
      ```

      | a | b |
      | --- | ---: |
      | 1 | 2 |

      """
    #expect(Document(markdown: text).markdown() == text)
  }
}
