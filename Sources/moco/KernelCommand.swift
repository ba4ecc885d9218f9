import ArgumentParser
import MocoBase
import MocoKernel
import MocoSession
import MocoTensor
import MocoTerminal

struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Run and install the Jupyter kernel.",
    usage: """
      moco kernel install [--user|--sys-prefix|--prefix DIR] [--name NAME]
      moco kernel uninstall [--user|--sys-prefix|--prefix DIR] [--name NAME]
      moco kernel list
      moco kernel CONNECTION-FILE
      """,
    discussion:
      "After `moco kernel install`, moco is available in JupyterLab, VS Code and nbconvert, which start the kernel.",
    subcommands: [Serve.self, Install.self, Uninstall.self, List.self], defaultSubcommand: Serve.self)

  struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run the kernel with a connection file. Jupyter uses this command.")

    @Argument(
      help: "The connection file from Jupyter, with addresses, ports and the key.", completion: .file())
    var connectionFile: String

    func run() throws {
      do {
        var options = SessionOptions()
        options.runtime.keepsFeatures = true
        // Notebooks have no prompt history.
        options.historyPath = HistoryFile.defaultPath().map { $0 + "-jupyter" }
        Blas.onRemarks { for remark in $0 { Console.report("note: \(remark)\n") } }
        let kernel = try Kernel(try ConnectionFile(path: connectionFile), options: options)
        kernel.run()
      } catch {
        Console.report(error)
        throw Status.failed.exit
      }
      throw Status.fine.exit
    }
  }

  /// The location of a kernel.
  struct PlaceOptions: ParsableArguments {
    @Flag(help: "Install for this user; the default.") var user = false

    @Flag(help: "Install into the active Python environment.") var sysPrefix = false

    @Option(
      help: ArgumentHelp("Install into share/jupyter of this folder.", valueName: "dir"),
      completion: .directory)
    var prefix: String?

    @Option(help: "The name of the kernel.") var name = "moco"

    func validate() throws {
      let count = (user ? 1 : 0) + (sysPrefix ? 1 : 0) + (prefix == nil ? 0 : 1)
      guard count < 2 else { throw ValidationError("Use only one of --user, --sys-prefix and --prefix.") }
      if prefix == "" { throw ValidationError("--prefix needs a folder.") }
    }

    var place: KernelSpec.Place {
      if let prefix { return .prefix(prefix) }
      return sysPrefix ? .pythonPrefix : .user
    }
  }

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Install the kernel for Jupyter. Repeating this only updates the path of the program.")

    @OptionGroup var options: PlaceOptions

    func run() throws {
      try KernelCommand.reporting {
        guard let program = FileSystem.realPath("/proc/self/exe") else {
          throw Failure("E0502", "the path of this program is unknown")
        }
        let folder = try KernelSpec(name: options.name).install(options.place, program: program)
        Console.show("installed in \(folder)\nit starts \(program)\n")
      }
    }
  }

  struct Uninstall: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove the files of install.")

    @OptionGroup var options: PlaceOptions

    func run() throws {
      try KernelCommand.reporting {
        let spec = try KernelSpec(name: options.name)
        guard let folder = try spec.uninstall(options.place) else {
          throw Failure(
            "E0501", "there is no \(try spec.folder(options.place))",
            help: "list the installed kernels: moco kernel list")
        }
        Console.show("removed \(folder)\n")
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the moco kernels of this user and of the Python environment.")

    func run() throws {
      try KernelCommand.reporting {
        let found = KernelSpec.installed(.user) + KernelSpec.installed(.pythonPrefix)
        for (folder, program) in found {
          Console.show(
            "\(folder)  starts \(program)"
              + (FileSystem.kind(program) == .file ? "\n" : ", which does not exist\n"))
        }
        if found.isEmpty { Console.show("no kernel is installed; run moco kernel install\n") }
      }
    }
  }

  /// Runs a closure and reports its errors.
  private static func reporting(_ work: () throws -> Void) throws {
    Console.start()
    do {
      try work()
      Console.flush()
    } catch {
      Console.report(error)
      throw Status.failed.exit
    }
  }
}
