// The other front end of this program: it writes down what it is told, an event a line, and nothing anywhere else.

import Foundation
import MocoBase
import MocoDocument
import MocoLang
import MocoSession
import MocoTraining

final class Recorder: SessionDelegate {
  private(set) var lines: [String] = []
  let updatesDocuments: Bool
  private var steps = 0

  init(updates: Bool) { updatesDocuments = updates }

  private func add(_ event: String, _ text: String) {
    lines.append(
      event + ": " + text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n"))
  }

  func stream(_ text: String, to kind: StreamKind) { add("\(kind)", text) }
  func report(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { add("\(diagnostic.severity) \(diagnostic.code)", diagnostic.message) }
  }
  func document(_ shown: Shown, id: Int) {
    add("document \(id)" + (shown.number.map { " of input \($0)" } ?? ""), shown.text)
  }
  func update(_ shown: Shown, id: Int) { add("update \(id)", shown.text) }
  func clear(waits: Bool) { add("clear", waits ? "waits" : "at once") }
  func show(page markdown: String) { add("page", String(markdown.prefix { !$0.isNewline })) }
  func progress(_ progress: MocoTraining.Progress) {
    steps += 1
    // Each step has one; the first says enough.
    if steps == 1 { add("progress", "\(progress.done) of \(progress.total) \(progress.unit)") }
  }
  func progress(epoch text: String) { add("epoch", text) }
  func progressEnds() {
    if steps > 0 { add("progress", "ends") }
    steps = 0
  }
  let limits = DocumentLimits(width: 60)

  /// Runs the cells of a file, with `// %%` between them, and writes the events to another.
  static func record(cells path: String, to output: String, updates: Bool) throws {
    let recorder = Recorder(updates: updates)
    let session = Session(delegate: recorder)
    for cell in try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "// %%\n") {
      let outcome = session.execute(cell.trimmingCharacters(in: .newlines))
      recorder.add("outcome", "\(outcome.status)")
    }
    try (recorder.lines.joined(separator: "\n") + "\n").write(
      toFile: output, atomically: true, encoding: .utf8)
  }
}
