import CProcess
import MocoBase
import MocoLang

extension Session {
  /// `!command`
  func shell(_ command: String) {
    guard !command.isEmpty else { return complain("write !COMMAND, such as !ls\n") }
    delegate.flush()
    let status: Int32
    if let seen = delegate.run(shell: command) {
      status = seen
    } else {
      do {
        status = try working {
          try ShellOutput(of: "{ \(command)\n} 2>&1", printed: { self.stream($0, .output) }, apart: true)
        }.status
      } catch {
        return complain("error: \(Session.reason(error))\n")
      }
    }
    if status != 0 { complain(status < 0 ? "the command was ended by a signal\n" : "status \(status)\n") }
  }

  /// `x = !command`
  func assign(_ assignment: ShellAssignment) {
    let name = assignment.name
    guard !assignment.command.isEmpty else {
      return complain("write \(name) = !COMMAND, such as \(name) = !ls\n")
    }
    delegate.flush()
    let output: ShellOutput
    do {
      if delegate.hasTerminal {
        output = try ShellOutput(of: assignment.command)
      } else {
        output = try working {
          try ShellOutput(of: assignment.command, complained: { self.complain($0) }, apart: true)
        }
      }
    } catch {
      return complain("error: \(Session.reason(error)); \(name) has not changed\n")
    }
    guard output.status == 0 else {
      let how = output.status < 0 ? "was ended by a signal" : "ended with status \(output.status)"
      return complain("error: the command \(how); \(name) has not changed\n")
    }
    let lines = ShellAssignment.lines(output.bytes)
    let value = AnyValue.list(lines)
    // A new name becomes a variable.
    let isDeclared = interpreter.names.contains { $0.name == name && !$0.isBuiltin }
    let keyword = assignment.keyword ?? (isDeclared ? nil : "var")
    // The saved session contains the lines, since a program has no shell.
    let block = (keyword.map { $0 + " " } ?? "") + "\(name) = "
    interpreter.define(Session.linesName, value)
    defer { interpreter.define(Session.linesName, .nil) }
    let literal =
      lines.isEmpty ? "[]" : "[\n  " + lines.map(StringText.quoted).joined(separator: ",\n  ") + "\n]"
    runCell(cell: block + Session.linesName, input: assignment.text, accepts: block + literal)
  }

  private static let linesName = "_lines"

  private static func reason(_ error: any Error) -> String {
    switch error as? ShellOutput.Failure {
    case .tooLong: "the command printed more than \(ShellOutput.limit >> 20) MB"
    case .interrupted: "the command was interrupted"
    case .notStarted, nil: "the command cannot be started"
    }
  }
}
