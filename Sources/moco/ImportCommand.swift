import ArgumentParser
import MocoTerminal

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Convert a Jupyter notebook of moco to a program.",
    usage: "moco import <notebook.ipynb> -o <file.moco> [--force]",
    discussion: """
      Cells, titles, identifiers, metadata and attachments are kept: `moco export FILE.moco -o X.ipynb` gives the same \
      notebook again. Outputs are left out, since a program has none.
      """)

  @Argument(help: "The notebook.", completion: .file(extensions: ["ipynb"]))
  var file: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The program to write.", valueName: "file"),
    completion: .file(extensions: ["moco"]))
  var output: String

  @Flag(name: .shortAndLong, help: "Overwrite an existing file.")
  var force = false

  func validate() throws {
    guard output.hasSuffix(".moco") else {
      throw ValidationError("-o needs a file that ends in .moco, not '\(output)'.")
    }
  }

  func run() throws {
    Console.start()
    throw NotebookImport(file: file, output: output, replaces: force).run().exit
  }
}
