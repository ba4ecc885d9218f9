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

/// Runs one program from its beginning to its end or its first error.
struct WholeProgram {
  var running: RunningOptions
  var arguments: [String]
  var out: String?
  /// Whether standard error gets errors alone.
  var isQuiet = false
  /// The folder of event files for TensorBoard; nil for none.
  var tensorboard: String?
  /// The cell that is to run, with those that it reads from; nil for all.
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
    return run(source, recorder: recorder)
  }

  /// Runs a program, then the prompt in the same session. - Returns: the exit status.
  func runInteractively(path: String, _ options: PromptOptions, suggests: Bool) throws -> Int32 {
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
    let session = Session(
      options: try running.promptOptions(arguments: arguments, suggests: suggests),
      delegate: ConsoleFrontEnd(dialect: Runtime.dialect))
    // What the check finds stands in the program's way, not in that of the prompt.
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
        // A signal that comes from here on finds a program that has ended: what it printed goes out, and its record
        // is written, all the same.
        return end(result, recorder, since: start)
      }
    } catch {
      Console.report(error)
      return (error as? Failure)?.code == "E1003" ? .usage : .failed
    }
  }

  /// A new event file in a folder; that it stands beside others is said.
  private func eventFile(_ folder: String) throws -> EventFile {
    let file = try EventFile(folder: folder)
    if file.isBesideOthers, !isQuiet {
      Console.remark("\(folder) holds event files already: TensorBoard shows them and this run as one\n")
    }
    return file
  }

  /// The program, or the cell of it that is asked for with those that it reads from, which is said.
  /// - Throws: E1003 where there is no such cell.
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
          + (before.isEmpty ? " reads from no other" : ", after \(before.joined(separator: ", "))")
          + "\n")
    }
    return program.keeping(cells: Set(needed + [index]))
  }

  /// What follows the last statement: errors, what is still to be written of the output, the record of the run.
  private func end(_ result: Outcome, _ recorder: RunRecorder?, since start: Double) -> Status {
    Cancellation.clear()
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

  /// Says what a program does otherwise than it seems to say.
  private static func report(surprises program: CheckedProgram) {
    if !program.surprises.isEmpty { Console.report(program.surprises) }
  }

  static func status(_ result: Outcome) -> Status {
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
