import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime
import MocoTraining

/// What a piece of text is that a session publishes.
public enum StreamKind: Sendable {
  /// What the program prints, as it prints it: it may hold escape sequences.
  case output
  /// What moco says where programs print: results of commands, listings. No escape sequences.
  case message
  /// What goes beside the output: complaints of commands. No escape sequences.
  case error
  /// A line that nobody has to heed. No escape sequences.
  case remark
}

/// The place where values are shown: its width in columns and its looks.
public struct DisplayLimits: Sendable {
  /// Columns.
  public var width: Int
  /// Colors, characters, and how much of a value is shown.
  public var style: DisplayStyle

  /// A place of so many columns.
  public init(width: Int = 80, style: DisplayStyle = DisplayStyle()) {
    self.width = width
    self.style = style
  }
}

/// A value as it is shown.
public struct Shown {
  public var value: AnyValue
  /// What the value is, for front ends that show more than text.
  public var document: Document
  /// As text for a terminal, within the limits of the front end.
  public var text: String
}

/// What a session asks of its front end, all on the thread that called the session. Everything but `stream` has a
/// default, so that a front end implements what it can do.
public protocol SessionDelegate: AnyObject {
  /// Text, in the order in which it came to be.
  func stream(_ text: String, _ kind: StreamKind)
  /// Errors and warnings. The default streams them as plain text.
  func report(_ diagnostics: [Diagnostic])
  /// The value of a cell. The default streams its text.
  func show(_ shown: Shown)
  /// A page of help, in Markdown. The default streams it as it is.
  func show(page markdown: String)
  /// A program's text. The default streams it.
  ///
  /// - Parameters:
  ///   - margin: what stands before its first line.
  ///   - hang: blanks before the others.
  func show(source text: String, margin: String, hang: Int)
  /// What was shown of the cell that runs is to go.
  func clear()

  /// How far long work has come; called after each step.
  func progress(_ progress: Progress)
  /// An epoch has ended: what to say of it where progress cannot be drawn over.
  func progress(epoch text: String)
  /// The long work has ended: its progress is of no interest any more.
  func progressEnds()
  /// Hands on what was streamed so far, before something waits.
  func flush()

  /// Where values are shown, at this moment.
  var limits: DisplayLimits { get }
  /// Whether somebody can be asked for input.
  var canAsk: Bool { get }
  /// Shows a prompt and reads a line, calling `poll` often while it waits.
  ///
  /// - Returns: nil where the input has ended.
  /// - Throws: what `poll` throws.
  func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String?

  /// Work begins that `Session.interrupt()` may stop.
  func workBegins()
  /// The work that began last has ended.
  func workEnds()
  /// What has asked the work to stop, the name of a signal; nil where that is not known.
  var interruption: String? { get }

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
    for diagnostic in diagnostics { stream(diagnostic.render(colour: false) + "\n", .error) }
  }
  public func show(_ shown: Shown) {
    stream(shown.text.hasSuffix("\n") ? shown.text : shown.text + "\n", .output)
  }
  public func show(page markdown: String) { stream(markdown + "\n", .message) }
  public func show(source text: String, margin: String, hang: Int) {
    let lines = TerminalText.safe(text).split(separator: "\n", omittingEmptySubsequences: false)
    stream(margin + lines.joined(separator: "\n" + String(repeating: " ", count: hang)) + "\n", .message)
  }
  public func clear() {}
  public func progress(_ progress: Progress) {}
  public func progress(epoch text: String) {}
  public func progressEnds() {}
  public func flush() {}
  public var limits: DisplayLimits { DisplayLimits() }
  public var canAsk: Bool { false }
  public func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String? { nil }
  public func workBegins() {}
  public func workEnds() {}
  public var interruption: String? { nil }
  public func run(shell command: String) -> Int32? { nil }
  public func edit(file path: String) -> (editor: String, status: Int32)? { nil }
}
