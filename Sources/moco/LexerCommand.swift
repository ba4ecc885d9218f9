import ArgumentParser
import MocoBase
import MocoKernel
import MocoRuntime
import MocoSession
import MocoTerminal

struct LexerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lexer", abstract: "Print how editors and Pygments color programs of moco.",
    usage: """
      moco lexer pygments|textmate|vim
      moco lexer --install DIR
      """,
    discussion: """
      pygments is a module of Python for Pygments, which colors the pages of nbconvert; textmate a grammar for VS Code and \
      others; vim a syntax file.

      --install puts the module for Pygments into an environment of Python, or a folder of packages, where Pygments finds it \
      under the name moco. `moco kernel install --prefix DIR` into the same environment afterwards makes notebooks name it.
      """)

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case pygments, textmate, vim
  }

  @Argument(help: "What is printed: pygments, textmate or vim.") var kind: Kind?

  @Option(
    help: ArgumentHelp("Install the lexer for Pygments in an environment of Python.", valueName: "dir"),
    completion: .directory)
  var install: String?

  func validate() throws {
    if install == nil, kind == nil {
      throw ValidationError("Give pygments, textmate or vim, or --install and an environment of Python.")
    }
    if install != nil, let kind, kind != .pygments {
      throw ValidationError("--install is for Pygments; write moco lexer \(kind.rawValue) > FILE.")
    }
  }

  func run() throws {
    Console.start()
    do {
      let words = EditorWords(dialect: Runtime.dialect)
      if let install {
        let folder = try PygmentsLexer.install(words.pygmentsFiles(version: Moco.version), in: install)
        Console.show("installed in \(TerminalText.safe(folder))\n")
      } else {
        switch kind {
        case .textmate: Console.show(words.textMate)
        case .vim: Console.show(words.vim)
        default: Console.show(words.pygments(version: Moco.version))
        }
      }
      Console.flush()
    } catch {
      Console.report(error)
      throw Status.failed.exit
    }
    throw Status.fine.exit
  }
}
