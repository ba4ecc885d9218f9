import ArgumentParser
import MocoBase
import MocoManual
import MocoRuntime
import MocoTensor
import MocoTerminal

struct DocsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "docs", abstract: "Write the manual as a folder of web pages.",
    discussion: """
      Tutorial, how-to guides, reference, explanation, and a page for every function, type and error code, with a search. \
      The pages load nothing: open DIR/index.html in a browser, or put the folder on a web server.
      """)

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("The folder: a new one, or one with an earlier manual.", valueName: "dir"),
    completion: .directory)
  var out: String

  @OptionGroup(title: "Appearance") var looks: LookOptions

  func run() throws {
    looks.apply()
    Console.start()
    do {
      guard let library = StandardLibrary.locate() else {
        throw Failure(
          "E0505", "the standard library of moco was not found",
          help: "set MOCO_STDLIB to its folder, or install moco again with scripts/install")
      }
      let manual = try Manual(Runtime(options: RuntimeOptions()).interpreter, library: library)
      let site = ManualSite(manual, version: Moco.version)
      try site.write(to: out)
      Console.show("wrote \(site.files.count) files to \(out); open \(out)/index.html\n")
      Console.flush()
    } catch {
      Console.report(error)
      throw Status.failed.exit
    }
    throw Status.fine.exit
  }
}
