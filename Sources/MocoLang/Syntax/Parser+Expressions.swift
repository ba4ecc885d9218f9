/// Binding powers, lowest first; language.md's table.
private enum Level: Int, Comparable {
  case pipe = 1
  case or, and, not, comparison, coalesce, range, sum, product

  static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  var next: Int { rawValue + 1 }
}

extension Parser {
  /// An entire expression. `=>` needs no level of its own: before it is a name or a list of parameters, and
  /// its body includes everything to the right.
  mutating func expression() throws -> Expr {
    try operators(atLeast: Level.pipe.rawValue)
  }

  // MARK: - Binary operators

  private var infixLevel: Level? {
    if token.newlineBefore, mode != .space, !(kind == .pipe && !token.cellBefore) { return nil }
    switch kind {
    case .pipe: return .pipe
    case .or: return .or
    case .and: return .and
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: return .comparison
    case .not: return peek().kind == .in ? .comparison : nil
    case .coalesce: return .coalesce
    case .halfOpen, .closed: return .range
    case .plus, .minus: return .sum
    case .star, .slash, .percent, .at: return .product
    default: return nil
    }
  }

  private mutating func operators(atLeast minimum: Int) throws -> Expr {
    var left = kind == .not ? try not(minimum) : try unary()
    // Every iteration parses an entire chain of one level, so that a long chain is one flat node without
    // recursion.
    while let level = infixLevel, level.rawValue >= minimum {
      switch level {
      case .pipe: left = try pipe(left)
      case .or, .and, .coalesce: left = try logical(left, level)
      case .comparison: left = try comparison(left)
      case .range: left = try range(left)
      case .sum, .product: left = try chain(left, level)
      case .not: return left
      }
    }
    return left
  }

  private mutating func not(_ minimum: Int) throws -> Expr {
    var places: [Token] = []
    while kind == .not {
      places.append(token)
      advance()
    }
    if minimum > Level.not.rawValue, let first = places.first {
      report(
        "E0108", "'not' has lower precedence than the operator before it", at: span(first),
        help: "write (not …)")
    }
    var operand = try operators(atLeast: Level.not.rawValue)
    for place in places.reversed() {
      operand = try make(
        .unary(.not, operatorSpan: span(place), operand), span(place).union(operand.span))
    }
    return operand
  }

  private mutating func chain(_ first: Expr, _ level: Level) throws -> Expr {
    var links: [BinaryChain.Link] = []
    while infixLevel == level {
      let op = token
      advance()
      let operand = try operators(atLeast: level.next)
      links.append(
        .init(op: Parser.binaryOperator(op.kind), operatorSpan: span(op), operand: operand))
    }
    return try make(.binary(BinaryChain(first: first, links: links)), full(first, links.last?.operand))
  }

  private static func binaryOperator(_ kind: Token.Kind) -> BinaryOperator {
    switch kind {
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .percent: .modulo
    case .at: .matmul
    case .power: .power
    default: .add
    }
  }

  /// From the start of one operand to the end of the other, parentheses included.
  private func full(_ first: Expr, _ last: Expr?) -> Span {
    file.span(outerStart(first), max(previousEnd, last?.span.end ?? 0))
  }

  /// The start of an expression including its parentheses; spans cover only the inside.
  private func outerStart(_ expr: Expr) -> Int {
    guard expr.isParenthesized else { return expr.span.start }
    var offset = expr.span.start
    while offset > 0 {
      offset -= 1
      if file.bytes[offset] == UInt8(ascii: "(") { return offset }
      if file.bytes[offset] > 0x20 { break }
    }
    return expr.span.start
  }

  private mutating func logical(_ first: Expr, _ level: Level) throws -> Expr {
    var operands = [first]
    var spans: [Span] = []
    while infixLevel == level {
      spans.append(span(token))
      advance()
      operands.append(try operators(atLeast: level.next))
    }
    let op: LogicalOperator = level == .or ? .or : level == .and ? .and : .coalesce
    return try make(
      .logical(LogicalChain(op: op, operands: operands, operatorSpans: spans)), full(first, operands.last))
  }

  private mutating func comparison(_ first: Expr) throws -> Expr {
    var left = first
    var previous: Token?
    while infixLevel == .comparison {
      let place = token
      if let previous {
        report(
          "E0108", "comparisons cannot be chained", at: span(place),
          help: "write a \(text(previous)) b and b \(text(place)) c")
      }
      previous = place
      let op: ComparisonOperator
      switch kind {
      case .notEqual: op = .notEqual
      case .less: op = .less
      case .lessOrEqual: op = .lessOrEqual
      case .greater: op = .greater
      case .greaterOrEqual: op = .greaterOrEqual
      case .in: op = .in
      case .not:
        op = .notIn
        advance()
      default: op = .equal
      }
      let operatorSpan = span(place).union(span(token))
      advance()
      let right = try operators(atLeast: Level.comparison.next)
      left = try make(.compare(left: left, op, operatorSpan: operatorSpan, right: right), full(left, right))
    }
    return left
  }

  private mutating func range(_ first: Expr) throws -> Expr {
    var left = first
    var isSecond = false
    while infixLevel == .range {
      let op = token
      if isSecond {
        report("E0108", "a range has two ends", at: span(op), help: "write range(0, 10, by: 2) for a step")
      }
      isSecond = true
      advance()
      switch kind {
      case .rightBracket, .rightParen, .rightBrace, .comma:
        throw expected("the end of the range", help: "write both ends: 1..<3, or 1...-1 up to the last")
      default: break
      }
      let right = try operators(atLeast: Level.range.next)
      left = try make(
        .range(lower: left, upper: right, isClosed: op.kind == .closed, operatorSpan: span(op)),
        full(left, right))
    }
    return left
  }

  /// `x |> f(y)` is `f(x, y)`; a callee that is not a call is called with x.
  private mutating func pipe(_ first: Expr) throws -> Expr {
    let op = token
    advance()
    let target = try operators(atLeast: Level.pipe.next)
    let form = Call.Form.pipe(operatorSpan: span(op))
    let argument = Argument(.positional, first)
    if case .call(let call) = target.kind, !target.isParenthesized {
      return try make(
        .call(Call(callee: call.callee, arguments: [argument] + call.arguments, form: form)),
        full(first, target))
    }
    return try make(.call(Call(callee: target, arguments: [argument], form: form)), full(first, target))
  }

  // MARK: - Unary minus and power

  /// Unary minus has lower precedence than `**`: `-2 ** 2` is -4.
  mutating func unary() throws -> Expr {
    try enter()
    defer { nesting -= 1 }
    guard kind == .minus else { return try power() }
    var places: [Token] = []
    while kind == .minus {
      places.append(token)
      advance()
    }
    if token.newlineBefore || kind == .end { try refuseDecrement(places.last) }
    if kind == .hugeInt, let folded = try leastInteger(&places) {
      return try negate(folded, places)
    }
    if kind == .int || kind == .float, let last = places.last, last.end == token.start, literalStandsAlone {
      let value: Expr.Kind =
        kind == .int ? .int(-Int(truncatingIfNeeded: token.bits)) : .float(-Double(bitPattern: token.bits))
      let place = span(last).union(span(token))
      advance()
      places.removeLast()
      return try negate(try make(value, place), places)
    }
    let operand = try power()
    return try negate(operand, places)
  }

  private mutating func negate(_ operand: Expr, _ places: [Token]) throws -> Expr {
    var operand = operand
    for place in places.reversed() {
      operand = try make(
        .unary(.negate, operatorSpan: span(place), operand), file.span(Int(place.start), previousEnd))
    }
    return operand
  }

  /// -9223372036854775808: its digits alone are out of range for Int.
  private mutating func leastInteger(_ places: inout [Token]) throws -> Expr? {
    guard literalStandsAlone, let last = places.popLast() else { return nil }
    let place = span(last).union(span(token))
    advance()
    return try make(.int(Int.min), place)
  }

  /// Whether no operator with higher precedence than unary minus follows the literal.
  private var literalStandsAlone: Bool {
    let next = peek()
    let continues = mode == .space || !next.newlineBefore
    switch next.kind {
    case .power, .leftParen, .leftBracket: return !continues
    case .dot: return false
    case .name: return next.newlineBefore || dialect.unit(text(next)) == nil
    default: return true
    }
  }

  /// `**` is right-associative, and its right side may be unary.
  private mutating func power() throws -> Expr {
    let base = try postfix()
    guard kind == .power, isOnSameLine else { return base }
    let op = token
    advance()
    let exponent = try unary()
    let link = BinaryChain.Link(op: .power, operatorSpan: span(op), operand: exponent)
    return try make(.binary(BinaryChain(first: base, links: [link])), full(base, exponent))
  }

  // MARK: - Calls, indices, members

  private mutating func postfix() throws -> Expr {
    var expr = try primary()
    /// Whether the `)` of a call without a trailing block is directly before the position.
    var mayTakeBlock = false
    while true {
      switch kind {
      case .leftParen where isOnSameLine:
        let arguments = try callArguments()
        expr = try make(.call(Call(callee: expr, arguments: arguments)), full(expr, nil))
        mayTakeBlock = true
      case .leftBrace where beginsBlockCall(expr):
        let block = try trailingBlock(after: [])
        expr = try make(.call(Call(callee: expr, arguments: block)), full(expr, nil))
      case .leftBrace where mayTakeBlock && !token.newlineBefore && !braceEndsExpression:
        guard case .call(let call) = expr.kind else { return expr }
        try refuseAnonymousFunction(call)
        let block = try trailingBlock(after: call.arguments)
        expr = try make(
          .call(Call(callee: call.callee, arguments: call.arguments + block, form: call.form)),
          full(expr, nil))
        mayTakeBlock = false
      case .leftBracket where isOnSameLine:
        let start = Int(token.start)
        let items = try indexItems()
        expr = try make(.index(expr, items, bracketSpan: span(from: start)), full(expr, nil))
        mayTakeBlock = false
      case .dot where isOnSameLine || (!token.cellBefore && peek().isWord):
        advance()
        guard token.isWord else {
          throw expected("a member's name", help: "write x.name for a member, x[0] for an element")
        }
        let name = token
        advance()
        expr = try make(.member(expr, name: text(name), nameSpan: span(name)), full(expr, nil))
        mayTakeBlock = false
      default:
        return expr
      }
    }
  }

  /// The brace after `model` in `model { … }`.
  private func beginsBlockCall(_ callee: Expr) -> Bool {
    guard case .name(let name) = callee.kind, !token.newlineBefore, !braceEndsExpression else { return false }
    return dialect.blockCalls.contains(name) && !forms.isBound(name)
  }
}
