import ArgumentParser
import MocoNotebook
import MocoTerminal

/// How a page treats the controls of its program.
enum ControlChoice: String, ExpressibleByArgument, CaseIterable {
  case all, `default`
}

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Run a notebook and write it as a web page, Markdown or a Jupyter notebook.",
    usage: """
      moco export <file> -o <page.html | text.md | notebook.ipynb> [options] [-- args …]
      moco export --from <run> -o <page.html | text.md | notebook.ipynb> [--no-code]
      """,
    discussion: """
      The cells run in order. The output of each cell is below it. After an error, which is shown in its cell, the other cells \
      do not run, and the exit status is 70.

      With --from, nothing runs: the page shows the output of a run that `moco run` has recorded, by its name \
      in the list of `moco runs`, by its folder, or `last`.

      A page is one file that loads nothing and can be read without scripts. If the program has controls (slider, choose, \
      toggle, image_picker), the cells that depend on them run for each value in advance, at most 500 states, and the page \
      switches between them when a control is moved. The pictures of a Markdown file are in a folder next to it.
      """)

  @Argument(help: "The program.", completion: .file(extensions: ["moco"]))
  var file: String?

  @Option(
    help: ArgumentHelp("Write the output of a recorded run, without running anything.", valueName: "run"),
    completion: .directory)
  var from: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file to write: .html, .md or .ipynb.", valueName: "file"),
    completion: .file(extensions: ["html", "md", "ipynb"]))
  var output: String

  @Flag(name: .customLong("no-code"), help: "Leave out the code of the cells.")
  var noCode = false

  @Option(
    help:
      "Controls in a page: all runs all their values in advance, default shows only their current values."
  )
  var controls: ControlChoice = .all

  @Flag(name: .customLong("print"), help: "Also print and show the output of the program, as moco run does.")
  var prints = false

  @Flag(help: "Do not show which cell runs.")
  var quiet = false

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  @ParentCommand var parent: MocoCommand

  func validate() throws {
    guard NotebookFile.Format(path: output) != nil else {
      throw ValidationError("-o needs a file that ends in .html, .md or .ipynb, not '\(output)'.")
    }
    if noCode, NotebookFile.Format(path: output) == .jupyter {
      throw ValidationError("A Jupyter notebook needs its code; leave out --no-code.")
    }
    guard let from else {
      if file == nil {
        throw ValidationError("Specify the program, or --from and the name of a recorded run.")
      }
      return
    }
    if let file {
      throw ValidationError(
        "--from \(from) has its own program; leave out '\(file)', or leave out --from to run it.")
    }
    if !running.settings.isEmpty {
      throw ValidationError(
        "--set changes the result of a program, but --from runs nothing; remove one of them.")
    }
    if running.seed != 0 || running.threads != nil || running.memory != nil || running.portable {
      throw ValidationError(
        "--seed, --threads, --memory and --portable apply to runs, but --from runs nothing.")
    }
    if prints { throw ValidationError("--print shows a run, but --from runs nothing.") }
    if !parent.arguments.isEmpty {
      throw ValidationError("Arguments after -- apply to runs, but --from runs nothing.")
    }
  }

  func run() throws {
    looks.apply()
    Console.start()
    if let from {
      throw RunExport(run: from, output: output, hidesCode: noCode, isQuiet: quiet).write().exit
    }
    throw NotebookExport(
      file: file ?? "", output: output, running: running, arguments: parent.arguments, hidesCode: noCode,
      movesControls: controls == .all, isQuiet: quiet,
      prints: prints
    ).run().exit
  }
}
