// Statements that read as commands. The dialect defines them.

extension Parser {
  // MARK: - Command forms

  /// An expression, or a command form if its verb is not a bound name.
  mutating func formOrExpression() throws -> Expr {
    guard kind == .name else { return try expression() }
    let verb = text(token)
    guard let form = dialect.form(verb), !forms.isBound(verb), beginsFormOperand(peek()) else {
      return try expression()
    }
    return try command(form)
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
  private mutating func command(_ form: CommandForm) throws -> Expr {
    let start = Int(token.start)
    let callee = try make(.builtin(form.function), span(token))
    advance()
    var arguments: [Argument] = [Argument(.positional, try formOperand())]
    while isOnSameLine, let part = part(of: form, after: arguments) {
      let place = span(token)
      advance()
      let operand = part.takesUnit ? try quantityOperand() : try formOperand()
      arguments.append(Argument(.named(part.word, nameSpan: place), operand))
    }
    if form.takesList, mode == .terminator { try listedArguments(&arguments) }
    if token.newlineBefore, mode != .space, let part = part(of: form, after: arguments), !part.isOptional,
      peek().kind == .int || peek().kind == .name
    {
      report(
        "E0101", "a line break ends '\(form.verb) …' before '\(part.word)'", at: span(token),
        help: "write the form on one line: \(form.usage)")
      advance()
      _ = try quantityOperand()
    }
    if form.takesBlock, kind == .leftBrace, !token.newlineBefore {
      arguments += try with(mode: mode) { try $0.trailingBlock(after: arguments) }
    }
    return try make(
      .call(Call(callee: callee, arguments: arguments, form: .command)), span(from: start))
  }

  /// The part of a form that the next word begins, unless the part is already present.
  private func part(of form: CommandForm, after given: [Argument]) -> CommandForm.Part? {
    guard token.isWord, !form.parts.isEmpty, let part = form.part(text(token)),
      !given.contains(where: { $0.name == part.word })
    else { return nil }
    return part
  }

  /// The arguments after the first value of `show X, Y, size: 20`, if the comma has no other meaning.
  private mutating func listedArguments(_ arguments: inout [Argument]) throws {
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

  /// After the `for` of `train`: any expression may be followed by a unit.
  private mutating func quantityOperand() throws -> Expr {
    let value = try formOperand()
    guard kind == .name, !token.newlineBefore, dialect.unit(text(token)) != nil else { return value }
    let unitSpan = span(token)
    let unit = text(token)
    advance()
    return try make(.quantity(value, unit: unit, unitSpan: unitSpan), value.span.union(unitSpan))
  }

  // MARK: - Declaring forms

  /// The form that begins here: `templates NAME {`.
  var declaringForm: DeclaringForm? {
    let name = peek()
    let brace = peek(2)
    guard name.kind == .name, !name.newlineBefore, brace.kind == .leftBrace, !brace.newlineBefore else {
      return nil
    }
    return dialect.declaration(text(token))
  }

  mutating func declaration(_ form: DeclaringForm, _ start: Int, _ doc: String?) throws -> Stmt {
    let verb = token
    advance()
    let nameToken = token
    let name = text(nameToken)
    advance()
    let braceStart = Int(token.start)
    let groups = try bracketed(mode: .comma, .rightBrace, "the \(form.noun)") { parser in
      var groups: [GroupsDeclaration.Group] = []
      while parser.kind != .rightBrace {
        if parser.eat(.comma) || parser.eat(.semicolon) { continue }
        groups.append(try parser.group(form))
      }
      return groups
    }
    let blockSpan = span(from: braceStart)
    bind(name)

    var entries: [RecordEntry] = []
    for group in groups {
      let list = try make(.list(group.items.map(ListItem.element)), group.span)
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
    let callee = try make(.builtin(form.function), span(verb))
    let lowered = try make(
      .call(Call(callee: callee, arguments: arguments, form: .command)), span(from: start))
    return Stmt(
      .groups(
        GroupsDeclaration(
          form: form, name: name, nameSpan: span(nameToken), groups: groups, doc: doc, lowered: lowered)),
      span(from: start))
  }

  private func text(_ value: String, _ place: Span) throws -> Expr {
    Expr(.string(StringLiteral(segments: [.text(value)])), place)
  }

  private mutating func group(_ form: DeclaringForm) throws -> GroupsDeclaration.Group {
    let start = Int(token.start)
    guard isWord(token, form.group) else {
      throw expected(
        "'\(form.group)'",
        help: "write \(form.exampleGroup): a \(form.noun) holds \(form.group)s")
    }
    advance()
    guard kind == .string, isOnSameLine else { throw expected("the \(form.group)'s name, a string") }
    let nameToken = token
    advance()
    let name = try string(nameToken)
    guard kind == .leftBrace, isOnSameLine else {
      let start = kind == .colon ? index + 1 : index
      let given = tokens[start].kind == .leftBracket ? piece(from: start + 1).text : piece(from: start).text
      let inside = kind == .name ? form.exampleItem : given
      throw failure(
        "E0101", "expected '{', found \(describe(token))",
        help: "write \(form.group) \(shortened(text(nameToken))) { \(inside) }")
    }
    let items = try bracketed(mode: .comma, .rightBrace, "the \(form.group)") { parser in
      var items: [Expr] = []
      while parser.kind != .rightBrace {
        if parser.eat(.comma) || parser.eat(.semicolon) { continue }
        guard parser.kind == .string else { throw parser.expected("a \(form.item), a string") }
        let token = parser.token
        parser.advance()
        items.append(try parser.string(token))
      }
      return items
    }
    return GroupsDeclaration.Group(name: name, items: items, span: span(from: start))
  }
}
