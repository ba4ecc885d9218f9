import MocoBase
import MocoLang

extension Session {
  /// Reloads modules whose files were edited, before an input.
  func renewModules() {
    tell(working { interpreter.renewModules() })
  }

  /// `%reload [NAME]`
  func reload(_ name: String) {
    let outcome = working { interpreter.renewModules(named: name.isEmpty ? nil : name) }
    if let outcome { return tell(outcome) }
    guard !name.isEmpty else { return complain("no module from your own files is in use\n") }
    let names = interpreter.moduleNames
    let near = Nearest.name(to: name, among: names)
    complain(
      "no module \(name) is in use"
        + (near.map { "; did you mean \($0)?" }
          ?? (names.isEmpty ? "" : "; modules in use: \(names.joined(separator: ", "))")) + "\n")
  }

  private func tell(_ renewals: [ModuleRenewal]) {
    guard !renewals.isEmpty else { return }
    for renewal in renewals {
      switch renewal.outcome {
      case .renewed(let kept):
        let names = kept.joined(separator: ", ")
        remark(
          "reloaded \(renewal.name)"
            + (kept.isEmpty ? "" : "; it no longer defines \(names), which is kept"))
      case .failed(let diagnostic):
        delegate.report([diagnostic])
        remark("\(renewal.name) is not changed")
      case .gone(let diagnostic):
        remark(
          diagnostic.code == "E0801"
            ? "\(renewal.name) no longer exists; the loaded version is kept"
            : "\(renewal.name) cannot be read: \(diagnostic.message); the loaded version is kept")
      }
    }
    delegate.flush()
  }
}
