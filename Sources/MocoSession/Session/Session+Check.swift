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
}
