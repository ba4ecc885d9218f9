import ArgumentParser
import MocoBase
import MocoKernel
import MocoSession
import MocoTensor
import MocoTerminal

struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Serve Jupyter's clients, and make the kernel known to them.",
    usage: """
      moco kernel install [--user|--sys-prefix|--prefix DIR] [--name NAME]
      moco kernel uninstall [--user|--sys-prefix|--prefix DIR] [--name NAME]
      moco kernel list
      moco kernel CONNECTION-FILE
      """,
    discussion:
      "After `moco kernel install` JupyterLab, VS Code and nbconvert offer moco; they start the kernel.",
    subcommands: [Serve.self, Install.self, Uninstall.self, List.self], defaultSubcommand: Serve.self)

  struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Serve the clients that a connection file is for, as Jupyter starts it.")

    @Argument(help: "The file that Jupyter has written: addresses, ports and the key.", completion: .file())
    var connectionFile: String

    func run() throws {
      do {
        var options = SessionOptions()
        options.runtime.keepsFeatures = true
        // What notebooks run is not a history of the prompt.
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

  /// Where a kernel is put.
  struct PlaceOptions: ParsableArguments {
    @Flag(help: "For this user; the default.") var user = false

    @Flag(help: "For the environment of Python that is active.") var sysPrefix = false

    @Option(
      help: ArgumentHelp("Into share/jupyter of this folder.", valueName: "dir"), completion: .directory)
    var prefix: String?

    @Option(help: "What the kernel is called.") var name = "moco"

    func validate() throws {
      let count = (user ? 1 : 0) + (sysPrefix ? 1 : 0) + (prefix == nil ? 0 : 1)
      guard count < 2 else { throw ValidationError("Give one of --user, --sys-prefix and --prefix.") }
      if prefix == "" { throw ValidationError("--prefix takes a folder.") }
    }

    var place: KernelSpec.Place {
      if let prefix { return .prefix(prefix) }
      return sysPrefix ? .pythonPrefix : .user
    }
  }

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the kernel known to Jupyter; doing it again changes nothing but the program's path.")

    @OptionGroup var options: PlaceOptions

    func run() throws {
      try KernelCommand.reporting {
        guard let program = FileSystem.realPath("/proc/self/exe") else {
          throw Failure("E0502", "the path of this program is not known")
        }
        let folder = try KernelSpec(name: options.name).install(options.place, program: program)
        Console.show("installed in \(folder)\nit starts \(program)\n")
      }
    }
  }

  struct Uninstall: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove what install has written.")

    @OptionGroup var options: PlaceOptions

    func run() throws {
      try KernelCommand.reporting {
        let spec = try KernelSpec(name: options.name)
        guard let folder = try spec.uninstall(options.place) else {
          throw Failure(
            "E0501", "there is no \(try spec.folder(options.place))",
            help: "write moco kernel list for what there is")
        }
        Console.show("removed \(folder)\n")
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the kernels of moco of this user and of the environment of Python.")

    func run() throws {
      try KernelCommand.reporting {
        let found = KernelSpec.installed(.user) + KernelSpec.installed(.pythonPrefix)
        for (folder, program) in found {
          Console.show(
            "\(folder)  starts \(program)" + (FileSystem.kind(program) == .file ? "\n" : ", which is gone\n"))
        }
        if found.isEmpty { Console.show("no kernel is installed; write moco kernel install\n") }
      }
    }
  }

  /// Does work whose errors are shown.
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
