import MocoCLIP
import MocoLang
import MocoPrompt
import MocoRuntime

/// What can be said about a program without running it.
struct ProgramCheck {
  let context: CheckContext

  /// - Parameter interpreter: one with every built-in, in which nothing has been run.
  init(_ interpreter: Interpreter) { context = CheckContext(interpreter) }

  func run(_ source: SourceFile) -> [Diagnostic] {
    let parsed = Parser.parse(source)
    return parsed.hasErrors ? parsed.diagnostics : parsed.diagnostics + Checker.check(parsed.program, context)
  }

  /// Checks files and reports what is found. - Returns: the exit status.
  static func run(files: [String]) -> Status {
    var status = Status.fine
    let check = ProgramCheck(Session().interpreter)
    for file in files {
      do {
        let found = check.run(try SourceFile.read(file))
        Console.report(found)
        if found.contains(where: \.isError) {
          status = .invalid
        } else if found.isEmpty {
          Console.print("\(file): ok\n")
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
