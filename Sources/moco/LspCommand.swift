import ArgumentParser
import MocoLanguageServer
import MocoTerminal

#if canImport(Glibc)
  import Glibc
#endif

struct LspCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lsp", abstract: "Serve an editor: the language server, over standard input and output.",
    discussion: """
      An editor starts it, and asks for errors and warnings, completion, help, symbols, names and formatting. Programs are read \
      and never run. `moco editor install` sets editors up, and `help("editors")` says how.

      Exit status 0 where the editor has shut it down, else 1.
      """)

  @Flag(help: "Use standard input and output. It always does; some editors give this option.")
  var stdio = false

  func run() throws {
    // An editor that is gone is seen where the answer is written.
    signal(SIGPIPE, SIG_IGN)
    if isatty(STDIN_FILENO) == 1 {
      Console.report("An editor starts this. `moco editor install` sets editors up; ^D ends it.\n")
    }
    throw ExitCode(LanguageService.run(input: STDIN_FILENO, output: STDOUT_FILENO))
  }
}
