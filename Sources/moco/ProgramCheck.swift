import MocoLang
import MocoRuntime
import MocoSession
import MocoTerminal

/// Checks programs without running them.
enum ProgramCheck {
  /// Checks files and their modules, and reports problems. - Returns: the exit status.
  /// - Parameter strict: whether warnings count as errors.
  static func run(files: [String], strict: Bool = false) -> Status {
    var status = Status.fine
    let runtime = Runtime()
    var context = CheckContext(runtime.interpreter)
    context.moduleNames = runtime.moduleNames
    for file in files {
      do {
        let found = CheckedProgram(try SourceFile.read(file), context).diagnostics
        Console.report(found)
        if strict ? !found.isEmpty : found.contains(where: \.isError) {
          status = .invalid
        } else if found.isEmpty {
          Console.show("\(file): ok\n")
        }
      } catch {
        Console.report(error)
        if status == .fine { status = .usage }
      }
    }
    Console.flush()
    return status
  }
}
