// What never goes on to the next statement.

extension Stmt {
  /// `return`, `break` or `continue`, or `if` or `try` where every one of its blocks leaves; nil where the next
  /// statement may be reached.
  var leavingWord: String? {
    switch kind {
    case .returnValue: return "return"
    case .breakLoop: return "break"
    case .continueLoop: return "continue"
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
  fileprivate var leaves: Bool { statements.contains { $0.leavingWord != nil } }
}
