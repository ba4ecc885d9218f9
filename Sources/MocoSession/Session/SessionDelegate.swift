import MocoBase
import MocoDocument
import MocoLang
import MocoTraining

/// What a piece of text is that a session publishes.
public enum StreamKind: Sendable {
  /// What the program prints, as it prints it: it may hold escape sequences.
  case output
  /// What moco says where programs print: results of commands, listings. No escape sequences.
  case message
  /// What goes beside the output: complaints of commands. No escape sequences.
  case error
  /// A line beside the output about what was read: the architecture of a model, what a file holds that is left out. No
  /// escape sequences.
  case note
  /// A line beside the output that nobody has to use. No escape sequences.
  case remark

  /// Whether it belongs to standard error, where a place has the two standard streams alone.
  public var isBesideOutput: Bool {
    switch self {
    case .output, .message: false
    case .error, .note, .remark: true
    }
  }
}

/// A document as it is published.
public struct Shown {
  /// The value of a cell; nil of what a program shows and of progress.
  public var value: AnyValue?
  /// The number of the input whose value it is; nil of what a program shows and of progress.
  public var number: Int?
  /// What is shown, for front ends that show more than text.
  public var document: Document
  /// The same as text for a terminal, within the limits of the front end; it ends with a line break.
  public var text: String
}

/// What a session asks of its front end, all while it is called and one after the other. Everything but `stream` has a
/// default, so that a front end implements what it can do.
///
/// What is published has a counterpart in Jupyter's messages each: `stream` is `stream`, `document` is `display_data`, or
/// `execute_result` where it has a number, `update` is `update_display_data`, `clear` is `clear_output`, and `report` is `error`.
public protocol SessionDelegate: AnyObject {
  /// Text, in the order in which it came to be.
  func stream(_ text: String, to kind: StreamKind)
  /// Errors and warnings. The default streams them as plain text.
  func report(_ diagnostics: [Diagnostic])
  /// The value of a cell, or what it shows. The default streams its text.
  ///
  /// - Parameter id: its own in this session, for `update`.
  func document(_ shown: Shown, id: Int)
  /// A document that takes the place of the one published under this number. It comes only to front ends that say
  /// `updatesDocuments`; the default does nothing.
  func update(_ shown: Shown, id: Int)
  /// The cell that runs has declared a control, which stands above what it shows. The default does nothing.
  func control(_ control: Control)
  /// What the cell that runs has streamed and shown is to go. The default does nothing.
  ///
  /// - Parameter waits: whether it goes when something else is published, and not at once.
  func clear(waits: Bool)
  /// A page of help, in Markdown. The default streams it as it is.
  func show(page markdown: String)
  /// A program's text. The default streams it.
  ///
  /// - Parameters:
  ///   - margin: what stands before its first line.
  ///   - hang: blanks before the others.
  func show(source text: String, margin: String, hang: Int)

  /// Whether a published document can be replaced. Then the progress of long work comes as a document that is updated
  /// at most ten times a second and stays as it was last; else as `progress`, to be drawn or not. The default is no.
  var updatesDocuments: Bool { get }
  /// How far long work has come; called after each step.
  func progress(_ progress: Progress)
  /// An epoch has ended: what to say of it where progress cannot be drawn over.
  func progress(epoch text: String)
  /// What the long work has come to, told before its end: a page shows it where the progress was, and not again as the
  /// value of the cell. Front ends that say `updatesDocuments` get it as the last update instead.
  ///
  /// - Parameter object: what it is a summary of.
  func progress(endsWith summary: @autoclosure () -> Document, of object: ObjectIdentifier)
  /// The long work has ended: its progress is of no interest any more.
  func progressEnds()
  /// Hands on what was streamed so far, before something waits.
  func flush()

  /// Where values are shown, at this moment.
  var limits: DocumentLimits { get }
  /// Whether somebody can be asked for input.
  var canAsk: Bool { get }
  /// Shows a prompt and reads a line, calling `poll` often while it waits.
  ///
  /// - Returns: nil where the input has ended.
  /// - Throws: what `poll` throws.
  func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String?

  /// Work begins that is stopped by a flag, which signals of the process may set.
  func workBegins(stoppedBy flag: StopFlag)
  /// The work that began last has ended.
  func workEnds()
  /// What has asked the work to stop, the name of a signal; nil where that is not known.
  var interruption: String? { get }

  /// Whether commands of the shell may write to the process's own streams, in sight of whoever typed them. Else what
  /// they write is streamed. The default is no.
  var hasTerminal: Bool { get }
  /// Runs a command of the shell in sight of whoever typed it.
  ///
  /// - Returns: its status, negative where a signal ended it; nil where the front end has no terminal to give, and
  ///   the session is to stream what the command prints.
  func run(shell command: String) -> Int32?
  /// Lets a person edit a file.
  ///
  /// - Returns: the editor's name and status; nil where the front end has no editor.
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
