import MocoBase
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoTerminal

/// Writes a Jupyter notebook as a program.
struct NotebookImport {
  /// The notebook, and the program to write.
  var file: String
  var output: String
  /// Whether an existing file is overwritten.
  var replaces = false

  func run() -> Status {
    do {
      let imported = try Notebook.read(jupyter: FileSystem.read(file), name: file)
      if !replaces, FileSystem.kind(output) != .missing {
        Console.report("error: \(output) already exists; write moco import \(file) -o \(output) --force\n")
        return .usage
      }
      let text = try imported.notebook.checkedSource(name: file, Runtime.dialect)
      try AtomicFile.write(text, to: output)
      for note in imported.notes { Console.remark("note: \(note)\n") }
      Console.remark("\(NumberText.counted(imported.notebook.cells.count, "cell")) written to \(output)\n")
      return .fine
    } catch {
      Console.report(error)
      switch (error as? Failure)?.code {
      case "E1001", "E1002": return .invalid
      case "E0501": return .usage
      default: return .failed
      }
    }
  }
}
