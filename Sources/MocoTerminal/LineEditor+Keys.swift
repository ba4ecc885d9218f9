import CEditline
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

extension LineEditor {
  /// The action of a key.
  func act(on key: KeyPress) -> Outcome {
    continued = chain
    chain = .none
    switch key {
    case .text(")"), .text("]"), .text("}"): return close(key)
    case .text(let scalar): return put(scalar)
    case .control(let letter): return act(onControl: letter)
    case .meta(let scalar): return act(onMeta: scalar)
    case .named(let name, let held): return act(on: name, held)
    case .paste: return paste()
    case .unknown: return .beep
    case .closed: return .end
    }
  }

  private func act(onControl letter: Unicode.Scalar) -> Outcome {
    switch letter {
    case "A": return home()
    case "B": return left()
    case "C": return interrupt()
    case "D": return current.text.isEmpty ? .end : delete()
    case "E": return end()
    case "F": return right()
    case "K": return killLine()
    case "L": return clearScreen()
    case "N": return down()
    case "P": return up()
    case "Q", "V": return literal()
    case "R": return search(-1)
    case "S": return search(1)
    case "T": return transpose()
    case "U": return killStart()
    case "W": return killWordLeft()
    case "X": return actAfterControlX()
    case "Y": return yank()
    case "_": return undo()
    default: return .beep
    }
  }

  private func actAfterControlX() -> Outcome {
    let key = nextKey()
    switch key {
    case .control("E"): return editOutside()
    case .control("U"): return undo()
    case .control("C"), .closed: return act(on: key)
    default: return .beep
    }
  }

  private func act(onMeta scalar: Unicode.Scalar) -> Outcome {
    switch scalar {
    case "b", "B": return wordLeft()
    case "c", "C": return changeWord { $0.isEmpty ? $1.uppercased() : $1.lowercased() }
    case "d", "D": return killWordRight()
    case "f", "F": return wordRight()
    case "l", "L": return changeWord { $1.lowercased() }
    case "n", "N": return browseWhole(1)
    case "p", "P": return browseWhole(-1)
    case "u", "U": return changeWord { $1.uppercased() }
    case "y", "Y": return yankEarlier()
    case "<": return browseToFirst()
    case ">": return browseToLast()
    default: return .beep
    }
  }

  private func act(on name: KeyPress.Name, _ held: KeyPress.Modifiers) -> Outcome {
    let byWord = held.contains(.control) || held.contains(.alt)
    switch name {
    case .up: return up()
    case .down: return down()
    case .left: return byWord ? wordLeft() : left()
    case .right: return byWord ? wordRight() : right()
    case .home: return home()
    case .end: return end()
    case .pageUp: return browseWhole(-1)
    case .pageDown: return browseWhole(1)
    case .delete: return byWord ? killWordRight() : delete()
    case .backspace: return byWord ? killWordLeft() : backspace()
    case .tab: return held.isEmpty ? complete() : .beep
    case .enter: return held.isEmpty ? enter() : newline()
    case .escape: return .done
    }
  }

  /// Inserts the next character literally: a tab.
  private func literal() -> Outcome {
    switch nextKey() {
    case .named(.tab, []): return put("\t")
    case .text(let scalar): return put(scalar)
    case .control("C"): return act(on: .control("C"))
    case .closed: return .end
    default: return .beep
    }
  }

  private func put(_ scalar: Unicode.Scalar) -> Outcome {
    insert([scalar])
    return .done
  }

  // MARK: Lines

  private func enter() -> Outcome {
    delegate?.isComplete(unhung(current.text)) ?? true ? .submit : newline()
  }

  private func newline() -> Outcome {
    let snapshot = current
    // Text that arrives faster than typing has its own indentation.
    let indent = ce_pending(STDIN_FILENO) > 0 ? 0 : indentation(Array(snapshot.text[..<snapshot.cursor])) + 2
    insert(["\n"] + Array(repeating: " ", count: hang + max(indent, 0)))
    indented = indent > 0 ? current : nil
    return .done
  }

  /// The indentation of the line with the innermost open bracket; -2 if none is open.
  private func indentation(_ buffer: [Unicode.Scalar]) -> Int {
    SourceScanner.openIndentation(Array(unhung(buffer).unicodeScalars), options.dialect) ?? -2
  }

  private func close(_ key: KeyPress) -> Outcome {
    guard case .text(let bracket) = key else { return .beep }
    let snapshot = current
    // On a line that contains only its indentation, a closing bracket moves to the beginning of the line
    // that contains the opening bracket.
    if let indented, indented == snapshot {
      let given = snapshot.cursor - lineStart(snapshot, snapshot.cursor)
      let surplus = given - max(indentation(Array(snapshot.text[..<snapshot.cursor])), 0)
      if (1...max(given, 1)).contains(surplus) { ce_delete_before(editline, Int32(clamping: surplus)) }
    }
    return put(bracket)
  }

  /// Index of the first character of the text of the line that holds `index`: after the prompt or the hang.
  func lineStart(_ snapshot: Snapshot, _ index: Int) -> Int {
    var start = min(index, snapshot.text.count)
    while start > 0, snapshot.text[start - 1] != "\n" { start -= 1 }
    if start == 0 { return 0 }
    var skipped = 0
    while skipped < hang, start < snapshot.text.count, snapshot.text[start] == " " {
      start += 1
      skipped += 1
    }
    return start
  }

  func lineEnd(_ snapshot: Snapshot, _ index: Int) -> Int {
    var end = index
    while end < snapshot.text.count, snapshot.text[end] != "\n" { end += 1 }
    return end
  }

  /// The position before `index`; the end of the line above if `index` begins a line.
  private func before(_ snapshot: Snapshot, _ index: Int) -> Int {
    guard index > 0 else { return 0 }
    let start = lineStart(snapshot, index)
    if index > start {
      // A visible character counts as one.
      let last = String(String.UnicodeScalarView(snapshot.text[start..<index])).last
      return index - max(last?.unicodeScalars.count ?? 1, 1)
    }
    var newline = index
    while newline > 0, snapshot.text[newline - 1] != "\n" { newline -= 1 }
    return max(newline - 1, 0)
  }

  private func after(_ snapshot: Snapshot, _ index: Int) -> Int {
    guard index < snapshot.text.count else { return index }
    if snapshot.text[index] == "\n" { return lineStart(snapshot, index + 1) }
    let rest = snapshot.text[index..<lineEnd(snapshot, index)]
    return index + max(String(String.UnicodeScalarView(rest)).first?.unicodeScalars.count ?? 1, 1)
  }

  /// A position a number of scalars into a line, but not inside a visible character.
  func place(_ snapshot: Snapshot, _ start: Int, _ column: Int) -> Int {
    var at = start
    for character in String(String.UnicodeScalarView(snapshot.text[start..<lineEnd(snapshot, start)])) {
      let next = at + character.unicodeScalars.count
      if next > start + column { break }
      at = next
    }
    return at
  }

  func go(_ snapshot: Snapshot, _ index: Int) -> Outcome {
    moveCursor(index - snapshot.cursor)
    return index == snapshot.cursor ? .beep : .done
  }

  private func left() -> Outcome {
    let snapshot = current
    return go(snapshot, before(snapshot, snapshot.cursor))
  }

  private func right() -> Outcome {
    let snapshot = current
    if takeSuggestion(snapshot) { return .done }
    return go(snapshot, after(snapshot, snapshot.cursor))
  }

  /// To the first character that is not a space; from there to the beginning of the line.
  private func home() -> Outcome {
    let snapshot = current
    let start = lineStart(snapshot, snapshot.cursor)
    var text = start
    while text < snapshot.text.count, snapshot.text[text] == " " { text += 1 }
    moveCursor((snapshot.cursor == text ? start : text) - snapshot.cursor)
    return .done
  }

  private func end() -> Outcome {
    let snapshot = current
    if takeSuggestion(snapshot) { return .done }
    moveCursor(lineEnd(snapshot, snapshot.cursor) - snapshot.cursor)
    return .done
  }

  private func wordStart(_ snapshot: Snapshot) -> Int {
    var at = snapshot.cursor
    while at > 0, !SourceScanner.continuesName(snapshot.text[at - 1]) { at -= 1 }
    while at > 0, SourceScanner.continuesName(snapshot.text[at - 1]) { at -= 1 }
    return at
  }

  private func wordEnd(_ snapshot: Snapshot) -> Int {
    var at = snapshot.cursor
    while at < snapshot.text.count, !SourceScanner.continuesName(snapshot.text[at]) { at += 1 }
    while at < snapshot.text.count, SourceScanner.continuesName(snapshot.text[at]) { at += 1 }
    return at
  }

  private func wordLeft() -> Outcome {
    let snapshot = current
    return go(snapshot, wordStart(snapshot))
  }

  private func wordRight() -> Outcome {
    let snapshot = current
    if takeSuggestion(snapshot, onlyWord: true) { return .done }
    return go(snapshot, wordEnd(snapshot))
  }

  // MARK: Kill and yank

  /// Whether removed text is added before or after the text removed just before.
  private enum Side {
    case before, after
  }

  private func remove(_ range: Range<Int>, _ snapshot: Snapshot, kill side: Side? = nil) -> Outcome {
    guard !range.isEmpty else {
      if side != nil, case .kill = continued { chain = .kill }
      return .beep
    }
    if let side {
      let piece = Array(unhung(Array(snapshot.text[range])).unicodeScalars)
      if case .kill = continued, let last = kills.popLast() {
        kills.append(side == .before ? piece + last : last + piece)
      } else {
        kills.append(piece)
        if kills.count > 60 { kills.removeFirst() }
      }
      chain = .kill
    }
    moveCursor(range.upperBound - snapshot.cursor)
    ce_delete_before(editline, Int32(clamping: range.count))
    return .done
  }

  private func backspace() -> Outcome {
    let snapshot = current
    var start = before(snapshot, snapshot.cursor)
    // In the indentation, backspace removes one step of indentation.
    let line = lineStart(snapshot, snapshot.cursor)
    let ahead = snapshot.text[min(line, snapshot.cursor)..<snapshot.cursor]
    if line > 0, ahead.count >= 2, ahead.count % 2 == 0, ahead.allSatisfy({ $0 == " " }) {
      start = snapshot.cursor - 2
    }
    return remove(start..<snapshot.cursor, snapshot)
  }

  private func delete() -> Outcome {
    let snapshot = current
    return remove(snapshot.cursor..<after(snapshot, snapshot.cursor), snapshot)
  }

  private func killLine() -> Outcome {
    let snapshot = current
    let end = lineEnd(snapshot, snapshot.cursor)
    return remove(
      snapshot.cursor..<(end == snapshot.cursor ? after(snapshot, end) : end), snapshot, kill: .after)
  }

  private func killStart() -> Outcome {
    let snapshot = current
    let start = lineStart(snapshot, snapshot.cursor)
    return remove(
      (start == snapshot.cursor ? before(snapshot, start) : min(start, snapshot.cursor))..<snapshot.cursor,
      snapshot,
      kill: .before)
  }

  private func killWordLeft() -> Outcome {
    let snapshot = current
    return remove(wordStart(snapshot)..<snapshot.cursor, snapshot, kill: .before)
  }

  private func killWordRight() -> Outcome {
    let snapshot = current
    return remove(snapshot.cursor..<wordEnd(snapshot), snapshot, kill: .after)
  }

  private func yank() -> Outcome {
    guard !kills.isEmpty else { return .beep }
    bringBack(kills.count - 1)
    return .done
  }

  /// Replaces the text just inserted by ^Y with the text removed before it.
  private func yankEarlier() -> Outcome {
    guard case .yank(let range, let kill) = continued, kills.count > 1 else { return .beep }
    moveCursor(range.upperBound - current.cursor)
    ce_delete_before(editline, Int32(clamping: range.count))
    bringBack(kill > 0 ? kill - 1 : kills.count - 1)
    return .done
  }

  private func bringBack(_ kill: Int) {
    guard kills.indices.contains(kill) else { return }
    let start = current.cursor
    insert(hung(String(String.UnicodeScalarView(kills[kill]))))
    chain = .yank(start..<current.cursor, kill: kill)
  }

  /// Swaps the two characters at the cursor.
  private func transpose() -> Outcome {
    let snapshot = current
    let end = lineEnd(snapshot, snapshot.cursor)
    let right = snapshot.cursor == end ? before(snapshot, end) : snapshot.cursor
    let left = before(snapshot, right)
    guard left < right, left >= lineStart(snapshot, right), right < end else { return .beep }
    let rightEnd = after(snapshot, right)
    let swapped = snapshot.text[right..<rightEnd] + snapshot.text[left..<right]
    moveCursor(rightEnd - snapshot.cursor)
    ce_delete_before(editline, Int32(clamping: rightEnd - left))
    insert(Array(swapped))
    return .done
  }

  /// Rewrites the rest of a word, character by character.
  private func changeWord(_ change: (String, Character) -> String) -> Outcome {
    let snapshot = current
    let end = wordEnd(snapshot)
    guard end > snapshot.cursor else { return .beep }
    let text = snapshot.text[snapshot.cursor..<end]
    let gap = text.prefix { !SourceScanner.continuesName($0) }
    var word = ""
    for character in String(String.UnicodeScalarView(text.dropFirst(gap.count))) {
      word += change(word, character)
    }
    moveCursor(end - snapshot.cursor)
    ce_delete_before(editline, Int32(clamping: text.count))
    insert(Array(gap) + Array(word.unicodeScalars))
    return .done
  }

  /// Called after each change of the buffer: stores the earlier state. Letters typed in a row
  /// are undone together.
  func recordUndo() {
    let now = current
    guard now.text != settled.text else {
      settled.cursor = now.cursor
      return
    }
    let typed =
      now.text.count == settled.text.count + 1 && now.cursor == settled.cursor + 1
      && SourceScanner.continuesName(now.text[now.cursor - 1])
    if !(typed && undoStack.last?.text.count ?? 0 < settled.text.count && endsInName(settled)) {
      undoStack.append(settled)
      if undoStack.count > 500 { undoStack.removeFirst() }
    }
    settled = now
  }

  private func endsInName(_ snapshot: Snapshot) -> Bool {
    snapshot.cursor > 0 && SourceScanner.continuesName(snapshot.text[snapshot.cursor - 1])
  }

  private func undo() -> Outcome {
    guard let last = undoStack.popLast() else { return .beep }
    set(last)
    settled = last
    return .done
  }

  /// ^C: discards the typed text, which stays visible on the screen.
  private func interrupt() -> Outcome {
    leaveBlock("^C")
    set(Snapshot(text: [], cursor: 0))
    browsing = nil
    undoStack = []
    settled = Snapshot(text: [], cursor: 0)
    return .done
  }
}
