import MocoBase
import MocoSweeps
import MocoTerminal
import MocoTraining

/// A sweep in Slurm: its batch script, and the submitted job.
struct SlurmSweep {
  private let command: SweepCommand
  private let options: SlurmOptions
  private let asked: ArrayTasks?

  /// - Throws: E1127 for invalid values of `--slurm` or `--tasks`.
  init(_ command: SweepCommand) throws {
    self.command = command
    options = try SlurmOptions(command.slurm.joined(separator: ","))
    asked = try command.tasks.map { try ArrayTasks($0) }
  }

  /// Writes the script for `--slurm`, and submits the script for `--submit`.
  ///
  /// - Throws: E1127, E1128, E0504.
  func run(_ folder: SweepFolder, _ plan: SweepPlan) throws -> Status {
    let slurm = Slurm()
    let script = "\(folder.path)/\(BatchScript.fileName)"
    if !command.slurm.isEmpty {
      let made = try write(folder, plan, slurm)
      Console.show("\(script): \(plan.points.count) points in \(made.tasks) tasks\n")
      if let asked, asked.count > made.tasks {
        Console.remark("--tasks requests \(asked.count) tasks; more tasks than points would be idle\n")
      }
    } else if FileSystem.kind(script) != .file {
      throw Failure(
        "E1127", "there is no batch script \(script) to submit",
        help: "create one with --slurm \"time=1:00:00,cpus=2\"")
    }
    guard command.submit else {
      Console.show("sbatch \(BatchScript.word(script))\n")
      return Console.flush() ? .fine : .failed
    }
    return try send(script, folder, plan, slurm)
  }

  private func write(_ folder: SweepFolder, _ plan: SweepPlan, _ slurm: Slurm) throws -> BatchScript {
    guard let path = FileSystem.realPath(folder.path), let here = FileSystem.realPath(".") else {
      throw Failure(
        "E0501", "there is no folder \(folder.path)", help: "start moco in the folder for the sweep")
    }
    var words = [FileSystem.linkTarget("/proc/self/exe") ?? CommandLine.arguments.first ?? "moco"]
    let given = CommandLine.arguments.dropFirst()
    let place = given.firstIndex(of: SweepCommand.configuration.commandName ?? "sweep") ?? given.endIndex
    words += given[..<place] + ["sweep"] + BatchScript.passedOn(Array(given[place...].dropFirst()))
    let script = try BatchScript(
      sweep: path, name: command.name, points: plan.points.count,
      options: options, asked: asked, limit: slurm.largestArray, command: words,
      folder: here,
      version: MocoVersion.text)
    _ = try script.write(into: folder.path)
    return script
  }

  private func send(
    _ script: String, _ folder: SweepFolder, _ plan: SweepPlan, _ slurm: Slurm
  ) throws -> Status {
    let before = SlurmHints(sweep: folder.path, plan).living
    if !before.isEmpty {
      Console.remark(
        "\(before.map { "job \($0)" }.joined(separator: " and ")) of this sweep is still in the queue: no point is run more than once\n"
      )
    }
    let text = try FileSystem.readText(script)
    let id = try slurm.submit(script)
    // The job number is printed before anything else can fail.
    Console.show("job \(id); show its status: moco sweep \(BatchScript.word(command.file)) --status\n")
    let isWritten = Console.flush()
    var jobs = SlurmJobs(sweep: folder.path)
    try jobs.append(
      SlurmJobs.Job(id: id, tasks: BatchScript.tasks(in: text) ?? 0, points: SlurmHints.digest(plan)))
    return isWritten ? .fine : .failed
  }
}
