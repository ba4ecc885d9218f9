// The line editor: libedit with several lines in one buffer. Continuation lines begin with as many blanks as
// the prompt is wide (the hang), so that a block stands in one column; the hang is no part of the text and is
// taken away when the text is handed out.

import CEditline

#if canImport(Glibc)
  import Glibc
#endif

/// What the editor asks of the language.
public protocol LineEditorDelegate: AnyObject {
  /// Whether Enter should hand the block out; otherwise it begins another line.
  func isComplete(_ block: String) -> Bool
  func completion(_ block: String, cursor: Int) -> Completion
}

/// What Tab may put in place of the characters before the cursor.
public struct Completion: Equatable {
  /// Scalars before the cursor that a candidate replaces.
  public var replaces: Int
  public var candidates: [String]

  public init(replaces: Int = 0, candidates: [String] = []) {
    self.replaces = replaces
    self.candidates = candidates
  }
}

/// Reads blocks from a terminal. Used by one thread, and only one editor at a time per process: libedit and
/// the terminal are both shared state.
public final class LineEditor {
  public enum Input: Equatable {
    case block(String)
    /// ^D on an empty line.
    case end
    /// A signal that ends the process came while the line was edited.
    case terminated
  }

  public struct Options {
    public var prompt = "moco> "
    public var colour = true
    public var highlight = true

    public init() {}
  }

  let options: Options
  let history: HistoryFile
  weak var delegate: (any LineEditorDelegate)?
  let editline: OpaquePointer
  private let search: OpaquePointer
  private let promptText: UnsafeMutablePointer<Int32>
  let hang: Int

  // State of one reading.
  var browsing: Browsing?
  var killed: [Unicode.Scalar] = []
  var undoStack: [Snapshot] = []
  var settled = Snapshot(text: [], cursor: 0)
  private var terminated = false
  private var preset: String?
  /// Whether what is read was typed before this reading began, while the system edited lines.
  private var hasTypedAhead = false
  /// The buffer right after Enter has indented a new line, and by how much.
  var indented: (snapshot: Snapshot, columns: Int)?

  struct Snapshot: Equatable {
    var text: [Unicode.Scalar]
    var cursor: Int
  }

  /// The way through history since the first ↑: what was typed before, and where we are.
  struct Browsing {
    var draft: Snapshot
    var prefix: String
    var index: Int
    var shown: [Unicode.Scalar]
  }

  /// - Returns: `nil` where libedit cannot use the terminal.
  public init?(history: HistoryFile, options: Options = Options(), delegate: any LineEditorDelegate) {
    guard let editline = ce_open("moco"), let search = history_winit() else { return nil }
    self.editline = editline
    self.search = search
    self.history = history
    self.options = options
    self.delegate = delegate
    let width = options.prompt.unicodeScalars.reduce(0) { $0 + ScreenLayout.width($1) }
    hang = width
    // libedit drops an escape sequence at the end of a prompt: the last character, a blank, comes after it.
    let bare = String(options.prompt.dropLast())
    let last = options.prompt.last.map(String.init) ?? ""
    let text = options.colour ? "\u{1}\u{1B}[1;36m\u{1}\(bare)\u{1}\u{1B}[0m\u{1}\(last)" : options.prompt
    let scalars = text.unicodeScalars.map { Int32(bitPattern: $0.value) } + [0]
    promptText = .allocate(capacity: scalars.count)
    promptText.initialize(from: scalars, count: scalars.count)

    ce_set_client(editline, Unmanaged.passUnretained(self).toOpaque())
    ce_set_signals(editline, 0)
    ce_history_use(editline, search, 20_000)
    for entry in history.entries.suffix(5_000) { ce_history_add(search, hung(entry).terminated) }
    ce_set_prompt(editline) { LineEditor.of($0).map { UnsafePointer($0.promptText) } }
    ce_set_reader(editline) { editline, character in
      guard let editor = LineEditor.of(editline), let character else { return -1 }
      return editor.nextCharacter(character)
    }
    ce_use_emacs(editline)
    bindKeys()
  }

  deinit {
    el_end(editline)
    history_wend(search)
    promptText.deallocate()
  }

  static func of(_ editline: OpaquePointer?) -> LineEditor? {
    guard let editline, let client = ce_client(editline) else { return nil }
    return Unmanaged<LineEditor>.fromOpaque(client).takeUnretainedValue()
  }

  /// Reads one block, without the newline at its end.
  /// - Parameter preset: text that stands in the buffer at the beginning.
  public func read(preset: String? = nil) -> Input {
    self.preset = preset
    browsing = nil
    indented = nil
    undoStack = []
    settled = Snapshot(text: [], cursor: 0)
    terminated = false
    _ = ce_signals_take()
    ce_signals_editing(true)
    // libedit would take over the terminal only after it has shown the prompt, and what is typed in between
    // would be the system's to edit.
    ce_set_terminal_mode(editline, 1)
    hasTypedAhead = ce_pending(STDIN_FILENO) > 0
    write("\u{1B}[?2004h")
    var count: Int32 = 0
    let characters = ce_read(editline, &count)
    let buffer: [Unicode.Scalar] =
      characters.map { start in
        (0..<Int(max(count, 0))).map { Unicode.Scalar(UInt32(bitPattern: start[$0])) ?? "\u{FFFD}" }
      } ?? []
    write("\u{1B}[?2004l")
    ce_signals_editing(false)
    if terminated { return .terminated }
    guard characters != nil, count > 0 else { return .end }
    var text = unhung(buffer)
    if text.last == "\n" { text.removeLast() }
    return .block(text)
  }

  /// Adds a block to the history and its file.
  public func remember(_ block: String) {
    let before = history.entries.count
    history.append(block)
    if history.entries.count > before { ce_history_add(search, hung(block).terminated) }
  }

  // MARK: The read hook

  /// Where libedit gets its characters: the buffer has settled, so this is the time to colour it, and to look
  /// after signals.
  private func nextCharacter(_ character: UnsafeMutablePointer<Int32>) -> Int32 {
    if let text = preset {
      preset = nil
      insert(hung(text))
      write("\r")
      character.pointee = Key.redraw
      return 1
    }
    recordUndo()
    if ce_pending(STDIN_FILENO) == 0 {
      hasTypedAhead = false
      paint()
    }
    while true {
      guard ce_wait(STDIN_FILENO) else {
        let flags = Int(ce_signals_take())
        if flags & CE_END != 0 {
          terminated = true
          return 0
        }
        if flags & CE_STOP != 0 {
          ce_set_terminal_mode(editline, 0)
          write("\u{1B}[?2004l\r\n")
          ce_suspend()
          write("\u{1B}[?2004h")
          ce_set_terminal_mode(editline, 1)
          character.pointee = Key.redraw
          return 1
        }
        if flags & CE_INTERRUPT != 0 {
          character.pointee = Key.interrupt
          return 1
        }
        if flags & CE_RESIZE != 0 {
          resize()
          character.pointee = Key.redraw
          return 1
        }
        continue
      }
      let result = ce_read_character(STDIN_FILENO, character)
      if result >= 0 {
        // Linux keeps a ^D that was typed ahead as a zero.
        if result == 1, hasTypedAhead, character.pointee == 0 { character.pointee = Key.endOfInput }
        return result
      }
      if errno != EINTR && errno != EAGAIN { return 0 }
    }
  }

  /// Clears what the terminal has made of the block at its new width, so that it can be drawn again from its
  /// first row.
  private func resize() {
    el_resize(editline)
    let size = LineEditor.screenSize()
    let snapshot = current
    let layout = ScreenLayout(snapshot.text, promptWidth: hang, columns: size.columns)
    let row = layout.places[snapshot.cursor].row
    write("\r" + (row > 0 ? "\u{1B}[\(row)A" : "") + "\u{1B}[J")
  }

  static func screenSize() -> (columns: Int, rows: Int) {
    var columns: Int32 = 80
    var rows: Int32 = 24
    _ = ce_terminal_size(STDOUT_FILENO, &columns, &rows)
    return (Int(columns), Int(rows))
  }

  // MARK: The buffer

  /// The buffer as it stands, with its hangs.
  var current: Snapshot {
    var count: Int32 = 0
    var cursor: Int32 = 0
    guard let start = ce_line(editline, &count, &cursor) else { return Snapshot(text: [], cursor: 0) }
    let text = (0..<Int(max(count, 0))).map { Unicode.Scalar(UInt32(bitPattern: start[$0])) ?? "\u{FFFD}" }
    return Snapshot(text: text, cursor: min(max(Int(cursor), 0), text.count))
  }

  func set(_ snapshot: Snapshot) {
    let now = current
    moveCursor(now.text.count - now.cursor)
    if !now.text.isEmpty { ce_delete_before(editline, Int32(clamping: now.text.count)) }
    if !snapshot.text.isEmpty { _ = ce_insert(editline, snapshot.text.terminated) }
    moveCursor(snapshot.cursor - snapshot.text.count)
  }

  func moveCursor(_ distance: Int) {
    if distance != 0 { _ = el_cursor(editline, Int32(clamping: distance)) }
  }

  func insert(_ text: [Unicode.Scalar]) {
    if !text.isEmpty { _ = ce_insert(editline, text.terminated) }
  }

  /// A text as it stands in the buffer.
  func hung(_ text: String) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      result.append(scalar)
      if scalar == "\n" { result += Array(repeating: " ", count: hang) }
    }
    return result
  }

  /// The text of a buffer.
  func unhung(_ buffer: [Unicode.Scalar]) -> String {
    var result = String.UnicodeScalarView()
    var skipping = 0
    for scalar in buffer {
      if skipping > 0, scalar == " " {
        skipping -= 1
        continue
      }
      skipping = scalar == "\n" ? hang : 0
      result.append(scalar)
    }
    return String(result)
  }

  func write(_ text: String) {
    ce_write(text)
  }
}

extension [Unicode.Scalar] {
  /// For C: the values, then 0.
  var terminated: [Int32] { map { Int32(bitPattern: $0.value) } + [0] }
}
