import ArgumentParser
import MocoBase
import MocoData
import MocoTensor
import MocoTerminal

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Inspect data sets and the cache of features.",
    subcommands: [Check.self, Cache.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Describe a data set and report problems.",
      discussion: """
        Opens every image once, and reports assumptions, such as an ignored alpha channel. The exit status is 70 if the path is not a data set or has problems.
        """)

    @Argument(help: "A data set: \(DataLayout.accepted).", completion: .file())
    var path: String

    @Option(
      help: ArgumentHelp("For a list: the folder that its paths are relative to.", valueName: "dir"),
      completion: .directory)
    var images: String?

    @OptionGroup(title: "Appearance") var looks: LookOptions

    func run() throws {
      looks.apply()
      Console.start()
      do {
        let check = try Console.interruptible { try DataCheck(path: path, images: images) }
        Console.show(check.description)
        Console.flush()
        guard check.remarks.isEmpty else { throw Status.failed.exit }
      } catch let code as ExitCode {
        throw code
      } catch {
        Console.report(error)
        throw ((error as? Failure)?.code == "E0406" ? Status.interrupted : Status.failed).exit
      }
    }
  }

  struct Cache: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the folder and the size of cached image features; --clear removes them.",
      discussion: "Removing them does not change results. MOCO_CACHE=off disables the cache.")

    @Flag(help: "Remove all features.") var clear = false

    func run() throws {
      Console.start()
      guard let files = FeatureFiles.standard() else {
        Console.print("the cache is off\n")
        Console.flush()
        return
      }
      if clear { files.removeAll() }
      let size = files.size()
      Console.show("\(files.folder): \(size.files) files, \(size.bytes) bytes\n")
      Console.flush()
    }
  }
}
