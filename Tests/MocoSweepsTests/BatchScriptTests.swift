import Foundation
import MocoBase
import MocoSweeps
import MocoTestSupport
import Testing

/// The batch script of a sweep.
@Suite struct BatchScriptTests {
  private func script(
    _ sweep: String = "/home/me/runs/few shot", options: String = "time=1:00:00,cpus=2",
    tasks: String? = "4%2",
    points: Int = 10, limit: Int? = 1001,
    command: [String] = ["/opt/moco", "sweep", "few shot.moco", "--over", "rate=0.1,0.2"]
  ) throws -> BatchScript {
    try BatchScript(
      sweep: sweep, name: "few shot", points: points, options: SlurmOptions(options),
      asked: tasks.map { try ArrayTasks($0) },
      limit: limit, command: command, folder: "/home/me/it's", version: "1.0")
  }

  @Test func itIsReadable() throws {
    let made = try script()
    #expect(
      made.tasks == 4 && BatchScript.tasks(in: made.text) == 4 && BatchScript.tasks(in: "exec moco") == nil)
    #expect(
      made.text.hasPrefix(
        """
        #!/bin/bash
        # A sweep as an array of jobs, written by moco 1.0. You can edit it. Submit it with
        #   sbatch '/home/me/runs/few shot/sweep.sbatch'
        # Submitted again, it runs the missing points. Points that are finished or in progress elsewhere are skipped.

        # 10 points in 4 tasks: 2 or 3 each. To submit only some tasks, use sbatch --array=3,7.
        #SBATCH --array=0-3%2
        #SBATCH --job-name=few-shot
        # The output of the tasks, one file each.
        #SBATCH --output="/home/me/runs/few shot/slurm-%A_%a.out"
        # Without this, a requeued task would empty its file.
        #SBATCH --open-mode=append
        # A preempted task is requeued and continues where it stopped.
        #SBATCH --requeue
        # Two minutes before the time limit: trainings are saved, and the next run resumes them.
        #SBATCH --signal=B:USR1@120
        # From --slurm; a time limit applies to one task.
        #SBATCH --time=1:00:00
        #SBATCH --cpus-per-task=2

        cd '/home/me/it'\\''s' || exit 1
        # The index of a task selects its part of the points. With exec, moco itself receives the signals above.
        exec /opt/moco sweep 'few shot.moco' --over rate=0.1,0.2 --threads "${SLURM_CPUS_PER_TASK:-1}" --shard auto/4
        # moco knows by this line
        """), "\(made.text)")
    #expect(!made.text.contains("was assumed"))
    #expect(
      try script(limit: nil).text.contains(
        "MaxArraySize is unknown (see scontrol show config); 1001 was assumed.\n"))
    // The directives stand before the first command.
    let lines = made.text.split(separator: "\n")
    let last = lines.lastIndex { $0.hasPrefix("#SBATCH") } ?? 0
    #expect(lines.firstIndex { !$0.hasPrefix("#") } ?? 0 > last)
  }

  @Test func whatIsAskedForTakesThePlaceOfWhatIsUsual() throws {
    let text = try script(
      options: "signal=B:TERM@60,no-requeue,output=/logs/%j,open-mode=truncate,job-name=mine",
      command: ["moco", "sweep", "a.moco", "--threads", "3", "--", "x", "--threads"]
    ).text
    for name in ["signal", "requeue", "output", "open-mode", "job-name"] {
      #expect(
        text.components(separatedBy: "\n").count { $0.hasPrefix("#SBATCH --") && $0.contains(name) } == 1,
        "\(text)")
    }
    #expect(text.contains("\nexec moco sweep a.moco --threads 3 --shard auto/4 -- x --threads\n"), "\(text)")
  }

  /// Two minutes before the limit may be the start of the task, where the signal would end it.
  @Test(arguments: [
    ("1", false), ("5", false), ("4:59", false), ("0:05:00", false), ("0-0:5", false), ("6", true),
    ("5:01", true),
    ("0:05:01", true), ("1:00:00", true), ("0-1", true), ("1-0", true), ("1-0:0:0", true),
    ("UNLIMITED", true), ("", true),
  ]) func aShortTaskGetsNoSignal(_ time: String, _ isSent: Bool) throws {
    for name in time.isEmpty ? ["cpus"] : ["time", "t"] {
      let text = try script(options: time.isEmpty ? "cpus=2" : "\(name)=\(time)").text
      #expect(text.contains("#SBATCH --signal=B:USR1@120") == isSent, "\(text)")
      #expect(text.contains("No signal before a time limit") != isSent, "\(text)")
    }
    #expect(try script(options: "time=1,signal=B:USR1@20").text.contains("#SBATCH --signal=B:USR1@20"))
  }

  @Test func aFolderThatAnOutputCannotHaveIsRefused() {
    for folder in ["/a%b", "/a\"b", "/a\nb", "/a\\b"] {
      #expect(throws: Failure.self) { try script(folder) }
    }
  }

  /// An edited script is never lost.
  @Test func anEditedScriptStays() throws {
    try Repository.inFolder { folder in
      let first = try script(folder)
      let path = try first.write(into: folder)
      #expect(path == folder + "/sweep.sbatch")
      #expect(BatchScript.isUnedited(try FileSystem.readText(path)))
      // The same again, and another one over one that nobody has touched.
      _ = try first.write(into: folder)
      let second = try script(folder, tasks: "5")
      _ = try second.write(into: folder)
      #expect(try FileSystem.readText(path) == second.text)
      for edit in [
        second.text.replacing("--time=1:00:00", with: "--time=2:00:00"), second.text + "\n",
        second.text + "echo done\n",
        "", "#!/bin/bash\n", String(second.text.dropLast(2)),
      ] {
        try AtomicFile.write(edit, to: path)
        #expect(!BatchScript.isUnedited(edit))
        do {
          _ = try first.write(into: folder)
          Issue.record("it was overwritten")
        } catch let error as Failure {
          #expect(error.code == "E1127" && error.help?.contains("sbatch \(path)") == true)
        }
        #expect(try FileSystem.readText(path) == edit)
      }
      // Edited to what would be written anyway.
      try AtomicFile.write(first.text, to: path)
      _ = try first.write(into: folder)
    }
  }

  @Test func whatIsAboutTheJobStaysOutOfIt() {
    func passed(_ words: String) -> String {
      BatchScript.passedOn(words.split(separator: " ").map(String.init)).joined(separator: " ")
    }
    #expect(passed("a.moco --slurm time=1 --over x=1 --submit --tasks 3") == "a.moco --over x=1")
    #expect(passed("--slurm=time=1 a.moco --tasks=3%2 --only y=2") == "a.moco --only y=2")
    #expect(passed("a.moco --slurm") == "a.moco" && passed("a.moco --submit") == "a.moco")
    #expect(passed("a.moco --slurm x -- --slurm y --submit") == "a.moco -- --slurm y --submit")
  }

  @Test func jobsAreRemembered() throws {
    try Repository.inFolder { folder in
      #expect(SlurmJobs(sweep: folder).jobs.isEmpty)
      var jobs = SlurmJobs(sweep: folder)
      try jobs.append(SlurmJobs.Job(id: "12", tasks: 4, points: "ab", sent: "2026-05-01T12:00:00Z"))
      try jobs.append(SlurmJobs.Job(id: "15", tasks: 2, points: "ab", sent: "2026-05-02T12:00:00Z"))
      #expect(SlurmJobs(sweep: folder).jobs == jobs.jobs)
      // A line that was cut.
      try FileSystem.append(Array("{\"job\": \"1".utf8), to: folder + "/slurm.jsonl")
      #expect(SlurmJobs(sweep: folder).jobs.map(\.id) == ["12", "15"])
    }
  }

  @Test func aHintStandsBesideThePoints() throws {
    try Repository.inFolder { folder in
      var jobs = SlurmJobs(sweep: folder)
      for (id, points) in [("7", "ab"), ("8", "ab"), ("9", "ab")] {
        try jobs.append(SlurmJobs.Job(id: id, tasks: 2, points: points, sent: "then"))
      }
      func task(_ job: String, _ index: Int, _ state: String, _ reason: String = "None") -> SlurmTask? {
        SlurmTask(queue: "\(job)|\(index)|\(state)|\(reason)|0:00|")
      }
      func answer(_ job: String) -> SlurmTasks {
        let tasks =
          job == "9"
          ? [task("9", 0, "PENDING", "Resources"), task("9", 1, "FAILED", "NonZeroExitCode")]
          : job == "8" ? [task("8", 0, "COMPLETED")] : [task("7", 0, "RUNNING")]
        return SlurmTasks(job: job, tasks: tasks.compactMap { $0 })
      }
      let hints = SlurmHints(sweep: folder, points: "ab", ask: answer)
      #expect(hints.words(0) == "task 9_0 is pending (Resources)" && hints.words(4) == hints.words(0))
      #expect(hints.words(1) == "task 9_1 has ended: failed (NonZeroExitCode)")
      // Of earlier jobs only what goes on is said.
      #expect(
        hints.text == """
          slurm job 9, submitted then: 1 pending (Resources), 1 failed (NonZeroExitCode)
          slurm job 7, submitted then: 1 running

          """)
      #expect(hints.living == ["9", "7"])
      // Of other points nothing is known.
      #expect(SlurmHints(sweep: folder, points: "cd", ask: answer).words(0) == nil)
      // Where nobody answers, nobody is asked twice.
      var asked = 0
      let silent = SlurmHints(sweep: folder, points: "ab") {
        asked += 1
        return SlurmTasks(job: $0, remark: "squeue did not respond", isAnswered: false)
      }
      #expect(
        asked == 1 && silent.words(0) == nil
          && silent.text == "slurm job 9, submitted then: squeue did not respond\n")
    }
  }

  @Test func whatSlurmSaysIsRead() {
    let queue = [
      "12|0|COMPLETED|None|0:03|n1", "12|1|RUNNING|None|0:02|n2", "12|2|PENDING|JobArrayTaskLimit|0:00|",
      "12|3|PENDING|JobArrayTaskLimit|0:00|", "slurm: a remark",
    ].compactMap { SlurmTask(queue: $0) }
    let tasks = SlurmTasks(job: "12", tasks: queue)
    #expect(tasks.text == "1 completed, 1 running, 2 pending (JobArrayTaskLimit)")
    #expect(tasks.task(3)?.isAlive == true && tasks.task(0)?.isAlive == false && tasks.task(4) == nil)
    let accounts = [
      "12_0|COMPLETED|0:0", "12_1|OUT_OF_MEMORY|0:125", "12_2|CANCELLED by 1000|0:0", "12_[3-4]|PENDING|0:0",
    ]
    .compactMap { SlurmTask(account: $0) }
    #expect(
      SlurmTasks(job: "12", tasks: accounts, remark: "from the accounting data").text
        == "from the accounting data: 1 completed, 1 out_of_memory (exit 0:125), 1 cancelled, 1 pending")
    #expect(SlurmTasks(job: "12", remark: "no longer in the queue").text == "no longer in the queue")
  }
}
