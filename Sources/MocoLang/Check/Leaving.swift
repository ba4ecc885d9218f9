// Statements that never continue with the next statement.

extension Stmt {
  /// `return`, `break` or `continue`, or an `if` or `try` in which every block leaves; nil if the next
  /// statement may be reached.
  var leavingWord: String? {
    switch kind {
    case .returnValue: return "return"
    case .breakLoop: return "break"
    case .continueLoop: return "continue"
    case .whileLoop(let condition, let body):
      // If only `return` leaves it, the statement after it is never reached.
      guard case .bool(true) = condition.kind, !body.hasBreak else { return nil }
      return "while true"
    case .expr(let expr):
      switch expr.kind {
      case .conditional(let conditional):
        guard let otherwise = conditional.otherwise, otherwise.leaves else { return nil }
        return conditional.branches.allSatisfy(\.body.leaves) ? "if" : nil
      case .attempt(let attempt): return attempt.body.leaves && attempt.handler.leaves ? "try" : nil
      default: return nil
      }
    default: return nil
    }
  }
}

extension Block {
  /// Whether a `break` in it leaves the loop whose body it is.
  fileprivate var hasBreak: Bool {
    statements.contains { statement in
      switch statement.kind {
      case .breakLoop: return true
      case .expr(let expr): return expr.hasBreak
      case .binding(let binding): return binding.value.hasBreak
      case .assign(let assignment): return assignment.value.hasBreak
      case .returnValue(let value): return value?.hasBreak ?? false
      default: return false
      }
    }
  }

  fileprivate var leaves: Bool { statements.contains { $0.leavingWord != nil } }
}

extension Expr {
  /// Blocks inside other expressions may also contain a `break`; then the answer is yes.
  fileprivate var hasBreak: Bool {
    switch kind {
    case .conditional(let conditional):
      return conditional.branches.contains { $0.condition.hasBreak || $0.body.hasBreak }
        || conditional.otherwise?.hasBreak ?? false
    case .attempt(let attempt): return attempt.body.hasBreak || attempt.handler.hasBreak
    case .nilLiteral, .bool, .int, .float, .name, .builtin, .invalid, .function: return false
    default: return span.text.contains("break")
    }
  }
}
