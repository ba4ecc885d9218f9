import MocoBase

/// What Slurm says of the jobs that a sweep was sent as. The folders of the runs tell what is done; this tells what is
/// still to be expected.
public struct SlurmHints {
  /// Of how many jobs the cluster is asked, the last ones.
  private static let asked = 5

  private var known: [(job: SlurmJobs.Job, tasks: SlurmTasks)] = []
  private let points: String

  /// Asks the cluster about the jobs that a sweep's folder remembers; where it remembers none, nobody is asked.
  public init(sweep: String, _ plan: SweepPlan) {
    self.init(sweep: sweep, points: SlurmHints.digest(plan)) { Slurm().tasks(of: $0) }
  }

  /// What Slurm says of the jobs that a sweep has remembered.
  ///
  /// - Parameters:
  ///   - sweep: the folder of the sweep.
  ///   - points: the digest of its points.
  ///   - ask: what Slurm says of a job.
  package init(sweep: String, points: String, ask: (String) -> SlurmTasks) {
    self.points = points
    for job in SlurmJobs(sweep: sweep).jobs.suffix(SlurmHints.asked).reversed() {
      let tasks = ask(job.id)
      // Of earlier jobs only what goes on is of interest.
      if known.isEmpty || tasks.tasks.contains(where: \.isAlive) { known.append((job, tasks)) }
      if !tasks.isAnswered { break }
    }
  }

  /// What tells these points, in this order, from others.
  package static func digest(_ plan: SweepPlan) -> String {
    let hash = SHA256()
    for point in plan.points { hash.update(point.identity + "\n") }
    return String(hash.finish().prefix(16))
  }

  /// Which task is to run a point, and how that stands; nil where nothing is known of it.
  ///
  /// - Parameter place: the point's place in the plan.
  package func words(_ place: Int) -> String? {
    for (job, tasks) in known where job.points == points && job.tasks > 0 {
      let index = place % job.tasks
      guard let task = tasks.task(index) else { continue }
      return "task \(job.id)_\(index) \(task.words)"
    }
    return nil
  }

  /// A line for each job.
  package var text: String {
    known.map { job, tasks in "slurm job \(job.id), sent \(job.sent): \(tasks.text)\n" }.joined()
  }

  /// Jobs with tasks that run or will run.
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
