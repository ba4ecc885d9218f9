import MocoBase
import MocoLang
import MocoRuntime
import MocoSession

extension Prompt {
  /// `%history`: what was entered, inputs of this session with their numbers.
  func showHistory(_ argument: String) {
    guard let selection = HistorySelection(argument) else { return usage(.history) }
    var shown: [(number: Int?, text: String)]
    switch selection {
    case .last(let count):
      shown = numberedHistory().suffix(count)
    case .holding(let text):
      shown = numberedHistory().filter { $0.text.contains(text) }.suffix(HistorySelection.usual)
      if shown.isEmpty { Console.report("nothing in the history holds \(text)\n") }
    case .inputs(let range):
      shown = inputs.enumerated().map { ($0.offset + 1, $0.element) }.filter { range.contains($0.0) }
      if shown.isEmpty {
        Console.report(
          inputs.isEmpty ? "no input has run yet\n" : "there are inputs 1 to \(inputs.count)\n")
      }
    }
    let width = shown.compactMap(\.number).max().map { String($0).count } ?? 0
    for (number, entry) in shown {
      let safe = TerminalText.safe(entry)
      let text = traits.colour == .none ? safe : Highlighter.coloured(safe)
      let label = number.map { String($0) } ?? ""
      let margin = String(repeating: " ", count: width - label.count) + label + (width > 0 ? "  " : "")
      let hang = "\n" + String(repeating: " ", count: margin.count + 2)
      Console.print(
        margin + text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: hang)
          + "\n")
    }
  }

  /// All entries, those that ran in this session with the number of their last run.
  private func numberedHistory() -> [(number: Int?, text: String)] {
    history.entries.enumerated().map { (entryNumbers[$0.offset], $0.element) }
  }
}
