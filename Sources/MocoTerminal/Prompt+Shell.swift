import CEditline
import MocoBase
import MocoLang
import MocoRuntime
import MocoSession

extension Prompt {
  /// `!command`
  func shell(_ command: String) {
    guard !command.isEmpty else { return Console.report("write !COMMAND, such as !ls\n") }
    Console.flush()
    let status = ce_run_shell(command)
    if status != 0 { Console.report(status < 0 ? "the command was ended\n" : "status \(status)\n") }
  }

  /// `x = !command`
  func assign(_ assignment: ShellAssignment) {
    let name = assignment.name
    guard !assignment.command.isEmpty else {
      return Console.report("write \(name) = !COMMAND, such as \(name) = !ls\n")
    }
    Console.flush()
    let output: ShellOutput
    do {
      output = try ShellOutput(of: assignment.command)
    } catch .tooLong {
      return Console.report(
        "error: the command printed more than \(ShellOutput.limit >> 20) MB; \(name) is as it was\n")
    } catch {
      return Console.report("error: no command can be started; \(name) is as it was\n")
    }
    guard output.status == 0 else {
      let how = output.status < 0 ? "was ended by a signal" : "ended with status \(output.status)"
      return Console.report("error: the command \(how); \(name) is as it was\n")
    }
    let lines = ShellAssignment.lines(output.bytes)
    let value = AnyValue.list(lines)
    // A name that is not there yet becomes a variable.
    let isDeclared = interpreter.names.contains { $0.name == name && !$0.isBuiltin }
    let keyword = assignment.keyword ?? (isDeclared ? nil : "var")
    // What is saved of the session are the lines, since a program has no shell.
    let block = (keyword.map { $0 + " " } ?? "") + "\(name) = "
    interpreter.define(Prompt.linesName, value)
    defer { interpreter.define(Prompt.linesName, .nil) }
    let literal =
      lines.isEmpty ? "[]" : "[\n  " + lines.map(StringText.quoted).joined(separator: ",\n  ") + "\n]"
    runCell(block + Prompt.linesName, input: assignment.text, accepts: block + literal)
  }

  private static let linesName = "_lines"
}
