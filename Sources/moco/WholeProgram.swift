import MocoBase
import MocoCLIP
import MocoLang
import MocoRuntime
import MocoTensor
import MocoTerminal

#if canImport(Glibc)
  import Glibc
#endif

/// Runs one program from its beginning to its end or its first error.
struct WholeProgram {
  var running: RunningOptions
  var arguments: [String]
  var out: String?
  /// Whether standard error gets errors alone.
  var isQuiet = false

  func run(text: String, name: String) -> Status {
    run(SourceFile(name: name, text: text)) { $0.interpreter.run($1, mode: .program) }
  }

  func runStandardInput() -> Status {
    do {
      return run(try WholeProgram.standardInput()) { $0.interpreter.run($1, mode: .program) }
    } catch {
      Console.report(error)
      return .interrupted
    }
  }

  /// - Throws: E0406 where reading is interrupted.
  static func standardInput() throws -> SourceFile {
    try Console.interruptible { try readStandardInput() }
  }

  private static func readStandardInput() throws -> SourceFile {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      try Cancellation.check()
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count > 0 { bytes += buffer[..<count] }
      if count == 0 || (count < 0 && errno != EINTR) || bytes.count > SourceFile.maximumSize { break }
    }
    return SourceFile(name: "<stdin>", bytes: bytes)
  }

  func run(path: String, record: Bool) -> Status {
    let source: SourceFile
    do {
      source = try SourceFile.read(path)
    } catch {
      Console.report(error)
      return .usage
    }
    let stem = path.split(separator: "/").last.map(String.init) ?? path
    let recorder =
      record ? RunRecorder(name: stem.hasSuffix(".moco") ? String(stem.dropLast(5)) : stem, out: out) : nil
    return run(source, recorder: recorder) { session, _ in try session.run(path: path) }
  }

  /// Runs a program, then the prompt in the same session. - Returns: the exit status.
  func runInteractively(path: String, _ options: PromptOptions) throws -> Int32 {
    guard isatty(STDIN_FILENO) == 1 else {
      Console.report("moco run -i goes on at the prompt, which needs a terminal; leave -i out\n")
      return Status.usage.rawValue
    }
    let source: SourceFile
    do {
      source = try SourceFile.read(path)
    } catch {
      Console.report(error)
      return Status.usage.rawValue
    }
    let session = Runtime(options: try running.sessionOptions(arguments: arguments))
    // What the check finds stands in the program's way, not in that of the prompt.
    let found = ProgramCheck(session).run(source)
    let prompt = Prompt(session: session, options: options)
    if found.contains(where: \.isError) { Console.report(found) } else { prompt.begin(with: source) }
    return prompt.run()
  }

  private func run(
    _ source: SourceFile, recorder: RunRecorder? = nil, _ body: (Runtime, SourceFile) throws -> RunResult
  ) -> Status {
    let start = ProcessClock.seconds
    do {
      let session = Runtime(options: try running.sessionOptions(arguments: arguments, recorder: recorder))
      Console.connect(session, quiet: isQuiet)
      let check = ProgramCheck(session)
      let found = check.run(source)
      if found.contains(where: \.isError) {
        Console.report(found)
        return .invalid
      }
      if !isQuiet {
        WholeProgram.reportSurprises(found)
        session.interpreter.moduleStarts = { WholeProgram.reportSurprises(check.run($0)) }
      }
      return try Console.interruptible {
        let result = try body(session, source)
        // A signal that comes from here on finds a program that has ended: what it printed goes out, and its record
        // is written, all the same.
        return end(result, session, recorder, since: start)
      }
    } catch {
      Console.report(error)
      return .failed
    }
  }

  /// What follows the last statement: errors, what is still to be written of the output, the record of the run.
  private func end(
    _ result: RunResult, _ session: Runtime, _ recorder: RunRecorder?, since start: Double
  ) -> Status {
    Cancellation.clear()
    session.context.onProgressEnd?()
    Console.report(WholeProgram.shown(result))
    var status = WholeProgram.status(result)
    let isWritten = Console.flush()
    if Console.ending?.name == "SIGPIPE" {
      // Nobody reads: other programs say nothing either.
      if status == .fine { status = .interrupted }
    } else if !isWritten, status == .fine {
      let isClosed = StandardStreams.isOutputClosed
      Console.report([
        Diagnostic(
          "E0504",
          "what the program printed could not be written" + (isClosed ? ": standard output is closed" : ""),
          help: [
            isClosed ? "write > FILE, or > /dev/null where nobody wants it" : "look for room on the disk"
          ])
      ])
      status = .failed
    }
    recorder?.finish(
      status: result.exitStatus != nil && status != .fine ? "failed" : status.word,
      exitStatus: result.exitStatus, seconds: ProcessClock.seconds - start,
      by: status == .interrupted && result.exitStatus == nil ? Console.ending?.name ?? "SIGINT" : nil)
    return status
  }

  /// The errors to report: an interruption with the signal that it came from. Of a reader that has gone away only what
  /// was stopped by it is said.
  private static func shown(_ result: RunResult) -> [Diagnostic] {
    let plain = "interrupted"
    return result.diagnostics.filter(\.isError).compactMap { diagnostic in
      guard diagnostic.code == "E0406", let ending = Console.ending else { return diagnostic }
      if ending.name == "SIGPIPE", diagnostic.message == plain { return nil }
      var named = diagnostic
      named.message += diagnostic.message == plain ? " by \(ending.name)" : " (\(ending.name))"
      return named
    }
  }

  /// Says what a program does otherwise than it seems to say.
  private static func reportSurprises(_ found: [Diagnostic]) {
    let surprises = found.filter { Checker.surprises.contains($0.code) }
    if !surprises.isEmpty { Console.report(surprises) }
  }

  static func status(_ result: RunResult) -> Status {
    if let status = result.exitStatus { return Status(rawValue: status) }
    guard let failure = result.failure else { return .fine }
    if failure.code == "E0406" { return .interrupted }
    // E0307: --set names what the program does not have.
    if failure.code == "E0307" { return .usage }
    return failure.code.hasPrefix("E01") && failure.trace.isEmpty ? .invalid : .failed
  }
}

extension Status {
  /// As the run's record names it.
  var word: String {
    switch self {
    case .fine: "finished"
    case .interrupted: "interrupted"
    default: "failed"
    }
  }
}
