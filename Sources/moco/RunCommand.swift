import ArgumentParser
import MocoTerminal

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a program.",
    usage: "moco run <file> [options] [-- args …]",
    discussion: """
      A program that loads a model or data leaves a record in runs/NAME-NUMBER: the script, its settings and seed, \
      measurements, checkpoints and figures. `moco runs` lists them.

      SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU stop a program as ^C does: a training writes its checkpoint first. A second \
      one ends it at once.

      What follows `--` is the program's own: the list `args`.

      With -i the prompt goes on where the program has ended, also after an error, and no record is left.
      """)

  @Argument(help: "The program.", completion: .file(extensions: ["moco"]))
  var file: String

  @Option(
    help: ArgumentHelp(
      "Run one cell, by its number or title, and the cells above that it reads from.", valueName: "cell"))
  var cell: String?

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  @Option(help: ArgumentHelp("The folder of the run's record.", valueName: "dir"), completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Write what happens for TensorBoard: steps, evaluations, shown figures and log(step, {…}), as event files in this folder.",
      valueName: "dir"), completion: .directory)
  var tensorboard: String?

  @Flag(name: .customLong("no-record"), help: "Leave no record.")
  var noRecord = false

  @Flag(
    name: [.customShort("i"), .customLong("interactive")],
    help: "Go on at the prompt, with the names of the program.")
  var isInteractive = false

  @Flag(help: "Write nothing to standard error but errors: no progress, no warnings.")
  var quiet = false

  // The command above takes whatever follows `--`, also where a subcommand is named.
  @ParentCommand var parent: MocoCommand

  func validate() throws {
    if isInteractive, out != nil {
      throw ValidationError("-i leaves no record, so --out has no folder to make.")
    }
    if isInteractive, tensorboard != nil {
      throw ValidationError(
        "-i goes on at the prompt, which keeps nothing for TensorBoard; leave -i or --tensorboard out.")
    }
    if isInteractive, quiet {
      throw ValidationError("-i goes on at the prompt, which shows progress; leave --quiet out.")
    }
    if isInteractive, cell != nil {
      throw ValidationError("-i runs the whole program; leave --cell or -i out.")
    }
    if noRecord, out != nil { throw ValidationError("--out and --no-record exclude each other.") }
  }

  func run() throws {
    looks.apply()
    Console.start()
    if isInteractive {
      let program = WholeProgram(running: running, arguments: parent.arguments)
      var options = PromptOptions()
      options.banner = false
      options.startUp = false
      options.highlight = !parent.noHighlight
      throw ExitCode(try program.runInteractively(path: file, options, suggests: !parent.noSuggest))
    }
    var program = WholeProgram(
      running: running, arguments: parent.arguments, out: out, isQuiet: quiet, cell: cell)
    program.tensorboard = tensorboard
    throw program.run(path: file, record: !noRecord).exit
  }
}
