import MocoBase
import MocoLang
import MocoRuntime
import MocoSession
import MocoSweeps
import MocoTensor
import MocoTerminal
import MocoTraining

#if canImport(Glibc)
  import Glibc
#endif

/// The sweep of a program: its points, and their runs.
struct ProgramSweep {
  let command: SweepCommand

  /// - Throws: errors that prevent the sweep from starting or continuing.
  func run() throws -> Status {
    let front = ConsoleFrontEnd(isQuiet: true, dialect: Runtime.dialect)
    let session = Session(
      options: try command.running.sessionOptions(arguments: command.parent.arguments), delegate: front)
    let program = session.check(try SourceFile.read(command.file))
    if program.hasErrors {
      Console.report(program.diagnostics)
      return .invalid
    }
    if !command.quiet, !program.surprises.isEmpty { Console.report(program.surprises) }
    let plan = try plan(program, session)
    // An invalid request creates no folder.
    let places = try command.shard.map { try part($0, of: plan) }
    let slurm = command.submit || !command.slurm.isEmpty ? try SlurmSweep(command) : nil
    let script = FileSystem.realPath(command.file) ?? command.file
    let isReadOnly = command.isDry || command.saysStatus
    let (folder, earlier) = try SweepFolder.open(
      command.folder, script: script, plan: plan, isReadOnly: isReadOnly)
    if let slurm { return try slurm.run(folder, plan) }
    if isReadOnly {
      let report = SweepReport(folder, plan, places: places, jobs: command.jobs, earlier: earlier)
      Console.show(
        command.isDry
          ? report.dryRun(command.file) : report.status(command.file, SlurmHints(sweep: folder.path, plan)))
      return Console.flush() ? .fine : .failed
    }
    if earlier > 0, !command.quiet {
      Console.remark(
        "\(folder.path) contains \(earlier) other run\(earlier == 1 ? "" : "s"), of other code or points: kept, but ignored\n"
      )
    }
    return try run(plan, program, folder, places, front)
  }

  /// The indices of this process's part of the points; a part from a scheduler is reported.
  private func part(_ text: String, of plan: SweepPlan) throws -> [Int] {
    let (shard, origin) = try ShardChoice(text).shard(ProcessEnvironment.value)
    let places = shard.places(of: plan.points.count)
    if let origin, !command.quiet {
      Console.remark("shard \(shard), since \(origin): \(places.count) of \(plan.points.count) points\n")
    }
    return places
  }

  /// The points.
  private func plan(_ program: CheckedProgram, _ session: Session) throws -> SweepPlan {
    let tree = program.parsed.program
    let settings = try tree.settings(session.checkContext())
    let code = try session.codeHash(of: tree)
    return try SweepPlan(settings, code: code, command.request(), Runtime.dialect)
  }

  private func run(
    _ plan: SweepPlan, _ program: CheckedProgram, _ folder: SweepFolder, _ places: [Int]?,
    _ front: ConsoleFrontEnd
  ) throws -> Status {
    var options = SweepRunner.Options()
    options.jobs = command.jobs
    options.places = places
    options.retriesFailed = command.retry == .failed
    options.failsFast = command.failsFast
    let threads = command.running.threads ?? Parallel.threadCount
    Parallel.threadCount = max(1, threads / command.jobs)
    Parallel.allowCallers(command.jobs)
    let running = command.running
    let arguments = command.parent.arguments
    let name = command.name
    let tensorboard = command.tensorboard
    let sharing = RunSharing()
    let runner = SweepRunner(folder, options) { job in
      var run = PointRun(job, program, running, arguments: arguments, name: name, sharing)
      run.tensorboard = tensorboard
      return run.run()
    }
    var display = SweepDisplay(isQuiet: command.quiet)
    let summary = try front.watching {
      try runner.run(
        plan, isStopRequested: { Cancellation.isRequested }, ended: { display.tell($0) },
        progress: { display.show($0) })
    }
    display.end()
    Cancellation.clear()
    Console.show(SweepReport.text(summary, in: folder.path, isRetrying: options.retriesFailed))
    let isWritten = Console.flush()
    if Console.ending != nil || display.wasInterrupted { return .interrupted }
    return summary.failures.isEmpty && isWritten ? .fine : .failed
  }

  /// The exit status for an error that prevents a sweep from starting.
  static func status(of code: String) -> Status {
    switch code {
    case "E0307", "E1105", "E1106", "E1108", "E1126", "E1127", "E0501": .usage
    case "E1101", "E1102", "E0801": .invalid
    case "E0406": .interrupted
    default: .failed
    }
  }
}

/// The progress display of a sweep: one line on a terminal, otherwise one line per finished run.
struct SweepDisplay {
  private let isQuiet: Bool
  private let line = ProgressLine("")
  private let isTerminal = OutputTraits.detect(descriptor: 2).isTerminal
  private var last: SweepProgress?
  private var wasAsked = false

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Whether ^C has stopped it.
  var wasInterrupted: Bool { wasAsked }

  mutating func show(_ progress: SweepProgress) {
    last = progress
    if Cancellation.isRequested { wasAsked = true }
    guard !isQuiet, isTerminal, progress.total > 0 else { return }
    var notes: [String] = []
    if progress.failed > 0 { notes.append("\(progress.failed) failed") }
    if let left = progress.left { notes.append("\(DurationText.countdown(left)) left") }
    notes.append(progress.running.joined(separator: ", "))
    line.update(
      Progress(
        done: progress.done + progress.failed, total: progress.total, rate: 0, unit: "runs",
        note: notes.joined(separator: "  ")))
  }

  func tell(_ run: EndedRun) {
    let place = last.map { "\(run.done)/\($0.total)  " } ?? ""
    switch run.end.state {
    case .finished:
      guard !isQuiet, !isTerminal else { return }
      Console.report("\(place)\(run.name) finished in \(DurationText.precise(run.seconds))\n")
    case .failed:
      line.finish()
      Console.report("\(place)\(run.name) failed: \(run.end.reason)\n")
    default:
      guard !isQuiet else { return }
      line.finish()
      Console.report("\(run.name) was stopped\n")
    }
  }

  func end() { line.finish() }
}
