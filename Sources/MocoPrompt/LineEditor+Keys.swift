import CEditline

#if canImport(Glibc)
  import Glibc
#endif

/// Characters that the read hook hands to libedit for what is no key.
enum Key {
  static let interrupt: Int32 = 0x03
  static let endOfInput: Int32 = 0x04
  static let redraw: Int32 = 0x1E
  /// Bound to libedit's own `ed-newline`, which cannot be called from a function.
  static let submit: Int32 = 0x1D
}

private typealias Handler = @convention(c) (OpaquePointer?, Int32) -> UInt8

/// What a function of the editor tells libedit to do next.
enum Reply {
  static let refresh = UInt8(CC_REFRESH)
  static let beep = UInt8(CC_REFRESH_BEEP)
  static let end = UInt8(CC_EOF)
  static let done = UInt8(CC_NORM)
  static let failed = UInt8(CC_ERROR)
}

extension LineEditor {
  func bindKeys() {
    let escape = "\u{1B}"
    func bind(_ name: String, _ keys: [String], _ handler: @escaping Handler) {
      let name = Array(("moco-" + name).unicodeScalars).terminated
      guard ce_add_function(editline, name, handler) == 0 else { return }
      for key in keys { _ = ce_bind(editline, Array(key.unicodeScalars).terminated, name) }
    }
    func bindOwn(_ name: String, _ keys: [String]) {
      for key in keys {
        _ = ce_bind(editline, Array(key.unicodeScalars).terminated, Array(name.unicodeScalars).terminated)
      }
    }
    // In the strings that `bind` takes, ^X is a control character.
    bind("enter", ["^M", "^J"]) { editor, _ in LineEditor.of(editor)?.enter() ?? Reply.failed }
    bind("newline", ["\(escape)^M", "\(escape)^J"]) { editor, _ in
      LineEditor.of(editor)?.newline() ?? Reply.failed
    }
    bind("up", ["^P", "\(escape)[A", "\(escape)OA"]) { editor, _ in
      LineEditor.of(editor)?.up() ?? Reply.failed
    }
    bind("down", ["^N", "\(escape)[B", "\(escape)OB"]) { editor, _ in
      LineEditor.of(editor)?.down() ?? Reply.failed
    }
    bind("left", ["^B", "\(escape)[D", "\(escape)OD"]) { editor, _ in
      LineEditor.of(editor)?.left() ?? Reply.failed
    }
    bind("right", ["^F", "\(escape)[C", "\(escape)OC"]) { editor, _ in
      LineEditor.of(editor)?.right() ?? Reply.failed
    }
    bind("home", ["^A", "\(escape)[H", "\(escape)OH", "\(escape)[1~", "\(escape)[7~"]) { editor, _ in
      LineEditor.of(editor)?.home() ?? Reply.failed
    }
    bind("end", ["^E", "\(escape)[F", "\(escape)OF", "\(escape)[4~", "\(escape)[8~"]) { editor, _ in
      LineEditor.of(editor)?.end() ?? Reply.failed
    }
    bind("word-left", ["\(escape)b", "\(escape)B", "\(escape)[1;5D", "\(escape)[1;3D"]) { editor, _ in
      LineEditor.of(editor)?.wordLeft() ?? Reply.failed
    }
    bind("word-right", ["\(escape)f", "\(escape)F", "\(escape)[1;5C", "\(escape)[1;3C"]) { editor, _ in
      LineEditor.of(editor)?.wordRight() ?? Reply.failed
    }
    bind("backspace", ["^H", "^?"]) { editor, _ in LineEditor.of(editor)?.backspace() ?? Reply.failed }
    bind("delete", ["\(escape)[3~"]) { editor, _ in LineEditor.of(editor)?.delete() ?? Reply.failed }
    bind("delete-or-end", ["^D"]) { editor, _ in LineEditor.of(editor)?.deleteOrEnd() ?? Reply.failed }
    bind("kill-line", ["^K"]) { editor, _ in LineEditor.of(editor)?.killLine() ?? Reply.failed }
    bind("kill-start", ["^U"]) { editor, _ in LineEditor.of(editor)?.killStart() ?? Reply.failed }
    bind("kill-word-left", ["^W", "\(escape)^H", "\(escape)^?"]) { editor, _ in
      LineEditor.of(editor)?.killWordLeft() ?? Reply.failed
    }
    bind("kill-word-right", ["\(escape)d", "\(escape)D"]) { editor, _ in
      LineEditor.of(editor)?.killWordRight() ?? Reply.failed
    }
    bind("yank", ["^Y"]) { editor, _ in LineEditor.of(editor)?.yank() ?? Reply.failed }
    bind("undo", ["^_"]) { editor, _ in LineEditor.of(editor)?.undo() ?? Reply.failed }
    bind("complete", ["^I"]) { editor, _ in LineEditor.of(editor)?.complete() ?? Reply.failed }
    bind("paste", ["\(escape)[200~"]) { editor, _ in LineEditor.of(editor)?.paste() ?? Reply.failed }
    bind("close", [")", "]", "}"]) { editor, key in LineEditor.of(editor)?.close(key) ?? Reply.failed }
    bind("interrupt", ["^C"]) { editor, _ in LineEditor.of(editor)?.interrupt() ?? Reply.failed }
    bind("redraw", ["^^"]) { editor, _ in LineEditor.of(editor)?.redraw() ?? Reply.failed }
    bindOwn("ed-newline", ["^]"])
    bindOwn("em-inc-search-prev", ["^R"])
    bindOwn("em-inc-search-next", ["^S"])
    bindOwn("ed-clear-screen", ["^L"])
  }

  // MARK: The screen

  /// Moves the terminal's cursor below the block, behind the last line of which `mark` is written.
  func leaveBlock(_ mark: String = "") {
    let snapshot = current
    paint(final: true)
    let layout = ScreenLayout(snapshot.text, promptWidth: hang, columns: LineEditor.screenSize().columns)
    let (from, to) = (layout.places[snapshot.cursor], layout.places[snapshot.text.count])
    write(
      (to.row > from.row ? "\u{1B}[\(to.row - from.row)B" : "") + "\r"
        + (to.column > 0 ? "\u{1B}[\(to.column)C" : "") + mark + "\r\n")
  }

  /// Draws prompt and block anew, from the terminal's cursor on, which must stand at the beginning of a free
  /// line.
  func redraw() -> UInt8 {
    ce_refresh(editline)
    return Reply.done
  }

  // MARK: Lines

  private func enter() -> UInt8 {
    let snapshot = current
    let block = unhung(snapshot.text)
    if delegate?.isComplete(block) ?? true {
      paint(final: true)
      moveCursor(snapshot.text.count - snapshot.cursor)
      ce_push(editline, [Key.submit, 0])
      return Reply.refresh
    }
    return newline()
  }

  private func newline() -> UInt8 {
    let snapshot = current
    // Text that comes faster than anyone types brings its own indentation.
    let indent = ce_pending(STDIN_FILENO) > 0 ? 0 : indentation(Array(snapshot.text[..<snapshot.cursor]))
    insert(["\n"] + Array(repeating: " ", count: hang + indent))
    indented = indent > 0 ? (current, indent) : nil
    return Reply.refresh
  }

  /// Columns of a new line after this text: two for each line that leaves a bracket open.
  func indentation(_ buffer: [Unicode.Scalar]) -> Int {
    let text = Array(unhung(buffer).unicodeScalars)
    let scanner = SourceScanner(text)
    if case .string = scanner.end { return 0 }
    // Brackets that open on the same line indent once.
    let lines = Set(scanner.open.map { open in text[..<open].reduce(0) { $1 == "\n" ? $0 + 1 : $0 } })
    return lines.count * 2
  }

  private func close(_ key: Int32) -> UInt8 {
    let snapshot = current
    // On a line that so far holds only the indentation it was given, a closing bracket goes a step back.
    if let indented, indented.snapshot == snapshot, indented.columns >= 2 { ce_delete_before(editline, 2) }
    if let scalar = Unicode.Scalar(UInt32(bitPattern: key)) { insert([scalar]) }
    return Reply.refresh
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

  /// The place before `index`, which is the end of the line above where `index` begins a line.
  private func before(_ snapshot: Snapshot, _ index: Int) -> Int {
    guard index > 0 else { return 0 }
    let start = lineStart(snapshot, index)
    if index > start { return index - 1 }
    var newline = index
    while newline > 0, snapshot.text[newline - 1] != "\n" { newline -= 1 }
    return max(newline - 1, 0)
  }

  private func after(_ snapshot: Snapshot, _ index: Int) -> Int {
    guard index < snapshot.text.count else { return index }
    return snapshot.text[index] == "\n" ? lineStart(snapshot, index + 1) : index + 1
  }

  private func go(_ snapshot: Snapshot, _ index: Int) -> UInt8 {
    moveCursor(index - snapshot.cursor)
    return index == snapshot.cursor ? Reply.beep : Reply.refresh
  }

  private func left() -> UInt8 {
    let snapshot = current
    return go(snapshot, before(snapshot, snapshot.cursor))
  }

  private func right() -> UInt8 {
    let snapshot = current
    return go(snapshot, after(snapshot, snapshot.cursor))
  }

  /// To the first character that is no blank; from there to the beginning of the line.
  private func home() -> UInt8 {
    let snapshot = current
    let start = lineStart(snapshot, snapshot.cursor)
    var text = start
    while text < snapshot.text.count, snapshot.text[text] == " " { text += 1 }
    moveCursor((snapshot.cursor == text ? start : text) - snapshot.cursor)
    return Reply.refresh
  }

  private func end() -> UInt8 {
    let snapshot = current
    moveCursor(lineEnd(snapshot, snapshot.cursor) - snapshot.cursor)
    return Reply.refresh
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

  private func wordLeft() -> UInt8 {
    let snapshot = current
    return go(snapshot, wordStart(snapshot))
  }

  private func wordRight() -> UInt8 {
    let snapshot = current
    return go(snapshot, wordEnd(snapshot))
  }

  // MARK: Taking away and bringing back

  private func remove(_ range: Range<Int>, _ snapshot: Snapshot, keep: Bool) -> UInt8 {
    guard !range.isEmpty else { return Reply.beep }
    if keep { killed = Array(unhung(Array(snapshot.text[range])).unicodeScalars) }
    moveCursor(range.upperBound - snapshot.cursor)
    ce_delete_before(editline, Int32(clamping: range.count))
    return Reply.refresh
  }

  private func backspace() -> UInt8 {
    let snapshot = current
    var start = before(snapshot, snapshot.cursor)
    // In the indentation a step back is as wide as a step of it.
    let line = lineStart(snapshot, snapshot.cursor)
    let ahead = snapshot.text[min(line, snapshot.cursor)..<snapshot.cursor]
    if line > 0, ahead.count >= 2, ahead.count % 2 == 0, ahead.allSatisfy({ $0 == " " }) {
      start = snapshot.cursor - 2
    }
    return remove(start..<snapshot.cursor, snapshot, keep: false)
  }

  private func delete() -> UInt8 {
    let snapshot = current
    return remove(snapshot.cursor..<after(snapshot, snapshot.cursor), snapshot, keep: false)
  }

  private func deleteOrEnd() -> UInt8 {
    current.text.isEmpty ? Reply.end : delete()
  }

  private func killLine() -> UInt8 {
    let snapshot = current
    let end = lineEnd(snapshot, snapshot.cursor)
    return remove(
      snapshot.cursor..<(end == snapshot.cursor ? after(snapshot, end) : end), snapshot, keep: true)
  }

  private func killStart() -> UInt8 {
    let snapshot = current
    let start = lineStart(snapshot, snapshot.cursor)
    return remove(
      (start == snapshot.cursor ? before(snapshot, start) : min(start, snapshot.cursor))..<snapshot.cursor,
      snapshot,
      keep: true)
  }

  private func killWordLeft() -> UInt8 {
    let snapshot = current
    return remove(wordStart(snapshot)..<snapshot.cursor, snapshot, keep: true)
  }

  private func killWordRight() -> UInt8 {
    let snapshot = current
    return remove(snapshot.cursor..<wordEnd(snapshot), snapshot, keep: true)
  }

  private func yank() -> UInt8 {
    guard !killed.isEmpty else { return Reply.beep }
    insert(hung(String(String.UnicodeScalarView(killed))))
    return Reply.refresh
  }

  /// Called whenever the buffer has settled: keeps what was there before the change. Letters typed in a row
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

  private func undo() -> UInt8 {
    guard let last = undoStack.popLast() else { return Reply.beep }
    set(last)
    settled = last
    return Reply.refresh
  }

  /// ^C: what is typed goes, and stays on the screen.
  private func interrupt() -> UInt8 {
    leaveBlock("^C")
    set(Snapshot(text: [], cursor: 0))
    browsing = nil
    undoStack = []
    settled = Snapshot(text: [], cursor: 0)
    return redraw()
  }

  // MARK: History

  private func up() -> UInt8 {
    let snapshot = current
    let start = lineStart(snapshot, snapshot.cursor)
    if start > 0 {
      let column = max(snapshot.cursor - start, 0)
      var newline = start
      while newline > 0, snapshot.text[newline - 1] != "\n" { newline -= 1 }
      let above = lineStart(snapshot, newline - 1)
      return go(snapshot, min(above + column, newline - 1))
    }
    return browse(snapshot, -1)
  }

  private func down() -> UInt8 {
    let snapshot = current
    let end = lineEnd(snapshot, snapshot.cursor)
    if end < snapshot.text.count {
      let column = max(snapshot.cursor - lineStart(snapshot, snapshot.cursor), 0)
      let below = lineStart(snapshot, end + 1)
      return go(snapshot, min(below + column, lineEnd(snapshot, below)))
    }
    return browse(snapshot, 1)
  }

  /// One entry back or on, among those that begin with what was typed before the first ↑.
  private func browse(_ snapshot: Snapshot, _ step: Int) -> UInt8 {
    var state =
      browsing.flatMap { $0.shown == snapshot.text ? $0 : nil }
      ?? Browsing(
        draft: snapshot, prefix: unhung(Array(snapshot.text[..<snapshot.cursor])),
        index: history.entries.count,
        shown: snapshot.text)
    var index = state.index + step
    let shown = unhung(state.shown)
    while history.entries.indices.contains(index),
      !history.entries[index].hasPrefix(state.prefix) || history.entries[index] == shown
    {
      index += step
    }
    if history.entries.indices.contains(index) {
      let text = hung(history.entries[index])
      state.index = index
      state.shown = text
      set(Snapshot(text: text, cursor: text.count))
      browsing = state
      return Reply.refresh
    }
    guard step > 0, state.index < history.entries.count else { return Reply.beep }
    set(state.draft)
    browsing = nil
    return Reply.refresh
  }
}
