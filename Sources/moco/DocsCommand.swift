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
      The pages load nothing from the network: open DIR/index.html in a browser, or put the folder on a web server. --man writes pages for \
      `man` instead: moco.1, moco-run.1 and so on.
      """)

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("The folder: a new one, or one with an earlier manual.", valueName: "dir"),
    completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp("Write a page for `man` for each command into this folder.", valueName: "dir"),
    completion: .directory)
  var man: String?

  @OptionGroup(title: "Appearance") var looks: LookOptions

  func validate() throws {
    if out == nil, man == nil { throw ValidationError("Give a folder: --out DIR, or --man DIR.") }
    if out == "" || man == "" { throw ValidationError("--out and --man take a folder.") }
  }

  func run() throws {
    looks.apply()
    Console.start()
    do {
      if let man {
        let pages = try ManualPages(MocoCommand._dumpHelp(), version: Moco.version)
        for page in pages.files {
          try FileSystem.createFolder(man)
          try AtomicFile.write(page.text, to: "\(man)/\(page.name)")
        }
        Console.show("wrote \(pages.files.count) pages to \(man)\n")
      }
      guard let out else {
        Console.flush()
        throw Status.fine.exit
      }
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
    } catch let exit as ExitCode {
      throw exit
    } catch {
      Console.report(error)
      throw Status.failed.exit
    }
    throw Status.fine.exit
  }
}
