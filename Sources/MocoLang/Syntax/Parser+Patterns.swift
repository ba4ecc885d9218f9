extension Parser {
  /// `x`, `_`, `[a, b, ..rest]`, `{loss, accuracy: a}`
  mutating func pattern() throws -> Pattern {
    try enter()
    defer { nesting -= 1 }
    let start = Int(token.start)
    switch kind {
    case .name:
      let name = text(token)
      advance()
      return Pattern(name == "_" ? .ignore : .name(name), span(from: start))
    case .leftBracket:
      let (patterns, rest) = try bracketed(mode: .space, .rightBracket, "the pattern") {
        try $0.listPattern()
      }
      return Pattern(.list(patterns, rest: rest), span(from: start))
    case .leftBrace:
      let fields = try bracketed(mode: .comma, .rightBrace, "the pattern") { try $0.recordPattern() }
      return Pattern(.record(fields), span(from: start))
    case .leftParen:
      throw failure("E0101", "expected a name, found '('", help: "write [\(piece(from: index + 1).text)] = …")
    default:
      throw expected(
        "a name", help: token.isKeyword ? "choose another name: '\(kind.spelling)' is a keyword" : nil)
    }
  }

  private mutating func listPattern() throws -> ([Pattern], Pattern?) {
    var patterns: [Pattern] = []
    var rest: Pattern?
    while kind != .rightBracket {
      if kind == .spread {
        advance()
        rest = try pattern()
        _ = eat(.comma)
        if kind != .rightBracket {
          throw failure("E0101", "..rest must be last in a pattern", help: "write [first, ..rest]")
        }
        break
      }
      patterns.append(try pattern())
      if !eat(.comma) { break }
    }
    return (patterns, rest)
  }

  private mutating func recordPattern() throws -> [Pattern.Field] {
    var fields: [Pattern.Field] = []
    while kind != .rightBrace {
      let keyToken = token
      let key: String
      if token.isWord {
        key = text(keyToken)
      } else if kind == .string, let plain = plainString(token), peek().kind == .colon {
        key = plain
      } else {
        throw expected("a key", help: "write {loss, accuracy: a} to destructure a record")
      }
      advance()
      let inner: Pattern
      if kind == .colon {
        advance()
        inner = try pattern()
      } else if keyToken.kind == .name {
        inner = Pattern(.name(key), span(keyToken))
      } else {
        throw expected("':'", help: "write {\(key): name}: a keyword needs another name here")
      }
      fields.append(Pattern.Field(key: key, keySpan: span(keyToken), pattern: inner))
      if !eat(.comma), !token.newlineBefore { break }
    }
    return fields
  }

  // MARK: - Functions

  /// After `func` and the name: parameters and body.
  mutating func functionRest(name: String?) throws -> FunctionExpr {
    let start = Int(token.start)
    guard kind == .leftParen, isOnSameLine else {
      throw expected("'('", help: "write func name(a, b = 2) { … }")
    }
    let parameters = try self.parameters(of: name)
    let signature = span(from: start)
    if kind == .arrow || kind == .assign {
      let called = name ?? ""
      throw failure(
        "E0101", "expected '{', found \(describe(token))",
        help: "write func \(called)(…) { … }"
          + (name == nil ? ", or (…) => …" : ", or let \(called) = (…) => …"))
    }
    forms.enter(isFunction: true)
    for parameter in parameters { bind(parameter.name) }
    let body = try with(mode: mode) { try $0.block("func") }
    forms.leave()
    return FunctionExpr(name: name, parameters: parameters, body: body, signatureSpan: signature)
  }

  /// `(a, b = 2)`
  mutating func parameters(of name: String? = nil) throws -> [Parameter] {
    try bracketed(mode: .space, .rightParen, "the list of parameters") { parser in
      var parameters: [Parameter] = []
      while parser.kind != .rightParen {
        guard parser.kind == .name else {
          throw parser.failure(
            "E0101", "expected a parameter's name, found \(parser.describe(parser.token))",
            help: parser.variadicHelp(name) ?? parser.habitHelp)
        }
        let nameToken = parser.token
        let name = parser.text(nameToken)
        parser.advance()
        if parser.kind == .colon {
          throw parser.failure(
            "E0101", "expected ',' or ')', found ':'",
            help: "write \(name) alone, or \(name) = value for a default: there are no type annotations")
        }
        var value: Expr?
        if parser.eat(.assign) { value = try parser.expression() }
        if value == nil, parameters.last?.defaultValue != nil {
          parser.report(
            "E0120", "'\(name)' has no default, but follows a parameter that has one",
            at: parser.span(nameToken), help: "put parameters with defaults last")
        }
        if parameters.contains(where: { $0.name == name && name != "_" }) {
          parser.report(
            "E0115", "two parameters are called '\(name)'", at: parser.span(nameToken),
            help: "rename one of them")
        }
        parameters.append(Parameter(name: name, nameSpan: parser.span(nameToken), defaultValue: value))
        if !parser.eat(.comma) { break }
      }
      return parameters
    }
  }

  /// `=>` and the body: `{` opens a block, anything else is an expression.
  mutating func lambdaBody(_ parameters: [Parameter], start: Int, signature: Span) throws -> Expr {
    advance()
    try enter()
    defer { nesting -= 1 }
    forms.enter(isFunction: true)
    for parameter in parameters { bind(parameter.name) }
    let body: Block
    if kind == .leftBrace {
      body = try self.body("the body of the function")
    } else {
      let value = try expression()
      if isOnSameLine, kind == .assign || kind.compoundOperator != nil {
        throw failure(
          "E0101", "'=>' must be followed by an expression, not an assignment",
          help: "write => { name \(kind.spelling) … }")
      }
      body = Block(statements: [Stmt(.expr(value), value.span)], span: value.span)
    }
    forms.leave()
    return try make(
      .function(FunctionExpr(name: nil, parameters: parameters, body: body, signatureSpan: signature)),
      span(from: start))
  }
}
