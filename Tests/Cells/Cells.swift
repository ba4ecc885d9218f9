// A front end of a session in under a hundred lines: three cells, the second of which is interrupted from another
// thread, what completion offers, and the last value as text,
// HTML and Markdown.

import Foundation
import MocoBase
import MocoDocument
import MocoLang
import MocoSession

/// Writes what a session says, and keeps the last value that it shows.
final class Page: SessionDelegate {
  private(set) var last: Shown?
  /// What interrupts the session.
  var stop: StopFlag?

  func stream(_ text: String, to kind: StreamKind) {
    if kind == .output || kind == .message { print(text, terminator: "") }
    // Somebody presses the button that interrupts, while the cell runs.
    if text.contains("for ever"), let stop { Thread.detachNewThread { stop.request() } }
  }

  func report(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { print("[\(diagnostic.code)] \(diagnostic.message)") }
  }

  func document(_ shown: Shown, id: Int) { last = shown }

  let limits = DocumentLimits(width: 60)
}

@main
enum Cells {
  static func main() throws {
    // CELLS OUTPUT [updates]: the other front end.
    let arguments = CommandLine.arguments.dropFirst()
    if let cells = arguments.first, let output = arguments.dropFirst().first {
      return try Recorder.record(cells: cells, to: output, updates: arguments.last == "updates")
    }
    let page = Page()
    let session = Session(delegate: page)
    page.stop = session.stopFlag
    let cells = [
      "let squares = [n * n for n in 1...4]; print(\"four squares\")",
      "print(\"for ever\"); while true { }",
      "table([{number: i + 1, square: s} for [i, s] in enumerate(squares)])",
    ]
    for cell in cells {
      let outcome = session.execute(cell)
      print("In [\(outcome.number ?? 0)]: \(outcome.status), made \(outcome.bindings)")
    }
    let offered = session.complete("sum(squar", at: 9)
    for candidate in offered.candidates {
      print("sum(\(candidate.text): \(candidate.kind.rawValue) \(candidate.type ?? "")")
    }
    if let shown = page.last {
      print(shown.text + shown.document.html(), shown.document.markdown(), separator: "\n")
    }
  }
}
