import MocoLang

extension Session {
  /// Diagnostics of an input before it runs: invalid calls, and code that does something other than it seems to.
  /// Names are checked at run time, because earlier statements of the block may define them.
  package func findings(_ program: CheckedProgram) -> [Diagnostic] {
    program.diagnostics.filter { found in
      switch found.code {
      case "E0304", "E0306": return found.isError
      case "E0123": return oldNames.insert(found.message).inserted
      default: return Checker.surprises.contains(found.code)
      }
    }
  }

  /// Reports, once for each name, that it hides a built-in function.
  func remarkOnCovered() {
    let new = interpreter.covered.filter { coveredNames.insert($0).inserted }
    guard !new.isEmpty else { return }
    let list = new.joined(separator: ", ")
    let line =
      new.count == 1
      ? "\(list) hides a built-in function; %reset \(list) restores it"
      : "\(list) hide built-in functions; %reset NAME restores one"
    remark(line)
  }
}
