// Statements that only compute a value that is not used.

extension Checker {
  /// Warns of a statement whose value is discarded although computing it is its only effect.
  ///
  /// There is no warning inside `try`, where an expression may be evaluated for the error it raises. There is
  /// none for a String that comes first or has three quotes: it is documentation.
  mutating func warnIfThrownAway(_ statement: Stmt, isFirst: Bool) {
    guard tryDepth == 0, case .expr(let expr) = statement.kind else { return }
    if case .string(let literal) = expr.kind, literal.plainText != nil,
      isFirst || expr.span.text.hasPrefix("\"\"\"")
    {
      return
    }
    // If it cannot work, an error reports that.
    let isWrong = diagnostics.suffix(8).contains { found in
      found.isError && found.primary.map { $0.start >= expr.span.start && $0.end <= expr.span.end } ?? false
    }
    guard !isWrong, onlyGives(expr) else { return }
    let (message, help) = remark(expr)
    report("E0121", message, at: expr.span, help: help, severity: .warning)
  }

  // MARK: - What only gives a value

  private func onlyGives(_ expr: Expr) -> Bool {
    switch expr.kind {
    case .nilLiteral, .bool, .int, .float, .name, .builtin, .function: return true
    case .string(let literal):
      return literal.segments.allSatisfy { segment in
        if case .interpolation(let value, _) = segment { return onlyGives(value) }
        return true
      }
    case .list(let items): return items.allSatisfy { onlyGives($0.expr) }
    case .record(let entries):
      return entries.allSatisfy { entry in
        if case .computed(let key, _) = entry, !onlyGives(key) { return false }
        return onlyGives(entry.value)
      }
    case .comprehension(let comprehension):
      return onlyGives(comprehension.element) && comprehension.key.map { onlyGives($0) } ?? true
        && comprehension.clauses.allSatisfy { clause in
          switch clause {
          case .loop(_, let source, _): return onlyGives(source)
          case .filter(let condition): return onlyGives(condition)
          }
        }
    case .quantity(let value, _, _): return onlyGives(value)
    case .range(let lower, let upper, _, _): return onlyGives(lower) && onlyGives(upper)
    case .unary(_, _, let operand): return onlyGives(operand)
    case .binary(let chain):
      return onlyGives(chain.first) && chain.links.allSatisfy { onlyGives($0.operand) }
    case .logical(let chain): return chain.operands.allSatisfy(onlyGives)
    case .compare(let left, _, _, let right): return onlyGives(left) && onlyGives(right)
    case .member(let base, _, _): return onlyGives(base)
    case .index(let base, let items, _):
      return onlyGives(base)
        && items.allSatisfy { item in
          if case .expr(let value) = item { return onlyGives(value) }
          return true
        }
    case .call(let call): return onlyGives(call)
    case .conditional, .attempt, .invalid: return false
    }
  }

  private func onlyGives(_ call: Call) -> Bool {
    guard call.arguments.allSatisfy({ onlyGives($0.value) }) else { return false }
    let effect: Effect
    var isData = call.arguments.isEmpty ? false : call.arguments[0].kind.isPositional
    switch call.callee.kind {
    case .name(let name):
      guard !isDeclared(name) else { return false }
      effect = context.effects[name] ?? .something
    case .member(let base, let name, _) where !call.callee.isParenthesized:
      guard onlyGives(base), !isOwnMethod(name, of: base) else { return false }
      effect = context.methodEffects[name] ?? context.effects[name] ?? .something
      isData = false
    default: return false
    }
    switch effect {
    case .something: return false
    case .nothing:
      return call.arguments.allSatisfy { argument in
        if case .function = argument.value.kind { return givesWhenCalled(argument.value) }
        return true
      }
    case .thatOfFunctions:
      return call.arguments.enumerated().allSatisfy { place, argument in
        (isData && place == 0) || givesWhenCalled(argument.value)
      }
    }
  }

  /// Whether a function that is passed to another one has no side effects when it is called there.
  private func givesWhenCalled(_ value: Expr) -> Bool {
    switch value.kind {
    case .nilLiteral, .bool, .int, .float, .string: return true
    case .name(let name):
      guard !isDeclared(name), case .nothing = context.effects[name] else { return false }
      return true
    case .function(let function):
      guard function.body.statements.count == 1, case .expr(let body) = function.body.statements[0].kind
      else {
        return false
      }
      return onlyGives(body)
    default: return false
    }
  }

  /// Whether the program has declared the name, so that it does not refer to the built-in.
  func isDeclared(_ name: String) -> Bool {
    lookup(name) != nil || context.names[name] != nil || globals[name] != nil
  }

  /// `x.f` may be the program's own function: `f` in scope, a function of a module, or a field of a record.
  func isOwnMethod(_ name: String, of base: Expr) -> Bool {
    if isDeclared(name) || fieldNames.contains(name) { return true }
    guard case .name(let owner) = base.kind else { return false }
    if let index = lookup(owner) { return variables[index].kind == .module }
    return context.records.contains(owner)
  }

  /// The fields that the program sets: any of them may hold a function.
  static func fieldNames(_ file: SourceFile, _ dialect: Dialect) -> Set<String> {
    let tokens = Parser.tokens(of: file, dialect)
    var names: Set<String> = []
    for (index, token) in tokens.enumerated().dropLast() where token.isWord {
      let next = tokens[index + 1].kind
      let isMember = index > 0 && tokens[index - 1].kind == .dot
      if isMember ? next == .assign : next == .colon { names.insert(file.text(in: token.range)) }
    }
    return names
  }

  /// Reports once for each function that its name is deprecated.
  mutating func adviseNewName(_ name: String, _ span: Span) {
    guard let newName = context.newNames[name], !isDeclared(name), oldNames.insert(name).inserted else {
      return
    }
    report(
      "E0123", "'\(name)' is deprecated: its new name is '\(newName)'", at: span,
      help: "write \(newName), which returns a new value",
      severity: .warning)
  }

  // MARK: - What to write

  private func remark(_ expr: Expr) -> (message: String, help: String) {
    let text = shortText(expr)
    switch expr.kind {
    case .compare(let left, .equal, _, let right):
      let message = "this comparison is computed and discarded"
      let demand = text.map { "write assert(\($0)) to require it" } ?? "write assert(…) to require it"
      guard left.isPlace, !isConstant(left), let target = shortText(left), let value = shortText(right) else {
        return (message, demand + ", or print(…) to show it")
      }
      return (message, "write \(target) = \(value) to assign, or \(demand.dropFirst(6))")
    case .compare, .logical:
      return ("this condition is computed and discarded", keeping(text))
    case .call(let call): return remark(call, text)
    case .name(let name):
      if isFunction(name) {
        return ("the function '\(shown(name))' is not called", "write \(shown(name))() to call it")
      }
    case .member(let base, let name, _):
      if let owner = shortText(base), context.methods.contains(name) || isFunction(name) {
        return ("'\(name)' is not called", "write \(owner).\(name)() to call it")
      }
    case .function: return ("this function is never called", "write let f = … to name it")
    case .binary(let chain):
      let message = "the result is computed and discarded"
      if chain.links.count == 1, chain.first.isPlace, !isConstant(chain.first),
        let target = shortText(chain.first),
        let operand = shortText(chain.links[0].operand)
      {
        return (
          message,
          "write \(target) \(chain.links[0].op.rawValue)= \(operand) to change \(target), or let y = … to keep the result"
        )
      }
      return (message, keeping(text))
    default: break
    }
    return ("this value is computed and discarded", keeping(text))
  }

  private func remark(_ call: Call, _ text: String?) -> (message: String, help: String) {
    let name: String
    var target: Expr?
    switch call.callee.kind {
    case .name(let called):
      name = called
      target = call.arguments.first.flatMap { $0.kind.isPositional ? $0.value : nil }
    case .member(let base, let called, _):
      name = called
      target = base
      if case .name(let owner) = base.kind, context.members[owner] != nil, !isDeclared(owner) {
        guard let result = context.dialect.moduleResults[owner] else { break }
        let made = text ?? "\(owner).\(called)(…)"
        return (
          "this \(result.noun) is computed and discarded",
          "write \(result.verb) \(made), or let \(result.noun) = … to keep it"
        )
      }
    default: return ("this value is computed and discarded", keeping(text))
    }
    let message = "'\(name)' changes nothing: its result is discarded"
    // Lists have no `sort`; the usual alternative `sorted` does not change the list either.
    let newName = name == "sort" ? "sorted" : context.newNames[name] ?? name
    guard let target, ["sorted", "reversed", "shuffled"].contains(newName),
      case .name(let owner) = target.kind
    else {
      return (message, keeping(text))
    }
    let made = "\(newName)(\(owner))"
    return (
      message,
      isConstant(target)
        ? "write let ys = \(made), which is a new List"
        : "write \(owner) = \(made) to replace it with the new List"
    )
  }

  /// Whether a name cannot be assigned to.
  private func isConstant(_ expr: Expr) -> Bool {
    guard case .name(let name) = expr.kind else { return false }
    if let index = lookup(name) {
      return [.constant, .function, .module, .groups].contains(variables[index].kind)
    }
    return context.names[name] ?? (context.effects[name] != nil)
  }

  private func keeping(_ text: String?) -> String {
    "write print(\(text ?? "…")) to show it, or let y = \(text ?? "…") to keep it"
  }

  private func isFunction(_ name: String) -> Bool {
    if let index = lookup(name) { return variables[index].kind == .function }
    return !isDeclared(name) && context.functions.contains(name)
  }

  private func shortText(_ expr: Expr) -> String? {
    let text = expr.span.text
    return text.utf8.count <= 40 && !text.contains("\n") ? text : nil
  }
}

extension Expr {
  /// Whether an expression can be assigned to.
  fileprivate var isPlace: Bool {
    switch kind {
    case .name, .member, .index: true
    default: false
    }
  }
}

extension Argument.Kind {
  fileprivate var isPositional: Bool {
    if case .positional = self { return true }
    return false
  }
}
