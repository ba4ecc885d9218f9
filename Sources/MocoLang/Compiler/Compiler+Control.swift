// Loops, conditions, try.

extension Compiler {
  // MARK: Conditions

  /// Code that jumps if the condition is `outcome` and falls through otherwise; returns the jumps to patch.
  func jumps(if expr: Expr, is outcome: Bool) throws -> [Int] {
    switch expr.kind {
    case .unary(.not, _, let operand):
      return try jumps(if: operand, is: !outcome)
    case .logical(let chain) where chain.op != .coalesce:
      // `and` is decided by the first false, `or` by the first true.
      let deciding = chain.op == .or
      var decided: [Int] = []
      for operand in chain.operands.dropLast() {
        decided += try jumps(if: operand, is: deciding)
      }
      guard let last = chain.operands.last else { return [] }
      let jumps = try jumps(if: last, is: outcome)
      if outcome == deciding { return decided + jumps }
      builder.patch(decided)
      return jumps
    case .compare(let left, let op, let operatorSpan, let right):
      if let fused = Compiler.jumpOpcode(op) {
        return try [fusedJump(fused, left, operatorSpan, right, expr.span, outcome)]
      }
    default:
      break
    }
    let free = builder.free
    let operand = try operand(expr)
    builder.free = free
    return [
      builder.emit(Instruction(outcome ? .jumpIfTrue : .jumpIfFalse, a: operand.register, bx: 0), expr.span)
    ]
  }

  private static func jumpOpcode(_ op: ComparisonOperator) -> (register: Opcode, constant: Opcode)? {
    switch op {
    case .equal: return (.jumpEqual, .jumpEqualK)
    case .notEqual: return (.jumpNotEqual, .jumpNotEqualK)
    case .less: return (.jumpLess, .jumpLessK)
    case .lessOrEqual: return (.jumpLessOrEqual, .jumpLessOrEqualK)
    case .greater: return (.jumpGreater, .jumpGreaterK)
    case .greaterOrEqual: return (.jumpGreaterOrEqual, .jumpGreaterOrEqualK)
    case .in, .notIn: return nil
    }
  }

  private func fusedJump(
    _ op: (register: Opcode, constant: Opcode), _ left: Expr, _ mark: Span, _ right: Expr, _ span: Span,
    _ outcome: Bool
  ) throws -> Int {
    let free = builder.free
    let first = try operand(left, before: [right])
    var k: UInt8 = (outcome ? 0 : 4) | (first.isTemporary ? 1 : 0)
    if let constant = try constant(right), constant <= Int(UInt16.max) {
      builder.emit(
        Instruction(op.constant, k: k, a: first.register, b: constant), span, mark: mark, left: left.span,
        right: right.span)
    } else {
      let second = try operand(right)
      if second.isTemporary { k |= 2 }
      builder.emit(
        Instruction(op.register, k: k, a: first.register, b: second.register), span, mark: mark,
        left: left.span,
        right: right.span)
    }
    builder.free = free
    builder.emitWord(0, span)
    return builder.here - 1
  }

  func compile(_ conditional: Conditional, _ span: Span, want: Want) throws {
    var ends: [Int] = []
    for (index, branch) in conditional.branches.enumerated() {
      let skip = try jumps(if: branch.condition, is: false)
      try compile(branch.body, want: want)
      let isLast = index == conditional.branches.count - 1 && conditional.otherwise == nil
      switch want {
      case .tail: break
      case .discard where isLast: break
      default: ends.append(builder.emit(Instruction(.jump, bx: 0), span))
      }
      builder.patch(skip)
    }
    if let otherwise = conditional.otherwise {
      try compile(otherwise, want: want)
    } else {
      switch want {
      case .discard: break
      case .value(let register): builder.emit(Instruction(.loadNil, a: register), span)
      case .tail: builder.emit(Instruction(.returnNil), span)
      }
    }
    builder.patch(ends)
  }

  // MARK: Loops

  func compileWhile(_ condition: Expr, _ body: Block, _ span: Span) throws {
    let start = builder.here
    let exits = try jumps(if: condition, is: false)
    builder.loops.append(Loop())
    let scope = enterScope()
    try compileStatements(body.statements, want: .discard, span: body.span)
    let loop = builder.loops.removeLast()
    builder.patch(loop.continues)
    if loop.hasCaptures { builder.emit(Instruction(.closeCells, a: scope.free), span) }
    releaseLocals(from: scope.locals, span)
    let back = builder.emit(Instruction(.jumpBack, bx: 0), span)
    builder.patch(back, to: start)
    builder.patch(loop.breaks)
    releaseLoop(from: scope, span, isUsed: !loop.breaks.isEmpty)
    forgetScope(scope)
    builder.patch(exits)
  }

  /// After a loop left by `break`: locals of inner blocks may be anywhere above the scope.
  private func releaseLoop(from scope: Scope, _ span: Span, isUsed: Bool) {
    guard isUsed else { return }
    let count = builder.registerCount - scope.free
    if count > 0 {
      builder.emit(Instruction(.closeCells, a: scope.free), span)
      builder.emit(Instruction(.clear, a: scope.free, b: count), span)
    }
  }

  func compileFor(_ pattern: Pattern, _ source: Expr, _ body: Block, _ span: Span) throws {
    try iterate(pattern, source, span) {
      try self.compileStatements(body.statements, want: .discard, span: body.span)
    }
  }

  /// A loop over a source, with a body that may declare locals. The loop variables are fresh in every iteration.
  func iterate(_ pattern: Pattern, _ source: Expr, _ span: Span, body: () throws -> Void) throws {
    let outer = enterScope()
    let iteration = reserve(3)
    builder.localTop = iteration
    if case .range(let lower, let upper, let isClosed, let operatorSpan) = source.kind {
      try compile(lower, to: iteration)
      try compile(upper, to: iteration + 1)
      builder.emit(
        Instruction(.prepareRange, k: isClosed ? 1 : 0, a: iteration), source.span, mark: operatorSpan,
        left: lower.span,
        right: upper.span)
    } else {
      try compile(source, to: iteration)
      builder.emit(Instruction(.prepareLoop, a: iteration), source.span)
    }
    builder.localTop = iteration + 3
    let entry = builder.emit(Instruction(.jump, bx: 0), span)
    let start = builder.here
    builder.loops.append(Loop())
    let scope = enterScope()
    let element: Int
    if case .name(let name) = pattern.kind {
      element = declareLocal(name, isMutable: true, span: pattern.span)
    } else {
      let names = pattern.names
      let first = builder.free
      for _ in names { _ = builder.temporary() }
      element = builder.temporary()
      var next = first
      try unpack(pattern, element, isTemporary: true, inLoop: true, into: &next)
      builder.free = first
      for (index, name) in names.enumerated() {
        checkDuplicate(name.name, name.span, from: scope.locals)
        _ = index
        declareLocal(name.name, isMutable: true, span: name.span)
      }
      // The element itself stays above the names for the duration of the loop.
      _ = reserve(1)
    }
    let bodyLocals = builder.locals.count
    // A body may declare a name that shadows the loop's.
    scopeStarts[scopeStarts.count - 1] = bodyLocals
    try body()
    let loop = builder.loops.removeLast()
    builder.patch(loop.continues)
    if loop.hasCaptures || builder.locals[scope.locals...].contains(where: \.isCaptured) {
      builder.emit(Instruction(.closeCells, a: scope.free), span)
    }
    if bodyLocals < builder.locals.count {
      let first = builder.locals[bodyLocals].register
      builder.emit(
        Instruction(.clear, a: first, b: builder.locals[builder.locals.count - 1].register - first + 1), span)
    }
    builder.patch(entry)
    builder.emit(Instruction(.nextElement, a: iteration, b: element), source.span)
    builder.emitWord(start - (builder.here + 1), span)
    builder.patch(loop.breaks)
    let count = builder.registerCount - iteration
    if !loop.breaks.isEmpty { builder.emit(Instruction(.closeCells, a: iteration), span) }
    builder.emit(Instruction(.clear, a: iteration, b: count), span)
    forgetScope(scope)
    forgetScope(outer)
  }

  func leaveLoop(_ span: Span, isBreak: Bool) {
    guard !builder.loops.isEmpty else { return }
    let jump = builder.emit(Instruction(.jump, bx: 0), span)
    let last = builder.loops.count - 1
    if isBreak { builder.loops[last].breaks.append(jump) } else { builder.loops[last].continues.append(jump) }
  }

  // MARK: try

  func compile(_ attempt: Attempt, _ span: Span, want: Want) throws {
    let register = builder.free
    let start = builder.here
    try compile(attempt.body, want: want)
    let end = builder.here
    let over = builder.emit(Instruction(.jump, bx: 0), span)
    // The error is the first local of the catch block.
    let scope = enterScope()
    declareLocal(attempt.name ?? "", isMutable: false, span: attempt.nameSpan)
    builder.handlers.append(HandlerRange(start: start, end: end, target: builder.here, register: register))
    try compile(attempt.handler, want: want)
    leaveScope(scope, span)
    builder.patch(over)
  }
}
