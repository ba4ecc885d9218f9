import MocoBase
import MocoDocument
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession
import MocoWatch

/// A watched program without a page.
final class Live {
  let notebook: LiveNotebook
  private(set) var ran: [Int] = []

  init(seed: UInt64 = 0) {
    let recorder = NotebookRecorder()
    var options = SessionOptions()
    options.isInteractive = false
    options.runtime.seed = seed
    notebook = LiveNotebook(session: Session(options: options, delegate: recorder), recorder: recorder)
  }

  /// Gives the file another text and runs what runs by itself. - Returns: the places of the cells that ran, in order.
  @discardableResult
  func save(_ text: String) -> [Int] {
    notebook.load(SourceFile(name: "test.moco", text: text))
    return settle()
  }

  /// Runs what is to run.
  @discardableResult
  func settle() -> [Int] {
    var ran: [Int] = []
    while notebook.step(before: { ran.append($0) }) {}
    let ids = notebook.cellIDs
    return ran.map { ids.firstIndex(of: $0) ?? -1 }
  }

  /// Asks for a cell by its place.
  func ask(_ place: Int) { notebook.ask(notebook.cellIDs[place]) }

  /// What has come of the cells, as text.
  var outputs: [String] { notebook.records.map { text($0) } }
}

/// What a record shows, as text.
func text(_ record: CellRecord?) -> String {
  (record?.outputs ?? []).map { output -> String in
    switch output {
    case .text(let text, _): return text
    case .shown(let document, _): return document.terminal(DocumentLimits()) + "\n"
    case .diagnostics(let found): return found.map { $0.render(color: false) }.joined(separator: "\n") + "\n"
    }
  }.joined()
}

/// What the cells give when the whole program runs from its beginning; nil where one fails.
func fromScratch(_ text: String, seed: UInt64 = 0) throws -> [String]? {
  let recorder = NotebookRecorder()
  var options = SessionOptions()
  options.isInteractive = false
  options.runtime.seed = seed
  let session = Session(options: options, delegate: recorder)
  let program = session.check(SourceFile(name: "test.moco", text: text))
  guard !program.hasErrors else { return nil }
  let run = try NotebookRun(program, in: session, recorder: recorder)
  guard run.status == .fine else { return nil }
  return program.parsed.program.cells.indices.map { MocoWatchTests.text(run.records[$0]) }
}
