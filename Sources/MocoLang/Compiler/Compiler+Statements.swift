// Statements and blocks.

extension Compiler {
  /// What happens with the value of a block's last statement.
  enum Want {
    case discard
    case value(Int)
    /// The function returns it.
    case tail
  }

  // MARK: Blocks

  /// A block in its own scope.
  func compile(_ block: Block, want: Want) throws {
    let scope = enterScope()
    try compileStatements(block.statements, want: want, span: block.span)
    if case .tail = want {
      // The function has returned, and all its registers are released.
      forgetScope(scope)
    } else {
      leaveScope(
        scope, block.span,
        keepsValues: !builder.loops.isEmpty && !builder.locals[scope.locals...].contains(where: \.isCaptured))
    }
  }

  /// Statements in the scope that is open.
  func compileStatements(_ statements: [Stmt], want: Want, span: Span) throws {
    if !isTopLevel { declarePending(statements) }
    for (index, statement) in statements.enumerated() {
      try compile(statement, isLast: index == statements.count - 1 ? want : .discard)
    }
    if statements.isEmpty { finishWithoutValue(want, span) }
  }

  private func finishWithoutValue(_ want: Want, _ span: Span) {
    switch want {
    case .discard: break
    case .value(let register): builder.emit(Instruction(.loadNil, a: register), span)
    case .tail: builder.emit(Instruction(.returnNil), span)
    }
  }

  /// The functions that a block declares are visible in the entire block, so that they can call each other.
  private func declarePending(_ statements: [Stmt]) {
    for statement in statements {
      guard case .function(let declaration) = statement.kind else { continue }
      checkDuplicate(declaration.name, declaration.nameSpan, from: scopeStarts.last ?? 0)
      let register = declareLocal(declaration.name, isMutable: false, span: declaration.nameSpan)
      builder.locals[builder.locals.count - 1].isPending = true
      builder.emit(Instruction(.markUndefined, a: register), declaration.nameSpan)
    }
  }

  // MARK: Statements

  func compile(_ statement: Stmt, isLast want: Want) throws {
    let mark = builder.localTop
    defer {
      // Temporaries end with their statement; locals that it declared stay.
      builder.free = max(builder.localTop, mark)
    }
    if builder.isTooLarge { return }
    switch statement.kind {
    case .expr(let expr):
      switch want {
      case .discard: try compileDiscarding(expr)
      case .value(let register): try compile(expr, to: register)
      case .tail: try compileTail(expr)
      }
      return
    case .binding(let binding): try compile(binding, statement.span)
    case .assign(let assignment): try compile(assignment, statement.span)
    case .function(let declaration): try compile(declaration, statement.span)
    case .groups(let declaration): try compile(declaration, statement.span)
    case .use(let use): try compile(use, statement.span)
    case .whileLoop(let condition, let body): try compileWhile(condition, body, statement.span)
    case .forLoop(let pattern, let source, let body): try compileFor(pattern, source, body, statement.span)
    case .breakLoop: leaveLoop(statement.span, isBreak: true)
    case .continueLoop: leaveLoop(statement.span, isBreak: false)
    case .returnValue(let value):
      if let value { try compileTail(value) } else { builder.emit(Instruction(.returnNil), statement.span) }
    case .invalid: break
    }
    finishWithoutValue(want, statement.span)
  }

  func compileDiscarding(_ expr: Expr) throws {
    switch expr.kind {
    case .conditional(let conditional): try compile(conditional, expr.span, want: .discard)
    case .attempt(let attempt): try compile(attempt, expr.span, want: .discard)
    default:
      let register = builder.temporary()
      try compile(expr, to: register)
      builder.emit(Instruction(.clear, a: register, b: 1), expr.span)
    }
  }

  func compileTail(_ expr: Expr) throws {
    switch expr.kind {
    case .conditional(let conditional): try compile(conditional, expr.span, want: .tail)
    case .attempt(let attempt): try compile(attempt, expr.span, want: .tail)
    default:
      let free = builder.free
      builder.noteReturn()
      let operand = try operand(expr)
      builder.emit(Instruction(.returnValue, a: operand.register), expr.span)
      builder.free = free
    }
  }

  // MARK: Declarations

  private func compile(_ binding: Binding, _ span: Span) throws {
    if isTopLevel {
      let free = builder.free
      let register = builder.temporary()
      if case .name(let name) = binding.pattern.kind, let value = override(name, binding) {
        try compile(value, to: register)
      } else {
        declaredControl = try declared(binding)
        try compile(binding.value, to: register)
      }
      for (name, place) in binding.pattern.names { noteGlobal(name, place) }
      try bindGlobals(binding.pattern, register, isMutable: binding.isMutable, doc: binding.doc)
      builder.free = free
      return
    }
    for (name, place) in binding.pattern.names { checkDuplicate(name, place, from: scopeStarts.last ?? 0) }
    if case .name(let name) = binding.pattern.kind {
      let register = builder.temporary()
      try compile(binding.value, to: register)
      builder.free = register
      declareLocal(name, isMutable: binding.isMutable, span: binding.pattern.span)
      return
    }
    // The names get the lower registers; the value is above them until it is destructured.
    let count = binding.pattern.names.count
    let first = builder.free
    for _ in 0..<count { _ = builder.temporary() }
    let value = builder.temporary()
    try compile(binding.value, to: value)
    builder.free = value + 1
    var next = first
    try unpack(binding.pattern, value, isTemporary: true, into: &next)
    builder.free = first
    for (name, place) in binding.pattern.names {
      declareLocal(name, isMutable: binding.isMutable, span: place)
    }
  }

  private func noteGlobal(_ name: String, _ span: Span) {
    if let earlier = declaredInCell[name] { reportDuplicate(name, span, earlier: earlier) }
    declaredInCell[name] = span
  }

  /// Defines the globals of a pattern from a register, which is released.
  private func bindGlobals(_ pattern: Pattern, _ register: Int, isMutable: Bool, doc: String?) throws {
    if case .name(let name) = pattern.kind {
      try define(name, register, isMutable: isMutable, doc: doc, pattern.span)
      return
    }
    let names = pattern.names
    let first = builder.free
    for _ in names { _ = builder.temporary() }
    var next = first
    try unpack(pattern, register, isTemporary: true, into: &next)
    for (index, name) in names.enumerated() {
      try define(name.name, first + index, isMutable: isMutable, doc: doc, name.span)
    }
  }

  /// `G[name] = R[register]`, taking the register.
  private func define(_ name: String, _ register: Int, isMutable: Bool, doc: String?, _ span: Span) throws {
    let slot = try globals.slot(for: name, in: module)
    globals.setDoc(doc, slot)
    globals.setPlace(span, slot)
    builder.emit(Instruction(.defineGlobal, k: isMutable ? 0 : 1, a: register, bx: slot), span)
  }

  /// `G[name] = R[register]` for an imported name.
  private func defineImport(_ name: String, _ register: Int, _ span: Span) throws {
    let slot = try globals.slot(for: name, in: module)
    globals.setDoc(nil, slot)
    builder.emit(Instruction(.defineGlobal, k: 3, a: register, bx: slot), span)
  }

  /// Destructures a value: the pattern's names, from left to right, go to consecutive registers from `next`
  /// on.
  func unpack(
    _ pattern: Pattern, _ source: Int, isTemporary: Bool, inLoop: Bool = false, into next: inout Int
  ) throws {
    let free = builder.free
    defer { builder.free = free }
    switch pattern.kind {
    case .name:
      builder.emit(Instruction(isTemporary ? .take : .move, a: next, b: source), pattern.span)
      next += 1
    case .ignore:
      if isTemporary { builder.emit(Instruction(.clear, a: source, b: 1), pattern.span) }
    case .list(let patterns, let rest):
      let all = patterns + (rest.map { [$0] } ?? [])
      let isFlat = all.allSatisfy { if case .name = $0.kind { return true } else { return false } }
      let first = isFlat ? next : builder.free
      if isFlat { next += all.count } else { for _ in all { _ = builder.temporary() } }
      builder.emit(
        Instruction(
          .unpackList, k: (isTemporary ? 1 : 0) | (rest != nil ? 4 : 0) | (inLoop ? 8 : 0), a: first,
          b: source, c: patterns.count),
        pattern.span)
      if !isFlat {
        for (index, part) in all.enumerated() {
          try unpack(part, first + index, isTemporary: true, inLoop: inLoop, into: &next)
        }
      }
    case .record(let fields):
      for field in fields {
        let name = try builder.name(field.key)
        if case .name = field.pattern.kind {
          builder.emit(Instruction(.unpackField, a: next, b: source, c: name), field.keySpan)
          next += 1
        } else {
          let part = builder.temporary()
          builder.emit(Instruction(.unpackField, a: part, b: source, c: name), field.keySpan)
          try unpack(field.pattern, part, isTemporary: true, into: &next)
        }
      }
      if isTemporary { builder.emit(Instruction(.clear, a: source, b: 1), pattern.span) }
    }
  }

  private func compile(_ declaration: FunctionDeclaration, _ span: Span) throws {
    if isTopLevel {
      noteGlobal(declaration.name, declaration.nameSpan)
      // Declared before its body is compiled, so that it can call itself.
      let register = builder.temporary()
      try compileFunction(declaration.function, doc: declaration.doc, to: register, span)
      try define(declaration.name, register, isMutable: false, doc: declaration.doc, declaration.nameSpan)
      return
    }
    guard let index = builder.locals.lastIndex(where: { $0.name == declaration.name }) else { return }
    try compileFunction(declaration.function, doc: declaration.doc, to: builder.locals[index].register, span)
    builder.locals[index].isPending = false
  }

  private func compile(_ declaration: GroupsDeclaration, _ span: Span) throws {
    for item in declaration.groups.flatMap(\.items) {
      if let diagnostic = declaration.form.diagnostic(of: item) { report(diagnostic) }
    }
    let register = builder.temporary()
    if isTopLevel {
      noteGlobal(declaration.name, declaration.nameSpan)
      try compile(declaration.lowered, to: register)
      try define(declaration.name, register, isMutable: false, doc: declaration.doc, declaration.nameSpan)
    } else {
      checkDuplicate(declaration.name, declaration.nameSpan, from: scopeStarts.last ?? 0)
      try compile(declaration.lowered, to: register)
      builder.free = register
      declareLocal(declaration.name, isMutable: false, span: declaration.nameSpan)
    }
  }

  private func compile(_ use: Use, _ span: Span) throws {
    let register = builder.temporary()
    builder.uses.append(use)
    builder.emit(
      Instruction(.useModule, k: isTopLevel ? 1 : 0, a: register, bx: builder.uses.count - 1), use.sourceSpan)
    let first = builder.free
    for item in use.imports {
      let part = builder.temporary()
      builder.emit(
        Instruction(.importName, a: part, b: register, c: try builder.name(item.name)), item.nameSpan)
    }
    if isTopLevel {
      for (index, item) in use.imports.enumerated() {
        noteGlobal(item.localName, item.localSpan)
        try defineImport(item.localName, first + index, item.localSpan)
      }
      if let name = use.moduleName {
        noteGlobal(name, use.moduleNameSpan ?? span)
        try defineImport(name, register, use.moduleNameSpan ?? span)
      } else {
        builder.emit(Instruction(.clear, a: register, b: 1), span)
      }
      return
    }
    builder.free = register
    declareLocal(use.moduleName ?? "", isMutable: false, span: use.moduleNameSpan)
    for item in use.imports { declareLocal(item.localName, isMutable: false, span: item.localSpan) }
  }

  // MARK: --set

  /// The literal that replaces a constant's, if one was given.
  private func override(_ name: String, _ binding: Binding) -> Expr? {
    guard !binding.isMutable, let text = overrides[name], Compiler.isLiteral(binding.value) else {
      return nil
    }
    usedOverrides.insert(name)
    let span = binding.value.span
    // A bare word is a String if the program's value is a String; a quoted word is a literal.
    if case .string = binding.value.kind, !(text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")) {
      return Expr(.string(StringLiteral(segments: [.text(text)])), span)
    }
    let parsed = Parser.parse(SourceFile(name: "--set \(name)", text: text), dialect)
    guard !parsed.hasErrors, parsed.program.statements.count == 1,
      case .expr(let expr) = parsed.program.statements[0].kind, Compiler.isLiteral(expr)
    else {
      report(
        Diagnostic(
          "E0307", "--set \(name)=\(text): this is not a literal", at: span, text: "the literal to replace",
          help: ["write a number, true, false, nil, a list of those, or a quoted string"]))
      return nil
    }
    return expr
  }
}
