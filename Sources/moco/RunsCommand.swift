import ArgumentParser
import MocoTerminal
import MocoTraining

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the records of runs, and what became of each.",
    discussion: """
      finished, failed, interrupted by a signal; a run without an end is running, or dead where its process is gone \
      (killed, or out of memory).
      """)

  @Argument(help: "The folder of the records.", completion: .directory)
  var folder = "runs"

  @OptionGroup(title: "Looks") var looks: LookOptions

  func run() throws {
    looks.apply()
    Console.start()
    do {
      let list = try RunList(root: folder)
      Console.show(list.runs.isEmpty ? "no records in \(folder)\n" : list.text)
      Console.flush()
    } catch {
      Console.report(error)
      throw Status.failed.exit
    }
    throw Status.fine.exit
  }
}
