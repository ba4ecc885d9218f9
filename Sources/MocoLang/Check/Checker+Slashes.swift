// `27 // 2`: the division operator of Python begins a comment here.

extension Checker {
  /// Warns of comments in and after a statement that look like a division. Comments of inner statements were
  /// checked before.
  mutating func warnOfSlashes(in statement: Stmt) {
    let start = statement.span.start
    let end = statement.span.end
    while nextSlash < program.slashes.count {
      let comment = program.slashes[nextSlash]
      guard comment.span.start >= start else {
        nextSlash += 1
        continue
      }
      // In the text of the statement, or directly after it.
      guard comment.span.start <= end + 1 else { return }
      nextSlash += 1
      guard !comment.hasTail, isDivision(comment), !isResult(of: statement, comment) else { continue }
      report(
        "E0122", "'//' begins a comment; it does not divide", at: comment.span, help: comment.advice,
        severity: .warning)
    }
  }

  /// Whether every name in the comment is a value of the program and every function that it calls exists.
  private func isDivision(_ comment: SlashComment) -> Bool {
    comment.names.allSatisfy { isValue($0) }
      && comment.calls.allSatisfy { isDeclared($0) || context.functions.contains($0) }
  }

  func isValue(_ name: String) -> Bool {
    if let index = lookup(name) {
      switch variables[index].kind {
      case .constant, .variable, .parameter, .loop: return true
      case .function, .error, .module, .groups: return false
      }
    }
    return context.names[name] != nil
  }

  /// `len(xs) // 3` in a file documents the result.
  private func isResult(of statement: Stmt, _ comment: SlashComment) -> Bool {
    guard case .expr(let expr) = statement.kind, case .call(let call) = expr.kind,
      comment.span.start >= statement.span.end
    else { return false }
    if !context.isPrompt { return true }
    guard case .name(let name) = call.callee.kind else { return false }
    return name == "print" || context.dialect.form(name)?.isShowing == true
  }
}
