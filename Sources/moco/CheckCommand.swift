import ArgumentParser
import MocoTerminal

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look for mistakes without running.",
    discussion: "Exit status 65 where a file has errors, or warnings with --strict.")

  @Argument(help: "Programs.", completion: .file(extensions: ["moco"]))
  var files: [String]

  @Flag(help: "Take warnings for errors.")
  var strict = false

  @OptionGroup(title: "Appearance") var looks: LookOptions

  func run() throws {
    looks.apply()
    Console.start()
    throw ProgramCheck.run(files: files, strict: strict).exit
  }
}
