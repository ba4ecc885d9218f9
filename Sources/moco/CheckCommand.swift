import ArgumentParser
import MocoTerminal

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check programs for errors without running them.",
    discussion: "The exit status is 65 if a file has errors, or warnings with --strict.")

  @Argument(help: "Programs.", completion: .file(extensions: ["moco"]))
  var files: [String]

  @Flag(help: "Treat warnings as errors.")
  var strict = false

  @OptionGroup(title: "Appearance") var looks: LookOptions

  func run() throws {
    looks.apply()
    Console.start()
    throw ProgramCheck.run(files: files, strict: strict).exit
  }
}
