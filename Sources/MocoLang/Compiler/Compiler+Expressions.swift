// Expressions.
//
// `compile(e, to: r)` may write R[r] before all of e is evaluated, so r is a temporary or a variable whose
// name is not in scope yet; `isAssignable` is true for expressions for which that does not matter.

import MocoBase

struct Operand {
  var register: Int
  /// Nothing else reads the register: the instruction that uses it releases it.
  var isTemporary: Bool
}

extension Compiler {
  /// The expression's value in some register: a variable's own, or a temporary. `before`: the expressions
  /// that are evaluated between this one and its use.
  func operand(_ expr: Expr, before later: [Expr] = []) throws -> Operand {
    if case .name(let name) = expr.kind, case .local(let index) = try resolve(name) {
      let local = builder.locals[index]
      if !(local.isMutable && later.contains { Compiler.mayAssign($0, isCaptured: local.isCaptured) }) {
        if local.isPending {
          builder.emit(Instruction(.checkDefined, a: local.register, bx: try builder.name(name)), expr.span)
        }
        return Operand(register: local.register, isTemporary: false)
      }
    }
    let register = builder.temporary()
    try compile(expr, to: register)
    return Operand(register: register, isTemporary: true)
  }

  /// Whether evaluating the expression could change a variable: blocks contain assignments, and calls may
  /// change what closures captured.
  static func mayAssign(_ expr: Expr, isCaptured: Bool) -> Bool {
    switch expr.kind {
    case .nilLiteral, .bool, .int, .float, .name, .builtin, .invalid, .function: return false
    case .conditional, .attempt, .comprehension: return true
    case .call: return isCaptured || callMayAssign(expr)
    case .string(let literal):
      return literal.segments.contains {
        if case .interpolation(let inner, _) = $0 { return mayAssign(inner, isCaptured: isCaptured) }
        return false
      }
    case .list(let items): return items.contains { mayAssign($0.expr, isCaptured: isCaptured) }
    case .record(let entries): return entries.contains { mayAssign($0.value, isCaptured: isCaptured) }
    case .quantity(let inner, _, _), .unary(_, _, let inner): return mayAssign(inner, isCaptured: isCaptured)
    case .range(let a, let b, _, _), .compare(let a, _, _, let b):
      return mayAssign(a, isCaptured: isCaptured) || mayAssign(b, isCaptured: isCaptured)
    case .binary(let chain):
      return mayAssign(chain.first, isCaptured: isCaptured)
        || chain.links.contains { mayAssign($0.operand, isCaptured: isCaptured) }
    case .logical(let chain): return chain.operands.contains { mayAssign($0, isCaptured: isCaptured) }
    case .member(let base, _, _): return mayAssign(base, isCaptured: isCaptured)
    case .index(let base, let items, _):
      return mayAssign(base, isCaptured: isCaptured)
        || items.contains {
          if case .expr(let e) = $0 { return mayAssign(e, isCaptured: isCaptured) } else { return false }
        }
    }
  }

  private static func callMayAssign(_ expr: Expr) -> Bool {
    guard case .call(let call) = expr.kind else { return false }
    return mayAssign(call.callee, isCaptured: false)
      || call.arguments.contains { mayAssign($0.value, isCaptured: false) }
  }

  /// Whether the target is written only after everything has been read.
  static func isAssignable(_ expr: Expr) -> Bool {
    switch expr.kind {
    case .logical, .conditional, .attempt, .comprehension: return false
    default: return true
    }
  }

  /// A constant for the right side of an instruction.
  func constant(_ expr: Expr) throws -> Int? {
    switch expr.kind {
    case .nilLiteral: return builder.constant(word: .null)
    case .bool(let value): return builder.constant(word: .bool(value))
    case .int(let value): return builder.constant(int: value)
    case .float(let value): return builder.constant(float: value)
    case .string(let literal):
      if let text = literal.plainText { return try builder.constant(string: text) }
      return nil
    case .unary(.negate, _, let inner):
      if case .int(let value) = inner.kind, value != Int.min { return builder.constant(int: -value) }
      if case .float(let value) = inner.kind { return builder.constant(float: -value) }
      return nil
    default: return nil
    }
  }

  // MARK: The switch

  func compile(_ expr: Expr, to target: Int) throws {
    let free = builder.free
    defer { builder.free = max(free, builder.localTop) }
    let takesFloats = takesFloatRange
    takesFloatRange = false
    let span = expr.span
    switch expr.kind {
    case .nilLiteral: builder.emit(Instruction(.loadNil, a: target), span)
    case .bool(let value): builder.emit(Instruction(.loadBool, a: target, b: value ? 1 : 0), span)
    case .int(let value): loadInt(value, target, span)
    case .float(let value): loadConstant(builder.constant(float: value), target, span)
    case .string(let literal): try compile(literal, span, to: target)
    case .name(let name): try load(name, span, to: target)
    case .builtin(let name):
      builder.emit(Instruction(.getGlobal, a: target, bx: try globals.builtinSlot(for: name)), span)
    case .list(let items): try compile(items, span, to: target)
    case .record(let entries): try compile(entries, span, to: target)
    case .comprehension(let comprehension): try compile(comprehension, span, to: target)
    case .quantity(let amount, let unit, _):
      let operand = try operand(amount)
      builder.emit(
        Instruction(
          .quantity, k: operand.isTemporary ? 1 : 0, a: target, b: operand.register,
          c: dialect.unitIndex(unit) ?? 0),
        span, left: amount.span)
    case .range(let lower, let upper, let isClosed, let operatorSpan):
      let floats: UInt8 = takesFloats ? 8 : 0
      let first = try operand(lower, before: [upper])
      let second = try operand(upper)
      builder.emit(
        Instruction(.range, k: (isClosed ? 4 : 0) | floats, a: target, b: first.register, c: second.register),
        span,
        mark: operatorSpan, left: lower.span, right: upper.span)
    case .function(let function): try compileFunction(function, doc: nil, to: target, span)
    case .conditional(let conditional): try compile(conditional, span, want: .value(target))
    case .attempt(let attempt): try compile(attempt, span, want: .value(target))
    case .unary(let op, let operatorSpan, let inner): try compile(op, operatorSpan, inner, span, to: target)
    case .binary(let chain): try compile(chain, to: target)
    case .logical(let chain): try compile(chain, span, to: target)
    case .compare(let left, let op, let operatorSpan, let right):
      let first = try operand(left, before: [right])
      let second = try operand(right)
      builder.emit(
        Instruction(
          Compiler.opcode(op), k: (first.isTemporary ? 1 : 0) | (second.isTemporary ? 2 : 0), a: target,
          b: first.register, c: second.register), span, mark: operatorSpan, left: left.span, right: right.span
      )
    case .call(let call): try compile(call, span, to: target)
    case .member(let base, let name, let nameSpan):
      let object = try operand(base)
      builder.emit(
        Instruction(
          .getMember, k: object.isTemporary ? 1 : 0, a: target, b: object.register, c: try builder.name(name)),
        span,
        mark: nameSpan, left: base.span)
      builder.emitWord(0, span)
    case .index(let base, let items, let bracketSpan):
      try compileIndex(base, items, bracketSpan, span, to: target)
    case .invalid: builder.emit(Instruction(.loadNil, a: target), span)
    }
  }

  private func loadInt(_ value: Int, _ target: Int, _ span: Span) {
    if let small = Int32(exactly: value) {
      builder.emit(Instruction(.loadInt, a: target, bx: Int(small)), span)
    } else {
      loadConstant(builder.constant(int: value), target, span)
    }
  }

  func loadConstant(_ place: Int, _ target: Int, _ span: Span) {
    builder.emit(Instruction(.loadConstant, a: target, bx: place), span)
  }

  private func load(_ name: String, _ span: Span, to target: Int) throws {
    switch try resolve(name) {
    case .local(let index):
      let local = builder.locals[index]
      if local.isPending {
        builder.emit(Instruction(.checkDefined, a: local.register, bx: try builder.name(name)), span)
      }
      if local.register != target { builder.emit(Instruction(.move, a: target, b: local.register), span) }
    case .cell(let cell):
      builder.emit(Instruction(.getCell, a: target, b: cell), span)
    case .global(let slot):
      builder.emit(Instruction(.getGlobal, a: target, bx: slot), span)
    }
  }

  // MARK: Operators

  private func compile(
    _ op: UnaryOperator, _ operatorSpan: Span, _ inner: Expr, _ span: Span, to target: Int
  ) throws {
    if op == .negate {
      if case .int(let value) = inner.kind, value != Int.min { return loadInt(-value, target, span) }
      if case .float(let value) = inner.kind {
        return loadConstant(builder.constant(float: -value), target, span)
      }
    }
    let operand = try operand(inner)
    builder.emit(
      Instruction(
        op == .negate ? .negate : .not, k: operand.isTemporary ? 1 : 0, a: target, b: operand.register), span,
      mark: operatorSpan, left: inner.span, right: inner.span)
  }

  private func compile(_ chain: BinaryChain, to target: Int) throws {
    let accumulator = builder.isTemporary(target) ? target : builder.temporary()
    var left: Operand
    var leftSpan = chain.first.span
    let rest = chain.links.map(\.operand)
    var links = chain.links[...]
    if let first = links.first, first.op == .multiply || first.op == .add,
      let place = try numericConstant(chain.first), place <= Int(UInt16.max),
      try numericConstant(first.operand) == nil
    {
      // `2 * x` is compiled as `x * 2` if x is a number; bit 3 of k records the order in the source.
      let free = builder.free
      let whole = leftSpan.union(first.operand.span)
      let right = try operand(first.operand)
      let result = links.count == 1 ? target : accumulator
      builder.emit(
        Instruction(
          first.op == .multiply ? .multiplyK : .addK, k: (right.isTemporary ? 1 : 0) | 8, a: result,
          b: right.register, c: place), whole, mark: first.operatorSpan, left: leftSpan,
        right: first.operand.span)
      builder.free = free
      left = Operand(register: result, isTemporary: true)
      leftSpan = whole
      links = links.dropFirst()
    } else if case .name(let name) = chain.first.kind, case .local = try resolve(name) {
      left = try operand(chain.first, before: rest)
    } else {
      try compile(chain.first, to: accumulator)
      left = Operand(register: accumulator, isTemporary: true)
    }
    for (index, link) in zip(links.indices, links) {
      let free = builder.free
      let whole = leftSpan.union(link.operand.span)
      let isLast = index == chain.links.count - 1
      // Writing to the accumulator is safe only if the left side is already there, or is not read again.
      let result = isLast ? target : accumulator
      let ops = Compiler.opcode(link.op)
      if let constantOp = ops.constant, case .some(let place) = try numericConstant(link.operand),
        place <= Int(UInt16.max)
      {
        builder.emit(
          Instruction(constantOp, k: left.isTemporary ? 1 : 0, a: result, b: left.register, c: place), whole,
          mark: link.operatorSpan, left: leftSpan, right: link.operand.span)
      } else {
        let right = try operand(link.operand)
        builder.emit(
          Instruction(
            ops.register, k: (left.isTemporary ? 1 : 0) | (right.isTemporary ? 2 : 0), a: result,
            b: left.register,
            c: right.register), whole, mark: link.operatorSpan, left: leftSpan, right: link.operand.span)
      }
      builder.free = free
      left = Operand(register: result, isTemporary: true)
      leftSpan = whole
    }
  }

  private func numericConstant(_ expr: Expr) throws -> Int? {
    switch expr.kind {
    case .int, .float: return try constant(expr)
    default: return nil
    }
  }

  static func opcode(_ op: BinaryOperator) -> (register: Opcode, constant: Opcode?) {
    switch op {
    case .add: return (.add, .addK)
    case .subtract: return (.subtract, .subtractK)
    case .multiply: return (.multiply, .multiplyK)
    case .divide: return (.divide, .divideK)
    case .modulo: return (.modulo, .moduloK)
    case .matmul: return (.matrixProduct, nil)
    case .power: return (.power, nil)
    }
  }

  private static func opcode(_ op: ComparisonOperator) -> Opcode {
    switch op {
    case .equal: return .equal
    case .notEqual: return .notEqual
    case .less: return .less
    case .lessOrEqual: return .lessOrEqual
    case .greater: return .greater
    case .greaterOrEqual: return .greaterOrEqual
    case .in: return .contains
    case .notIn: return .notContains
    }
  }

  private func compile(_ chain: LogicalChain, _ span: Span, to target: Int) throws {
    var ends: [Int] = []
    for (index, operand) in chain.operands.enumerated() {
      try compile(operand, to: target)
      let isLast = index == chain.operands.count - 1
      switch chain.op {
      case .coalesce:
        if !isLast { ends.append(builder.emit(Instruction(.jumpIfNotNil, a: target, bx: 0), operand.span)) }
      case .and, .or:
        if isLast {
          builder.emit(Instruction(.checkBool, a: target), operand.span)
        } else {
          ends.append(
            builder.emit(
              Instruction(chain.op == .and ? .jumpIfFalse : .jumpIfTrue, a: target, bx: 0), operand.span))
        }
      }
    }
    builder.patch(ends)
  }

  // MARK: Strings

  private func compile(_ literal: StringLiteral, _ span: Span, to target: Int) throws {
    if let text = literal.plainText {
      loadConstant(try builder.constant(string: text), target, span)
      return
    }
    let first = builder.free
    var count = 0
    for segment in literal.segments {
      let register = builder.temporary()
      count += 1
      switch segment {
      case .text(let text):
        loadConstant(try builder.constant(string: text), register, span)
      case .interpolation(let expr, let format):
        try compile(expr, to: register)
        if let format {
          do { _ = try FormatSpecification(format.text) } catch let error as Failure {
            report(
              Diagnostic(error.code, error.message, at: format.span, help: error.help.map { [$0] } ?? []))
          }
          builder.emit(
            Instruction(.format, a: register, b: register, c: try builder.constant(string: format.text)),
            expr.span)
        }
      }
    }
    builder.emit(Instruction(.concatenate, a: target, b: first, c: count), span)
  }

  // MARK: Lists and records

  private func compile(_ items: [ListItem], _ span: Span, to target: Int) throws {
    let isPlain = items.allSatisfy { if case .element = $0 { return true } else { return false } }
    if isPlain, items.count <= 64 {
      let first = builder.free
      for item in items { try compile(item.expr, to: builder.temporary()) }
      builder.emit(Instruction(.newList, a: target, b: first, c: items.count), span)
      return
    }
    let list = builder.isTemporary(target) ? target : builder.temporary()
    builder.emit(Instruction(.newList, a: list, b: 0, c: 0), span)
    for item in items {
      let free = builder.free
      let value = builder.temporary()
      try compile(item.expr, to: value)
      switch item {
      case .element: builder.emit(Instruction(.appendTo, a: list, b: value), item.expr.span)
      case .spread: builder.emit(Instruction(.spreadTo, a: list, b: value), item.expr.span)
      }
      builder.free = free
    }
    if list != target { builder.emit(Instruction(.take, a: target, b: list), span) }
  }

  private func compile(_ entries: [RecordEntry], _ span: Span, to target: Int) throws {
    var keys: [String] = []
    for entry in entries { if case .field(let name, _, _) = entry { keys.append(name) } }
    if keys.count == entries.count, keys.count <= 64, Set(keys).count == keys.count {
      let first = builder.free
      for entry in entries { try compile(entry.value, to: builder.temporary()) }
      builder.emit(Instruction(.newRecord, a: target, b: first, c: try builder.nameList(keys)), span)
      return
    }
    let record = builder.isTemporary(target) ? target : builder.temporary()
    builder.emit(Instruction(.newRecord, a: record, b: 0, c: try builder.nameList([])), span)
    // Keys from another record may be given again.
    var isNew: UInt8 = 4
    for entry in entries {
      let free = builder.free
      switch entry {
      case .field(let name, let nameSpan, let value):
        let key = builder.temporary()
        loadConstant(try builder.constant(string: name), key, nameSpan)
        let part = builder.temporary()
        try compile(value, to: part)
        builder.emit(Instruction(.setKey, k: isNew, a: record, b: key, c: part), nameSpan)
      case .computed(let key, let value):
        let name = builder.temporary()
        try compile(key, to: name)
        let part = builder.temporary()
        try compile(value, to: part)
        builder.emit(Instruction(.setKey, k: isNew, a: record, b: name, c: part), key.span)
      case .spread(let value):
        let part = builder.temporary()
        try compile(value, to: part)
        builder.emit(Instruction(.mergeTo, a: record, b: part), value.span)
        isNew = 0
      }
      builder.free = free
    }
    if record != target { builder.emit(Instruction(.take, a: target, b: record), span) }
  }

  private func compile(_ comprehension: Comprehension, _ span: Span, to target: Int) throws {
    let scope = enterScope()
    let list = reserve(1)
    if comprehension.key == nil {
      builder.emit(Instruction(.newList, a: list, b: 0, c: 0), span)
    } else {
      builder.emit(Instruction(.newRecord, a: list, b: 0, c: try builder.nameList([])), span)
    }
    try compile(comprehension.clauses[...], comprehension, list, span)
    builder.emit(Instruction(.take, a: target, b: list), span)
    forgetScope(scope)
  }

  private func compile(
    _ clauses: ArraySlice<Comprehension.Clause>, _ comprehension: Comprehension, _ list: Int, _ span: Span
  ) throws {
    let element = comprehension.element
    guard let clause = clauses.first else {
      let first = builder.temporary()
      if let key = comprehension.key {
        try compile(key, to: first)
        let value = builder.temporary()
        try compile(element, to: value)
        builder.emit(Instruction(.setKey, k: 4, a: list, b: first, c: value), key.span)
      } else {
        try compile(element, to: first)
        builder.emit(Instruction(.appendTo, a: list, b: first), element.span)
      }
      builder.free = max(first, builder.localTop)
      return
    }
    switch clause {
    case .loop(let pattern, let source, let clauseSpan):
      try iterate(pattern, source, clauseSpan) {
        try self.compile(clauses.dropFirst(), comprehension, list, span)
      }
    case .filter(let condition):
      let skip = try jumps(if: condition, is: false)
      try compile(clauses.dropFirst(), comprehension, list, span)
      builder.patch(skip)
    }
  }

  // MARK: Elements

  private func compileIndex(
    _ base: Expr, _ items: [IndexItem], _ bracket: Span, _ span: Span, to target: Int
  ) throws {
    if items.count == 1, case .expr(let index) = items[0] {
      let object = try operand(base, before: [index])
      let place = try operand(index)
      builder.emit(
        Instruction(
          .getIndex, k: (object.isTemporary ? 1 : 0) | (place.isTemporary ? 2 : 0), a: target,
          b: object.register,
          c: place.register), span, mark: bracket, left: base.span, right: index.span)
      return
    }
    let first = builder.temporary()
    try compile(base, to: first)
    try compileItems(items)
    builder.emit(
      Instruction(.getItems, a: target, b: first, c: items.count), span, mark: bracket, left: base.span)
  }

  /// The items of an index in consecutive registers, `undefined` for a bare `:`.
  func compileItems(_ items: [IndexItem]) throws {
    for item in items {
      let register = builder.temporary()
      switch item {
      case .expr(let expr): try compile(expr, to: register)
      case .all(let span): builder.emit(Instruction(.markUndefined, a: register), span)
      }
    }
  }
}
