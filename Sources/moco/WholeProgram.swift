import MocoBase
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession
import MocoTensor
import MocoTerminal
import MocoTraining

#if canImport(Glibc)
  import Glibc
#endif

/// Runs one program until its end or its first error.
struct WholeProgram {
  var running: RunningOptions
  var arguments: [String]
  var out: String?
  /// Whether only errors go to standard error.
  var isQuiet = false
  /// The folder of event files for TensorBoard; nil for none.
  var tensorboard: String?
  /// The cell to run, with the cells that it depends on; nil for all.
  var cell: String?

  func run(text: String, name: String) -> Status {
    run(SourceFile(name: name, text: text))
  }

  func runStandardInput() -> Status {
    do {
      return run(try WholeProgram.standardInput())
    } catch {
      Console.report(error)
      return .interrupted
    }
  }

  /// - Throws: E0406 if reading is interrupted.
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
    return run(source, recorder: recorder)
  }

  /// Runs a program, then the prompt in the same session. - Returns: the exit status.
  func runInteractively(path: String, _ options: PromptOptions, suggests: Bool) throws -> Int32 {
    guard isatty(STDIN_FILENO) == 1 else {
      Console.report("moco run -i continues at the prompt, which needs a terminal; remove -i\n")
      return Status.usage.rawValue
    }
    let source: SourceFile
    do {
      source = try SourceFile.read(path)
    } catch {
      Console.report(error)
      return Status.usage.rawValue
    }
    let session = Session(
      options: try running.promptOptions(arguments: arguments, suggests: suggests),
      delegate: ConsoleFrontEnd(dialect: Runtime.dialect))
    // Problems from the check affect the program, not the prompt.
    let program = session.check(source)
    if program.hasErrors { Console.report(program.diagnostics) } else { session.begin(with: program) }
    return Prompt(session: session, options: options).run()
  }

  private func run(_ source: SourceFile, recorder: RunRecorder? = nil) -> Status {
    let start = ProcessClock.seconds
    let frontEnd = ConsoleFrontEnd(isQuiet: isQuiet, dialect: Runtime.dialect)
    do {
      let outputs = recorder.map { RunOutputs(before: frontEnd, $0) }
      var options = try running.sessionOptions(arguments: arguments, recorder: recorder)
      options.runtime.events = try tensorboard.map { try eventFile($0) }
      let session = Session(options: options, delegate: outputs ?? frontEnd)
      let whole = session.check(source)
      if whole.hasErrors {
        Console.report(whole.diagnostics)
        return .invalid
      }
      let program = try part(of: whole, session)
      if !isQuiet {
        WholeProgram.report(surprises: program)
        let context = session.checkContext()
        session.interpreter.moduleStarts = {
          WholeProgram.report(surprises: CheckedProgram($0, context))
        }
      }
      outputs?.begin(program, in: session)
      return frontEnd.watching {
        let result = session.run(program)
        outputs?.end(result)
        // After this point a signal does not change the program's end: its output is flushed, and its record
        // is written.
        return end(result, recorder, since: start)
      }
    } catch {
      Console.report(error)
      return (error as? Failure)?.code == "E1003" ? .usage : .failed
    }
  }

  /// A new event file in a folder; existing ones are noted.
  private func eventFile(_ folder: String) throws -> EventFile {
    let file = try EventFile(folder: folder)
    if file.isBesideOthers, !isQuiet {
      Console.remark("\(folder) already contains event files: TensorBoard shows them and this run as one\n")
    }
    return file
  }

  /// The program, or the requested cell with the cells that it depends on, with a note.
  /// - Throws: E1003 if there is no such cell.
  private func part(of program: CheckedProgram, _ session: Session) throws -> CheckedProgram {
    guard let cell else { return program }
    let tree = program.parsed.program
    let index = try tree.cell(named: cell)
    let needed = CellFlow(tree, session.checkContext()).needed(for: index)
    if !isQuiet {
      let before = needed.map { number in
        let title = tree.cells[number].title
        return "\(number + 1)" + (title.isEmpty ? "" : " (\(title))")
      }
      Console.remark(
        "cell \(index + 1)"
          + (before.isEmpty ? " depends on no other cell" : ", after \(before.joined(separator: ", "))")
          + "\n")
    }
    return program.keeping(cells: Set(needed + [index]))
  }

  /// The end of the program: errors, pending output, the record of the run.
  private func end(_ result: Outcome, _ recorder: RunRecorder?, since start: Double) -> Status {
    Cancellation.clear()
    Console.report(WholeProgram.shown(result))
    var status = WholeProgram.status(result)
    let isWritten = Console.flush()
    if Console.ending?.name == "SIGPIPE" {
      // The output is closed: like other programs, it prints no message.
      if status == .fine { status = .interrupted }
    } else if !isWritten, status == .fine {
      let isClosed = StandardStreams.isOutputClosed
      Console.report([
        Diagnostic(
          "E0504",
          "cannot write the output of the program" + (isClosed ? ": standard output is closed" : ""),
          help: [
            isClosed ? "write > FILE, or > /dev/null to discard it" : "check for free disk space"
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

  /// The errors to report: an interruption with its signal. For a closed output only what
  /// was stopped by it is reported.
  private static func shown(_ result: Outcome) -> [Diagnostic] {
    let plain = "interrupted"
    return result.diagnostics.filter(\.isError).compactMap { diagnostic in
      guard diagnostic.code == "E0406", let ending = Console.ending else { return diagnostic }
      if ending.name == "SIGPIPE", diagnostic.message == plain { return nil }
      var named = diagnostic
      named.message += diagnostic.message == plain ? " by \(ending.name)" : " (\(ending.name))"
      return named
    }
  }

  /// Reports unexpected behaviour of a program.
  private static func report(surprises program: CheckedProgram) {
    if !program.surprises.isEmpty { Console.report(program.surprises) }
  }

  static func status(_ result: Outcome) -> Status {
    if let status = result.exitStatus { return Status(rawValue: status) }
    guard let failure = result.failure else { return .fine }
    if failure.code == "E0406" { return .interrupted }
    // E0307: --set with an unknown name.
    if failure.code == "E0307" { return .usage }
    return failure.code.hasPrefix("E01") && failure.trace.isEmpty ? .invalid : .failed
  }
}

extension Status {
  /// The word in the run's record.
  var word: String {
    switch self {
    case .fine: "finished"
    case .interrupted: "interrupted"
    default: "failed"
    }
  }
}
