import MocoBase
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// What the cells of a program come to, as a page, as Markdown and for Jupyter.
@Suite struct NotebookPageTests {
  private func page(_ text: String, settings: [(name: String, text: String)] = []) throws -> NotebookPage {
    let recorder = NotebookRecorder()
    var options = SessionOptions()
    options.isInteractive = false
    options.runtime.library = StandardLibrary(root: Repository.root + "/stdlib")
    let session = Session(options: options, delegate: recorder)
    let program = session.check(SourceFile(name: "lesson.moco", text: text))
    #expect(!program.hasErrors, "\(program.diagnostics.map(\.message))")
    let run = try NotebookRun(program, in: session, recorder: recorder, settings: settings)
    return NotebookPage(try Notebook(program.parsed.program), .moco, records: run.records, name: "lesson")
  }

  private static let lesson = """
    // %% [markdown]
    // # A *first* title & more
    //
    // Words with `code`, a [link](https://example.org), <script>alert(1)</script> and
    // [a bad one](javascript:alert(1)). ![far](https://example.org/a.png) ![](data:text/html;base64,AAAA)

    // %% Numbers
    let k = 3
    print("k is \\(k)")
    k + 1

    // %% Numbers
    [1, 2];

    // %% A figure
    plot.line([1.0, 4.0, 9.0], title: "Squares <b>")

    // %% An error
    print("before")
    error("no <b>")

    // %% Not reached
    print("never")
    """

  @Test func cellsStandWithWhatTheyShow() throws {
    let html = try page(Self.lesson).html()
    #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(html.contains("<title>A first title &amp; more</title>"))
    #expect(html.contains("<h1 id=\"a-first-title-more\">A <em>first</em> title &amp; more"))
    #expect(html.contains("<h2 id=\"numbers\">Numbers") && html.contains("<h2 id=\"numbers-2\">"))
    #expect(html.contains("<a href=\"#numbers-2\">Numbers</a>"))
    #expect(html.contains("k is 3"))
    #expect(html.contains("<code class=\"moco-value\">4</code>"))
    #expect(!html.contains("[1, 2]</code>"))
    #expect(html.contains("<svg"))
    #expect(html.contains("E0900") && html.contains("no &lt;b&gt;"))
    #expect(!html.contains("never</pre>"))
  }

  @Test func nothingIsLoadedAndNothingRuns() throws {
    let html = try page(Self.lesson).html()
    for word in [
      "<script", "javascript:", "src=\"http", "<link", "@import", "url(", "data:text/html", "onload",
      "onclick",
    ] {
      #expect(!html.contains(word), "\(word)")
    }
    #expect(html.contains("href=\"https://example.org\""))
    #expect(html.contains("far"))
  }

  @Test func codeMayBeLeftOut() throws {
    var page = try page(Self.lesson)
    page.showsCode = false
    let html = page.html()
    #expect(!html.contains("<details class=\"code\""))
    #expect(html.contains("k is 3"))
    #expect(!page.markdown { _, _ in "" }.contains("let k"))
  }

  @Test func jupyterGetsTheSameOutputs() throws {
    let page = try page(Self.lesson)
    let json = try Json.parse(page.notebook.jupyter(page.records), name: "x")
    let cells = try #require(json["cells"]?.arrayValue)
    #expect(cells.count == 6)
    let kinds = cells.map { ($0["outputs"]?.arrayValue ?? []).compactMap { $0["output_type"]?.stringValue } }
    #expect(kinds == [[], ["stream", "execute_result"], [], ["execute_result"], ["stream", "error"], []])
    #expect(cells[1]["execution_count"]?.intValue == 1)
    #expect(cells[3]["outputs"]?[0]?["data"]?["image/svg+xml"] != nil)
    #expect(cells[3]["outputs"]?[0]?["data"]?["text/plain"] != nil)
    #expect(cells[4]["outputs"]?[1]?["ename"]?.stringValue == "E0900")
    #expect(cells[5]["execution_count"] == .null)
  }

  @Test func markdownHasItsPicturesBesideIt() throws {
    try Repository.inFolder { folder in
      let page = try page(Self.lesson)
      try NotebookFile.write(page, as: .markdown, to: folder + "/a b.md")
      let text = try FileSystem.readText(folder + "/a b.md")
      #expect(text.contains("](a%20b_files/1.svg)"), "\(text)")
      #expect(try FileSystem.readText(folder + "/a b_files/1.svg").contains("<svg"))
    }
  }

  @Test func settingsReachTheirCells() throws {
    let text = "// %%\nlet a = 1\n\n// %%\nlet b = 2\nprint(a, b)\n"
    let page = try page(text, settings: [("a", "10"), ("b", "20")])
    #expect(page.html().contains("10 20"))
    let error = #expect(throws: Failure.self) { try self.page(text, settings: [("aa", "1")]) }
    #expect(error?.code == "E0307")
  }

  @Test func warningsStandInTheirCell() throws {
    let page = try page("// %%\nlet a = 1\nlen([1])\na\n\n// %%\n2\n")
    #expect(page.records[0]?.outputs.count == 2)
    #expect(page.records[1]?.outputs.count == 1)
  }

  @Test func whatTerminalsGetBecomesText() throws {
    var page = try page(
      "// %%\nprint(\"\\u{1B}[31mred\\u{1B}[0m and\\u{1B}[2J \\u{1B}]0;title\\u{7}plain\")\nprint(\"12 %\\r34 %\")"
    )
    page.showsCode = false
    let html = page.html()
    #expect(html.contains("<span class=\"color-red\">red</span> and plain"))
    #expect(html.contains("34 %") && !html.contains("12 %"))
    #expect(!html.unicodeScalars.contains("\u{1B}"))
  }

  @Test func picturesInProseAreHeld() throws {
    try Repository.inFolder { folder in
      let png = try FileSystem.read(Repository.fixture("golden/preprocess/0.png"))
      try AtomicFile.write(png, to: folder + "/a.png")
      try AtomicFile.write("<svg/>", to: folder + "/b.svg")
      var page = try page(
        "// %% [markdown]\n// ![A](a.png) ![B](b.svg) ![C](../../../etc/passwd) ![D](none.png)\n")
      page.folder = folder
      let html = page.html()
      #expect(html.contains("src=\"data:image/png;base64,iVBORw0KGgo"))
      #expect(html.split(separator: "<img").count == 2)
      for word in ["B", "C", "D"] { #expect(html.contains(word)) }
    }
  }
}
