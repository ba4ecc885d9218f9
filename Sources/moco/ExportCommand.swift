import ArgumentParser
import MocoNotebook
import MocoTerminal

/// What a page does with the controls of its program.
enum ControlChoice: String, ExpressibleByArgument, CaseIterable {
  case all, `default`
}

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Run a notebook and write it as a page, as Markdown or for Jupyter.",
    usage: """
      moco export <file> -o <page.html | text.md | notebook.ipynb> [options] [-- args …]
      moco export --from <run> -o <page.html | text.md | notebook.ipynb> [--no-code]
      """,
    discussion: """
      The cells run in order. What each prints and shows stands below it; an error stands in its cell, the cells after it \
      do not run, and the exit status is 70.

      With --from nothing runs: the page shows what a run that `moco run` has recorded printed and showed, by its name \
      in the list of `moco runs`, by its folder, or `last`.

      A page is one file that loads nothing and needs no script to be read. Where the program has controls (slider, choose, \
      toggle, image_picker), the cells that depend on them run for each value beforehand, at most 500 states, and the page \
      swaps them when a control is moved. Markdown has its pictures in a folder beside it.
      """)

  @Argument(help: "The program.", completion: .file(extensions: ["moco"]))
  var file: String?

  @Option(
    help: ArgumentHelp("Write what a recorded run has shown, without running anything.", valueName: "run"),
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
      "What a page does with controls: all goes through their values beforehand, default shows them as they are set."
  )
  var controls: ControlChoice = .all

  @Flag(name: .customLong("print"), help: "Print and show what the program does, too, as moco run does.")
  var prints = false

  @Flag(help: "Say nothing of the cells that run.")
  var quiet = false

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  @ParentCommand var parent: MocoCommand

  func validate() throws {
    guard NotebookFile.Format(path: output) != nil else {
      throw ValidationError("-o takes a file that ends in .html, .md or .ipynb, not '\(output)'.")
    }
    if noCode, NotebookFile.Format(path: output) == .jupyter {
      throw ValidationError("A notebook for Jupyter is its code; leave --no-code out.")
    }
    guard let from else {
      if file == nil {
        throw ValidationError("Give the program, or --from and the name of a recorded run.")
      }
      return
    }
    if let file {
      throw ValidationError(
        "--from \(from) has its own program; leave '\(file)' out, or leave out --from to run it.")
    }
    if !running.settings.isEmpty {
      throw ValidationError(
        "--set changes what a program computes, and --from runs nothing; leave one of them out.")
    }
    if running.seed != 0 || running.threads != nil || running.memory != nil || running.portable {
      throw ValidationError(
        "--seed, --threads, --memory and --portable are for runs, and --from runs nothing.")
    }
    if prints { throw ValidationError("--print shows a run, and --from runs nothing.") }
    if !parent.arguments.isEmpty {
      throw ValidationError("Arguments behind -- are for runs, and --from runs nothing.")
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
