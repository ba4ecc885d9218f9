import CProcess
import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime
import MocoSession
import MocoTraining

#if canImport(Glibc)
  import Glibc
#endif

/// The process's standard streams, its signals and its terminal as the front end of a session.
public final class ConsoleFrontEnd: SessionDelegate {
  /// Whether standard error receives only errors.
  private let isQuiet: Bool
  private let dialect: Dialect

  /// - Parameters:
  ///   - isQuiet: whether standard error receives only errors.
  ///   - dialect: the dialect of shown programs.
  public init(isQuiet: Bool = false, dialect: Dialect) {
    self.dialect = dialect
    self.isQuiet = isQuiet
    if !isQuiet { Console.drawProgress() }
  }

  private var traits = OutputTraits.detect()

  public func stream(_ text: String, to kind: StreamKind) {
    switch kind {
    case .output, .message: Console.print(text)
    case .error: Console.report(text)
    case .note: if !isQuiet { Console.note(text) }
    case .remark: if !isQuiet { Console.remark(text) }
    }
  }

  public func report(_ diagnostics: [Diagnostic]) { Console.report(diagnostics) }

  public func document(_ shown: Shown, id: Int) { Console.print(shown.text) }

  public func clear(waits: Bool) { Console.clear(waits: waits) }

  public func show(page markdown: String) { Console.showHelp(markdown, dialect) }

  public func show(source text: String, margin: String, hang: Int) {
    let safe = TerminalText.safe(text)
    let shown = traits.color == .none ? safe : Highlighter.colored(safe, dialect)
    let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
    Console.print(margin + lines.joined(separator: "\n" + String(repeating: " ", count: hang)) + "\n")
  }

  public func progress(_ progress: Progress) { Console.show(progress) }
  public func progress(epoch text: String) { Console.show(epoch: text) }
  public func progressEnds() { Console.endProgress() }
  public func flush() { Console.flush() }

  public var limits: DocumentLimits {
    traits = OutputTraits.detect()
    return traits.limits
  }

  public var canAsk: Bool { isatty(STDIN_FILENO) == 1 }
  public func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String? {
    try Console.ask(prompt, poll)
  }

  /// The nesting depth of work.
  private var depth = 0

  public func workBegins(stoppedBy flag: StopFlag) { workBegins(flag.pointer) }

  private func workBegins(_ flag: UnsafeMutablePointer<Int32>) {
    depth += 1
    Console.watchInterrupts(flag)
  }

  public func workEnds() {
    depth -= 1
    if depth == 0 { Console.endWatch() }
  }

  /// Runs work around that of a session: a signal during it does not end the process.
  public func watching<Result>(_ work: () throws -> Result) rethrows -> Result {
    workBegins(Cancellation.flag)
    defer { workEnds() }
    return try work()
  }

  public var interruption: String? { Console.ending?.name ?? "SIGINT" }

  public var hasTerminal: Bool { true }
  public func run(shell command: String) -> Int32? { cp_run_shell(command) }

  public func edit(file path: String) -> (editor: String, status: Int32)? {
    let command = ProcessEnvironment.value("VISUAL") ?? ProcessEnvironment.value("EDITOR") ?? "vi"
    return (command, cp_run_editor(command, path))
  }
}
