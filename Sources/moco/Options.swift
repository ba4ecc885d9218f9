import ArgumentParser
import MocoBase
import MocoNotebook
import MocoRuntime
import MocoSession
import MocoTerminal

#if canImport(Glibc)
  import Glibc
#endif

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// How output looks.
struct LookOptions: ParsableArguments {
  @Option(help: "Colours: auto, always or never. NO_COLOR and FORCE_COLOR also apply.")
  var color: ColorChoice = .auto

  /// Options of the command line override environment variables.
  func apply() {
    switch color {
    case .auto: break
    case .always:
      unsetenv("NO_COLOR")
      if getenv("FORCE_COLOR") == nil { setenv("FORCE_COLOR", "1", 1) }
    case .never:
      unsetenv("FORCE_COLOR")
      setenv("NO_COLOR", "1", 1)
    }
  }
}

/// The options for running a program.
struct RunningOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace the literal of a top-level `let name`, or set a control.", valueName: "name=value"))
  var settings: [String] = []

  @Option(help: "The random seed.")
  var seed: UInt64 = 0

  @Option(help: "Threads for numeric work; results do not depend on it.")
  var threads: Int?

  @Flag(
    help:
      "Bit-identical results on every processor; much slower on a processor without FMA instructions.")
  var portable = false

  @Option(
    help: ArgumentHelp(
      "The memory limit, such as 2GB; values and tensors are counted separately.", valueName: "size"))
  var memory: String?

  func validate() throws {
    if let memory, MemorySize.bytes(memory) == nil {
      throw ValidationError("--memory needs a size such as 512MB or 2GB, not '\(memory)'.")
    }
    for setting in settings where RunningOptions.split(setting) == nil {
      throw ValidationError("--set needs name=value, not '\(setting)'.")
    }
    if seed > Seed.largest {
      throw ValidationError("--seed needs an integer from 0 to \(Seed.largest).")
    }
    if let threads, threads < 1 || threads > 1024 {
      throw ValidationError("--threads needs an integer from 1 to 1024.")
    }
  }

  /// Options of a session that runs one program.
  func sessionOptions(arguments: [String], recorder: RunRecorder? = nil) throws -> SessionOptions {
    var options = SessionOptions()
    options.isInteractive = false
    options.keepsValues = false
    options.runtime.seed = seed
    options.runtime.threads = threads
    options.runtime.memory = memory.flatMap(MemorySize.bytes)
    options.runtime.isPortable = portable
    options.runtime.overrides = settings.compactMap(RunningOptions.split)
    options.runtime.arguments = arguments
    options.runtime.recorder = recorder
    options.runtime.keepsFeatures = true
    return options
  }

  /// Options of an interactive session.
  func promptOptions(arguments: [String], suggests: Bool) throws -> SessionOptions {
    var options = try sessionOptions(arguments: arguments)
    options.isInteractive = true
    options.keepsValues = true
    options.commands = SessionCommand.allWithNotebooks
    options.historyPath = HistoryFile.defaultPath()
    options.suggests = suggests
    return options
  }

  static func split(_ setting: String) -> (name: String, text: String)? {
    guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else { return nil }
    return (String(setting[..<equals]), String(setting[setting.index(after: equals)...]))
  }
}

/// An exit status: those of moco (sysexits.h, and 128 + the number of a signal: SIGINT's, or that of the signal that
/// requested the end), or what a program gave to `exit`.
struct Status: Equatable {
  var rawValue: Int32

  static let fine = Status(rawValue: 0)
  static let usage = Status(rawValue: 64)
  static let invalid = Status(rawValue: 65)
  static let failed = Status(rawValue: 70)
  static let interrupted = Status(rawValue: 130)

  var exit: ExitCode {
    // A closed output is an error, independent of its cause.
    if let ending = Console.ending, self == .interrupted || ending.name == "SIGPIPE" {
      return ExitCode(128 + ending.number)
    }
    return ExitCode(rawValue)
  }
}
