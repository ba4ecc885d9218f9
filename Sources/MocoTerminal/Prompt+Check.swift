import MocoBase
import MocoLang
import MocoSession

extension Prompt {
  /// What is known of a block before it runs: calls that cannot work, and what it does otherwise than it seems to
  /// say. Names are left to the run, because what stands before them in the block has effects.
  func findings(in source: SourceFile, isCell: Bool) -> [Diagnostic] {
    let context = CheckContext(interpreter, isPrompt: isCell)
    return Checker.check(source, context).filter { found in
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
    Console.remark(line)
  }

  /// `%reset`, `%reset mean`: forgets all names or some, and uncovers built-ins.
  func reset(_ names: [String]) {
    let own = interpreter.names.filter { !$0.isBuiltin && !$0.name.hasPrefix("_") }.map(\.name)
    guard !names.isEmpty else {
      interpreter.reset()
      outputs.removeAll()
      coveredNames = []
      return Console.show(own.count == 1 ? "1 name forgotten\n" : "\(own.count) names forgotten\n")
    }
    for name in names {
      let wasCovering = interpreter.covered.contains(name)
      guard interpreter.forget(name) else {
        let near = Nearest.name(to: name, among: own).map { "; did you mean \($0)?" } ?? ""
        let isBuiltin = interpreter.value(named: name) != nil
        Console.report(isBuiltin ? "\(name) is the built-in already\n" : "there is no name \(name)\(near)\n")
        continue
      }
      coveredNames.remove(name)
      Console.show(wasCovering ? "\(name) is the built-in function again\n" : "\(name) is forgotten\n")
    }
  }
}
