import MocoLang

extension Session {
  /// What is said of an input before it runs: calls that cannot work, and what it does otherwise than it seems to say.
  /// Names are left to the run, because what stands before them in the block has effects.
  package func findings(_ program: CheckedProgram) -> [Diagnostic] {
    program.diagnostics.filter { found in
      switch found.code {
      case "E0304", "E0306": return found.isError
      case "E0123": return oldNames.insert(found.message).inserted
      default: return Checker.surprises.contains(found.code)
      }
    }
  }

  /// Says once of each name that a built-in function had it before.
  func remarkOnCovered() {
    let new = interpreter.covered.filter { coveredNames.insert($0).inserted }
    guard !new.isEmpty else { return }
    let list = new.joined(separator: ", ")
    let line =
      new.count == 1
      ? "\(list) is a built-in function too, which your name covers; %reset \(list) uncovers it"
      : "\(list) are built-in functions too, which your names cover; %reset NAME uncovers one"
    remark(line)
  }
}
