import ArgumentParser
import MocoBase
import MocoRuntime
import MocoSession
import MocoTensor
import MocoTerminal

#if canImport(Glibc)
  import Glibc
#endif

/// `moco` without a subcommand: the prompt, a program from standard input, or `-e CODE`.
struct MocoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "moco",
    abstract: "A notebook-style scripting language for prompt learning with CLIP.",
    usage: """
      moco                       the prompt
      moco [run] FILE.moco [options] [-- args …]
      moco run -i FILE.moco      the same, then the prompt with its names
      moco sweep FILE.moco [--over name=1,2] [--jobs N]
      moco -e CODE [options] [-- args …]
      moco export FILE.moco -o FILE.html|.md|.ipynb
      moco import FILE.ipynb -o FILE.moco
      moco watch FILE.moco
      moco check FILE …
      moco fmt [--check] FILE …
      moco explain CODE
      moco docs -o DIR
      moco bench NAME
      moco data check PATH
      moco features DATA --clip FILE
      moco table FILE|FOLDER --rows A --columns B --value V
      moco runs [FOLDER]
      moco runs show|compare|rm RUN …
      moco kernel install
      moco lexer pygments|textmate|vim
      moco editor install EDITOR
      moco lsp
      """,
    discussion: """
      New here? moco -e 'help("tutorial")' shows the first steps; moco docs -o DIR writes the manual as web pages.

      Without a file the prompt starts. If standard input is not a terminal, it is read as a program. \
      The words after -- are the list args().

      Exit status: 0 success, 64 wrong usage, 65 the program has syntax or check errors, 70 it failed while running, \
      130 interrupted, 128 + the number of a signal that ended it (141: the output was closed).
      """,
    version: "moco \(Moco.version)",
    subcommands: [
      RunCommand.self, SweepCommand.self, ExportCommand.self, ImportCommand.self, WatchCommand.self,
      CheckCommand.self, FmtCommand.self,
      ExplainCommand.self, DocsCommand.self, BenchCommand.self,
      DataCommand.self, FeaturesCommand.self, RunsCommand.self, TableCommand.self, KernelCommand.self,
      LexerCommand.self, LspCommand.self, EditorCommand.self,
    ])

  @Option(
    name: .customShort("e"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Run this program; several are joined as lines.", valueName: "code"))
  var code: [String] = []

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  @Flag(name: .customLong("no-highlight"), help: "No colours while typing.")
  var noHighlight = false

  @Flag(name: .customLong("no-banner"), help: "Start the prompt without a greeting.")
  var noBanner = false

  @Flag(name: .customLong("no-suggest"), help: "No suggestions from the history while typing.")
  var noSuggest = false

  @Flag(name: .customLong("no-startup"), help: "Start the prompt without ~/.config/moco/startup.moco.")
  var noStartUp = false

  /// The words after `--`, which args() returns. They are not declared, because the completion of a shell would take every word
  /// for one of these, and offer nothing after a subcommand.
  var arguments: [String] { Main.programArguments }

  func run() throws {
    looks.apply()
    Console.start()
    let program = WholeProgram(running: running, arguments: arguments)
    if !code.isEmpty { throw program.run(text: code.joined(separator: "\n"), name: "-e").exit }
    guard isatty(STDIN_FILENO) == 1 else { throw program.runStandardInput().exit }
    let session = Session(
      options: try running.promptOptions(arguments: arguments, suggests: !noSuggest),
      delegate: ConsoleFrontEnd(dialect: Runtime.dialect))
    throw ExitCode(Prompt(session: session, options: promptOptions).run())
  }

  var promptOptions: PromptOptions {
    var options = PromptOptions()
    options.highlight = !noHighlight
    options.banner = !noBanner
    options.startUp = !noStartUp
    return options
  }
}

@main
enum Main {
  /// What stands after `--` on the command line of something that runs a program.
  // - Safety: written once, before commands are parsed, on the thread that reads it.
  private(set) nonisolated(unsafe) static var programArguments: [String] = []
  private static let runsPrograms: Set = ["run", "sweep", "export", "watch"]

  static func main() {
    StandardStreams.hold()
    var arguments = Array(CommandLine.arguments.dropFirst())
    // `moco FILE.moco` is `moco run FILE.moco`.
    // This also applies with options before the file.
    let own = arguments.prefix { $0 != "--" }
    if let first = own.first, first.hasSuffix(".moco") || first.hasPrefix("-"), !own.contains("-e"),
      own.contains(where: { $0.hasSuffix(".moco") })
    {
      arguments.insert("run", at: 0)
    }
    // Without a file, standard input is read.
    if arguments.first == "-" { arguments.removeFirst() }
    if arguments == ["--version"] { return version() }
    let subcommands = MocoCommand.configuration.subcommands.map { $0._commandName }
    if let advice = CommandAdvice(arguments, subcommands: subcommands) {
      Console.report("Error: \(advice.fault)\nHelp:  \(advice.help)\n")
      exit(Status.usage.rawValue)
    }
    if let place = arguments.firstIndex(of: "--"),
      arguments.first.map({ runsPrograms.contains($0) || !subcommands.contains($0) }) ?? false
    {
      programArguments = Array(arguments[(place + 1)...])
      arguments.removeSubrange(place...)
    }
    MocoCommand.main(arguments)
  }

  /// The version, and the kernels of this machine. The manual page, which is generated elsewhere, has only the first
  /// line.
  private static func version() {
    Console.start()
    Blas.load()
    KernelFamily.check()
    Console.print(
      """
      moco \(Moco.version)
      products \(Products.text); OpenBLAS \(Blas.description); vector kernels \(KernelFamily.vectors)
      \(KernelFamily.processor)

      """)
    Console.flush()
  }
}
