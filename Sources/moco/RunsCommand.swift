import ArgumentParser
import MocoBase
import MocoSweeps
import MocoTerminal
import MocoTraining

#if canImport(Glibc)
  import Glibc
#endif

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List, show, compare and remove the records of runs.",
    usage: """
      moco runs [FOLDER]
      moco runs show RUN
      moco runs compare RUN RUN …
      moco runs rm RUN … [--dead] [--failed] [--yes]
      """,
    discussion: """
      One line per run: its name, state, start, duration, size on disk, best value and \
      settings; also the runs of sweeps in sub-folders.

      States: finished, failed, interrupted by a signal, running, or dead if its process no longer exists \
      (killed, or out of memory).
      """,
    subcommands: [List.self, Show.self, Compare.self, Remove.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the records of runs.")

    @Argument(help: "The folder of the records.", completion: .directory)
    var folder = "runs"

    @OptionGroup(title: "Appearance") var looks: LookOptions

    func run() throws {
      try RunsCommand.printing(looks) {
        let catalog = try RunCatalog(root: folder)
        return TerminalText.safe(catalog.entries.isEmpty ? "no records in \(folder)\n" : catalog.text)
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show the settings and results of a run.")

    @Argument(help: "A run: its name in the list, its folder, or `last`.", completion: .directory)
    var name: String

    @OptionGroup var place: FolderOption
    @OptionGroup(title: "Appearance") var looks: LookOptions

    func run() throws {
      try RunsCommand.printing(looks) {
        TerminalText.safe(RunsCommand.text(of: try place.catalog().entry(name)))
      }
    }
  }

  struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "compare",
      abstract: "Show settings and results of runs side by side, with differences marked.")

    @Argument(help: "At least two runs.", completion: .directory)
    var names: [String] = []

    @OptionGroup var place: FolderOption
    @OptionGroup(title: "Appearance") var looks: LookOptions

    func validate() throws {
      if names.count < 2 { throw ValidationError("compare needs at least two runs: moco runs compare A B") }
    }

    func run() throws {
      try RunsCommand.printing(looks) {
        let catalog = try place.catalog()
        let entries = try names.map { try catalog.entry($0) }
        return RunComparison(entries).document.terminal(Console.tableOptions) + "\n"
      }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rm", abstract: "Remove records of runs; a running one is never removed.",
      discussion: "On a terminal it asks for confirmation; otherwise --yes is required.")

    @Argument(help: "Runs, by their names in the list.", completion: .directory)
    var names: [String] = []

    @Flag(help: "All dead runs: their process no longer exists.") var dead = false
    @Flag(help: "All runs that failed.") var failed = false
    @Flag(name: [.customShort("y"), .long], help: "Do not ask for confirmation.") var yes = false

    @OptionGroup var place: FolderOption
    @OptionGroup(title: "Appearance") var looks: LookOptions

    func validate() throws {
      if names.isEmpty, !dead, !failed {
        throw ValidationError("rm needs the names of runs, --dead or --failed.")
      }
    }

    func run() throws {
      looks.apply()
      Console.start()
      do {
        let catalog = try place.catalog()
        var entries = try names.map { try catalog.entry($0) }
        entries += catalog.entries.filter { entry in
          (dead && entry.state == "dead" || failed && entry.state == "failed")
            && !entries.contains { $0.path == entry.path }
        }
        let removal = RunRemoval(entries)
        for entry in removal.kept
        where names.contains(where: { (try? catalog.entry($0))?.path == entry.path }) {
          throw Failure(
            "E0504", "\(entry.name) is \(entry.state), and is not removed",
            help: "stop it first, or wait until it ends")
        }
        guard !removal.entries.isEmpty else {
          Console.show("there is nothing to remove\n")
          Console.flush()
          return
        }
        for entry in removal.entries {
          Console.show("\(entry.name)  \(entry.state)  \(MemoryAccountant.text(entry.bytes))\n")
        }
        let what =
          "\(NumberText.counted(removal.entries.count, "run")), \(MemoryAccountant.text(removal.bytes))"
        if !yes {
          guard isatty(STDIN_FILENO) == 1 else {
            throw Failure(
              "E0504", "\(what) would be removed, but there is no terminal to confirm it",
              help: "add --yes to remove them"
            )
          }
          Console.show("Remove \(what)? [y/N] ")
          Console.flush()
          guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            Console.show("nothing was removed\n")
            Console.flush()
            return
          }
        }
        try removal.remove()
        Console.show("removed \(what)\n")
        Console.flush()
      } catch {
        Console.report(error)
        throw Status.failed.exit
      }
    }
  }

  struct FolderOption: ParsableArguments {
    @Option(
      name: .customLong("in"), help: ArgumentHelp("The folder of the records.", valueName: "dir"),
      completion: .directory)
    var folder = "runs"

    func catalog() throws -> RunCatalog { try RunCatalog(root: folder) }
  }

  /// Prints the result of `text`, or reports its error.
  private static func printing(_ looks: LookOptions, _ text: () throws -> String) throws {
    looks.apply()
    Console.start()
    do {
      Console.show(try text())
      Console.flush()
    } catch {
      Console.report(error)
      throw Status.failed.exit
    }
    throw Status.fine.exit
  }

  private static func text(of entry: RunCatalog.Entry) -> String {
    var lines = [(entry.path, "")]
    func add(_ name: String, _ value: String) { if !value.isEmpty { lines.append((name, value)) } }
    add("state", entry.state)
    add("began", entry.began)
    add("took", entry.seconds.map { NumberText.fixed($0, 1) + " s" } ?? "")
    add("size", MemoryAccountant.text(entry.bytes))
    let record = try? Json.parse(file: entry.path + "/run.json")
    add("script", record?["script"]?.stringValue ?? "")
    add("seed", record?["seed"].map { SettingText.of($0) } ?? "")
    add("moco", record?["versions"]?["moco"]?.stringValue ?? "")
    if let error = record?["error"] {
      let words = [error["code"]?.stringValue, error["message"]?.stringValue].compactMap { $0 }
      add("error", words.joined(separator: ": "))
    }
    for (name, value) in entry.settings { add("  \(name)", SettingText.of(value)) }
    for (name, value) in entry.results { add("→ \(name)", SettingText.of(value)) }
    let files = ((try? FileSystem.list(entry.path)) ?? []).filter { !$0.hasPrefix(".") }
    add("files", files.joined(separator: " "))
    let width = lines.dropFirst().map { DisplayWidth.of($0.0) }.max() ?? 0
    return lines.map { name, value in
      value.isEmpty
        ? name + "\n"
        : "  " + name + String(repeating: " ", count: width - DisplayWidth.of(name)) + "  " + value + "\n"
    }.joined()
  }
}
