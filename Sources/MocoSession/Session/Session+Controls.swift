import MocoBase
import MocoLang

extension Session {
  /// The running cell has declared a control.
  func declare(_ control: Control) {
    if let place = controls.firstIndex(where: { $0.name == control.name }) {
      controls[place] = control
    } else {
      controls.append(control)
    }
    outcome.controls.removeAll { $0.name == control.name }
    outcome.controls.append(control)
    if options.isInteractive { recording.append(control) }
    delegate.control(control)
  }

  /// Shown instead of a value for an input that ends with the declaration of a control: `k = 2  (slider 1…6)`.
  func showControls(of program: CheckedProgram) {
    guard let last = program.parsed.program.statements.last, case .binding = last.kind, !last.hidesValue
    else {
      return
    }
    let names = last.declaredNames.map(\.0)
    for control in outcome.controls where names.contains(control.name) {
      delegate.stream(TerminalText.safe(control.line) + "\n", to: .message)
    }
  }
}
