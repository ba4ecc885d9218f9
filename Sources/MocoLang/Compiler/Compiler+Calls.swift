// Calls, functions, assignments.

extension Compiler {
  // MARK: Calls

  func compile(_ call: Call, _ span: Span, to target: Int) throws {
    let declared = declaredControl
    declaredControl = nil
    let call = try namingSubject(of: call)
    let isControl = try declared != nil || controlFunction(call.callee) != nil
    // The callee and its arguments occupy consecutive registers; if the target is the last temporary, they
    // begin there.
    let isInPlace = builder.isTemporary(target) && target == builder.free - 1
    let base = isInPlace ? target : builder.temporary()
    let hasSpread = call.arguments.contains {
      if case .spread = $0.kind { return true } else { return false }
    }
    let mayLackReceiver: Bool
    if let declared {
      loadConstant(builder.constant(word: heap.native(declared)), base, call.callee.span)
      mayLackReceiver = false
    } else {
      mayLackReceiver = try compileCallee(call.callee, base, hasSpread: hasSpread)
    }
    let k: UInt8 = mayLackReceiver ? 1 : 0
    let site = CallSite(
      callee: call.callee.span,
      arguments: (mayLackReceiver ? [(name: nil, span: receiverSpan(call.callee))] : [])
        + call.arguments.map { (name: $0.name, span: $0.value.span) })
    if hasSpread {
      try compileSpread(call.arguments, base, span)
      note(site, builder.emit(Instruction(.callSpread, k: k, a: base), span, mark: call.callee.span))
    } else {
      var names: [String] = []
      for argument in call.arguments {
        if let name = argument.name {
          if names.contains(name) {
            report(Diagnostic("E0306", "the argument '\(name)' is given more than once", at: argument.span))
          }
          names.append(name)
        } else if !names.isEmpty {
          report(
            Diagnostic(
              "E0306", "a positional argument cannot follow a named one", at: argument.span,
              help: ["pass it by name, or put it first"]))
        }
        takesFloatRange = isControl
        try compile(argument.value, to: builder.temporary())
        takesFloatRange = false
      }
      let count = call.arguments.count + (mayLackReceiver ? 1 : 0)
      let instruction =
        names.isEmpty
        ? Instruction(.call, k: k, a: base, b: count)
        : Instruction(.callNamed, k: k, a: base, b: count, c: try builder.nameList(names))
      note(site, builder.emit(instruction, span, mark: call.callee.span))
    }
    if base != target { builder.emit(Instruction(.take, a: target, b: base), span) }
  }

  /// `help(x)` also receives the name x, because a plain value does not know its name.
  private func namingSubject(of call: Call) throws -> Call {
    guard case .name("help") = call.callee.kind, call.arguments.count == 1,
      case .positional = call.arguments[0].kind,
      case .name(let subject) = call.arguments[0].value.kind, case .global = try resolve("help")
    else { return call }
    let span = call.arguments[0].value.span
    let name = Expr(.string(StringLiteral(segments: [.text(subject)])), span)
    return Call(
      callee: call.callee, arguments: call.arguments + [Argument(.named("name", nameSpan: span), name)],
      form: call.form)
  }

  private func note(_ site: CallSite, _ place: Int) {
    builder.callSites[Int32(truncatingIfNeeded: place)] = site
  }

  private func receiverSpan(_ callee: Expr) -> Span {
    if case .member(let receiver, _, _) = callee.kind { return receiver.span }
    return callee.span
  }

  /// The callee in R[base]; true if R[base + 1] is reserved for a receiver.
  private func compileCallee(_ callee: Expr, _ base: Int, hasSpread: Bool) throws -> Bool {
    guard case .member(let receiver, let name, let nameSpan) = callee.kind, !callee.isParenthesized else {
      try compile(callee, to: base)
      return false
    }
    // With spread arguments the receiver comes after the list and the record.
    let place = hasSpread ? base + 3 : base + 1
    while builder.free <= place { _ = builder.temporary() }
    let free = builder.free
    try compile(receiver, to: base + 1)
    builder.free = free
    var slot = -1
    switch try resolve(name) {
    case .global(let global): slot = global
    case .local(let index):
      builder.emit(Instruction(.move, a: base, b: builder.locals[index].register), nameSpan)
    case .cell(let cell): builder.emit(Instruction(.getCell, a: base, b: cell), nameSpan)
    }
    builder.emit(
      Instruction(.method, a: base, b: try builder.name(name)), callee.span, mark: nameSpan,
      left: receiver.span)
    builder.emitWord(slot, nameSpan)
    if hasSpread { builder.emit(Instruction(.take, a: base + 3, b: base + 1), receiver.span) }
    return true
  }

  /// A List of the positional arguments in R[base + 1], a Record of the named ones in R[base + 2].
  private func compileSpread(_ arguments: [Argument], _ base: Int, _ span: Span) throws {
    while builder.free <= base + 2 { _ = builder.temporary() }
    builder.emit(Instruction(.newList, a: base + 1, b: 0, c: 0), span)
    builder.emit(Instruction(.newRecord, a: base + 2, b: 0, c: try builder.nameList([])), span)
    for argument in arguments {
      let free = builder.free
      switch argument.kind {
      case .positional:
        let value = builder.temporary()
        try compile(argument.value, to: value)
        builder.emit(Instruction(.appendTo, a: base + 1, b: value), argument.value.span)
      case .named(let name, let nameSpan):
        let key = builder.temporary()
        loadConstant(try builder.constant(string: name), key, nameSpan)
        let value = builder.temporary()
        try compile(argument.value, to: value)
        builder.emit(Instruction(.setKey, a: base + 2, b: key, c: value), argument.span)
      case .spread:
        let value = builder.temporary()
        try compile(argument.value, to: value)
        builder.emit(Instruction(.spreadTo, k: 4, a: base + 1, b: value), argument.value.span)
      }
      builder.free = free
    }
  }

  // MARK: Functions

  func compileFunction(_ function: FunctionExpr, doc: String?, to target: Int, _ span: Span) throws {
    let outer = builder
    let outerScopes = scopeStarts
    let inner = FunctionBuilder(heap: heap, parent: outer, file: file, name: function.name)
    inner.doc = doc
    inner.signatureText = function.parameters.map { parameter in
      parameter.defaultValue.map { "\(parameter.name) = \($0.span.text)" } ?? parameter.name
    }.joined(separator: ", ")
    builder = inner
    scopeStarts = [0]
    defer {
      builder = outer
      scopeStarts = outerScopes
    }
    for parameter in function.parameters {
      checkDuplicate(parameter.name, parameter.nameSpan, from: 0)
      declareLocal(parameter.name, isMutable: true, span: parameter.nameSpan)
      inner.parameters.append(
        Prototype.Parameter(
          name: parameter.name, key: try heap.intern(parameter.name),
          isRequired: parameter.defaultValue == nil,
          defaultText: parameter.defaultValue?.span.text))
    }
    for (register, parameter) in function.parameters.enumerated() {
      guard let value = parameter.defaultValue else { continue }
      let given = inner.emit(Instruction(.jumpIfGiven, a: register, bx: 0), parameter.nameSpan)
      let temporary = inner.temporary()
      try compile(value, to: temporary)
      inner.emit(Instruction(.take, a: register, b: temporary), value.span)
      inner.free = temporary
      inner.patch(given)
    }
    // A body may declare a name that shadows a parameter: let x = trim(x).
    scopeStarts = [inner.locals.count]
    inner.depth = 1
    try compileStatements(function.body.statements, want: .tail, span: function.body.span)
    inner.emit(Instruction(.returnNil), function.body.span)
    if inner.isTooLarge { tooLarge(span) }
    let prototype = Prototype(inner, module: module)
    outer.functions.append(prototype)
    outer.emit(Instruction(.closure, a: target, bx: outer.functions.count - 1), span)
  }

  // MARK: Assignments

  func compile(_ assignment: Assignment, _ span: Span) throws {
    switch assignment.target.kind {
    case .name(let name): try assign(name, assignment, span)
    case .member(let base, let name, let nameSpan): try assign(base, name, nameSpan, assignment, span)
    case .index(let base, let items, let bracket): try assign(base, items, bracket, assignment, span)
    case .list(let items): try assign(items, assignment, span)
    default:
      report(Diagnostic("E0302", "this cannot be assigned to", at: assignment.target.span))
    }
  }

  /// `[a, xs[0], ..rest] = value`: the entire value is destructured before anything is assigned, from left to
  /// right. Each target is evaluated just before its assignment.
  private func assign(_ items: [ListItem], _ assignment: Assignment, _ span: Span) throws {
    let target = assignment.target
    let scope = enterScope()
    let first = builder.free
    for _ in items { _ = builder.temporary() }
    let value = builder.temporary()
    try compile(assignment.value, to: value)
    var rest = 0
    if case .spread = items.last { rest = 1 }
    builder.emit(
      Instruction(.unpackList, k: rest == 1 ? 5 : 1, a: first, b: value, c: items.count - rest), target.span)
    builder.free = first
    let writesElements = items.contains { if case .index = $0.expr.kind { true } else { false } }
    for index in items.indices {
      let register = declareLocal(" \(index)", isMutable: false, span: target.span)
      if writesElements { builder.emit(Instruction(.unshare, a: register), target.span) }
    }
    for (index, item) in items.enumerated() {
      if case .name("_") = item.expr.kind { continue }
      let part = Expr(.name(" \(index)"), item.expr.span)
      try compile(
        Assignment(target: item.expr, op: nil, operatorSpan: assignment.operatorSpan, value: part),
        item.expr.span)
    }
    leaveScope(scope, span)
  }

  private func constantError(_ name: String, _ span: Span, declared: Span?) {
    report(
      Diagnostic(
        "E0302", "'\(name)' is a constant and cannot be reassigned", at: span,
        labels: declared.map { [Diagnostic.Label($0, "declared here")] } ?? [],
        help: ["declare it with var \(name) = …"]))
  }

  private func assign(_ name: String, _ assignment: Assignment, _ span: Span) throws {
    let target = assignment.target
    switch try resolve(name) {
    case .local(let index):
      let local = builder.locals[index]
      guard local.isMutable else { return constantError(name, target.span, declared: local.span) }
      if let op = assignment.op {
        try compound(
          op, assignment, left: Operand(register: local.register, isTemporary: false), to: local.register)
      } else if Compiler.isAssignable(assignment.value) {
        try compile(assignment.value, to: local.register)
      } else {
        let value = builder.temporary()
        try compile(assignment.value, to: value)
        builder.emit(Instruction(.take, a: local.register, b: value), span)
      }
    case .cell(let cell):
      guard builder.capturedNames[cell].isMutable else {
        return constantError(name, target.span, declared: nil)
      }
      let value = builder.temporary()
      if let op = assignment.op {
        builder.emit(Instruction(.getCell, a: value, b: cell), target.span)
        try compound(op, assignment, left: Operand(register: value, isTemporary: true), to: value)
      } else {
        try compile(assignment.value, to: value)
      }
      builder.emit(Instruction(.setCell, k: 1, a: cell, b: value), target.span)
    case .global(let slot):
      let value = builder.temporary()
      if let op = assignment.op, op != .matmul, op != .power,
        !Compiler.mayAssign(assignment.value, isCaptured: true)
      {
        let operand = try operand(assignment.value)
        builder.emit(
          Instruction(
            .updateGlobal, k: operand.isTemporary ? 1 : 0, a: operand.register,
            b: Int(Compiler.opcode(op).register.rawValue)),
          span, mark: assignment.operatorSpan, left: target.span, right: assignment.value.span)
        builder.emitWord(slot, target.span)
        return
      }
      if let op = assignment.op {
        builder.emit(Instruction(.getGlobal, a: value, bx: slot), target.span)
        try compound(op, assignment, left: Operand(register: value, isTemporary: true), to: value)
      } else {
        try compile(assignment.value, to: value)
      }
      builder.emit(Instruction(.setGlobal, k: 1, a: value, bx: slot), target.span)
    }
  }

  /// `R[result] = R[left] op value`
  private func compound(_ op: BinaryOperator, _ assignment: Assignment, left: Operand, to result: Int) throws
  {
    let free = builder.free
    let ops = Compiler.opcode(op)
    let span = assignment.target.span.union(assignment.value.span)
    var left = left
    if !left.isTemporary, Compiler.mayAssign(assignment.value, isCaptured: true) {
      let copy = builder.temporary()
      builder.emit(Instruction(.move, a: copy, b: left.register), assignment.target.span)
      left = Operand(register: copy, isTemporary: true)
    }
    var isNumber = false
    switch assignment.value.kind {
    case .int, .float: isNumber = true
    default: break
    }
    if let constantOp = ops.constant, isNumber, let place = try constant(assignment.value),
      place <= Int(UInt16.max)
    {
      builder.emit(
        Instruction(constantOp, k: left.isTemporary ? 1 : 0, a: result, b: left.register, c: place), span,
        mark: assignment.operatorSpan, left: assignment.target.span, right: assignment.value.span)
    } else {
      let right = try operand(assignment.value)
      builder.emit(
        Instruction(
          ops.register, k: (left.isTemporary ? 1 : 0) | (right.isTemporary ? 2 : 0), a: result,
          b: left.register,
          c: right.register), span, mark: assignment.operatorSpan, left: assignment.target.span,
        right: assignment.value.span)
    }
    builder.free = free
  }

  private func assign(
    _ base: Expr, _ name: String, _ nameSpan: Span, _ assignment: Assignment, _ span: Span
  ) throws {
    let object = try operand(base, before: [assignment.value])
    let key = try builder.name(name)
    let value: Operand
    if let op = assignment.op {
      let old = builder.temporary()
      builder.emit(
        Instruction(.getMember, a: old, b: object.register, c: key), assignment.target.span, mark: nameSpan,
        left: base.span)
      builder.emitWord(0, span)
      try compound(op, assignment, left: Operand(register: old, isTemporary: true), to: old)
      value = Operand(register: old, isTemporary: true)
    } else {
      value = try operand(assignment.value)
    }
    builder.emit(
      Instruction(
        .setMember, k: (object.isTemporary ? 1 : 0) | (value.isTemporary ? 2 : 0), a: object.register, b: key,
        c: value.register), assignment.target.span, mark: nameSpan, left: base.span,
      right: assignment.value.span)
    builder.emitWord(0, span)
  }

  private func assign(
    _ base: Expr, _ items: [IndexItem], _ bracket: Span, _ assignment: Assignment, _ span: Span
  ) throws {
    if items.count == 1, case .expr(let index) = items[0] {
      let object = try operand(base, before: [index, assignment.value])
      let place = try operand(index, before: [assignment.value])
      let value: Operand
      // Bit 3 of k: the value is a constant.
      var isConstant: UInt8 = 0
      if let op = assignment.op {
        let old = builder.temporary()
        builder.emit(
          Instruction(.getIndex, a: old, b: object.register, c: place.register), assignment.target.span,
          mark: bracket,
          left: base.span, right: index.span)
        try compound(op, assignment, left: Operand(register: old, isTemporary: true), to: old)
        value = Operand(register: old, isTemporary: true)
      } else if let constant = try constant(assignment.value), constant <= Int(UInt16.max) {
        value = Operand(register: constant, isTemporary: false)
        isConstant = 8
      } else {
        value = try operand(assignment.value)
      }
      let k: UInt8 =
        (object.isTemporary ? 1 : 0) | (place.isTemporary ? 2 : 0) | (value.isTemporary ? 4 : 0) | isConstant
      builder.emit(
        Instruction(.setIndex, k: k, a: object.register, b: place.register, c: value.register),
        assignment.target.span,
        mark: bracket, left: base.span, right: index.span)
      return
    }
    let first = builder.temporary()
    try compile(base, to: first)
    try compileItems(items)
    let value = builder.temporary()
    if let op = assignment.op {
      // The items are needed twice: read through a copy of the row.
      let copy = builder.free
      for offset in 0...items.count {
        builder.emit(Instruction(.move, a: builder.temporary(), b: first + offset), span)
      }
      builder.emit(
        Instruction(.getItems, a: value, b: copy, c: items.count), assignment.target.span, mark: bracket)
      builder.free = copy
      try compound(op, assignment, left: Operand(register: value, isTemporary: true), to: value)
    } else {
      try compile(assignment.value, to: value)
    }
    builder.emit(
      Instruction(.setItems, a: first, b: items.count, c: value), assignment.target.span, mark: bracket,
      left: base.span, right: assignment.value.span)
  }
}
