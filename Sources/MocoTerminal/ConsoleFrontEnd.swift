import CProcess
import MocoBase
import MocoLang
import MocoRuntime
import MocoSession
import MocoTraining

#if canImport(Glibc)
  import Glibc
#endif

/// The process's standard streams, its signals and its terminal as the front end of a session.
public final class ConsoleFrontEnd: SessionDelegate {
  /// - Parameter isQuiet: whether nothing is said of long work.
  public init(isQuiet: Bool = false) {
    if !isQuiet { Console.drawProgress() }
  }

  private var traits = OutputTraits.detect()

  public func stream(_ text: String, _ kind: StreamKind) {
    switch kind {
    case .output, .message: Console.print(text)
    case .error: Console.report(text)
    case .remark: Console.remark(text)
    }
  }

  public func report(_ diagnostics: [Diagnostic]) { Console.report(diagnostics) }

  public func show(_ shown: Shown) {
    Console.print(shown.text.hasSuffix("\n") ? shown.text : shown.text + "\n")
  }

  public func show(page markdown: String) { Console.showHelp(markdown) }

  public func show(source text: String, margin: String, hang: Int) {
    let safe = TerminalText.safe(text)
    let shown = traits.colour == .none ? safe : Highlighter.coloured(safe)
    let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
    Console.print(margin + lines.joined(separator: "\n" + String(repeating: " ", count: hang)) + "\n")
  }

  public func progress(_ progress: Progress) { Console.show(progress) }
  public func progress(epoch text: String) { Console.show(epoch: text) }
  public func progressEnds() { Console.endProgress() }
  public func flush() { Console.flush() }

  public var limits: DisplayLimits {
    traits = OutputTraits.detect()
    return DisplayLimits(width: traits.width, style: traits.displayStyle)
  }

  public var canAsk: Bool { isatty(STDIN_FILENO) == 1 }
  public func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String? {
    try Console.ask(prompt, poll)
  }

  /// How many pieces of work are inside each other.
  private var depth = 0

  public func workBegins() {
    depth += 1
    Console.watchInterrupts()
  }

  public func workEnds() {
    depth -= 1
    if depth == 0 { Console.endWatch() }
  }

  /// Does work around that of a session: a signal that comes before its end is not the end of the process.
  public func watching<Result>(_ work: () throws -> Result) rethrows -> Result {
    workBegins()
    defer { workEnds() }
    return try work()
  }

  public var interruption: String? { Console.ending?.name ?? "SIGINT" }

  public func run(shell command: String) -> Int32? { cp_run_shell(command) }

  public func edit(file path: String) -> (editor: String, status: Int32)? {
    let command = environment("VISUAL") ?? environment("EDITOR") ?? "vi"
    return (command, cp_run_editor(command, path))
  }
}
