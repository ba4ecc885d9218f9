import MocoBase
import MocoDocument
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// `%export`: what a session has shown, written without running it again.
@Suite struct SessionExportTests {
  private final class Listener: SessionDelegate {
    var text = ""
    func stream(_ text: String, to kind: StreamKind) { self.text += text }
  }

  /// A session with the commands of notebooks, and what it says.
  private struct Typed {
    let listener = Listener()
    let session: Session

    init() {
      var options = SessionOptions()
      options.runtime.library = StandardLibrary(root: Repository.root + "/stdlib")
      options.commands = SessionCommand.allWithNotebooks
      session = Session(options: options, delegate: listener)
    }

    @discardableResult
    func enter(_ cell: String) -> String {
      listener.text = ""
      session.execute(cell)
      return listener.text
    }
  }

  @Test func everyFormatHasWhatWasShown() throws {
    try Repository.inFolder { folder in
      let typed = Typed()
      for cell in [
        "var a = 20;", "print(\"so\"); a + 1", "1 / 0", "plot.line([1.0, 4.0], title: \"Squares\")",
        "len([1])\na = a + 1",
      ] { typed.enter(cell) }
      for ending in ["html", "md", "ipynb"] {
        let path = "\(folder)/notes.\(ending)"
        #expect(typed.enter("%export \(path)") == "4 blocks written to \(path)\n")
      }
      // Exporting runs nothing.
      #expect(typed.enter("a") == "21\n")
      let html = try FileSystem.readText(folder + "/notes.html")
      #expect(html.contains("<title>A session of moco"))
      #expect(html.contains("<svg") && html.contains("<code class=\"moco-value\">21</code>"))
      #expect(!html.contains("1 / 0") && html.contains("seed"))
      let markdown = try FileSystem.readText(folder + "/notes.md")
      #expect(markdown.hasPrefix("# A session of moco"))
      #expect(markdown.contains("```moco\nprint(\"so\"); a + 1\n```\n\n```\nso\n```\n\n"), "\(markdown)")
      #expect(try FileSystem.readText(folder + "/notes_files/1.svg").contains("<svg"))
      let json = try Json.parse(try FileSystem.readText(folder + "/notes.ipynb"), name: "x")
      let cells = try #require(json["cells"]?.arrayValue)
      let kinds = cells.map {
        ($0["outputs"]?.arrayValue ?? []).compactMap { $0["output_type"]?.stringValue }
      }
      #expect(kinds == [[], [], ["stream", "execute_result"], ["execute_result"], ["stream"]], "\(kinds)")
      #expect(cells.map { $0["execution_count"]?.intValue } == [nil, 1, 2, 4, 5])
    }
  }

  @Test func nothingIsWrittenOver() throws {
    try Repository.inFolder { folder in
      let typed = Typed()
      #expect(typed.enter("%export \(folder)/a.html").contains("nothing to export"))
      typed.enter("plot.line([1.0, 4.0])")
      for name in ["a.html", "a.md", "a.ipynb"] {
        let path = "\(folder)/\(name)"
        try AtomicFile.write("mine", to: path)
        #expect(
          typed.enter("%export \(path)") == "\(path) already exists; use %export -f \(path) to overwrite it\n"
        )
        #expect(try FileSystem.readText(path) == "mine")
        #expect(typed.enter("%export -f \(path)") == "1 block written to \(path)\n")
        #expect(try FileSystem.readText(path) != "mine")
      }
      // The pictures of another file are nobody's to replace either.
      try FileSystem.createFolder(folder + "/b_files")
      #expect(typed.enter("%export \(folder)/b.md").contains("already exists"))
      #expect(FileSystem.kind(folder + "/b.md") == .missing)
      try FileSystem.createFolder(folder + "/c.html")
      #expect(typed.session.execute("%export -f \(folder)/c.html").failure?.code == "E0504")
      #expect(typed.session.execute("%export \(folder)/none/c.html").failure?.code == "E0504")
      for wrong in ["", "notes.txt", "-f", "html"] {
        #expect(typed.enter("%export \(wrong)") == "write %export [-f] FILE.html|.md|.ipynb\n")
      }
    }
  }

  @Test func filesThatRanHaveTheirCells() throws {
    try Repository.inFolder { folder in
      try AtomicFile.write(
        "// %% [markdown]\n// Some *prose*\n\n// %% First {\"id\": \"one\"}\nprint(1)\n\n// %% Second\nprint(2)\n",
        to: folder + "/a.moco")
      let typed = Typed()
      typed.enter("%run \(folder)/a.moco")
      typed.enter("%run \(folder)/a.moco")
      let cells = typed.session.recordedPage().notebook.cells
      #expect(cells.map(\.title) == ["", "", "First", "Second", "", "First", "Second"])
      #expect(cells.allSatisfy { $0.attributes["id"] == nil })
      #expect(typed.session.recordedPage().html().contains("<em>prose</em>"))
    }
  }

  @Test func clearedOutputsAreNotKept() {
    let typed = Typed()
    typed.enter("print(\"gone\")\nclear_output()\nprint(\"stays\")")
    let outputs = typed.session.recordedPage().records.values.flatMap(\.outputs)
    #expect(outputs.count == 1)
    #expect(!typed.session.recordedPage().markdown { _, _ in "" }.contains("\ngone\n"))
    #expect(typed.session.recordedPage().markdown { _, _ in "" }.contains("\nstays\n"))
  }

  @Test func memoryIsBounded() {
    let typed = Typed()
    typed.session.recording = SessionRecording(mostBytes: 40_000)
    for index in 0..<5 { typed.enter("print(\"\(index)\" * 15_000)") }
    #expect(typed.session.recording.emptied == 3)
    let text = typed.session.recordedPage().markdown { _, _ in "" }
    #expect(text.contains("no longer kept") && !text.contains(String(repeating: "2", count: 15_000)))
    #expect(text.contains(String(repeating: "3", count: 15_000)))
    typed.enter("print(\"a\" * 30_000)")
    #expect(typed.session.recordedPage().markdown { _, _ in "" }.contains("is not kept"))
    // Pictures count with their pixels.
    let picture = PixelImage(
      width: 100, height: 100, channels: 3, bytes: [UInt8](repeating: 0, count: 30_000))
    #expect(picture.map { Document([.image(.init($0, alternativeText: ""))]).heldByteCount } ?? 0 >= 30_000)
  }

  @Test func longOutputIsRecordedInOneText() {
    var record = CellRecord()
    for index in 0..<1000 { record.append("\(index)\n", isError: false) }
    record.append("note\n", isError: true)
    #expect(record.outputs.count == 2)
  }
}
