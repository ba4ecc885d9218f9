import MocoBase

/// The Slurm cluster, accessed by its commands. A sweep uses it only to submit a batch script, and for hints about
/// the state of its tasks. The results are in the folders of the runs.
package struct Slurm {
  /// The Slurm of this machine, accessed by its commands.
  package init() {}

  /// MaxArraySize, the limit of the index of a task; nil if unknown.
  package var largestArray: Int? {
    for line in SlurmCommand.run(["scontrol", "show", "config"], seconds: 10).lines {
      let parts = line.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].contains("MaxArraySize") else { continue }
      return Int(parts[1].filter { $0 != " " })
    }
    return nil
  }

  /// Submits a script. - Returns: the job number.
  ///
  /// - Throws: E1128 with the error of `sbatch`.
  package func submit(_ path: String) throws -> String {
    let answer = SlurmCommand.run(["sbatch", "--parsable", path], seconds: 120)
    let script = BatchScript.word(path)
    if answer.isMissing {
      throw Failure(
        "E1128", "sbatch was not found, so \(path) was not submitted",
        help: "submit it on a system with Slurm: sbatch \(script)")
    }
    guard answer.status == 0 else {
      guard answer.status == nil else {
        throw Failure(
          "E1128", "sbatch rejected \(path): \(answer.reason)",
          help: "fix --slurm or the script, and submit it again: sbatch \(script)")
      }
      throw Failure(
        "E1128", "sbatch did not respond" + (answer.reason.isEmpty ? "" : ": \(answer.reason)"),
        help: "check for the job with squeue --me before you submit it again: sbatch \(script)")
    }
    // "12" or "12;cluster", possibly after messages of the site.
    let last = answer.lines.last ?? ""
    let id = last.prefix { $0 != ";" }.filter { $0 != " " }
    guard !id.isEmpty, id.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      throw Failure(
        "E1128", "sbatch accepted \(path), but its output is not a job number: \(answer.reason)",
        help: "check for the job with squeue --me")
    }
    return id
  }

  /// The state of the tasks of a job.
  package func tasks(of job: String) -> SlurmTasks {
    let format = "%F|%K|%T|%r|%M|%N"
    let answer = SlurmCommand.run(["squeue", "-h", "-r", "-t", "all", "-j", job, "-o", format])
    if answer.isMissing {
      return SlurmTasks(job: job, remark: "squeue was not found", isAnswered: false)
    }
    guard let status = answer.status else {
      return SlurmTasks(job: job, remark: "squeue did not respond", isAnswered: false)
    }
    let tasks = answer.lines.compactMap { SlurmTask(queue: $0) }.filter { $0.job == job }
    if status == 0, !tasks.isEmpty { return SlurmTasks(job: job, tasks: tasks) }
    let isUnknown = answer.errors.contains("Invalid job id")
    guard isUnknown || status == 0 else {
      return SlurmTasks(job: job, remark: "squeue failed: \(answer.reason)", isAnswered: false)
    }
    // The controller forgets jobs some minutes after their end; a site may have accounting data.
    let accounts = SlurmCommand.run(["sacct", "-n", "-X", "-P", "-j", job, "-o", "JobID,State,ExitCode"])
    let kept = accounts.status == 0 ? accounts.lines.compactMap { SlurmTask(account: $0) } : []
    let forgotten = "no longer in the queue"
    if !kept.isEmpty {
      return SlurmTasks(job: job, tasks: kept, remark: "\(forgotten); from the accounting data")
    }
    return SlurmTasks(
      job: job,
      remark: accounts.status == 0
        ? forgotten : "\(forgotten), and there is no accounting data (sacct)")
  }
}

/// One task of an array, as reported by Slurm.
package struct SlurmTask: Equatable, Sendable {
  /// The number of the array's job.
  package let job: String
  /// Its index; nil for a job that is not an array.
  package let index: Int?
  /// `PENDING`, `RUNNING`, `COMPLETED`, …
  package let state: String
  /// Why it waits or has failed; empty if unknown.
  package let reason: String

  /// A line of `squeue -o "%F|%K|%T|%r|%M|%N"`.
  package init?(queue line: String) {
    let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 4 else { return nil }
    self.init(job: parts[0], index: Int(parts[1]), state: parts[2], reason: parts[3])
  }

  /// A line of `sacct -P -o JobID,State,ExitCode`: `12_3|FAILED|70:0`.
  package init?(account line: String) {
    let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 3, let id = parts.first else { return nil }
    let names = id.split(separator: "_", maxSplits: 1)
    // "CANCELLED by 1000"
    let state = parts[1].prefix { $0 != " " }
    let code = parts[2] == "0:0" || state == "COMPLETED" ? "" : "exit \(parts[2])"
    self.init(
      job: names.first.map(String.init) ?? id, index: names.count > 1 ? Int(names[1]) : nil,
      state: String(state),
      reason: code)
  }

  init(job: String, index: Int?, state: String, reason: String) {
    (self.job, self.index, self.state) = (job, index, state)
    self.reason = ["None", "N/A", "(null)"].contains(reason) ? "" : reason
  }

  /// Whether it is running, or will run without further action.
  package var isAlive: Bool {
    [
      "PENDING", "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD", "RESIZING",
      "STOPPED", "SIGNALING", "STAGE_OUT",
    ]
    .contains(state)
  }
}

/// Slurm's information about a job, as a hint.
package struct SlurmTasks: Sendable {
  /// The number of the job.
  package let job: String
  /// Its tasks, as far as Slurm reports them.
  package let tasks: [SlurmTask]
  /// A remark about the information; empty for none.
  package let remark: String
  /// Whether Slurm has responded.
  package let isAnswered: Bool

  /// Slurm's information about a job; see the properties.
  package init(job: String, tasks: [SlurmTask] = [], remark: String = "", isAnswered: Bool = true) {
    (self.job, self.tasks, self.remark, self.isAnswered) = (job, tasks, remark, isAnswered)
  }

  /// A one-line description: `3 tasks wait (Resources), 2 run, 1 has ended: FAILED`.
  package var text: String {
    var groups: [(state: String, reason: String, count: Int)] = []
    for task in tasks {
      // The array's limit and the queue are not distinguished.
      if let place = groups.firstIndex(where: { $0.state == task.state && $0.reason == task.reason }) {
        groups[place].count += 1
      } else {
        groups.append((task.state, task.reason, 1))
      }
    }
    let words = groups.map { group in
      "\(group.count) \(group.state.lowercased())"
        + (group.reason.isEmpty ? "" : " (\(TerminalText.safe(group.reason)))")
    }
    return [remark, words.joined(separator: ", ")].filter { !$0.isEmpty }.joined(separator: ": ")
  }

  /// The task with this index.
  package func task(_ index: Int) -> SlurmTask? { tasks.first { $0.index == index } }
}
