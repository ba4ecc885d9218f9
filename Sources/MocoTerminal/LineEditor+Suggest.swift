// How the history suggests that a block goes on: the rest of the newest entry that begins with all that is typed, dim
// behind the cursor. → and ^E take it, M-f and ^→ a word of it; every other key leaves it.

import MocoSession

extension LineEditor {
  struct Suggestion {
    var text: [Unicode.Scalar]
    /// Entries that there were.
    var entries: Int
    var rest: [Unicode.Scalar]
  }

  /// What may come after the text, with its hangs; empty where the cursor is not at its end, where the way goes
  /// through history, and where no colour tells it from what is typed.
  func suggestion(for snapshot: Snapshot) -> [Unicode.Scalar] {
    guard options.color, suggests(), status.isEmpty, snapshot.cursor == snapshot.text.count,
      snapshot.text.contains(where: { $0 != " " && $0 != "\n" }), snapshot.text.count < 2_000,
      browsing?.shown != snapshot.text
    else { return [] }
    if let suggested, suggested.text == snapshot.text, suggested.entries == history.entries.count {
      return suggested.rest
    }
    var rest: [Unicode.Scalar] = []
    let typed = Array(unhung(snapshot.text).utf8)
    if let entry = history.entries.last(where: { $0.utf8.count > typed.count && $0.utf8.starts(with: typed) })
    {
      let whole = hung(entry)
      if whole.starts(with: snapshot.text) { rest = Array(whole.dropFirst(snapshot.text.count)) }
    }
    suggested = Suggestion(text: snapshot.text, entries: history.entries.count, rest: rest)
    return rest
  }

  /// Puts what is suggested, or a word of it, into the text. - Returns: whether there was something.
  func takeSuggestion(_ snapshot: Snapshot, onlyWord: Bool = false) -> Bool {
    // Only what was seen is taken.
    guard let suggested, suggested.text == snapshot.text, !suggested.rest.isEmpty,
      case let rest = suggestion(for: snapshot), !rest.isEmpty
    else { return false }
    guard onlyWord else {
      insert(rest)
      return true
    }
    let gap = rest.prefix { !SourceScanner.continuesName($0) }
    insert(Array(gap + rest.dropFirst(gap.count).prefix(while: SourceScanner.continuesName)))
    return true
  }
}
