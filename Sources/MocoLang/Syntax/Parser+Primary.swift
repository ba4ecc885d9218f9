extension Parser {
  /// An operand may begin with this token.
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
        "E0104", "this integer does not fit 64 bits", at: place,
        help: "the greatest is 9223372036854775807; write it with a point for a Float")
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
        throw expected("'('", help: "a function inside an expression has no name: func (a, b) { … }")
      }
      let function = try functionRest(name: nil)
      return try make(.function(function), span(from: start))
    case .leftParen:
      return try parenthesis()
    case .leftBracket:
      return try list()
    case .leftBrace:
      if braceEndsExpression {
        throw expected("an expression", help: "a record in a head stands in parentheses: ({a: 1})")
      }
      return try record()
    default:
      throw expected("an expression")
    }
  }

  /// A unit word right after a number.
  private mutating func quantity(_ number: Expr) throws -> Expr {
    guard kind == .name, !token.newlineBefore else { return number }
    let unit = text(token)
    guard Lexer.units.contains(unit) else { return number }
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

  /// The expression in `\( )`: its tokens are a list of their own.
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
        throw expected("an expression", help: "write \\(name), or \\\\( for the characters themselves")
      }
      let value = try expression()
      guard kind == .interpolationEnd else {
        throw expected("')'", help: "an interpolation holds one expression: \\(value) or \\(value:.3f)")
      }
      return value
    } catch let failure as Failure {
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
        throw parser.expected("an expression", help: "nothing is written nil, an empty list []")
      }
      let value = try parser.expression()
      if parser.kind == .comma {
        throw parser.failure("E0101", "expected ')', found ','", help: "several values are a list: [a, b]")
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
        if parser.kind == .closed {
          parser.report(
            "E0101", "expected '..', found '...'", at: parser.span(parser.token),
            help: "a list is spread with two points: [..xs]")
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

  /// Behind the element: `for x in xs if x > 1 …`
  private mutating func comprehension(_ element: Expr) throws -> Comprehension {
    var clauses: [Comprehension.Clause] = []
    while true {
      let start = Int(token.start)
      if eat(.for) {
        let pattern = try self.pattern()
        guard kind == .in else { throw expected("'in'", help: "write [… for x in xs]") }
        advance()
        let source = try expression()
        clauses.append(.loop(pattern, source: source, span: span(from: start)))
      } else if eat(.if) {
        clauses.append(.filter(try expression()))
      } else {
        return Comprehension(element: element, clauses: clauses)
      }
    }
  }

  mutating func indexItems() throws -> [IndexItem] {
    try bracketed(mode: .space, .rightBracket, "the index") { parser in
      var items: [IndexItem] = []
      if parser.kind == .rightBracket {
        throw parser.expected("an index", help: "everything is written x[:]")
      }
      while parser.kind != .rightBracket {
        if parser.kind == .colon {
          items.append(.all(parser.span(parser.token)))
          parser.advance()
          if parser.kind != .comma, parser.kind != .rightBracket {
            throw parser.failure(
              "E0101", "expected ',' or ']' behind ':', found \(parser.describe(parser.token))",
              help: "':' alone is everything; the first three are 0..<3")
          }
        } else {
          items.append(.expr(try parser.expression()))
          if parser.kind == .colon {
            throw parser.failure(
              "E0101", "expected ',' or ']', found ':'",
              help: "a range is written 1..<3; up to the last one 1...-1")
          }
        }
        if !parser.eat(.comma) { break }
      }
      return items
    }
  }

  /// `{a: 1, "b c": 2, ..base, inner { … }}`
  mutating func record() throws -> Expr {
    let start = Int(token.start)
    let entries = try bracketed(mode: .comma, .rightBrace, "the record") { try $0.entries() }
    return try make(.record(entries), span(from: start))
  }

  /// Entries of a record or a trailing block, without the braces.
  mutating func entries(isRecord: Bool = true) throws -> [RecordEntry] {
    var entries: [RecordEntry] = []
    var names: [String: Span] = [:]
    while kind != .rightBrace {
      let entry = try entry()
      entries.append(entry)
      if isRecord, case .field(let name, let place, _) = entry { noteName("key", name, place, &names) }
      if eat(.comma) {
        if kind == .comma { throw expected("an entry or '}'") }
        continue
      }
      if kind == .semicolon {
        report(
          "E0101", "expected ',' or a new line, found ';'", at: span(token),
          help: "entries are separated by , or a new line")
        advance()
        continue
      }
      if !token.newlineBefore { break }
    }
    return entries
  }

  private mutating func entry() throws -> RecordEntry {
    if kind == .spread || kind == .closed {
      if kind == .closed {
        report(
          "E0101", "expected '..', found '...'", at: span(token),
          help: "a record is spread with two points: {..base}")
      }
      advance()
      return .spread(try expression())
    }
    let keyToken = token
    if token.isWord, peek().kind == .colon {
      advance()
      advance()
      return .field(name: text(keyToken), nameSpan: span(keyToken), value: try expression())
    }
    if token.isWord, peek().kind == .leftBrace, !peek().newlineBefore {
      advance()
      return .field(name: text(keyToken), nameSpan: span(keyToken), value: try nestedRecord())
    }
    if kind == .string, peek().kind == .colon {
      advance()
      let key = try string(keyToken)
      advance()
      let value = try expression()
      if let plain = plainString(keyToken) {
        return .field(name: plain, nameSpan: span(keyToken), value: value)
      }
      return .computed(key: key, value: value)
    }
    switch kind {
    case .name:
      let name = text(keyToken)
      advance()
      if kind == .comma || kind == .rightBrace || token.newlineBefore {
        throw Failure(
          diagnostic: Diagnostic(
            "E0101", "expected ':' behind the key '\(shortened(name))'", at: span(keyToken),
            help: ["write \(name): \(name)", "'{' begins a record here: there are no bare blocks"]))
      }
      throw expected("':' behind the key '\(shortened(name))'", help: "an entry is written name: value")
    case .int, .hugeInt, .float:
      throw expected("a key", help: "keys are names or strings: \"\(text(keyToken))\": …")
    case .let, .var, .func, .for, .while, .if, .return, .try:
      throw expected(
        "a key", help: "'{' begins a record here: blocks stand only behind if, while, for, func, try and =>")
    default:
      throw expected("a key", help: "an entry is written name: value or \"any text\": value")
    }
  }

  private mutating func nestedRecord() throws -> Expr {
    try enter()
    defer { nesting -= 1 }
    return try record()
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
      throw Failure(diagnostic: failure)
    }
    advance()
    var name: String?
    var nameSpan: Span?
    forms.enter()
    if kind == .name, isOnSameLine {
      name = text(token)
      nameSpan = span(token)
      forms.bind(text(token))
      advance()
    }
    let handler = try block("catch")
    forms.leave()
    return try make(
      .attempt(Attempt(body: body, name: name, nameSpan: nameSpan, handler: handler)), span(from: start))
  }
}
