import ArgumentParser
import MocoBase
import MocoLang
import MocoRuntime
import MocoSession
import MocoSweeps
import MocoTensor
import MocoTerminal

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Run a program once for each combination of its settings, and resume stopped sweeps.",
    usage: "moco sweep <file> [options] [-- args …]",
    discussion: """
      The settings to vary are in the program, `let shots = over([1, 2, 4])`, or in --over. Each \
      combination is a point with its own folder in runs/NAME, named by its values. The same command again runs \
      points that are missing, stopped or killed. Finished points are skipped. Failed points are skipped \
      unless --retry failed is given. Any number of processes and machines can work on one folder.

      --slurm writes a batch script, --submit submits it. See help("sweeps") for PBS, LSF, Grid Engine, GNU parallel and Snakemake.

      Exit status: 0 all points of this command have finished (or other processes run them), 70 some have failed, 128 + the number of \
      a signal that stopped it.
      """)

  @ArgumentParser.Argument(help: "The program.", completion: .file(extensions: ["moco"]))
  var file: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Values of a setting: 0.01,0.02, or 1..5 for Ints. `seed` is the seed of the run if the program has no setting of that name.",
      valueName: "name=values"))
  var over: [String] = []

  @Option(
    name: .customLong("over-file"),
    help: ArgumentHelp(
      "Points from a CSV file: setting names in the first line, then one point per line.", valueName: "csv"),
    completion: .file(extensions: ["csv"]))
  var overFile: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Only points with one of these values.", valueName: "name=values"))
  var only: [String] = []

  @Option(
    help: ArgumentHelp("Runs at a time, in this process; they share models and features.", valueName: "n"))
  var jobs = 1

  @Option(
    help: ArgumentHelp("The folder of the sweep; runs/NAME without it.", valueName: "dir"),
    completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Write event files for TensorBoard, with a sub-folder of this folder for each run.", valueName: "dir"),
    completion: .directory)
  var tensorboard: String?

  @Flag(name: .customLong("dry-run"), help: "List the points and their estimated time; run none.")
  var isDry = false

  @Flag(name: .customLong("status"), help: "Show the state of the points; run none.")
  var saysStatus = false

  @Option(
    help: ArgumentHelp(
      "A part of the points: 0/8 is the first of eight. auto: the part of this process in Slurm, PBS, LSF, Grid Engine or MPI; auto/8 for eight parts.",
      valueName: "i/n"))
  var shard: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Write a batch script for Slurm to the folder of the sweep, with these sbatch options, such as time=1:00:00,cpus=2, and show how to submit it.",
      valueName: "options"))
  var slurm: [String] = []

  @Option(
    help: ArgumentHelp(
      "The number of array tasks in the batch script, each with its part of the points; 8%4: four at a time.",
      valueName: "n"))
  var tasks: String?

  @Flag(help: "Submit the batch script and exit.")
  var submit = false

  @Option(help: ArgumentHelp("Run failed points again.", valueName: "failed"))
  var retry: RetryChoice?

  @Flag(name: .customLong("fail-fast"), help: "Start no more points after a failure.")
  var failsFast = false

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  @Flag(help: "Write only errors to standard error: no progress.")
  var quiet = false

  @ParentCommand var parent: MocoCommand

  enum RetryChoice: String, ExpressibleByArgument, CaseIterable { case failed }

  func validate() throws {
    for (option, texts) in [("--over", over), ("--only", only)] {
      for text in texts where RunningOptions.split(text) == nil {
        throw ValidationError("\(option) needs name=values, not '\(text)'.")
      }
    }
    if jobs < 1 || jobs > 256 { throw ValidationError("--jobs needs an integer from 1 to 256.") }
    if isDry || saysStatus, submit || !slurm.isEmpty {
      throw ValidationError("--slurm and --submit cannot be combined with --dry-run and --status.")
    }
    if shard != nil, submit || !slurm.isEmpty {
      throw ValidationError("--slurm assigns the points to its tasks; remove --shard.")
    }
    if tasks != nil, slurm.isEmpty {
      throw ValidationError("--tasks applies to a batch script: add --slurm.")
    }
    if isDry, saysStatus { throw ValidationError("--dry-run and --status cannot be combined.") }
  }

  func run() throws {
    looks.apply()
    Console.start()
    let sweep = ProgramSweep(command: self)
    do {
      throw try sweep.run().exit
    } catch let failure as Failure {
      Console.report(failure)
      throw ProgramSweep.status(of: failure.code).exit
    } catch let diagnostic as Diagnostic {
      Console.report([diagnostic])
      throw Status.invalid.exit
    }
  }

  /// The folder of the sweep.
  var folder: String { out ?? "runs/\(name)" }

  /// The program's name without folder and extension.
  var name: String {
    let last = FileSystem.name(of: file)
    return last.hasSuffix(".moco") ? String(last.dropLast(5)) : last
  }

  /// The request of the command line.
  ///
  /// - Throws: errors of the file of points.
  func request() throws -> SweepRequest {
    var request = SweepRequest()
    request.set = running.settings.compactMap(RunningOptions.split)
    request.over = over.compactMap(RunningOptions.split)
    request.only = only.compactMap(RunningOptions.split)
    request.table = try overFile.map { try SweepTable(file: $0) }
    request.seed = running.seed
    request.arguments = parent.arguments
    request.isPortable = running.portable
    return request
  }
}
