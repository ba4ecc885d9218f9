import ArgumentParser
import MocoTerminal

struct FmtCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Lay programs out: indentation and blanks.",
    discussion: """
      Files are rewritten where something changes. Where lines end, comments, strings and what stands in columns \
      stay as they are. Exit status 65 where a file does not parse, or with --check where one would change.
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
