// The line editor: several lines in one buffer of libedit, which also sets up and restores the terminal. Keys are
// decoded and the screen is drawn here: libedit types the tail of an unknown sequence, and its model of
// the screen does not support a block taller than the screen, combining marks or a line below the block.
//
// Continuation lines begin with spaces of the prompt's width (the hang), so that a block is aligned;
// the hang is not part of the text and is removed when the text is returned.

import CEditline
import CProcess
import MocoLang
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// The editor's interface to the language.
public protocol LineEditorDelegate: AnyObject {
  /// Whether Enter should return the block; otherwise it begins another line.
  func isComplete(_ block: String) -> Bool
  func completion(_ block: String, cursor: Int) -> Completion
}

/// Reads blocks from a terminal. Used by one thread, and only one editor at a time per process: libedit and
/// the terminal are both shared state.
public final class LineEditor {
  /// The result of a reading.
  public enum Input: Equatable {
    case block(String)
    /// ^D on an empty line.
    case end
    /// A signal that ends the process arrived during editing.
    case terminated
  }

  /// The appearance of an editor.
  public struct Options {
    public var prompt = LineEditor.prompt
    /// Whether escape sequences for colors are supported.
    public var color = true
    /// Whether typed text is colored.
    public var highlight = true
    /// The typed text.
    public var dialect: Dialect

    /// The defaults.
    public init(dialect: Dialect) { self.dialect = dialect }
  }

  /// The prompt before a block.
  public static let prompt = "moco> "

  let options: Options
  let history: HistoryFile
  weak var delegate: (any LineEditorDelegate)?
  let editline: OpaquePointer
  let hang: Int

  // State of one reading.
  var browsing: Browsing?
  var undoStack: [Snapshot] = []
  var settled = Snapshot(text: [], cursor: 0)
  /// The contents of the screen; `nil` if the cursor is at the beginning of an empty line.
  var drawn: Drawn?
  /// A line below the block, and the part of the block that it highlights.
  var status = ""
  var marked: Range<Int>?
  /// Removed texts, the last at the end.
  var kills: [[Unicode.Scalar]] = []
  /// The action of the last key that this one may continue, and the action of this one.
  var continued = Chain.none
  var chain = Chain.none
  var decoder = KeyDecoder()
  /// The pattern of the last search.
  var lastPattern: [Unicode.Scalar] = []
  private var terminated = false
  private var preset: String?
  /// Whether the input was typed before this reading began, while the system edited lines.
  private var hasTypedAhead = false
  /// Whether the history may suggest the rest of the block.
  public var suggests: () -> Bool = { false }
  /// The last suggestion, and the text it was made for.
  var suggested: Suggestion?
  /// The buffer right after Enter has indented a new line.
  var indented: Snapshot?

  struct Snapshot: Equatable {
    var text: [Unicode.Scalar]
    var cursor: Int
  }

  /// The steps through history since the first ↑: the text typed before, and the position.
  struct Browsing {
    var draft: Snapshot
    var prefix: String
    var index: Int
    var shown: [Unicode.Scalar]
  }

  enum Chain {
    case none
    case kill
    /// The range of the text inserted by ^Y, and its index in `kills`.
    case yank(Range<Int>, kill: Int)
  }

  /// The result of a key.
  enum Outcome {
    case done
    case beep
    /// The block is returned.
    case submit
    /// The end of the input.
    case end
  }

  /// - Returns: `nil` if libedit cannot use the terminal.
  public init?(history: HistoryFile, options: Options, delegate: any LineEditorDelegate) {
    guard let editline = ce_open("moco") else { return nil }
    self.editline = editline
    self.history = history
    self.options = options
    self.delegate = delegate
    hang = options.prompt.unicodeScalars.reduce(0) { $0 + ScreenLayout.width($1) }
    ce_set_client(editline, Unmanaged.passUnretained(self).toOpaque())
    ce_set_signals(editline, 0)
    ce_set_no_prompt(editline)
    ce_set_reader(editline) { editline, character in
      guard let editor = LineEditor.of(editline), let character else { return -1 }
      return editor.edit(character)
    }
    ce_use_emacs(editline)
  }

  deinit { el_end(editline) }

  static func of(_ editline: OpaquePointer?) -> LineEditor? {
    guard let editline, let client = ce_client(editline) else { return nil }
    return Unmanaged<LineEditor>.fromOpaque(client).takeUnretainedValue()
  }

  /// Reads one block, without the newline at its end.
  /// - Parameter preset: the initial text of the buffer.
  public func read(preset: String? = nil) -> Input {
    self.preset = preset
    browsing = nil
    indented = nil
    undoStack = []
    settled = Snapshot(text: [], cursor: 0)
    terminated = false
    drawn = nil
    status = ""
    marked = nil
    chain = .none
    decoder.reset()
    _ = cp_signals_take()
    cp_signals_editing(true)
    // After text without a newline these spaces continue to the next row; at the beginning of a row they stay on it.
    write(String(repeating: " ", count: max(LineEditor.screenSize().columns - 1, 0)) + "\r\u{1B}[K")
    takeTerminal()
    hasTypedAhead = ce_pending(STDIN_FILENO) > 0
    var count: Int32 = 0
    let characters = ce_read(editline, &count)
    let buffer: [Unicode.Scalar] =
      characters.map { start in
        (0..<Int(max(count, 0))).map { Unicode.Scalar(UInt32(bitPattern: start[$0])) ?? "\u{FFFD}" }
      } ?? []
    write("\u{1B}[?2004l")
    cp_signals_editing(false)
    if terminated { return .terminated }
    guard characters != nil, count > 0 else { return .end }
    var text = unhung(buffer)
    if text.last == "\n" { text.removeLast() }
    return .block(text)
  }

  /// Makes the terminal send every key, and mark pasted text.
  func takeTerminal() {
    ce_set_terminal_mode(editline, 1)
    ce_free_keys(STDIN_FILENO)
    write("\u{1B}[?2004h")
  }

  /// Restores the terminal, with its cursor at the beginning of an empty line.
  func releaseTerminal() {
    leaveBlock()
    ce_set_terminal_mode(editline, 0)
    write("\u{1B}[?2004l")
  }

  // MARK: The read hook

  /// The read hook of libedit: the block is edited here, and libedit receives only the newline that ends it.
  private func edit(_ character: UnsafeMutablePointer<Int32>) -> Int32 {
    if let text = preset {
      preset = nil
      insert(hung(text))
    }
    while true {
      recordUndo()
      switch act(on: nextKey()) {
      case .done: continue
      case .beep: write("\u{7}")
      case .end:
        leaveBlock(newline: false)
        return 0
      case .submit:
        leaveBlock(newline: false)
        moveCursor(current.text.count - current.cursor)
        character.pointee = 10
        return 1
      }
    }
  }

  /// Draws the block and waits for a key.
  /// - Parameter escapes: whether Esc may be a separate key; otherwise it waits for the rest of a sequence.
  func nextKey(escapes: Bool = false) -> KeyPress {
    while true {
      if ce_pending(STDIN_FILENO) == 0 {
        hasTypedAhead = false
        draw()
        if escapes, decoder.isAtEscape, !ce_arrives(STDIN_FILENO, 100) {
          decoder.reset()
          return .named(.escape)
        }
      }
      switch nextScalar() {
      case .scalar(let scalar):
        if let key = decoder.take(scalar) { return key }
      case .interrupt:
        decoder.reset()
        return .control("C")
      case .again:
        continue
      case .closed:
        return .closed
      }
    }
  }

  enum Arrival {
    case scalar(Unicode.Scalar)
    case interrupt
    /// A signal arrived, and the screen must be redrawn.
    case again
    case closed
  }

  func nextScalar() -> Arrival {
    while true {
      guard cp_wait(STDIN_FILENO) else {
        let flags = Int(cp_signals_take())
        if flags & CP_END != 0 {
          terminated = true
          return .closed
        }
        if flags & CP_STOP != 0 {
          releaseTerminal()
          cp_suspend()
          takeTerminal()
          return .again
        }
        if flags & CP_INTERRUPT != 0 { return .interrupt }
        if flags & CP_RESIZE != 0 {
          erase()
          return .again
        }
        continue
      }
      var character: Int32 = 0
      let result = ce_read_character(STDIN_FILENO, &character)
      if result == 1 {
        // Linux stores a ^D that was typed ahead as a zero.
        if hasTypedAhead, character == 0 { character = 4 }
        return .scalar(Unicode.Scalar(UInt32(bitPattern: character)) ?? "\u{FFFD}")
      }
      if result == 0 || (errno != EINTR && errno != EAGAIN) { return .closed }
    }
  }

  static func screenSize() -> (columns: Int, rows: Int) {
    var columns: Int32 = 80
    var rows: Int32 = 24
    _ = ce_terminal_size(STDOUT_FILENO, &columns, &rows)
    return (Int(columns), Int(rows))
  }

  // MARK: The buffer

  /// The contents of the buffer, with its hangs.
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

  /// A text in the form of the buffer.
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
