import MocoBase
import MocoLang
import MocoRuntime

extension SessionCommand {
  static let history = SessionCommand(
    "history", "[-n COUNT|FIRST-LAST|TEXT]",
    "shows the last entries, inputs of this session by number, or entries that contain a text"
  ) { session, argument in
    session.showHistory(argument)
  }
}

extension Session {
  /// `%history`: the entries, with the numbers of this session's inputs.
  fileprivate func showHistory(_ argument: String) {
    guard let selection = HistorySelection(argument) else { return usage("history") }
    var shown: [(number: Int?, text: String)]
    switch selection {
    case .last(let count):
      shown = historyEntries.suffix(count)
    case .holding(let text):
      shown = historyEntries.filter { $0.text.contains(text) }.suffix(HistorySelection.usual)
      if shown.isEmpty { complain("no entry of the history contains \(text)\n") }
    case .inputs(let range):
      shown = inputs.enumerated().map { ($0.offset + 1, $0.element) }.filter { range.contains($0.0) }
      if shown.isEmpty {
        complain(
          inputs.isEmpty ? "no input has run yet\n" : "use inputs 1 to \(inputs.count)\n")
      }
    }
    let width = shown.compactMap(\.number).max().map { String($0).count } ?? 0
    for (number, entry) in shown {
      let label = number.map { String($0) } ?? ""
      let margin = String(repeating: " ", count: width - label.count) + label + (width > 0 ? "  " : "")
      delegate.show(source: entry, margin: margin, hang: margin.count + 2)
    }
  }
}
