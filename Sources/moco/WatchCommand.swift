import ArgumentParser
import MocoTerminal
import MocoWatch

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show a notebook as a page that follows the file.",
    usage: "moco watch <file> [--port N] [options] [-- args …]",
    discussion: """
      The address that is printed is for this machine alone; open it in a browser. When the file is saved, the cells that changed \
      run, and those that read from them. A cell that trains, or that took a second or more, waits to be asked.

      ^C interrupts the cell that runs, and ends the command where none does.
      """)

  @Argument(help: "The program.", completion: .file(extensions: ["moco"]))
  var file: String

  @Option(help: "The port of the page; without it a free one.")
  var port: Int?

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  @ParentCommand var parent: MocoCommand

  func validate() throws {
    if let port, !(1...65535).contains(port) {
      throw ValidationError("--port takes a number from 1 to 65535.")
    }
  }

  func run() throws {
    looks.apply()
    Console.start()
    do {
      let options = try running.sessionOptions(arguments: parent.arguments)
      let watch = try Watch(path: file, port: port, options: options)
      let signal = try watch.run(takesSignals: true) { address in
        Console.print(address + "\n")
        Console.flush()
      }
      throw Status(rawValue: signal == 0 ? 0 : 128 + signal).exit
    } catch let status as ExitCode {
      throw status
    } catch {
      Console.report(error)
      throw Status.failed.exit
    }
  }
}
