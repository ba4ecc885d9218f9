import ArgumentParser
import MocoTerminal

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a program.",
    usage: "moco run <file> [options] [-- args …]",
    discussion: """
      A program that loads a model or data writes a record to runs/NAME-NUMBER: the script, its settings and seed, \
      measurements, checkpoints and figures. `moco runs` lists them.

      SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU stop a program like ^C: a training writes its checkpoint first. A second \
      signal ends it immediately.

      Arguments after `--` are passed to the program, in the list `args`.

      With -i the prompt continues after the end of the program, also after an error, and no record is written.
      """)

  @Argument(help: "The program.", completion: .file(extensions: ["moco"]))
  var file: String

  @Option(
    help: ArgumentHelp(
      "Run one cell, by its number or title, and the cells above that it depends on.", valueName: "cell"))
  var cell: String?

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  @Option(help: ArgumentHelp("The folder of the run's record.", valueName: "dir"), completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Write event files for TensorBoard to this folder: steps, evaluations, shown figures and log(step, {…}).",
      valueName: "dir"), completion: .directory)
  var tensorboard: String?

  @Flag(name: .customLong("no-record"), help: "Do not write a record.")
  var noRecord = false

  @Flag(
    name: [.customShort("i"), .customLong("interactive")],
    help: "Continue at the prompt, with the names of the program.")
  var isInteractive = false

  @Flag(help: "Write only errors to standard error: no progress, no warnings.")
  var quiet = false

  // The parent command takes all arguments after `--`, also with a subcommand.
  @ParentCommand var parent: MocoCommand

  func validate() throws {
    if isInteractive, out != nil {
      throw ValidationError("-i writes no record, so --out cannot be used.")
    }
    if isInteractive, tensorboard != nil {
      throw ValidationError(
        "-i continues at the prompt, which writes nothing for TensorBoard; remove -i or --tensorboard.")
    }
    if isInteractive, quiet {
      throw ValidationError("-i continues at the prompt, which shows progress; remove --quiet.")
    }
    if isInteractive, cell != nil {
      throw ValidationError("-i runs the entire program; remove --cell or -i.")
    }
    if noRecord, out != nil { throw ValidationError("--out and --no-record cannot be combined.") }
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
