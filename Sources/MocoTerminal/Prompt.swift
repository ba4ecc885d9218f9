// The prompt: reads a block, executes it in the session, and continues whatever happened.

import CProcess
import MocoBase
import MocoRuntime
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// The start and the appearance of a prompt.
public struct PromptOptions {
  /// Whether typed text is colored.
  public var highlight = true
  /// Whether it begins with a greeting.
  public var banner = true
  /// Whether the start-up file is read.
  public var startUp = true

  /// The defaults.
  public init() {}
}

/// The prompt: a front end that reads blocks from a terminal, or from standard input without one.
public final class Prompt: LineEditorDelegate {
  /// The session that executes the blocks.
  public let session: Session
  let options: PromptOptions

  /// A prompt of a session whose delegate is a `ConsoleFrontEnd`.
  public init(session: Session, options: PromptOptions = PromptOptions()) {
    self.session = session
    self.options = options
  }

  /// Reads and executes blocks until ^D. - Returns: the exit status.
  public func run() -> Int32 {
    let traits = OutputTraits.detect()
    let terminal = isatty(STDOUT_FILENO) == 1
    let name = ProcessEnvironment.value("TERM") ?? "dumb"
    var editor: LineEditor?
    if terminal, name != "dumb", !name.isEmpty {
      var settings = LineEditor.Options(dialect: session.interpreter.dialect)
      settings.color = traits.color != .none
      settings.highlight = options.highlight
      editor = LineEditor(history: session.history, options: settings, delegate: self)
      editor?.suggests = { [session] in session.settings.suggest }
    }
    let plain = PlainReader(
      prompt: LineEditor.prompt, promptDescriptor: terminal ? STDOUT_FILENO : STDERR_FILENO,
      delegate: self)
    if options.banner { Console.print(Prompt.banner(traits)) }
    if options.startUp { session.runStartUpFile() }
    /// Text that the next block begins with.
    var preset: String?
    while !session.isLeaving {
      Console.flush()
      let text = preset
      preset = nil
      let input: LineEditor.Input
      if let editor {
        Console.endOutput()
        input = editor.read(preset: text)
      } else if let text {
        // If text cannot be edited, it is shown and run.
        Console.show(text + "\n")
        input = .block(text)
      } else {
        input = plain.read()
      }
      switch input {
      case .end:
        if editor != nil { Console.print("\n") }
        session.shutDown()
      case .terminated: session.shutDown()
      case .block(let block): preset = session.execute(block).nextInput
      }
      // The running code was stopped by a signal that ends the process.
      if Console.ending != nil { session.shutDown() }
    }
    Console.flush()
    return Console.ending.map { 128 + $0.number } ?? session.exitStatus
  }

  private static func banner(_ traits: OutputTraits) -> String {
    let title = "moco \(Moco.version)"
    let rest =
      traits.glyphs == .unicode
      ? "  prompts for CLIP · ? for help · ^D leaves" : "  prompts for CLIP; ? for help; ^D leaves"
    return (traits.color == .none ? title + rest : "\u{1B}[1m\(title)\u{1B}[0m\u{1B}[2m\(rest)\u{1B}[0m")
      + "\n"
  }

  // MARK: Requests of the editor

  public func isComplete(_ block: String) -> Bool {
    if case .incomplete = session.isComplete(block) { false } else { true }
  }

  public func completion(_ block: String, cursor: Int) -> Completion { session.complete(block, at: cursor) }
}
