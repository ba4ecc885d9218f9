import CEditline
import CProcess
import MocoBase
import MocoLang
import MocoRuntime
import MocoSession
import MocoTensor
import MocoTraining

#if canImport(Glibc)
  import Glibc
#endif

/// Standard output and error, and the signals, as programs and the prompt use them.
public enum Console {
  private struct State {
    /// The progress line, redrawn during long work.
    var progress: ProgressLine?
    /// Whether the cursor comes after printed text.
    var isMidLine = false
    /// Whether to clear the screen before the next text.
    var clearsFirst = false
  }

  private static let pieceSize = 1 << 16

  // - Safety: printing, drawing and reading take turns on one thread.
  private nonisolated(unsafe) static var state = State()

  /// Called once, before anything is read or printed.
  public static func start() {
    Blas.onRemarks { for remark in $0 { report("note: \(remark)\n") } }
    _ = ce_use_utf8()
    cp_buffer_by_line()
    cp_signals_install()
  }

  /// Prints a text unchanged, after earlier output.
  public static func print(_ text: String) {
    guard let last = text.utf8.last else { return }
    if state.clearsFirst {
      state.clearsFirst = false
      clear(waits: false)
    }
    state.progress?.finish()
    state.isMidLine = last != UInt8(ascii: "\n")
    var text = text
    text.withUTF8 { bytes in
      // A long text is written in pieces, so that ^C ends it on a slow terminal.
      var rest = bytes[...]
      while !rest.isEmpty {
        UnsafeBufferPointer(rebasing: rest.prefix(pieceSize)).withMemoryRebound(to: CChar.self) {
          cp_print($0.baseAddress, $0.count)
        }
        rest = rest.dropFirst(pieceSize)
        if !rest.isEmpty, Cancellation.isRequested {
          state.isMidLine = true
          return
        }
      }
    }
  }

  /// Clears the screen, if standard output is a terminal that supports it.
  ///
  /// - Parameter waits: whether to wait until the next text.
  static func clear(waits: Bool) {
    guard Terminal.isTerminal(STDOUT_FILENO), !Terminal.isDumb else { return }
    if waits {
      state.clearsFirst = true
    } else {
      print("\u{1B}[H\u{1B}[2J")
      state.isMidLine = false
    }
  }

  /// Prints a message of moco: names in it cannot control the terminal.
  public static func show(_ text: String) { print(TerminalText.safe(text)) }

  /// - Returns: whether all output so far could be written.
  @discardableResult
  public static func flush() -> Bool { cp_flush() }

  /// Writes to standard error, after the output so far.
  public static func report(_ text: String) { writeReport(TerminalText.safe(text)) }

  /// Writes optional remarks to standard error: dim if colour is available.
  public static func remark(_ lines: String) {
    var text = TerminalText.safe(lines)
    guard OutputTraits.detect(descriptor: 2).color != .none else { return writeReport(text) }
    if text.hasSuffix("\n") { text.removeLast() }
    writeReport("\u{1B}[2m\(text)\u{1B}[0m\n")
  }

  /// Writes lines about loaded files to standard error; on a terminal, broken between their parts.
  static func note(_ lines: String) {
    let traits = OutputTraits.detect(descriptor: 2)
    let text = TerminalText.safe(lines)
    guard traits.isTerminal else { return writeReport(text) }
    writeReport(
      text.split(separator: "\n").map { fitted(String($0), width: traits.width) + "\n" }.joined())
  }

  /// A line of parts separated by commas, on several lines if it is wider than the terminal.
  package static func fitted(_ line: String, width: Int) -> String {
    let parts = line.split(separator: ", ")
    return DisplayColumns.joined(
      parts.dropLast().map { $0 + "," } + parts.suffix(1).map { String($0) }, columns: width, hanging: 2)
  }

  private static func writeReport(_ text: String) {
    state.progress?.finish()
    flush()
    Terminal.write(text, to: 2)
  }

  /// Prepares for the editor, which begins a new row wherever the output has stopped.
  public static func endOutput() {
    flush()
    state.isMidLine = false
  }

  /// Writes errors and warnings to standard error, with colors on a terminal.
  public static func report(_ diagnostics: [Diagnostic]) {
    let traits = OutputTraits.detect(descriptor: 2)
    // The terminal has written ^C at the cursor.
    if diagnostics.contains(where: { $0.code == "E0406" }), isatty(2) == 1 { report("\n") }
    // Other outputs get the complete text.
    let width = traits.isTerminal ? traits.width : nil
    writeReport(
      diagnostics.map { $0.render(color: traits.color != .none, width: width) + "\n" }.joined(
        separator: "\n"))
  }

  /// An error of Swift code as a diagnostic without a place.
  public static func report(_ error: any Error) {
    if let diagnostic = error as? Diagnostic { return report([diagnostic]) }
    guard let error = error as? Failure else { return report("error: \(error)\n") }
    report([Diagnostic(error.code, error.message, help: error.help.map { [$0] } ?? [])])
  }

  /// The signal that requested the end of the process: its number and name. `SIGPIPE` if nobody reads the output.
  public static var ending: (number: Int32, name: String)? {
    let number = cp_signals_ending()
    switch number {
    case 0: return nil
    case SIGTERM: return (number, "SIGTERM")
    case SIGHUP: return (number, "SIGHUP")
    case SIGUSR1: return (number, "SIGUSR1")
    case SIGUSR2: return (number, "SIGUSR2")
    case SIGXCPU: return (number, "SIGXCPU")
    case SIGPIPE: return (number, "SIGPIPE")
    default: return (number, "signal \(number)")
    }
  }

  /// Runs work during which ^C stops the program: the first ^C sets the flag that the machine and the
  /// kernels check, the third ends the process. Signals that end the process stop the work too.
  public static func interruptible<Result>(_ work: () throws -> Result) rethrows -> Result {
    Cancellation.clear()
    watchInterrupts(Cancellation.flag)
    defer {
      endWatch()
      Cancellation.clear()
    }
    return try work()
  }

  /// From now on signals set this flag, which belongs to the current session.
  static func watchInterrupts(_ flag: UnsafeMutablePointer<Int32>) { cp_signals_watch(flag, nil) }

  static func endWatch() {
    cp_signals_watch(nil, nil)
    _ = cp_signals_take()
  }

  /// Draws the progress of long work on standard error, from now on.
  public static func drawProgress() { state.progress = ProgressLine("") }

  /// Draws the progress of long work, once `drawProgress` was called.
  public static func show(_ progress: Progress) {
    guard let line = state.progress else { return }
    // An unfinished line of the program is not overwritten.
    if state.isMidLine, isatty(STDOUT_FILENO) == 1 { return }
    flush()
    line.update(progress)
  }

  static func show(epoch text: String) {
    guard let line = state.progress else { return }
    flush()
    line.epoch(text)
  }

  /// Clears the progress of long work.
  public static func endProgress() { state.progress?.finish() }

  /// Reads a line with the system's line editing. The prompt goes to a visible stream: standard error if the output
  /// does not go to a terminal.
  static func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String? {
    if isatty(STDOUT_FILENO) == 1 {
      print(prompt)
      flush()
    } else {
      report(prompt)
    }
    var line: [UInt8] = []
    while true {
      try poll()
      guard ce_arrives(STDIN_FILENO, 20) else { continue }
      var byte: UInt8 = 0
      let count = Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      if count == 1, byte != UInt8(ascii: "\n") {
        line.append(byte)
        continue
      }
      // Input ended by ^D leaves an unfinished line.
      if count != 1, isatty(STDOUT_FILENO) == 1 { print("\n") }
      state.isMidLine = false
      guard count == 1 || !line.isEmpty else { return nil }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      return String(decoding: line, as: UTF8.self)
    }
  }

  /// Prints Markdown, formatted for the terminal.
  ///
  /// - Parameter dialect: the dialect of programs in it.
  public static func showHelp(_ markdown: String, _ dialect: Dialect) {
    let traits = OutputTraits.detect()
    let text = MarkdownText.render(
      TerminalText.safe(markdown), width: min(traits.width, 100), color: traits.color != .none, dialect)
    Console.print(text + "\n")
  }
}
