import MocoBase

extension Checker {
  mutating func check(_ statement: Stmt) {
    switch statement.kind {
    case .expr(let expr): check(expr)
    case .binding(let binding):
      let kind: Variable.Kind = binding.isMutable ? .variable : .constant
      if case .function(let function) = binding.value.kind {
        // A function may call itself by the name it is about to get.
        declare(binding.pattern, kind, callable: binding.isMutable ? nil : CheckContext.Callable(function))
        check(binding.value)
      } else {
        note(control: binding)
        check(binding.value)
        declaredControl = nil
        declare(binding.pattern, kind)
      }
    case .assign(let assignment): assign(assignment)
    case .function(let declaration):
      declare(
        declaration.name, declaration.nameSpan, .function,
        callable: CheckContext.Callable(declaration.function))
      check(declaration.function)
    case .groups(let declaration):
      groups(declaration)
      declare(declaration.name, declaration.nameSpan, .groups)
    case .use(let use):
      module(use, in: statement.span.file)
      for (name, span) in statement.declaredNames { declare(name, span, .module) }
    case .whileLoop(let condition, let body):
      check(condition)
      loopDepth += 1
      check(body, takesLast: false)
      loopDepth -= 1
    case .forLoop(let pattern, let source, let body):
      check(source)
      loopDepth += 1
      inScope(pattern.span.union(body.span)) { checker in
        checker.declare(pattern, .loop)
        checker.check(body, takesLast: false)
      }
      loopDepth -= 1
    case .breakLoop, .continueLoop:
      if loopDepth == 0 {
        let word = statement.span.text
        report(
          "E0110", "'\(word)' is outside of a loop", at: statement.span,
          help: functionDepth > 0 ? "write return to leave a function" : nil)
      }
    case .returnValue(let value):
      if let value { check(value) }
      if functionDepth == 0 {
        report(
          "E0111", "'return' is outside of a function", at: statement.span,
          help: "leave 'return' out: the value of a file or cell is that of its last expression")
      }
    case .invalid: break
    }
  }

  /// Checks that the module exists and exports the imported names.
  private mutating func module(_ use: Use, in file: SourceFile) {
    guard tryDepth == 0, let lookUp = context.moduleNames else { return }
    do {
      let names = try lookUp(use.source, file)
      let moduleName =
        switch use.source {
        case .library(let name): name
        case .path(let path): Parser.moduleName(ofPath: path) ?? path
        }
      for item in use.imports where !names.contains(item.name) {
        let near = Nearest.name(to: item.name, among: names).map { "did you mean '\($0)'?" }
        report(
          "E0803", "the module \(moduleName) has no name '\(item.name)'", at: item.nameSpan,
          help: near ?? (names.isEmpty ? "it has no public names" : "it has \(names.joined(separator: ", "))")
        )
      }
    } catch {
      guard let known = error as? Failure else { return }
      report(known.code, known.message, at: use.sourceSpan, help: known.help)
    }
  }

  /// - Parameter takesLast: whether the value of the last statement is used.
  mutating func check(_ block: Block, takesLast: Bool) {
    inScope(block.span) { $0.statements(block.statements, takesLast: takesLast) }
  }

  mutating func check(_ function: FunctionExpr) {
    let loops = loopDepth
    loopDepth = 0
    functionDepth += 1
    inScope(function.signatureSpan.union(function.body.span)) { checker in
      for parameter in function.parameters {
        if let value = parameter.defaultValue { checker.check(value) }
        // The parser has already reported duplicate names.
        if checker.scopes[checker.scopes.count - 1].names[parameter.name] == nil {
          checker.declare(parameter.name, parameter.nameSpan, .parameter)
        }
      }
      checker.check(function.body, takesLast: true)
    }
    functionDepth -= 1
    loopDepth = loops
  }

  // MARK: - Assignment

  private mutating func assign(_ assignment: Assignment) {
    switch assignment.target.kind {
    case .name(let name):
      if assignment.op != nil { read(name, assignment.target.span) }
      check(assignment.value)
      assign(to: name, assignment.target.span, isCompound: assignment.op != nil)
    case .list(let items):
      check(assignment.value)
      for item in items { assign(to: item.expr) }
    default:
      check(assignment.target)
      check(assignment.value)
    }
  }

  /// A part of a pattern.
  private mutating func assign(to target: Expr) {
    switch target.kind {
    case .name("_"): break
    case .name(let name): assign(to: name, target.span, isCompound: false)
    case .list(let items): for item in items { assign(to: item.expr) }
    default: check(target)
    }
  }

  private mutating func assign(to name: String, _ span: Span, isCompound: Bool) {
    guard let index = lookup(name) else {
      pendingUses.append((name, span))
      assignToOuter(name, span, isCompound: isCompound)
      return
    }
    let variable = variables[index]
    // Of `x += 1` the name is noted where it is read.
    if !isCompound { uses.append((span, index)) }
    switch variable.kind {
    case .constant:
      report(
        "E0302", "'\(name)' is a constant", at: span, labels: [.init(variable.span, "declared with let")],
        help: "declare it with var to change it")
    case .function, .module, .groups:
      report(
        "E0302", "'\(name)' cannot be assigned to", at: span, labels: [.init(variable.span, "declared here")],
        help: "choose another name")
    case .variable, .parameter, .loop, .error:
      variables[index].callable = nil
    }
  }

  /// An assignment to a name that no statement so far has declared.
  private mutating func assignToOuter(_ name: String, _ span: Span, isCompound: Bool) {
    if let isConstant = context.names[name] {
      if isConstant {
        report("E0302", "'\(name)' is a constant", at: span, help: "declare it again with var")
      }
      return
    }
    if globals[name] != nil, functionDepth > 0 {
      if let declaration = globalDeclaration(name), declaration.isConstant {
        report(
          "E0302", "'\(name)' is a constant", at: span,
          labels: [.init(declaration.span, "declared with let")],
          help: "declare it with var to change it")
      }
      return
    }
    guard tryDepth == 0, !isCompound || context.builtins[name] != nil else { return }
    if context.builtins[name] != nil {
      report(
        "E0302", "'\(name)' is built in and cannot be assigned to", at: span,
        help: "declare your own variable: var \(name) = …")
      return
    }
    report(
      "E0302", "cannot assign to '\(shown(name))': it is not declared", at: span,
      help: suggestion(for: name).map { "did you mean '\($0)'? Declare a new variable with let or var" }
        ?? "write let \(shown(name)) = … to declare a variable, or var if it changes")
  }

  private func globalDeclaration(_ name: String) -> (span: Span, isConstant: Bool)? {
    guard !redeclared.contains(name), let span = globals[name] else { return nil }
    for statement in program.statements where statement.declaredNames.contains(where: { $0.span == span }) {
      if case .binding(let binding) = statement.kind { return (span, !binding.isMutable) }
      return (span, false)
    }
    return nil
  }

  // MARK: - Declaring forms

  private mutating func groups(_ declaration: GroupsDeclaration) {
    let form = declaration.form
    for group in declaration.groups {
      check(group.name)
      for item in group.items { check(item) }
    }
    if declaration.groups.isEmpty {
      report(
        form.code, "\(form.verb) \(declaration.name) has no \(form.group)", at: declaration.nameSpan,
        help: "write \(form.group) \"name\" { \(form.exampleItem) }")
    }
    var seen: [String: Span] = [:]
    for group in declaration.groups {
      if case .string(let literal) = group.name.kind, let name = literal.plainText {
        if let first = seen[name] {
          report(
            form.code, "two \(form.group)s are called \"\(name)\"", at: group.name.span,
            labels: [.init(first, "first here")])
        }
        seen[name] = group.name.span
      }
      if group.items.isEmpty {
        report(
          form.code, "this \(form.group) has no \(form.item)", at: group.name.span,
          help: "write at least one: \(form.exampleItem)")
      }
      for item in group.items {
        if let diagnostic = form.diagnostic(of: item) { report(diagnostic) }
      }
    }
  }
}
