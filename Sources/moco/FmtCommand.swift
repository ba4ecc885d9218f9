import ArgumentParser
import MocoTerminal

struct FmtCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Format programs: indentation and spaces.",
    discussion: """
      Files are rewritten if they change. Line breaks, comments, strings and aligned columns \
      are kept. The exit status is 65 if a file does not parse, or with --check if a file would change.
      """)

  @Argument(
    help: "Programs; - reads standard input and writes to standard output.",
    completion: .file(extensions: ["moco"]))
  var files: [String]

  @Flag(help: "Write nothing; list the files that would change.")
  var check = false

  @OptionGroup(title: "Appearance") var looks: LookOptions

  func run() throws {
    looks.apply()
    Console.start()
    throw ProgramFormat.run(files: files, check: check).exit
  }
}
