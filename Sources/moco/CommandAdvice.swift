import MocoBase

/// Advice for a first argument that is neither an option nor a subcommand of moco.
struct CommandAdvice {
  /// The error.
  let fault: String
  /// The remedy, starting with a verb.
  let help: String

  /// - Parameters:
  ///   - subcommands: their names, including `help`.
  /// - Returns: nil if there is no advice.
  init?(_ arguments: [String], subcommands: [String]) {
    guard let first = arguments.first else { return nil }
    switch first {
    case "-v", "-V", "version", "--Version":
      (fault, help) = ("there is no '\(first)'", "write moco --version")
    case "-c", "--eval", "--command", "--execute", "eval", "exec":
      (fault, help) = ("there is no '\(first)'", "write moco -e CODE")
    case "-i" where arguments.count == 1, "repl", "shell", "prompt":
      (fault, help) = ("there is no '\(first)'", "write moco for the prompt, or moco run -i FILE")
    default:
      guard !first.hasPrefix("-"), !subcommands.contains(first), first != "help" else { return nil }
      let shown = "'\(DisplayColumns.cut(first, to: 60))'"
      switch FileSystem.kind(first) {
      case .file:
        (fault, help) = (
          "the name of a program must end in .moco, but \(shown) does not", "write moco run \(first)"
        )
      case .folder: (fault, help) = ("\(shown) is a folder", "use a program, moco run FILE.moco")
      case .missing, .other:
        fault = "there is no subcommand or file \(shown)"
        let near = Nearest.name(to: first, among: subcommands)
        let rest = arguments.dropFirst().joined(separator: " ")
        help =
          near.map { "did you mean moco \($0)\(rest.isEmpty ? "" : " " + rest)?" }
          ?? "write moco --help for a list of commands"
      }
    }
  }
}
