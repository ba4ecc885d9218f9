import Foundation
import MocoDocument
import MocoLang
import MocoRuntime
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What is shown of values is compared with files in Snapshots. A missing file is written and the test fails, so that
/// a new picture is looked at before it counts; MOCO_RECORD=1 writes all of them again, and fails likewise.
@Suite struct DisplaySnapshotTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
    path: "Snapshots")

  /// The looks in which every value is shown.
  private static let looks: [(name: String, limits: DocumentLimits)] = [
    ("width 100", DocumentLimits(width: 100)), ("width 60", DocumentLimits(width: 60)),
    ("width 32", DocumentLimits(width: 32)),
    ("width 44, ASCII, rows 4, digits 3", DocumentLimits(width: 44, rows: 4, digits: 3, glyphs: .ascii)),
    ("width 60, colours", DocumentLimits(width: 60, imageWidth: 12, color: .ansi256)),
  ]

  /// Values of which there is Markdown too.
  private static let asMarkdown: Set<String> = [
    "tensor-whole", "table", "report", "dataset", "mixture", "record-nested", "nasty-record", "zero-shot",
    "route",
  ]

  private func check(_ picture: String, _ name: String) throws {
    // How small pixels become depends on the zlib of the machine; tests of PNG read them.
    let text = picture.replacing(
      #/data:image\/png;base64,[A-Za-z0-9+\/=]+/#, with: "data:image/png;base64,…")
    let file = Self.folder.appending(path: name)
    let record = ProcessInfo.processInfo.environment["MOCO_RECORD"] == "1"
    guard !record, let expected = try? String(contentsOf: file, encoding: .utf8) else {
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(name); look at it, then run again")
      return
    }
    #expect(text == expected, "\(name) differs")
  }

  /// Digits give way to 0, several to one of them; drawings, the lengths of bars and units of time are left open.
  private func masked(_ text: String) -> String {
    text.replacing(#/<svg[\s\S]*?<\/svg>/#, with: "<svg/>").replacing(#/[0-9]+(?:\.[0-9]+)?/#, with: "0")
      .replacing(#/█+ */#, with: "█")
      .replacing(#/\b0 (?:ms|min|s)\b/#, with: "0 s")
  }

  /// Where the library lies is not the same everywhere, and how much of it is shown depends on its length.
  private func withoutFolder(_ text: String) -> String {
    text.replacing(#/(?m)^  from .*$/#, with: "  from        …")
      .replacing(#/[^\s<>"]*\/stdlib\/models\//#, with: "…/")
  }

  @Test(arguments: DisplaySample.all.map(\.name)) func values(_ name: String) throws {
    let sample = try #require(DisplaySample.all.first { $0.name == name })
    let session = librarySession()
    let result = session.interpreter.run(SourceFile(name: "test", text: sample.program), mode: .cell)
    #expect(result.diagnostics.map(\.message) == [], "\(name)")
    var text = ""
    for look in sample.isTimed ? Self.looks.prefix(1) : Self.looks[...] {
      let document = session.interpreter.document(of: result.value, limits: look.limits)
      text += "--- \(look.name)\n\(document.terminal(look.limits))\n"
    }
    try check(withoutFolder(sample.isMasked ? masked(text) : text), "\(name).txt")

    let document = session.interpreter.document(of: result.value, limits: DocumentLimits(width: 100))
    let html = document.html()
    let page = withoutFolder(sample.isMasked ? masked(html) : html)
    try check(page, "\(name).html")
    #expect(XMLParser(data: Data(html.utf8)).parse(), "\(name): \(html)")
    #expect(XMLParser(data: Data(document.svg(columns: 100).utf8)).parse(), "\(name)")
    #expect(!html.contains("<script") && !html.contains(" id="), "\(name)")
    if Self.asMarkdown.contains(name) {
      let markdown = document.markdown()
      try check(sample.isMasked ? masked(markdown) : markdown, "\(name).md")
    }
    if let folder = ProcessInfo.processInfo.environment["MOCO_SWEEP"] {
      var sweep = ""
      for width in stride(from: 20, through: 200, by: 9) {
        for look in Self.looks {
          var limits = look.limits
          limits.width = width
          sweep += "--- \(width) \(look.name)\n"
          sweep += session.interpreter.document(of: result.value, limits: limits).terminal(limits) + "\n"
        }
      }
      try sweep.write(toFile: "\(folder)/\(name).txt", atomically: true, encoding: .utf8)
    }
  }
}
