import MocoBase
import MocoLang

extension Session {
  /// Before an input: modules whose files were edited are read again.
  func renewModules() {
    tell(working { interpreter.renewModules() })
  }

  /// `%reload [NAME]`
  func reload(_ name: String) {
    let outcome = working { interpreter.renewModules(named: name.isEmpty ? nil : name) }
    if let outcome { return tell(outcome) }
    guard !name.isEmpty else { return complain("no module is in use that is a file of yours\n") }
    let names = interpreter.moduleNames
    let near = Nearest.name(to: name, among: names)
    complain(
      "no module \(name) is in use"
        + (near.map { "; did you mean \($0)?" }
          ?? (names.isEmpty ? "" : "; there are: \(names.joined(separator: ", "))")) + "\n")
  }

  private func tell(_ renewals: [ModuleRenewal]) {
    guard !renewals.isEmpty else { return }
    for renewal in renewals {
      switch renewal.outcome {
      case .renewed(let kept):
        let names = kept.joined(separator: ", ")
        remark(
          "reloaded \(renewal.name)"
            + (kept.isEmpty ? "" : "; it does not have \(names) any more, which stays"))
      case .failed(let diagnostic):
        delegate.report([diagnostic])
        remark("\(renewal.name) stays as it was")
      case .gone(let diagnostic):
        remark(
          diagnostic.code == "E0801"
            ? "\(renewal.name) is gone; what was read of it stays"
            : "\(renewal.name) cannot be read: \(diagnostic.message); what was read of it stays")
      }
    }
    delegate.flush()
  }
}
