import ArgumentParser
import MocoBase
import MocoKernel
import MocoRuntime
import MocoSession
import MocoTerminal

struct LexerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lexer", abstract: "Print syntax highlighting rules for editors and Pygments.",
    usage: """
      moco lexer pygments|textmate|vim
      moco lexer --install DIR
      """,
    discussion: """
      pygments is a Python module for Pygments, which nbconvert uses. textmate is a grammar for VS Code and \
      other editors. vim is a syntax file.

      --install adds the Pygments module to a Python environment, or to a folder of packages, where Pygments finds it \
      under the name moco. Then run `moco kernel install --prefix DIR` for the same environment, so that notebooks use it.
      """)

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case pygments, textmate, vim
  }

  @Argument(help: "The output: pygments, textmate or vim.") var kind: Kind?

  @Option(
    help: ArgumentHelp("Install the Pygments lexer in a Python environment.", valueName: "dir"),
    completion: .directory)
  var install: String?

  func validate() throws {
    if install == nil, kind == nil {
      throw ValidationError("Use pygments, textmate or vim, or --install and a Python environment.")
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
