extension Parser {
  // MARK: - Arguments

  /// `(a, b: 2, ..more)`
  mutating func callArguments() throws -> [Argument] {
    var names: [String: Span] = [:]
    return try bracketed(mode: .space, .rightParen, "the list of arguments") { parser in
      var arguments: [Argument] = []
      while parser.kind != .rightParen {
        if parser.kind == .comma { throw parser.expected("an argument or ')'") }
        if parser.eat(.spread) {
          arguments.append(Argument(.spread, try parser.expression()))
        } else if parser.token.isWord, parser.peek().kind == .colon {
          let name = parser.token
          parser.noteName("argument", parser.text(name), parser.span(name), &names)
          parser.advance()
          parser.advance()
          arguments.append(
            Argument(.named(parser.text(name), nameSpan: parser.span(name)), try parser.expression()))
        } else {
          let value = try parser.expression()
          if parser.kind == .assign, case .name(let name) = value.kind {
            throw parser.assignedArgument(name)
          }
          arguments.append(Argument(.positional, value))
        }
        if !parser.eat(.comma) { break }
      }
      return arguments
    }
  }

  /// - Parameter what: "argument" or "key".
  mutating func noteName(_ what: String, _ name: String, _ place: Span, _ names: inout [String: Span]) {
    if let first = names[name] {
      report(
        Diagnostic(
          "E0115", "the \(what) '\(shortened(name))' is given twice", at: place,
          labels: [.init(first, "first here")], help: ["leave one of them out"]))
    } else {
      names[name] = place
    }
  }

  /// `{ name: value … }` behind a call: named arguments.
  mutating func trailingBlock(after given: [Argument]) throws -> [Argument] {
    var names: [String: Span] = [:]
    for argument in given {
      if case .named(let name, let place) = argument.kind { names[name] = place }
    }
    let entries = try bracketed(mode: .comma, .rightBrace, "the trailing block") {
      try $0.entries(isRecord: false)
    }
    var arguments: [Argument] = []
    for entry in entries {
      switch entry {
      case .field(let name, let nameSpan, let value):
        noteName("argument", name, nameSpan, &names)
        arguments.append(Argument(.named(name, nameSpan: nameSpan), value, isInBlock: true))
      case .spread(let value):
        arguments.append(Argument(.spread, value, isInBlock: true))
      case .computed(let key, _):
        report(
          "E0101", "the name of an argument cannot be computed", at: key.span,
          help: "spread a record: ..{\"\\(name)\": value}")
      }
    }
    return arguments
  }

  // MARK: - Command forms

  /// An expression, or where `train`, `evaluate`, `show` are no bound names, a command form.
  mutating func formOrExpression() throws -> Expr {
    guard kind == .name else { return try expression() }
    let name = text(token)
    guard FormScopes.commands.contains(name), !forms.isBound(name), beginsFormOperand(peek()) else {
      return try expression()
    }
    return try commandForm(name)
  }

  private func beginsFormOperand(_ next: Token) -> Bool {
    if next.newlineBefore { return false }
    switch next.kind {
    case .leftParen, .leftBracket, .leftBrace: return false
    case .not: return peek(2).kind != .in
    default: return isOperandStart(next)
    }
  }

  /// `train X on Y for N epochs { … }`, `evaluate X on Y { … }`, `show X, Y, size: 20`, `show X { … }`
  private mutating func commandForm(_ name: String) throws -> Expr {
    let start = Int(token.start)
    let callee = try make(.builtin(name), span(token))
    advance()
    var arguments: [Argument] = [Argument(.positional, try formOperand())]
    while isOnSameLine {
      if isWord(token, "on"), name != "show", !arguments.contains(where: { $0.name == "on" }) {
        let place = span(token)
        advance()
        arguments.append(Argument(.named("on", nameSpan: place), try formOperand()))
      } else if kind == .for, name == "train", !arguments.contains(where: { $0.name == "for" }) {
        let place = span(token)
        advance()
        arguments.append(Argument(.named("for", nameSpan: place), try duration()))
      } else {
        break
      }
    }
    if name == "show", mode == .terminator { try showArguments(&arguments) }
    if name == "train", token.newlineBefore, mode != .space, kind == .for || isWord(token, "on"),
      peek().kind == .int || peek().kind == .name, !arguments.contains(where: { $0.name == text(token) })
    {
      report(
        "E0101", "a line break ends 'train …' before '\(text(token))'", at: span(token),
        help: "write the whole form in one line: train X on Y for N epochs { … }")
      advance()
      _ = try duration()
    }
    if kind == .leftBrace, !token.newlineBefore {
      arguments += try with(mode: mode) { try $0.trailingBlock(after: arguments) }
    }
    return try make(
      .call(Call(callee: callee, arguments: arguments, form: .command)), span(from: start))
  }

  /// What follows the first value of `show X, Y, size: 20`, where a comma separates nothing else.
  private mutating func showArguments(_ arguments: inout [Argument]) throws {
    var names: [String: Span] = [:]
    while kind == .comma {
      advance()
      guard token.isWord, peek().kind == .colon else {
        arguments.append(Argument(.positional, try formOperand()))
        continue
      }
      let (name, place) = (text(token), span(token))
      noteName("argument", name, place, &names)
      advance()
      advance()
      arguments.append(Argument(.named(name, nameSpan: place), try formOperand()))
    }
  }

  private mutating func formOperand() throws -> Expr {
    try with(mode: mode, braceEndsExpression: true) { try $0.expression() }
  }

  /// Behind the `for` of `train`: any expression may be followed by a unit.
  private mutating func duration() throws -> Expr {
    let value = try formOperand()
    guard kind == .name, !token.newlineBefore, Lexer.units.contains(text(token)) else { return value }
    let unitSpan = span(token)
    let unit = text(token)
    advance()
    return try make(.quantity(value, unit: unit, unitSpan: unitSpan), value.span.union(unitSpan))
  }

  // MARK: - templates

  /// `templates NAME {`
  var isTemplatesForm: Bool {
    guard isWord(token, "templates") else { return false }
    let name = peek()
    let brace = peek(2)
    return name.kind == .name && !name.newlineBefore && brace.kind == .leftBrace && !brace.newlineBefore
  }

  mutating func templates(_ start: Int, _ doc: String?) throws -> Stmt {
    let keyword = token
    advance()
    let nameToken = token
    let name = text(nameToken)
    advance()
    let braceStart = Int(token.start)
    let groups = try bracketed(mode: .comma, .rightBrace, "the template set") { parser in
      var groups: [TemplatesDeclaration.Group] = []
      while parser.kind != .rightBrace {
        if parser.eat(.comma) || parser.eat(.semicolon) { continue }
        groups.append(try parser.templateGroup())
      }
      return groups
    }
    let blockSpan = span(from: braceStart)
    forms.bind(name)

    var entries: [RecordEntry] = []
    for group in groups {
      let list = try make(.list(group.templates.map(ListItem.element)), group.span)
      if case .string(let literal) = group.name.kind, let plain = literal.plainText {
        entries.append(.field(name: plain, nameSpan: group.name.span, value: list))
      } else {
        entries.append(.computed(key: group.name, value: list))
      }
    }
    var arguments = [
      Argument(.positional, try make(.record(entries), blockSpan)),
      Argument(.named("name", nameSpan: span(nameToken)), try text(name, span(nameToken))),
    ]
    if let doc {
      arguments.append(Argument(.named("doc", nameSpan: span(nameToken)), try text(doc, span(nameToken))))
    }
    let callee = try make(.builtin("templates"), span(keyword))
    let lowered = try make(
      .call(Call(callee: callee, arguments: arguments, form: .command)), span(from: start))
    return Stmt(
      .templates(
        TemplatesDeclaration(
          name: name, nameSpan: span(nameToken), groups: groups, doc: doc, lowered: lowered)),
      span(from: start))
  }

  private func text(_ value: String, _ place: Span) throws -> Expr {
    Expr(.string(StringLiteral(segments: [.text(value)])), place)
  }

  private mutating func templateGroup() throws -> TemplatesDeclaration.Group {
    let start = Int(token.start)
    guard isWord(token, "group") else {
      throw expected(
        "'group'", help: "write group \"satellite\" { \"a photo of {}.\" }: a template set holds groups")
    }
    advance()
    guard kind == .string, isOnSameLine else { throw expected("the group's name, a string") }
    let nameToken = token
    advance()
    let name = try string(nameToken)
    guard kind == .leftBrace, isOnSameLine else {
      let start = kind == .colon ? index + 1 : index
      let given = tokens[start].kind == .leftBracket ? piece(from: start + 1).text : piece(from: start).text
      throw failure(
        "E0101", "expected '{', found \(describe(token))",
        help:
          "write group \(shortened(text(nameToken))) { \(kind == .name ? "\"a photo of a {}.\"" : given) }")
    }
    let templates = try bracketed(mode: .comma, .rightBrace, "the group") { parser in
      var templates: [Expr] = []
      while parser.kind != .rightBrace {
        if parser.eat(.comma) || parser.eat(.semicolon) { continue }
        guard parser.kind == .string else { throw parser.expected("a template, a string") }
        let token = parser.token
        parser.advance()
        templates.append(try parser.string(token))
      }
      return templates
    }
    return TemplatesDeclaration.Group(name: name, templates: templates, span: span(from: start))
  }
}
