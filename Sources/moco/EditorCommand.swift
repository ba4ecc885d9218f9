import ArgumentParser
import MocoBase
import MocoKernel
import MocoRuntime
import MocoSession
import MocoTerminal

struct EditorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "editor", abstract: "Set up an editor for programs of moco.",
    usage: """
      moco editor install vscode|vim|neovim|emacs|helix|pygments [--to DIR] [--force]
      moco editor install EDITOR --remove
      """,
    subcommands: [Install.self])

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write what an editor needs into the folder that it looks in.",
      discussion: """
        Colors, comments, and the language server `moco lsp` where the editor can use one. A file that moco did not write, or \
        that somebody has changed since, is not replaced without --force.

        vscode: an extension in ~/.vscode/extensions; --to FILE.vsix writes a package. vim, neovim: a package. emacs: a mode. \
        helix: languages.toml. pygments: a lexer for an environment of Python.
        """)

    @Argument(help: "The editor: vscode, vim, neovim, emacs, helix or pygments.") var editor: EditorKind

    @Option(
      help: ArgumentHelp("Another folder than the editor's own.", valueName: "dir"), completion: .directory)
    var to: String?

    @Flag(help: "Replace files that moco did not write.") var force = false

    @Flag(help: "Remove what was installed.") var remove = false

    func validate() throws {
      if to == "" { throw ValidationError("--to takes a folder.") }
      if remove, force { throw ValidationError("--force is for installing; leave it out with --remove.") }
      if remove, isPackage { throw ValidationError("A package is a file: remove it as other files.") }
    }

    private var isPackage: Bool { editor == .vscode && to?.hasSuffix(".vsix") == true }

    func run() throws {
      Console.start()
      do {
        if isPackage { try writePackage() } else if remove { try takeAway() } else { try install() }
        Console.flush()
      } catch {
        Console.report(error)
        throw Status.failed.exit
      }
      throw Status.fine.exit
    }

    private var words: EditorWords { EditorWords(dialect: Runtime.dialect) }

    private func program() throws -> String {
      guard let program = FileSystem.realPath("/proc/self/exe") else {
        throw Failure("E0502", "the path of this program is not known")
      }
      return program
    }

    private func folder() throws -> String {
      let place = try to ?? editor.home()
      let folder = editor == .pygments ? try PygmentsLexer.packageFolder(of: place) : place
      if folder.hasPrefix("/") { return folder }
      return (FileSystem.realPath(".") ?? ".") + "/" + folder
    }

    private func install() throws {
      let folder = try folder()
      let outcome = try EditorInstallation(editor, in: folder).install(
        words.files(for: editor, program: try program(), version: Moco.version), force: force)
      for path in outcome.done { Console.show("wrote \(path)\n") }
      for path in outcome.kept { Console.show("left \(path) as it is: it holds the same\n") }
      Console.show("\nNext:\n" + editor.nextSteps(in: folder).map { $0 + "\n" }.joined())
    }

    private func takeAway() throws {
      let folder = try folder()
      guard let outcome = try EditorInstallation(editor, in: folder).remove() else {
        throw Failure(
          "E0501", "moco has installed nothing for \(editor.title) in \(folder)",
          help: "give the folder that it was installed in: --to DIR")
      }
      for path in outcome.done { Console.show("removed \(path)\n") }
      for path in outcome.kept { Console.show("left \(path) as it is: it was changed since\n") }
    }

    private func writePackage() throws {
      let path = to ?? "moco.vsix"
      if !force, FileSystem.kind(path) != .missing {
        throw Failure(
          "E0504", "\(path) already exists", help: "add --force to replace it, or give another name")
      }
      try words.writePackage(to: path, program: try program(), version: Moco.version)
      Console.show("wrote \(path)\n\nNext:\ncode --install-extension \(path)\n")
    }
  }
}

extension EditorKind: ExpressibleByArgument {}
