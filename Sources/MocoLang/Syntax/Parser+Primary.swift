extension Parser {
  /// Whether an operand may begin with this token.
  func isOperandStart(_ token: Token) -> Bool {
    switch token.kind {
    case .int, .hugeInt, .float, .string, .name, .true, .false, .nil, .if, .try, .func, .not, .minus,
      .leftParen,
      .leftBracket, .leftBrace:
      true
    default: false
    }
  }

  mutating func primary() throws -> Expr {
    let first = token
    let place = span(first)
    switch first.kind {
    case .int:
      advance()
      return try quantity(try make(.int(Int(truncatingIfNeeded: first.bits)), place))
    case .hugeInt:
      report(
        "E0104", "this integer is out of range for Int (64 bits)", at: place,
        help: "add .0 for a Float; the largest Int is 9223372036854775807")
      advance()
      return try make(.int(Int.max), place)
    case .float:
      advance()
      return try quantity(try make(.float(Double(bitPattern: first.bits)), place))
    case .true, .false:
      advance()
      return try make(.bool(first.kind == .true), place)
    case .nil:
      advance()
      return try make(.nilLiteral, place)
    case .string:
      advance()
      return try string(first)
    case .name:
      advance()
      let name = text(first)
      if kind == .arrow, isOnSameLine {
        return try lambdaBody(
          [Parameter(name: name, nameSpan: place, defaultValue: nil)], start: Int(first.start),
          signature: place)
      }
      return try make(.name(name), place)
    case .if:
      return try conditional()
    case .try:
      return try attempt()
    case .func:
      let start = Int(first.start)
      advance()
      if kind == .name {
        throw expected("'('", help: "leave the name out: func (a, b) { … }")
      }
      let function = try functionRest(name: nil)
      return try make(.function(function), span(from: start))
    case .leftParen:
      return try parenthesis()
    case .leftBracket:
      return try list()
    case .leftBrace:
      if braceEndsExpression {
        throw expected("an expression", help: "put a record in a condition in parentheses: ({a: 1})")
      }
      return try record()
    default:
      throw expected("an expression")
    }
  }

  /// A unit word directly after a number.
  private mutating func quantity(_ number: Expr) throws -> Expr {
    guard kind == .name, !token.newlineBefore else { return number }
    let unit = text(token)
    guard dialect.unit(unit) != nil else { return number }
    let unitSpan = span(token)
    advance()
    return try make(.quantity(number, unit: unit, unitSpan: unitSpan), number.span.union(unitSpan))
  }

  // MARK: - Strings

  mutating func string(_ token: Token) throws -> Expr {
    var segments: [StringLiteral.Segment] = []
    for piece in strings[Int(truncatingIfNeeded: token.bits)] {
      switch piece {
      case .text(let text): segments.append(.text(text))
      case .interpolation(let tokens, let format):
        segments.append(.interpolation(try interpolation(tokens), format: format))
      }
    }
    return try make(.string(StringLiteral(segments: segments)), span(token))
  }

  /// The expression in `\( )`: its tokens are a separate list.
  private mutating func interpolation(_ inner: [Token]) throws -> Expr {
    let outer = (tokens, index, mode, braceEndsExpression, openBrackets, nesting)
    let depth = forms.depth
    tokens = inner
    index = 0
    mode = .space
    braceEndsExpression = false
    openBrackets = []
    defer {
      (tokens, index, mode, braceEndsExpression, openBrackets, nesting) = outer
      forms.leave(to: depth)
    }
    do {
      try enter()
      if kind == .interpolationEnd {
        throw expected("an expression", help: "write \\(name), or \\\\( for the characters \\(")
      }
      let value = try expression()
      guard kind == .interpolationEnd else {
        throw expected("')'", help: "write one expression: \\(value) or \\(value:.3f)")
      }
      return value
    } catch let failure as SyntaxFailure {
      report(failure.diagnostic)
      return Expr(.invalid, span(token))
    }
  }

  // MARK: - Brackets

  private mutating func parenthesis() throws -> Expr {
    let opener = token
    let match = Int(opener.match)
    if match > index, match + 1 < tokens.count, tokens[match + 1].kind == .arrow,
      mode == .space || !tokens[match + 1].newlineBefore
    {
      let start = Int(opener.start)
      let parameters = try self.parameters()
      return try lambdaBody(parameters, start: start, signature: span(from: start))
    }
    let inner = try bracketed(mode: .space, .rightParen, "a parenthesis") { parser in
      if parser.kind == .rightParen {
        throw parser.expected("an expression", help: "write nil for no value, [] for an empty List")
      }
      let value = try parser.expression()
      if parser.kind == .comma {
        throw parser.tupleFailure(opener)
      }
      return value
    }
    return Expr(inner.kind, inner.span, isParenthesized: true)
  }

  private mutating func list() throws -> Expr {
    let start = Int(token.start)
    let kind: Expr.Kind = try bracketed(mode: .space, .rightBracket, "the list") { parser in
      var items: [ListItem] = []
      while parser.kind != .rightBracket {
        if parser.kind == .comma { throw parser.expected("an element or ']'") }
        if parser.kind == .for {
          throw parser.loopBeforeElement
        }
        if parser.kind == .closed {
          parser.report(
            "E0101", "expected '..', found '...'", at: parser.span(parser.token),
            help: "write two dots to spread a list: [..xs]")
          parser.advance()
          items.append(.spread(try parser.expression()))
        } else if parser.eat(.spread) {
          items.append(.spread(try parser.expression()))
        } else {
          items.append(.element(try parser.expression()))
        }
        if parser.kind == .for, items.count == 1, case .element(let element) = items[0] {
          return .comprehension(try parser.comprehension(element))
        }
        if !parser.eat(.comma) { break }
      }
      return .list(items)
    }
    return try make(kind, span(from: start))
  }

  /// After the element: `for x in xs if x > 1 …`
  mutating func comprehension(_ element: Expr, key: Expr? = nil) throws -> Comprehension {
    var clauses: [Comprehension.Clause] = []
    while true {
      let start = Int(token.start)
      if eat(.for) {
        let first = index
        let pattern = try self.pattern()
        guard kind == .in else {
          throw loopFailure(from: first, body: "")
        }
        advance()
        let source = try expression()
        clauses.append(.loop(pattern, source: source, span: span(from: start)))
      } else if eat(.if) {
        clauses.append(.filter(try expression()))
      } else {
        return Comprehension(key: key, element: element, clauses: clauses)
      }
    }
  }

  mutating func indexItems() throws -> [IndexItem] {
    try bracketed(mode: .space, .rightBracket, "the index") { parser in
      var items: [IndexItem] = []
      if parser.kind == .rightBracket {
        throw parser.expected("an index", help: "write x[:] for everything")
      }
      while parser.kind != .rightBracket {
        if parser.kind == .colon {
          let start = parser.index
          items.append(.all(parser.span(parser.token)))
          parser.advance()
          if parser.kind != .comma, parser.kind != .rightBracket {
            throw parser.sliceFailure(from: start)
          }
        } else {
          let start = parser.index
          items.append(.expr(try parser.expression()))
          if parser.kind == .colon {
            throw parser.sliceFailure(from: start)
          }
        }
        if !parser.eat(.comma) { break }
      }
      return items
    }
  }

  // MARK: - if

  /// `if c { a } else if d { b } else { e }`
  private mutating func conditional() throws -> Expr {
    let start = Int(token.start)
    var branches: [Conditional.Branch] = []
    var otherwise: Block?
    while true {
      advance()
      let condition = try head("a condition")
      let body = try block("if")
      branches.append(.init(condition: condition, body: body))
      guard kind == .else, peek().kind != .colon, !token.cellBefore else { break }
      advance()
      if kind == .if { continue }
      if kind != .leftBrace { throw expected("'{' or 'if'") }
      otherwise = try block("else")
      break
    }
    return try make(
      .conditional(Conditional(branches: branches, otherwise: otherwise)), span(from: start))
  }

  // MARK: - try

  /// `try { a } catch e { b }`
  private mutating func attempt() throws -> Expr {
    let start = Int(token.start)
    advance()
    let body = try block("try")
    guard kind == .catch, !token.cellBefore else {
      var failure = expected("'catch'", help: "write try { … } catch e { … }").diagnostic
      if kind == .end { failure.code = Parser.unfinishedCode }
      throw SyntaxFailure(diagnostic: failure)
    }
    advance()
    var name: String?
    var nameSpan: Span?
    forms.enter()
    if kind == .name, isOnSameLine {
      name = text(token)
      nameSpan = span(token)
      bind(text(token))
      advance()
    }
    let handler = try block("catch")
    forms.leave()
    return try make(
      .attempt(Attempt(body: body, name: name, nameSpan: nameSpan, handler: handler)), span(from: start))
  }
}
