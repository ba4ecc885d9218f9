import Foundation
import MocoBase
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// Every lesson runs as it stands, and its page is one small file.
@Suite(.serialized) struct LessonTests {
  static let folder = Repository.root + "/stdlib/lessons"

  static var lessons: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".moco") }
      .sorted()
  }

  @Test func thereAreLessons() {
    #expect(
      Self.lessons == ["before_after.moco", "losses.moco", "routing.moco", "templates.moco"])
  }

  @Test(arguments: LessonTests.lessons)
  func runsAndBecomesAPage(_ lesson: String) throws {
    let recorder = NotebookRecorder()
    var options = SessionOptions()
    options.isInteractive = false
    options.runtime.library = StandardLibrary(root: Repository.root + "/stdlib")
    let session = Session(options: options, delegate: recorder)
    let text = try FileSystem.readText(Self.folder + "/" + lesson)
    let program = session.check(SourceFile(name: lesson, text: text))
    #expect(program.diagnostics.isEmpty, "\(program.diagnostics.map(\.message))")
    let run = try NotebookRun(program, in: session, recorder: recorder, settings: [])
    let page = NotebookPage(
      try Notebook(program.parsed.program), .moco, records: run.records, name: "lesson")

    let json = try Json.parse(page.notebook.jupyter(page.records), name: lesson)
    for cell in json["cells"]?.arrayValue ?? [] {
      let errors = (cell["outputs"]?.arrayValue ?? []).filter { $0["output_type"]?.stringValue == "error" }
      #expect(errors.isEmpty, "\(errors)")
      if cell["cell_type"]?.stringValue == "code" { #expect(cell["execution_count"]?.intValue != nil) }
    }
    let html = page.html()
    #expect(html.utf8.count < 5_000_000)
    #expect(html.contains("<svg"))
    for word in ["<script", "src=\"http", "<link", "@import", "url("] {
      #expect(!html.contains(word), "\(word)")
    }
  }

  @Test func theTeachersPageNamesEachOfThem() throws {
    let page = try FileSystem.readText(Self.folder + "/README.md")
    for lesson in Self.lessons { #expect(page.contains("`\(lesson)`"), "\(lesson)") }
  }
}
