import MocoBase

/// A point that this process has claimed and will run.
///
/// - Safety: mutable state is guarded by the monitor.
public final class SweepJob: @unchecked Sendable {
  /// The point.
  public let point: SweepPlan.Point
  /// Its folder, which is the folder of the run.
  public let folder: String
  private let monitor = Monitor()
  private var stop: (() -> Void)?
  private var isStopped = false

  init(_ point: SweepPlan.Point, folder: String) {
    self.point = point
    self.folder = folder
  }

  /// Sets how the run is stopped; it is stopped immediately if a stop was already requested.
  public func stopped(by stop: @escaping @Sendable () -> Void) {
    let isLate = monitor.locked {
      self.stop = stop
      return isStopped
    }
    if isLate { stop() }
  }

  func requestStop() {
    let stop = monitor.locked {
      isStopped = true
      return self.stop
    }
    stop?()
  }

  /// Whether it was asked to stop.
  package var wasStopped: Bool { monitor.locked { isStopped } }
}

/// The end of a run, as reported by its executor. Other processes use the run's record.
public struct SweepEnd: Sendable {
  /// The state: finished, failed or interrupted.
  public let state: SweepRun.State
  /// The reason, in one line; empty if it has finished.
  public let reason: String

  /// An end.
  public init(_ state: SweepRun.State, reason: String = "") {
    self.state = state
    self.reason = reason
  }
}

/// A run that has just ended.
public struct EndedRun: Sendable {
  /// The name of its folder.
  public let name: String
  /// Its end.
  public let end: SweepEnd
  /// How long it took, in seconds.
  public let seconds: Double
  /// The number of this process's points that had finished or failed by then.
  public let done: Int
}

/// The progress of a sweep.
public struct SweepProgress: Sendable {
  /// Finished points of this process's part, now or before.
  public let done: Int
  /// Failed points, now or before.
  public let failed: Int
  /// Points that other processes work on.
  public let elsewhere: Int
  /// All points of this process's part.
  public let total: Int
  /// The names of points that are running in this process.
  public let running: [String]
  /// Estimated remaining seconds; nil if no run has finished.
  public let left: Double?
}

/// Runs the open points of a plan, several at a time.
///
/// - Safety: mutable state is guarded by the monitor.
public final class SweepRunner: @unchecked Sendable {
  /// Options.
  public struct Options: Sendable {
    /// Runs at a time.
    public var jobs = 1
    /// The indices of this process's points; nil for all.
    public var places: [Int]?
    /// Whether failed runs are run again.
    public var retriesFailed = false
    /// Whether no more points are started after a failure.
    public var failsFast = false

    /// One at a time, all points, without retrying failed ones.
    public init() {}
  }

  /// The results for all points of this process's part.
  public struct Summary: Sendable {
    /// Runs that have finished in this process.
    public var finishedHere = 0
    /// Those that had finished before.
    public var finishedBefore = 0
    /// Names and reasons of failed runs, now and before.
    public var failures: [(name: String, folder: String, reason: String)] = []
    /// The number of runs that failed before and were not retried.
    public var failedBefore = 0
    /// Points that another process works on.
    public var elsewhere = 0
    /// Points that were stopped, or not started because the sweep was stopped.
    public var open = 0
    /// Runs that finished now without a result.
    public var withoutResult = 0
  }

  private let folder: SweepFolder
  private let options: Options
  private let monitor = Monitor()
  private let execute: @Sendable (SweepJob) -> SweepEnd
  private var waiting: ArraySlice<(point: SweepPlan.Point, run: SweepRun)> = []
  private var jobs: [String: (job: SweepJob, claim: Claim, began: Double)] = [:]
  private var workers = 0
  private var isStopping = false
  private var summary = Summary()
  private var estimate = CostEstimate()
  /// The estimated time of the waiting points, updated when their number changes.
  private var waitingCost: (count: Int, finished: Int, seconds: Double?)?
  private var fault: (any Error)?
  private var ended: [EndedRun] = []

  /// - Parameter execute: runs a point on the calling thread, and writes its record.
  public init(_ folder: SweepFolder, _ options: Options, execute: @escaping @Sendable (SweepJob) -> SweepEnd)
  {
    self.folder = folder
    self.options = options
    self.execute = execute
  }

  /// Runs the open points, and waits for them.
  ///
  /// - Parameters:
  ///   - isStopRequested: polled often; once it returns true, runs are stopped and no more are started.
  ///   - ended: called for each run that has ended, on the calling thread.
  ///   - progress: called often with the progress, on the calling thread.
  /// - Throws: E0504 if claims or records cannot be written, E0502.
  public func run(
    _ plan: SweepPlan, isStopRequested: () -> Bool,
    ended tell: (EndedRun) -> Void,
    progress: (SweepProgress) -> Void
  ) throws -> Summary {
    let clock = ClaimClock(folder: folder.path)
    Claim.clean(folder.path, clock)
    let total = choose(plan, clock)
    let count = min(max(options.jobs, 1), waiting.count)
    for _ in 0..<count { start() }
    var touched = ProcessClock.seconds
    while true {
      let (isOver, told, state) = monitor.locked {
        () -> (Bool, [EndedRun], SweepProgress) in
        if workers > 0, ended.isEmpty { monitor.wait(atMost: 0.1) }
        let told = ended
        ended = []
        return (workers == 0, told, self.progress(total))
      }
      progress(state)
      for one in told { tell(one) }
      if isOver { break }
      if isStopRequested() { stop() }
      if ProcessClock.seconds - touched > ClaimClock.interval {
        touched = ProcessClock.seconds
        for claim in monitor.locked({ jobs.values.map(\.claim) }) { claim.touch() }
      }
    }
    return try monitor.locked {
      if let fault { throw fault }
      summary.open += waiting.count
      return summary
    }
  }

  /// Sorts the points of this process's part. - Returns: their number.
  private func choose(_ plan: SweepPlan, _ clock: ClaimClock) -> Int {
    var inputs = InputCheck()
    let names = Dictionary(
      folder.record.points.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    var open: [(point: SweepPlan.Point, run: SweepRun)] = []
    var total = 0
    for place in options.places ?? Array(plan.points.indices) where plan.points.indices.contains(place) {
      let point = plan.points[place]
      total += 1
      let known =
        names[point.identity]
        ?? SweepRecord.Point(name: point.name, identity: point.identity, settings: point.settings)
      let run = folder.run(known, clock, &inputs)
      estimate.add(run)
      switch run.state {
      case .finished: summary.finishedBefore += 1
      case .running: summary.elsewhere += 1
      case .failed where !options.retriesFailed:
        summary.failedBefore += 1
        summary.failures.append((run.name, run.folder, run.reason))
      default: open.append((point, run))
      }
    }
    waiting = open[...]
    return total
  }

  private func progress(_ total: Int) -> SweepProgress {
    let now = ProcessClock.seconds
    var left: Double?
    if waitingCost?.count != waiting.count || waitingCost?.finished != summary.finishedHere {
      waitingCost = (waiting.count, summary.finishedHere, estimate.seconds(waiting.map(\.run)))
    }
    if let rest = waitingCost?.seconds {
      let current = jobs.values.compactMap { job -> Double? in
        estimate.seconds(of: job.job.point.settings).map { max($0 - (now - job.began), 0) }
      }
      let sum = rest + current.reduce(0, +)
      left = max(sum / Double(max(options.jobs, 1)), current.max() ?? 0)
    }
    return SweepProgress(
      done: summary.finishedBefore + summary.finishedHere, failed: summary.failures.count,
      elsewhere: summary.elsewhere, total: total,
      running: jobs.sorted { ($0.value.began, $0.key) < ($1.value.began, $1.key) }.map(\.key), left: left)
  }

  private func stop() {
    let running = monitor.locked {
      isStopping = true
      return jobs.values.map(\.job)
    }
    for job in running where !job.wasStopped { job.requestStop() }
  }

  // MARK: - Threads

  private func start() {
    monitor.locked { workers += 1 }
    let isStarted = WorkerThread.start { [self] in
      // The runs of this thread are stopped by their own flags.
      let flag = StopFlag()
      Cancellation.polling(flag.pointer) { work() }
      monitor.locked {
        workers -= 1
        monitor.signal()
      }
    }
    guard !isStarted else { return }
    monitor.locked {
      workers -= 1
      if workers == 0 {
        fault = Failure("E0405", "cannot start a thread", help: "use a smaller --jobs")
      }
    }
  }

  private func work() {
    while let (point, run) = monitor.locked({ isStopping ? nil : waiting.popFirst() }) {
      do {
        try work(point, run)
      } catch {
        monitor.locked {
          // There is no point in continuing if nothing can be written.
          fault = fault ?? error
          isStopping = true
        }
      }
    }
  }

  private func work(_ point: SweepPlan.Point, _ run: SweepRun) throws {
    guard let claim = try Claim.take(run.name, in: folder.path) else {
      return monitor.locked { summary.elsewhere += 1 }
    }
    defer { claim.release() }
    // It may have ended in the meantime.
    if claim.isTakenOver {
      var inputs = InputCheck()
      let state = SweepFolder.recorded(claim.folder, point.identity, &inputs)
      if state == .finished { return monitor.locked { summary.finishedBefore += 1 } }
      if state == .failed, !options.retriesFailed {
        return monitor.locked {
          summary.failedBefore += 1
          summary.failures.append((run.name, run.folder, run.reason))
        }
      }
      // An interrupted run continues from its saved trainings; others start again.
      try claim.empty(keeping: state == .failed || state == .stale ? [] : [SweepRunner.keptName])
    }
    let job = SweepJob(point, folder: claim.folder)
    let began = ProcessClock.seconds
    monitor.locked { jobs[run.name] = (job, claim, began) }
    if monitor.locked({ isStopping }) { job.requestStop() }
    let end = execute(job)
    let seconds = ProcessClock.seconds - began
    monitor.locked {
      jobs[run.name] = nil
      switch end.state {
      case .finished:
        summary.finishedHere += 1
        estimate.add(settings: point.settings, seconds: seconds)
      case .failed:
        summary.failures.append((run.name, run.folder, end.reason))
        if options.failsFast { isStopping = true }
      default: summary.open += 1
      }
      ended.append(
        EndedRun(
          name: run.name, end: end, seconds: seconds,
          done: summary.finishedBefore + summary.finishedHere + summary.failures.count))
      monitor.signal()
    }
  }

  /// The folder for saved trainings, in the run's folder.
  public static let keptName = "kept"
}
