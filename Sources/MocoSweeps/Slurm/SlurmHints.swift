import MocoBase

/// Slurm's information about the jobs of a sweep. The folders of the runs contain the results; this is about
/// the remaining work.
public struct SlurmHints {
  /// The number of recent jobs to query.
  private static let asked = 5

  private var known: [(job: SlurmJobs.Job, tasks: SlurmTasks)] = []
  private let points: String

  /// Queries the cluster about the recorded jobs of a sweep's folder; without recorded jobs, there is no query.
  public init(sweep: String, _ plan: SweepPlan) {
    self.init(sweep: sweep, points: SlurmHints.digest(plan)) { Slurm().tasks(of: $0) }
  }

  /// Slurm's information about the recorded jobs of a sweep.
  ///
  /// - Parameters:
  ///   - sweep: the folder of the sweep.
  ///   - points: the digest of its points.
  ///   - ask: returns Slurm's information about a job.
  package init(sweep: String, points: String, ask: (String) -> SlurmTasks) {
    self.points = points
    for job in SlurmJobs(sweep: sweep).jobs.suffix(SlurmHints.asked).reversed() {
      let tasks = ask(job.id)
      // For earlier jobs, only active tasks matter.
      if known.isEmpty || tasks.tasks.contains(where: \.isAlive) { known.append((job, tasks)) }
      if !tasks.isAnswered { break }
    }
  }

  /// A digest of these points, in this order.
  package static func digest(_ plan: SweepPlan) -> String {
    let hash = SHA256()
    for point in plan.points { hash.update(point.identity + "\n") }
    return String(hash.finish().prefix(16))
  }

  /// The task of a point, and its state; nil if unknown.
  ///
  /// - Parameter place: the index of the point in the plan.
  package func words(_ place: Int) -> String? {
    for (job, tasks) in known where job.points == points && job.tasks > 0 {
      let index = place % job.tasks
      guard let task = tasks.task(index) else { continue }
      return "task \(job.id)_\(index) \(task.words)"
    }
    return nil
  }

  /// One line per job.
  package var text: String {
    known.map { job, tasks in "slurm job \(job.id), submitted \(job.sent): \(tasks.text)\n" }.joined()
  }

  /// Jobs with active tasks.
  package var living: [String] {
    known.filter { $0.tasks.tasks.contains(where: \.isAlive) }.map(\.job.id)
  }
}

extension SlurmTask {
  /// `is pending (Resources)`, `is running`, `has ended: failed (NonZeroExitCode)`.
  var words: String {
    let reason = self.reason.isEmpty ? "" : " (\(TerminalText.safe(self.reason)))"
    let state = TerminalText.safe(self.state.lowercased())
    return isAlive ? "is \(state)\(reason)" : "has ended: \(state)\(reason)"
  }
}
