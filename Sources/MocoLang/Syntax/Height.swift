// The height of a tree, computed while it is built. The parser rejects trees higher than
// `Parser.maximumHeight`, so recursion over trees (and their release) is safe.

extension Expr.Kind {
  var childHeight: Int {
    switch self {
    case .nilLiteral, .bool, .int, .float, .name, .builtin, .invalid: 0
    case .string(let literal):
      literal.segments.reduce(0) {
        if case .interpolation(let expr, _) = $1 { return max($0, expr.height) }
        return $0
      }
    case .list(let items): items.reduce(0) { max($0, $1.expr.height) }
    case .record(let entries):
      entries.reduce(0) {
        if case .computed(let key, let value) = $1 { return max($0, key.height, value.height) }
        return max($0, $1.value.height)
      }
    case .comprehension(let comprehension):
      comprehension.clauses.reduce(max(comprehension.element.height, comprehension.key?.height ?? 0)) {
        switch $1 {
        case .loop(_, let source, _): max($0, source.height)
        case .filter(let condition): max($0, condition.height)
        }
      }
    case .quantity(let value, _, _): value.height
    case .range(let lower, let upper, _, _): max(lower.height, upper.height)
    case .function(let function): function.height
    case .conditional(let conditional):
      conditional.branches.reduce(conditional.otherwise?.height ?? 0) {
        max($0, $1.condition.height, $1.body.height)
      }
    case .attempt(let attempt): max(attempt.body.height, attempt.handler.height)
    case .unary(_, _, let operand): operand.height
    case .binary(let chain): chain.links.reduce(chain.first.height) { max($0, $1.operand.height) }
    case .logical(let chain): chain.operands.reduce(0) { max($0, $1.height) }
    case .compare(let left, _, _, let right): max(left.height, right.height)
    case .call(let call): call.arguments.reduce(call.callee.height) { max($0, $1.value.height) }
    case .member(let base, _, _): base.height
    case .index(let base, let items, _):
      items.reduce(base.height) {
        if case .expr(let expr) = $1 { return max($0, expr.height) }
        return $0
      }
    }
  }
}

extension FunctionExpr {
  var height: Int { parameters.reduce(body.height) { max($0, $1.defaultValue?.height ?? 0) } }
}

extension Stmt.Kind {
  var childHeight: Int {
    switch self {
    case .expr(let expr): expr.height
    case .binding(let binding): binding.value.height
    case .assign(let assignment): max(assignment.target.height, assignment.value.height)
    case .function(let declaration): declaration.function.height
    case .groups(let declaration): declaration.lowered.height
    case .use, .breakLoop, .continueLoop, .invalid: 0
    case .whileLoop(let condition, let body): max(condition.height, body.height)
    case .forLoop(_, let source, let body): max(source.height, body.height)
    case .returnValue(let value): value?.height ?? 0
    }
  }
}
