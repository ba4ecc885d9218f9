import ArgumentParser
import MocoPrompt

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look for mistakes without running.",
    discussion: "Exit status 65 where a file has errors; warnings alone are fine.")

  @Argument(help: "Programs.", completion: .file(extensions: ["moco"]))
  var files: [String]

  @OptionGroup(title: "Looks") var looks: LookOptions

  func run() throws {
    looks.apply()
    Console.start()
    throw ProgramCheck.run(files: files).exit
  }
}
