import Foundation
import MocoPlot
import Testing

// Pictures are compared with files in Snapshots. A missing file is written and the test fails, so that a new
// picture is looked at before it counts; MOCO_RECORD=1 writes all of them again, and fails likewise.

private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")

private func check(_ picture: String, _ name: String) throws {
  // How small pixels become depends on the zlib of the machine; tests of PNG read them.
  let text = picture.replacing(
    #/data:image\/png;base64,[A-Za-z0-9+\/=]+/#, with: "data:image/png;base64,…")
  let file = folder.appending(path: name)
  let record = ProcessInfo.processInfo.environment["MOCO_RECORD"] == "1"
  guard !record, let expected = try? String(contentsOf: file, encoding: .utf8) else {
    try text.write(to: file, atomically: true, encoding: .utf8)
    Issue.record("recorded \(name); look at it, then run again")
    return
  }
  #expect(text == expected, "\(name) differs")
}

@Suite struct SnapshotTests {
  @Test(arguments: Samples.all.map(\.name)) func text(_ name: String) throws {
    let figure = try #require(Samples.all.first { $0.name == name }).figure
    try check(figure.text(TextOptions(width: 72)) + "\n", "\(name).unicode.txt")
    try check(figure.text(TextOptions(width: 72, glyphs: .ascii)) + "\n", "\(name).ascii.txt")
    try check(figure.text(TextOptions(width: 72, color: .truecolor)) + "\n", "\(name).truecolor.txt")
    try check(figure.text(TextOptions(width: 72, color: .ansi256)) + "\n", "\(name).256.txt")
  }

  @Test(arguments: Samples.all.map(\.name)) func svg(_ name: String) throws {
    let figure = try #require(Samples.all.first { $0.name == name }).figure
    try check(figure.svg(), "\(name).svg")
  }

  @Test func html() throws { try check(Samples.table.document().html(), "table.html") }
}
