import MocoCLIP
import MocoLang
import MocoRuntime
import MocoSession
import MocoTerminal

/// What can be said about a program without running it.
struct ProgramCheck {
  let context: CheckContext

  /// - Parameters:
  ///   - session: one in which nothing has been run.
  ///   - modules: whether to look at the files of modules too; a program that is run may write them first.
  init(_ session: Runtime, modules: Bool = false) {
    var context = CheckContext(session.interpreter)
    if modules { context.moduleNames = session.moduleNames }
    self.context = context
  }

  func run(_ source: SourceFile) -> [Diagnostic] {
    let parsed = Parser.parse(source, .moco)
    return parsed.hasErrors ? parsed.diagnostics : parsed.diagnostics + Checker.check(parsed.program, context)
  }

  /// Checks files and reports what is found. - Returns: the exit status.
  /// - Parameter strict: whether warnings count as errors do.
  static func run(files: [String], strict: Bool = false) -> Status {
    var status = Status.fine
    let check = ProgramCheck(Runtime(), modules: true)
    for file in files {
      do {
        let found = check.run(try SourceFile.read(file))
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
