import ArgumentParser
import MocoBase
import MocoData
import MocoTensor
import MocoTerminal

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Look at data sets, and at what is kept of them.",
    subcommands: [Check.self, Cache.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what a data set is, and what would go wrong with it.",
      discussion: """
        Opens every image once, and says what was assumed of files, such as alpha that was dropped. Exit status 70 where it is not a data set, or there is something to complain about.
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
      abstract: "Say where features of images are kept and how many bytes they take; --clear removes them.",
      discussion: "Removing them changes no result. MOCO_CACHE=off keeps nothing.")

    @Flag(help: "Remove all.") var clear = false

    func run() throws {
      Console.start()
      guard let files = FeatureFiles.standard() else {
        Console.print("nothing is kept\n")
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
