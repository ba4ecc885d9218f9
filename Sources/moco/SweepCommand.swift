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
    abstract: "Run a program once for each combination of its settings, and go on where a sweep has stopped.",
    usage: "moco sweep <file> [options] [-- args …]",
    discussion: """
      The settings that are gone through stand in the program, `let shots = over([1, 2, 4])`, or come from --over. Each \
      combination is a point with a folder of its own in runs/NAME, named by its values; the folder tells all there is to \
      know. The same line again runs what is missing, was stopped or was killed; what has finished stays, and what has \
      failed stays too unless --retry failed is given. Any number of processes and machines may work on a folder.

      --slurm writes a batch script, --submit sends it; help("sweeps") has PBS, LSF, Grid Engine, GNU parallel and Snakemake.

      Exit status: 0 all points of this line have finished (or others run them), 70 some have failed, 128 + the number of \
      a signal that stopped it.
      """)

  @ArgumentParser.Argument(help: "The program.", completion: .file(extensions: ["moco"]))
  var file: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Go through these values of a setting: 0.01,0.02, or 1..5 for Ints. `seed` is the run's seed where the program has no setting of that name.",
      valueName: "name=values"))
  var over: [String] = []

  @Option(
    name: .customLong("over-file"),
    help: ArgumentHelp(
      "Points from a CSV file: names of settings in its first line, a point a line.", valueName: "csv"),
    completion: .file(extensions: ["csv"]))
  var overFile: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Of the points only those with one of these values.", valueName: "name=values"))
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
      "Write what happens in each run for TensorBoard, in a folder of its own in this one.", valueName: "dir"),
    completion: .directory)
  var tensorboard: String?

  @Flag(name: .customLong("dry-run"), help: "Say which points there are and what they will take; run none.")
  var isDry = false

  @Flag(name: .customLong("status"), help: "Say how it stands with the points; run none.")
  var saysStatus = false

  @Option(
    help: ArgumentHelp(
      "A part of the points: 0/8 is the first of eight. auto: the part that Slurm, PBS, LSF, Grid Engine or MPI has given this process; auto/8 where there are eight.",
      valueName: "i/n"))
  var shard: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Write a batch script for Slurm into the sweep's folder, with these options of sbatch, such as time=1:00:00,cpus=2, and say how to send it.",
      valueName: "options"))
  var slurm: [String] = []

  @Option(
    help: ArgumentHelp(
      "Tasks of the batch script's array, each with its part of the points; 8%4: four of them at a time.",
      valueName: "n"))
  var tasks: String?

  @Flag(help: "Send the batch script, and leave.")
  var submit = false

  @Option(help: ArgumentHelp("Run those again that have failed.", valueName: "failed"))
  var retry: RetryChoice?

  @Flag(name: .customLong("fail-fast"), help: "Begin nothing any more after a failure.")
  var failsFast = false

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  @Flag(help: "Write nothing to standard error but errors: no progress.")
  var quiet = false

  @ParentCommand var parent: MocoCommand

  enum RetryChoice: String, ExpressibleByArgument, CaseIterable { case failed }

  func validate() throws {
    for (option, texts) in [("--over", over), ("--only", only)] {
      for text in texts where RunningOptions.split(text) == nil {
        throw ValidationError("\(option) takes name=values, not '\(text)'.")
      }
    }
    if jobs < 1 || jobs > 256 { throw ValidationError("--jobs takes a number from 1 to 256.") }
    if isDry || saysStatus, submit || !slurm.isEmpty {
      throw ValidationError("--slurm and --submit send a sweep away; leave --dry-run and --status out.")
    }
    if shard != nil, submit || !slurm.isEmpty {
      throw ValidationError("--slurm deals the points to its tasks itself; leave --shard out.")
    }
    if tasks != nil, slurm.isEmpty { throw ValidationError("--tasks is about a batch script: give --slurm.") }
    if isDry, saysStatus { throw ValidationError("--dry-run and --status exclude each other.") }
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

  /// The program's name without folder and ending.
  var name: String {
    let last = FileSystem.name(of: file)
    return last.hasSuffix(".moco") ? String(last.dropLast(5)) : last
  }

  /// What the command line asks for.
  ///
  /// - Throws: what is wrong with the file of points.
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
