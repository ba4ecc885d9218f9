import ArgumentParser
import MocoTerminal
import MocoWatch

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show a notebook as a web page that updates with the file.",
    usage: "moco watch <file> [--port N] [options] [-- args …]",
    discussion: """
      Open the printed address in a browser; it works only on this machine. When the file is saved, the changed cells \
      run, and the cells that depend on them. A cell that trains, or that took a second or more, must be started by hand.

      ^C interrupts the running cell, or ends the command if no cell is running.
      """)

  @Argument(help: "The program.", completion: .file(extensions: ["moco"]))
  var file: String

  @Option(help: "The port of the page; the default is a free port.")
  var port: Int?

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  @ParentCommand var parent: MocoCommand

  func validate() throws {
    if let port, !(1...65535).contains(port) {
      throw ValidationError("--port needs an integer from 1 to 65535.")
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
