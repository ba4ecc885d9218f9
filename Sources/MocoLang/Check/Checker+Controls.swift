// Controls, and calls of control functions that do not declare a control.

extension Checker {
  /// Records a declaration of a control: `let k = slider(…)` at the top level.
  mutating func note(control binding: Binding) {
    guard scopes.count == 1, functionDepth == 0, tryDepth == 0, let (name, function) = binding.controlCall,
      context.controls[function] != nil, !isDeclared(function), case .call(let call) = binding.value.kind
    else { return }
    declaredControl = call.callee.span
    if context.swept.contains(function) {
      do {
        _ = try program.condition(of: call, SweptValues(call).values, context)
      } catch {
        if let found = error as? Diagnostic { report(found) }
      }
    }
    guard let first = controls[name] else {
      controls[name] = binding.pattern.span
      return
    }
    guard !context.isPrompt else { return }
    report(
      "E0308", "two controls are called '\(name)'", at: binding.pattern.span,
      labels: [.init(first, "first here")],
      help: "rename one of them: --set \(name)= would set both")
  }

  /// Reports once that a call of a control function does not declare a control here.
  mutating func remarkOnControl(_ call: Call) {
    let name: String
    let span: Span
    switch call.callee.kind {
    case .name(let called): (name, span) = (called, call.callee.span)
    case .member(let base, let called, let place) where !isOwnMethod(called, of: base):
      (name, span) = (called, place)
    default: return
    }
    if let declared = declaredControl, declared.start == span.start {
      declaredControl = nil
      return
    }
    guard context.controls[name] != nil, !isDeclared(name) else { return }
    if context.swept.contains(name), tryDepth == 0, case .name = call.callee.kind {
      report("E1101", "a sweep cannot use this '\(name)'", at: span, help: SweptValues.place)
      return
    }
    guard !hasRemarkedOnControl, !context.isPrompt else { return }
    hasRemarkedOnControl = true
    report(
      "E0125", "this '\(name)' always returns its default: it cannot be changed here", at: span,
      help: "write let name = \(name)(…) at the top level, outside of functions, loops and other expressions",
      severity: .warning)
  }
}
