import MocoBase

/// The cluster, as its programs speak of it. A sweep asks it for two things only: to take a batch script, and for a hint
/// how the tasks stand. What is done stands in the folders of the runs.
package struct Slurm {
  /// The Slurm of this machine, as its commands tell.
  package init() {}

  /// MaxArraySize, which caps the index of a task; nil where there is no cluster that says so.
  package var largestArray: Int? {
    for line in SlurmCommand.run(["scontrol", "show", "config"], seconds: 10).lines {
      let parts = line.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].contains("MaxArraySize") else { continue }
      return Int(parts[1].filter { $0 != " " })
    }
    return nil
  }

  /// Sends a script. - Returns: the number of the job.
  ///
  /// - Throws: E1128 with what `sbatch` says.
  package func submit(_ path: String) throws -> String {
    let answer = SlurmCommand.run(["sbatch", "--parsable", path], seconds: 120)
    let script = BatchScript.word(path)
    if answer.isMissing {
      throw Failure(
        "E1128", "there is no sbatch here, so \(path) was not sent",
        help: "send it where Slurm is: sbatch \(script)")
    }
    guard answer.status == 0 else {
      guard answer.status == nil else {
        throw Failure(
          "E1128", "sbatch does not take \(path): \(answer.reason)",
          help: "fix --slurm or the script, and send it again: sbatch \(script)")
      }
      throw Failure(
        "E1128", "sbatch gave no answer" + (answer.reason.isEmpty ? "" : ": \(answer.reason)"),
        help: "look whether the job is there, squeue --me, before it is sent again: sbatch \(script)")
    }
    // "12" or "12;cluster", after what a site may print.
    let last = answer.lines.last ?? ""
    let id = last.prefix { $0 != ";" }.filter { $0 != " " }
    guard !id.isEmpty, id.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      throw Failure(
        "E1128", "sbatch has taken \(path), and what it printed is not a number of a job: \(answer.reason)",
        help: "look for the job with squeue --me")
    }
    return id
  }

  /// How the tasks of a job stand.
  package func tasks(of job: String) -> SlurmTasks {
    let format = "%F|%K|%T|%r|%M|%N"
    let answer = SlurmCommand.run(["squeue", "-h", "-r", "-t", "all", "-j", job, "-o", format])
    if answer.isMissing {
      return SlurmTasks(job: job, remark: "there is no squeue here to ask about it", isAnswered: false)
    }
    guard let status = answer.status else {
      return SlurmTasks(job: job, remark: "squeue gave no answer", isAnswered: false)
    }
    let tasks = answer.lines.compactMap { SlurmTask(queue: $0) }.filter { $0.job == job }
    if status == 0, !tasks.isEmpty { return SlurmTasks(job: job, tasks: tasks) }
    let isUnknown = answer.errors.contains("Invalid job id")
    guard isUnknown || status == 0 else {
      return SlurmTasks(job: job, remark: "squeue does not tell: \(answer.reason)", isAnswered: false)
    }
    // The controller forgets jobs some minutes after their end; a site may keep accounts of them.
    let accounts = SlurmCommand.run(["sacct", "-n", "-X", "-P", "-j", job, "-o", "JobID,State,ExitCode"])
    let kept = accounts.status == 0 ? accounts.lines.compactMap { SlurmTask(account: $0) } : []
    let forgotten = "Slurm has forgotten it"
    if !kept.isEmpty { return SlurmTasks(job: job, tasks: kept, remark: "\(forgotten); by its accounts") }
    return SlurmTasks(
      job: job,
      remark: accounts.status == 0
        ? forgotten : "\(forgotten), and there are no accounts (sacct) to look it up in")
  }
}

/// One task of an array, as Slurm speaks of it.
package struct SlurmTask: Equatable, Sendable {
  /// The number of the array's job.
  package let job: String
  /// Its index; nil for a job that is not an array.
  package let index: Int?
  /// `PENDING`, `RUNNING`, `COMPLETED`, …
  package let state: String
  /// Why it waits or has failed; empty where nothing is said.
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

  /// Whether it runs, or will run without anybody's doing.
  package var isAlive: Bool {
    [
      "PENDING", "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD", "RESIZING",
      "STOPPED", "SIGNALING", "STAGE_OUT",
    ]
    .contains(state)
  }
}

/// What Slurm says of a job: a hint.
package struct SlurmTasks: Sendable {
  /// The number of the job.
  package let job: String
  /// Its tasks, as far as Slurm knows them.
  package let tasks: [SlurmTask]
  /// What hinders, or restricts, what is said; empty for nothing.
  package let remark: String
  /// Whether Slurm has said anything at all.
  package let isAnswered: Bool

  /// What Slurm says of a job; see the properties.
  package init(job: String, tasks: [SlurmTask] = [], remark: String = "", isAnswered: Bool = true) {
    (self.job, self.tasks, self.remark, self.isAnswered) = (job, tasks, remark, isAnswered)
  }

  /// A line for people: `3 tasks wait (Resources), 2 run, 1 has ended: FAILED`.
  package var text: String {
    var groups: [(state: String, reason: String, count: Int)] = []
    for task in tasks {
      // An array's limit and the end of the queue are the same to who waits.
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

  /// The task that has this index.
  package func task(_ index: Int) -> SlurmTask? { tasks.first { $0.index == index } }
}
