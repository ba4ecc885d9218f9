import MocoBase
import MocoLang
import MocoSession

extension Prompt {
  /// Before an input: modules whose files were edited are read again.
  func renewModules() {
    tell(Console.interruptible { interpreter.renewModules() })
  }

  /// `%reload [NAME]`
  func reload(_ name: String) {
    let outcome = Console.interruptible { interpreter.renewModules(named: name.isEmpty ? nil : name) }
    if let outcome { return tell(outcome) }
    guard !name.isEmpty else { return Console.report("no module is in use that is a file of yours\n") }
    let names = interpreter.moduleNames
    let near = Nearest.name(to: name, among: names)
    Console.report(
      "no module \(name) is in use"
        + (near.map { "; did you mean \($0)?" }
          ?? (names.isEmpty ? "" : "; there are: \(names.joined(separator: ", "))")) + "\n")
  }

  private func tell(_ renewals: [ModuleRenewal]) {
    for renewal in renewals {
      switch renewal.outcome {
      case .renewed(let kept):
        let names = kept.joined(separator: ", ")
        Console.remark(
          "reloaded \(renewal.name)"
            + (kept.isEmpty ? "" : "; it does not have \(names) any more, which stays"))
      case .failed(let diagnostic):
        Console.report([diagnostic])
        Console.remark("\(renewal.name) stays as it was")
      case .gone(let diagnostic):
        Console.remark(
          diagnostic.code == "E0801"
            ? "\(renewal.name) is gone; what was read of it stays"
            : "\(renewal.name) cannot be read: \(diagnostic.message); what was read of it stays")
      }
    }
    Console.flush()
  }
}
