import MocoBase
import MocoDocument
import MocoLang
import MocoTraining

/// The kind of a piece of published text.
public enum StreamKind: Sendable {
  /// Printed output of the program, unchanged: it may contain escape sequences.
  case output
  /// Messages of moco in the programs' output: results of commands, listings. No escape sequences.
  case message
  /// Messages next to the output: errors of commands. No escape sequences.
  case error
  /// A line next to the output about a loaded file: the architecture of a model, skipped entries of a file. No
  /// escape sequences.
  case note
  /// An optional remark next to the output. No escape sequences.
  case remark

  /// Whether it belongs to standard error, for front ends with only the two standard streams.
  public var isBesideOutput: Bool {
    switch self {
    case .output, .message: false
    case .error, .note, .remark: true
    }
  }
}

/// A published document.
public struct Shown {
  /// The value of a cell; nil for documents of `show` and for progress.
  public var value: AnyValue?
  /// The number of the input whose value it is; nil for documents of `show` and for progress.
  public var number: Int?
  /// The content, for front ends that show more than text.
  public var document: Document
  /// The same as text for a terminal, within the limits of the front end; it ends with a line break.
  public var text: String
}

/// The interface of a session to its front end. Calls occur one after the other, during calls of the session.
/// Everything except `stream` has a default, so that a front end implements only what it supports.
///
/// Each method has a counterpart in Jupyter's messages: `stream` is `stream`, `document` is `display_data`, or
/// `execute_result` if it has a number, `update` is `update_display_data`, `clear` is `clear_output`, and `report`
/// is `error`.
public protocol SessionDelegate: AnyObject {
  /// Text, in the order of its output.
  func stream(_ text: String, to kind: StreamKind)
  /// Errors and warnings. The default streams them as plain text.
  func report(_ diagnostics: [Diagnostic])
  /// The value of a cell, or a shown document. The default streams its text.
  ///
  /// - Parameter id: unique in this session, for `update`.
  func document(_ shown: Shown, id: Int)
  /// A document that replaces the one published under this number. It is sent only to front ends with
  /// `updatesDocuments`; the default does nothing.
  func update(_ shown: Shown, id: Int)
  /// The running cell has declared a control, which is shown above its output. The default does nothing.
  func control(_ control: Control)
  /// Clears the output of the running cell. The default does nothing.
  ///
  /// - Parameter waits: whether to clear when something else is published instead of at once.
  func clear(waits: Bool)
  /// A page of help, in Markdown. The default streams it as it is.
  func show(page markdown: String)
  /// A program's text. The default streams it.
  ///
  /// - Parameters:
  ///   - margin: the text before its first line.
  ///   - hang: spaces before the others.
  func show(source text: String, margin: String, hang: Int)

  /// Whether a published document can be replaced. Then the progress of long work comes as a document that is updated
  /// at most ten times per second and keeps its last state; else as `progress`, which may be ignored. The default
  /// is no.
  var updatesDocuments: Bool { get }
  /// The progress of long work; called after each step.
  func progress(_ progress: Progress)
  /// An epoch has ended: the line to print if progress cannot be redrawn.
  func progress(epoch text: String)
  /// The result of long work, called before its end: a page shows it instead of the progress, and not again as the
  /// value of the cell. Front ends with `updatesDocuments` receive it as the last update instead.
  ///
  /// - Parameter object: the summarised object.
  func progress(endsWith summary: @autoclosure () -> Document, of object: ObjectIdentifier)
  /// The long work has ended: its progress can be removed.
  func progressEnds()
  /// Flushes the streamed text, before a wait.
  func flush()

  /// The current display for values.
  var limits: DocumentLimits { get }
  /// Whether input is available.
  var canAsk: Bool { get }
  /// Shows a prompt and reads a line, and calls `poll` often while it waits.
  ///
  /// - Returns: nil at the end of the input.
  /// - Throws: errors of `poll`.
  func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String?

  /// Work begins that a flag can stop; signals of the process may set the flag.
  func workBegins(stoppedBy flag: StopFlag)
  /// The last started work has ended.
  func workEnds()
  /// The name of the signal that stopped the work; nil if unknown.
  var interruption: String? { get }

  /// Whether commands of the shell may write to the process's own streams, visible to the user. Otherwise their
  /// output is streamed. The default is no.
  var hasTerminal: Bool { get }
  /// Runs a command of the shell visibly for the user.
  ///
  /// - Returns: its status, negative if a signal ended it; nil if the front end has no terminal, and
  ///   the session must stream the output of the command.
  func run(shell command: String) -> Int32?
  /// Opens a file in the user's editor.
  ///
  /// - Returns: the editor's name and status; nil if the front end has no editor.
  func edit(file path: String) -> (editor: String, status: Int32)?
}

extension SessionDelegate {
  public func report(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { stream(diagnostic.render(color: false) + "\n", to: .error) }
  }
  public func document(_ shown: Shown, id: Int) { stream(shown.text, to: .output) }
  public func update(_ shown: Shown, id: Int) {}
  public func clear(waits: Bool) {}
  public func control(_ control: Control) {}
  public func show(page markdown: String) { stream(markdown + "\n", to: .message) }
  public func show(source text: String, margin: String, hang: Int) {
    let lines = TerminalText.safe(text).split(separator: "\n", omittingEmptySubsequences: false)
    stream(
      margin + lines.joined(separator: "\n" + String(repeating: " ", count: hang)) + "\n", to: .message)
  }
  public var updatesDocuments: Bool { false }
  public func progress(_ progress: Progress) {}
  public func progress(epoch text: String) {}
  public func progress(endsWith summary: @autoclosure () -> Document, of object: ObjectIdentifier) {}
  public func progressEnds() {}
  public func flush() {}
  public var limits: DocumentLimits { DocumentLimits() }
  public var canAsk: Bool { false }
  public func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String? { nil }
  public func workBegins(stoppedBy flag: StopFlag) {}
  public func workEnds() {}
  public var interruption: String? { nil }
  public var hasTerminal: Bool { false }
  public func run(shell command: String) -> Int32? { nil }
  public func edit(file path: String) -> (editor: String, status: Int32)? { nil }
}
