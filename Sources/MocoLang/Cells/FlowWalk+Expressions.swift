extension FlowWalk {
  /// Records the effects of an expression. - Returns: the names its value may share data with.
  mutating func roots(_ expr: Expr) -> Set<Root> {
    budget -= 1
    switch expr.kind {
    case .nilLiteral, .bool, .int, .float, .builtin, .invalid: return []
    case .name(let name): return roots(name: name)
    case .string(let literal):
      for case .interpolation(let value, _) in literal.segments { _ = roots(value) }
      return []
    case .list(let items): return items.reduce(into: []) { $0.formUnion(roots($1.expr)) }
    case .record(let entries):
      return entries.reduce(into: []) { result, entry in
        if case .computed(let key, _) = entry { _ = roots(key) }
        result.formUnion(roots(entry.value))
      }
    case .comprehension(let comprehension): return roots(comprehension)
    case .quantity(let value, _, _): return roots(value)
    case .range(let lower, let upper, _, _):
      _ = roots(lower)
      _ = roots(upper)
      return []
    case .function(let function): return captured(function)
    case .conditional(let conditional):
      var result: Set<Root> = []
      for branch in conditional.branches {
        _ = roots(branch.condition)
        result.formUnion(block(branch.body))
      }
      if let otherwise = conditional.otherwise { result.formUnion(block(otherwise)) }
      return result
    case .attempt(let attempt):
      let value = block(attempt.body)
      return value.union(
        block(attempt.handler) { walk in if let name = attempt.name { walk.declare(name, []) } })
    case .unary(_, _, let operand): return roots(operand)
    case .binary(let chain):
      return chain.links.reduce(into: roots(chain.first)) { $0.formUnion(roots($1.operand)) }
    case .logical(let chain): return chain.operands.reduce(into: []) { $0.formUnion(roots($1)) }
    case .compare(let left, _, _, let right):
      _ = roots(left)
      _ = roots(right)
      return []
    case .call(let call): return roots(call)
    case .member(let base, _, _): return roots(base)
    case .index(let base, let items, _):
      for case .expr(let item) in items { _ = roots(item) }
      return roots(base)
    }
  }

  private mutating func roots(name: String) -> Set<Root> {
    if let local = local(name) { return local.roots }
    guard isOwn(name) else { return [] }
    read(name)
    // A function that is passed on may be called.
    if let function = functions[name] { return captured(function).union([.global(name)]) }
    return (holds[name] ?? []).union([.global(name)])
  }

  private mutating func roots(_ comprehension: Comprehension) -> Set<Root> {
    scopes.append([:])
    defer { scopes.removeLast() }
    for clause in comprehension.clauses {
      switch clause {
      case .loop(let pattern, let source, _): declare(pattern, roots(source))
      case .filter(let condition): _ = roots(condition)
      }
    }
    if let key = comprehension.key { _ = roots(key) }
    return roots(comprehension.element)
  }

  /// The outer names of a function that is created but not called here. It is unknown when it runs, so its
  /// reads and changes are recorded where it is created. A declared function is instead followed where it is
  /// called.
  mutating func captured(_ function: FunctionExpr) -> Set<Root> {
    guard depth < 16, budget > 0 else { return [] }
    depth += 1
    let before = trace
    trace = Trace()
    _ = follow(function) { _ in [] }
    let inside = trace
    trace = before
    depth -= 1
    return inside.changes.union(inside.reads.map(Root.global)).filter {
      if case .global = $0 { true } else { false }
    }
  }

  /// Walks the body of a function with its parameters declared. - Returns: the names its value may share data
  /// with.
  mutating func follow(_ function: FunctionExpr, _ argument: (String) -> Set<Root>) -> Set<Root> {
    let given = trace.gives
    trace.gives = []
    scopes.append([:])
    for parameter in function.parameters {
      if let value = parameter.defaultValue { _ = roots(value) }
      declare(parameter.name, argument(parameter.name))
    }
    let last = block(function.body)
    scopes.removeLast()
    let result = trace.gives.union(last)
    trace.gives = given
    return result
  }
}
