// The line editor: several lines in one buffer of libedit, which also sets the terminal up and back. Keys are put
// together and the screen is drawn here: libedit types the tail of a sequence that it does not know, and its picture of
// the screen has no room for a block taller than the screen, for combining marks or for a line below the block.
//
// Continuation lines begin with as many blanks as the prompt is wide (the hang), so that a block stands in one column;
// the hang is not part of the text and is taken away when the text is handed out.

import CEditline
import CProcess
import MocoLang
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// What the editor asks of the language.
public protocol LineEditorDelegate: AnyObject {
  /// Whether Enter should hand the block out; otherwise it begins another line.
  func isComplete(_ block: String) -> Bool
  func completion(_ block: String, cursor: Int) -> Completion
}

/// Reads blocks from a terminal. Used by one thread, and only one editor at a time per process: libedit and
/// the terminal are both shared state.
public final class LineEditor {
  /// What a reading has come to.
  public enum Input: Equatable {
    case block(String)
    /// ^D on an empty line.
    case end
    /// A signal that ends the process came while the line was edited.
    case terminated
  }

  /// How an editor looks.
  public struct Options {
    public var prompt = LineEditor.prompt
    /// Whether escape sequences for colors are welcome.
    public var color = true
    /// Whether what is typed is colored.
    public var highlight = true
    /// What is typed.
    public var dialect: Dialect

    /// What is usual.
    public init(dialect: Dialect) { self.dialect = dialect }
  }

  /// What stands before a block.
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
  /// What stands on the screen; `nil` where the cursor is at the beginning of a free line.
  var drawn: Drawn?
  /// A line below the block, and what of the block stands out because of it.
  var status = ""
  var marked: Range<Int>?
  /// What was taken away, the last at the end.
  var kills: [[Unicode.Scalar]] = []
  /// What the last key did that this one may continue, and what this one does.
  var continued = Chain.none
  var chain = Chain.none
  var decoder = KeyDecoder()
  /// The pattern of the last search.
  var lastPattern: [Unicode.Scalar] = []
  private var terminated = false
  private var preset: String?
  /// Whether what is read was typed before this reading began, while the system edited lines.
  private var hasTypedAhead = false
  /// Whether the history may suggest how the block goes on.
  public var suggests: () -> Bool = { false }
  /// What was suggested last, and for what.
  var suggested: Suggestion?
  /// The buffer right after Enter has indented a new line.
  var indented: Snapshot?

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

  enum Chain {
    case none
    case kill
    /// Where the text stands that ^Y has brought back, and its place in `kills`.
    case yank(Range<Int>, kill: Int)
  }

  /// What a key comes to.
  enum Outcome {
    case done
    case beep
    /// The block is handed out.
    case submit
    /// There is nothing more to read.
    case end
  }

  /// - Returns: `nil` where libedit cannot use the terminal.
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
  /// - Parameter preset: text that stands in the buffer at the beginning.
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
    // Behind text without a newline these blanks go on to the next row; at the beginning of a row they stay on it.
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

  /// Makes the terminal hand out every key, and mark what is pasted.
  func takeTerminal() {
    ce_set_terminal_mode(editline, 1)
    ce_free_keys(STDIN_FILENO)
    write("\u{1B}[?2004h")
  }

  /// Gives the terminal back as it was, its cursor at the beginning of a free line.
  func releaseTerminal() {
    leaveBlock()
    ce_set_terminal_mode(editline, 0)
    write("\u{1B}[?2004l")
  }

  // MARK: The read hook

  /// Where libedit gets its characters: the block is edited here, and libedit sees only the newline that ends it.
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

  /// Waits for a key, with the block drawn as it stands.
  /// - Parameter escapes: whether Esc may be a key of its own; otherwise it waits for what it goes with.
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
    /// A signal came, and the screen has to be drawn.
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
        // Linux keeps a ^D that was typed ahead as a zero.
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
