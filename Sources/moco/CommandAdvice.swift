import MocoBase

/// What to type in place of a first argument that is neither an option nor a subcommand of moco.
struct CommandAdvice {
  /// What is wrong with it.
  let fault: String
  /// What to do, with a verb in front.
  let help: String

  /// - Parameters:
  ///   - subcommands: their names, among them `help`.
  /// - Returns: nil where there is nothing to say.
  init?(_ arguments: [String], subcommands: [String]) {
    guard let first = arguments.first else { return nil }
    switch first {
    case "-v", "-V", "version", "--Version":
      (fault, help) = ("there is no '\(first)'", "write moco --version")
    case "-c", "--eval", "--command", "--execute", "eval", "exec":
      (fault, help) = ("there is no '\(first)'", "write moco -e CODE")
    case "-i" where arguments.count == 1, "repl", "shell", "prompt":
      (fault, help) = ("there is no '\(first)'", "write moco alone for the prompt, or moco run -i FILE")
    default:
      guard !first.hasPrefix("-"), !subcommands.contains(first), first != "help" else { return nil }
      let shown = "'\(DisplayColumns.cut(first, to: 60))'"
      switch FileSystem.kind(first) {
      case .file:
        (fault, help) = ("a program's name ends in .moco, and \(shown) does not", "write moco run \(first)")
      case .folder: (fault, help) = ("\(shown) is a folder", "give a program, moco run FILE.moco")
      case .missing, .other:
        fault = "there is no subcommand \(shown), and no such file"
        let near = Nearest.name(to: first, among: subcommands)
        let rest = arguments.dropFirst().joined(separator: " ")
        help =
          near.map { "did you mean moco \($0)\(rest.isEmpty ? "" : " " + rest)?" }
          ?? "write moco --help for what there is"
      }
    }
  }
}
