// The history: steps from entry to entry, and the search for entries by their contents.

import MocoSession

extension LineEditor {
  func up() -> Outcome {
    let snapshot = current
    let start = lineStart(snapshot, snapshot.cursor)
    if start > 0 {
      let column = max(snapshot.cursor - start, 0)
      var newline = start
      while newline > 0, snapshot.text[newline - 1] != "\n" { newline -= 1 }
      let above = lineStart(snapshot, newline - 1)
      return go(snapshot, place(snapshot, above, column))
    }
    return browse(snapshot, -1)
  }

  func down() -> Outcome {
    let snapshot = current
    let end = lineEnd(snapshot, snapshot.cursor)
    if end < snapshot.text.count {
      let column = max(snapshot.cursor - lineStart(snapshot, snapshot.cursor), 0)
      let below = lineStart(snapshot, end + 1)
      return go(snapshot, place(snapshot, below, column))
    }
    return browse(snapshot, 1)
  }

  /// One entry back or forward, among those that begin with the text typed before the first ↑.
  /// - Parameter prefix: the prefix, if this is the first step.
  private func browse(_ snapshot: Snapshot, _ step: Int, prefix: String? = nil) -> Outcome {
    let state = way(from: snapshot, prefix: prefix)
    var index = state.index + step
    let shown = unhung(state.shown)
    while history.entries.indices.contains(index),
      !history.entries[index].hasPrefix(state.prefix) || history.entries[index] == shown
    {
      index += step
    }
    if history.entries.indices.contains(index) {
      show(index, state)
      return .done
    }
    guard step > 0, state.index < history.entries.count else { return .beep }
    set(state.draft)
    browsing = nil
    return .done
  }

  /// The position in the history since the first ↑, unless the shown entry has been changed.
  private func way(from snapshot: Snapshot, prefix: String? = nil) -> Browsing {
    if let browsing, browsing.shown == snapshot.text { return browsing }
    return Browsing(
      draft: snapshot, prefix: prefix ?? unhung(Array(snapshot.text[..<snapshot.cursor])),
      index: history.entries.count, shown: snapshot.text)
  }

  private func show(_ index: Int, _ state: Browsing, offset: Int? = nil) {
    var state = state
    let text = hung(history.entries[index])
    state.index = index
    state.shown = text
    set(Snapshot(text: text, cursor: min(offset ?? text.count, text.count)))
    browsing = state
  }

  /// One entry back or forward, wherever the cursor is.
  func browseWhole(_ step: Int) -> Outcome { browse(current, step, prefix: "") }

  func browseToFirst() -> Outcome {
    guard !history.entries.isEmpty else { return .beep }
    show(0, way(from: current, prefix: ""))
    return .done
  }

  /// Back to the text typed before the first ↑.
  func browseToLast() -> Outcome {
    guard let state = browsing, state.shown == current.text else { return .beep }
    set(state.draft)
    browsing = nil
    return .done
  }

  // MARK: Search

  /// ^R and ^S: an incremental search for entries that contain the typed text, from the newest on. Every key that
  /// cannot be part of it ends the search at the found entry, and then has its usual effect.
  func search(_ direction: Int) -> Outcome {
    let draft = current
    let before = browsing
    let start = way(from: draft, prefix: "")
    /// The state of the search, for each length that the pattern has had.
    var steps: [(pattern: [Unicode.Scalar], found: Int?)] = [([], nil)]
    var hasFailed = false
    var direction = direction
    var leaves = false

    func look(_ pattern: [Unicode.Scalar], from: Int) -> Int? {
      var index = from
      let shown = steps.last?.found.map { history.entries[$0] }
      while history.entries.indices.contains(index) {
        let entry = history.entries[index]
        let isSame = entry == shown && index != steps.last?.found
        if !isSame, LineEditor.offset(of: pattern, in: entry) != nil { return index }
        index += direction
      }
      return nil
    }
    func extend(_ pattern: [Unicode.Scalar]) {
      let last = steps.last?.found
      let found = look(pattern, from: last ?? (direction < 0 ? start.index - 1 : start.index + 1))
      hasFailed = found == nil
      steps.append((pattern, found ?? last))
    }
    func again() {
      guard let step = steps.last else { return }
      if step.pattern.isEmpty {
        if !lastPattern.isEmpty { extend(lastPattern) }
        return
      }
      let from = step.found.map { $0 + direction } ?? (direction < 0 ? start.index - 1 : start.index + 1)
      guard let found = look(step.pattern, from: from) else {
        hasFailed = true
        return
      }
      hasFailed = false
      steps[steps.count - 1].found = found
    }
    func shorten() {
      guard let last = steps.last, !last.pattern.isEmpty else { return write("\u{7}") }
      let shorter = Array(String(String.UnicodeScalarView(last.pattern)).dropLast().unicodeScalars)
      while steps.count > 1, (steps.last?.pattern.count ?? 0) > shorter.count { steps.removeLast() }
      if steps.last?.pattern != shorter { steps.append((shorter, last.found)) }
      hasFailed = false
    }
    func present() {
      let pattern = steps.last?.pattern ?? []
      status =
        (hasFailed ? "(search: not found) " : "(search) ") + String(String.UnicodeScalarView(pattern))
      marked = nil
      guard let index = steps.last?.found, history.entries.indices.contains(index) else {
        set(draft)
        return
      }
      let entry = history.entries[index]
      guard let offset = LineEditor.offset(of: pattern, in: entry) else { return }
      let scalars = Array(entry.unicodeScalars)
      let from = hung(String(String.UnicodeScalarView(scalars[..<offset]))).count
      let to = hung(String(String.UnicodeScalarView(scalars[..<(offset + pattern.count)]))).count
      show(index, start, offset: from)
      marked = from..<to
    }
    func finish() {
      status = ""
      marked = nil
    }

    while true {
      present()
      let key = nextKey(escapes: true)
      leaves = false
      switch key {
      case .text(let scalar): extend((steps.last?.pattern ?? []) + [scalar])
      case .paste:
        let line = cleaned(pasted()).split(separator: "\n").first ?? ""
        extend((steps.last?.pattern ?? []) + Array(line.unicodeScalars))
      case .named(.backspace, []):
        shorten()
      case .control("R"), .control("S"):
        direction = key == .control("R") ? -1 : 1
        again()
      case .control("C"), .control("G"):
        finish()
        set(draft)
        browsing = before
        return .done
      case .unknown: write("\u{7}")
      default: leaves = true
      }
      guard leaves else {
        if hasFailed { write("\u{7}") }
        continue
      }
      if let pattern = steps.last?.pattern, !pattern.isEmpty { lastPattern = pattern }
      finish()
      if key == .named(.escape) { return .done }
      return act(on: key)
    }
  }

  /// The first index of a pattern in a text, in scalars.
  private static func offset(of pattern: [Unicode.Scalar], in text: String) -> Int? {
    let text = Array(text.unicodeScalars)
    guard let first = pattern.first, text.count >= pattern.count else { return pattern.isEmpty ? 0 : nil }
    for start in 0...(text.count - pattern.count) where text[start] == first {
      if text[start..<(start + pattern.count)].elementsEqual(pattern) { return start }
    }
    return nil
  }
}
