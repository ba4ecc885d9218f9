import MocoBase

extension Checker {
  mutating func check(_ expr: Expr) {
    let takesLast = !isThrownAway
    isThrownAway = false
    switch expr.kind {
    case .nilLiteral, .bool, .int, .float, .builtin, .invalid: break
    case .string(let literal):
      warnOfDollars(in: literal, expr.span)
      for case .interpolation(let value, let format) in literal.segments {
        check(value)
        guard let format else { continue }
        do { _ = try FormatSpecification(format.text) } catch {
          let failure = error as? Failure
          report(
            failure?.code ?? "E0312", failure?.message ?? "\(error)", at: format.span, help: failure?.help)
        }
      }
    case .name(let name): read(name, expr.span)
    case .list(let items): for item in items { check(item.expr) }
    case .record(let entries):
      for entry in entries {
        if case .computed(let key, _) = entry { check(key) }
        check(entry.value)
      }
    case .comprehension(let comprehension): self.comprehension(comprehension, expr.span)
    case .quantity(let value, _, _): check(value)
    case .range(let lower, let upper, _, _):
      check(lower)
      check(upper)
    case .function(let function): check(function)
    case .conditional(let conditional):
      for branch in conditional.branches {
        check(branch.condition)
        check(branch.body, takesLast: takesLast)
      }
      if let otherwise = conditional.otherwise { check(otherwise, takesLast: takesLast) }
    case .attempt(let attempt):
      tryDepth += 1
      check(attempt.body, takesLast: takesLast)
      tryDepth -= 1
      inScope((attempt.nameSpan ?? attempt.handler.span).union(attempt.handler.span)) { checker in
        if let name = attempt.name, let span = attempt.nameSpan { checker.declare(name, span, .error) }
        checker.check(attempt.handler, takesLast: takesLast)
      }
    case .unary(_, _, let operand): check(operand)
    case .binary(let chain):
      check(chain.first)
      for link in chain.links { check(link.operand) }
    case .logical(let chain): for operand in chain.operands { check(operand) }
    case .compare(let left, _, _, let right):
      check(left)
      check(right)
    case .call(let call): self.call(call)
    case .member(let base, let name, _): if !isForeignModule(base, name) { check(base) }
    case .index(let base, let items, _):
      check(base)
      for case .expr(let item) in items where !isNewAxis(item) { check(item) }
    }
  }

  /// `np.zeros`: suggests the name used here.
  private mutating func isForeignModule(_ base: Expr, _ name: String) -> Bool {
    guard case .name(let module) = base.kind, isUnknown(module),
      let known = context.dialect.builtin(name, of: module),
      context.builtins[known] != nil
    else { return false }
    report("E0301", "unknown name '\(module)'", at: base.span, help: "write \(known) alone: it is built in")
    return true
  }

  /// `x[:, None]`
  private mutating func isNewAxis(_ item: Expr) -> Bool {
    guard case .name(let name) = item.kind, name == "None" || name == "newaxis", lookup(name) == nil else {
      return false
    }
    report(
      "E0301", "unknown name '\(name)'", at: item.span, help: "write .unsqueeze(axis) for a new dimension")
    return true
  }

  private func isUnknown(_ name: String) -> Bool {
    lookup(name) == nil && context.names[name] == nil && context.builtins[name] == nil && globals[name] == nil
      && tryDepth == 0
  }

  private mutating func comprehension(_ comprehension: Comprehension, _ place: Span) {
    // Each loop opens a scope for the clauses after it; all scopes end after the element.
    var opened = 0
    for clause in comprehension.clauses {
      switch clause {
      case .loop(let pattern, let source, _):
        check(source)
        scopes.append(Scope())
        opened += 1
        declare(pattern, .loop)
      case .filter(let condition): check(condition)
      }
    }
    if let key = comprehension.key { check(key) }
    check(comprehension.element)
    for scope in scopes.suffix(opened) {
      for index in scope.names.values { variables[index].scope = place }
    }
    scopes.removeLast(min(opened, scopes.count - 1))
  }

  // MARK: - Calls

  private mutating func call(_ call: Call) {
    // A method's name is a member or a function in scope; only the running program can tell which.
    if case .name(let name) = call.callee.kind, isUnknown(name), let help = Habits.help(forCallOf: name) {
      report("E0301", "unknown name '\(name)'", at: call.callee.span, help: help)
    } else {
      check(call.callee)
    }
    remarkOnControl(call)
    for argument in call.arguments { check(argument.value) }
    if case .member(_, let name, let span) = call.callee.kind, let index = lookup(name),
      variables[index].kind == .function
    {
      uses.append((span, index))
    }
    if case .member(let base, let name, let span) = call.callee.kind, !isOwnMethod(name, of: base) {
      adviseNewName(name, span)
    }
    guard tryDepth == 0 else { return }
    switch call.callee.kind {
    case .name(let name):
      guard let callable = callable(name) else { return }
      check(call, name, callable)
    case .builtin(let name):
      guard let known = context.builtins[name], let callable = known else { return }
      check(call, name, callable)
    case .member(let base, let name, _) where !call.callee.isParenthesized:
      // Functions of a built-in module: `plot.line`.
      guard case .name(let owner) = base.kind, !isDeclared(owner),
        let callable = context.members[owner]?[name]
      else { return }
      check(call, "\(owner).\(name)", callable)
    default: break
    }
  }

  /// The parameters of the function with this name, if it is certain which function it is.
  private func callable(_ name: String) -> CheckContext.Callable? {
    if let index = lookup(name) { return variables[index].callable }
    if context.names[name] != nil || globals[name] != nil { return nil }
    if let known = context.builtins[name] { return known }
    return nil
  }

  private func sourceText(_ span: Span) -> String { span.file.text(in: span.start..<span.end) }

  private mutating func check(_ call: Call, _ name: String, _ callable: CheckContext.Callable) {
    checkBlocks(call, callable)
    adviseNewName(name, call.callee.span)
    var positions = 0
    var given: Set<String> = []
    var isOpen = false
    let byPosition = callable.parameters.filter { !$0.isNameOnly }
    for argument in call.arguments {
      switch argument.kind {
      case .spread: isOpen = true
      case .named(let argumentName, let span):
        given.insert(argumentName)
        if callable.takesOptions || callable.parameters.contains(where: { $0.name == argumentName }) {
          continue
        }
        let nearest = Nearest.name(to: argumentName, among: callable.parameters.map(\.name))
        let known = callable.parameters.map(\.name).joined(separator: ", ")
        report(
          "E0306", "'\(name)' has no argument '\(shown(argumentName))'", at: span,
          help: context.dialect.help(
            forArgument: argumentName, among: callable.parameters.map(\.name),
            value: sourceText(argument.value.span))
            ?? nearest.map { "did you mean '\($0)'?" }
            ?? (known.isEmpty ? "it takes no arguments" : "its arguments are \(known)"))
        return
      case .positional:
        positions += 1
        if positions > byPosition.count, !callable.takesRest, !isOpen {
          let count = byPosition.count
          report(
            "E0306",
            "'\(name)' takes \(count == 0 ? "no argument" : count == 1 ? "1 argument" : "\(count) arguments")"
              + (count == callable.parameters.count ? "" : " by position"),
            at: argument.value.span, help: context.dialect.help(forSurplusOf: name))
          return
        }
      }
    }
    guard !isOpen else { return }
    for (index, parameter) in byPosition.enumerated()
    where given.contains(parameter.name) && index < positions {
      report("E0306", "'\(name)' gets the argument '\(parameter.name)' more than once", at: call.callee.span)
      return
    }
    var missing: [String] = []
    var position = 0
    for parameter in callable.parameters {
      let isGiven = given.contains(parameter.name) || (!parameter.isNameOnly && position < positions)
      if !parameter.isNameOnly { position += 1 }
      if parameter.isRequired, !isGiven { missing.append(parameter.name) }
    }
    guard !missing.isEmpty else { return }
    report(
      "E0304",
      "'\(name)' needs the argument\(missing.count == 1 ? "" : "s") '\(missing.joined(separator: "', '"))'",
      at: call.callee.span,
      help:
        "signature: \(name)(\(callable.parameters.map { $0.isRequired ? $0.name : $0.name + " = …" }.joined(separator: ", ")))"
    )
  }
}
