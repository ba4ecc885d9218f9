// Suggestions from the history: the rest of the newest entry that begins with the typed text, dim
// after the cursor. → and ^E accept it, M-f and ^→ accept a word; every other key ignores it.

import MocoSession

extension LineEditor {
  struct Suggestion {
    var text: [Unicode.Scalar]
    /// The number of entries at that time.
    var entries: Int
    var rest: [Unicode.Scalar]
  }

  /// The suggested text, with its hangs; empty if the cursor is not at the end, during steps
  /// through history, and if no colour distinguishes it from the typed text.
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

  /// Inserts the suggestion, or a word of it, into the text. - Returns: whether there was one.
  func takeSuggestion(_ snapshot: Snapshot, onlyWord: Bool = false) -> Bool {
    // Only a visible suggestion is accepted.
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
