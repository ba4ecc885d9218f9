extension Parser {
  /// Statements up to the end of the text or the `}` of a body.
  mutating func statementList(into statements: inout [Stmt], isTopLevel: Bool) {
    while true {
      if kind == .end || kind == .interpolationEnd { return }
      if kind == .rightBrace {
        if !isTopLevel { return }
        // Reported by the lexer already.
        advance()
        continue
      }
      if kind == .semicolon {
        advance()
        continue
      }
      if diagnostics.count >= Parser.maximumErrors * 2 {
        index = tokens.count - 1
        return
      }
      let start = index
      let openBracketCount = openBrackets.count
      let (savedMode, savedBrace, savedNesting) = (mode, braceEndsExpression, nesting)
      let savedForms = forms.depth
      do {
        let statement = try self.statement()
        try endStatement()
        var hides = false
        if kind == .semicolon {
          advance()
          hides = true
        }
        statements.append(Stmt(statement.kind, statement.span, hidesValue: hides))
      } catch let failure {
        mode = savedMode
        braceEndsExpression = savedBrace
        nesting = savedNesting
        forms.leave(to: savedForms)
        report(failure.diagnostic)
        let place = Int(tokens[start].start)
        recover(from: start, openBracketCount: openBracketCount)
        statements.append(Stmt(.invalid, span(from: place)))
      }
    }
  }

  /// A statement ends at a line break, `;`, `}` or the end.
  private func endStatement() throws(SyntaxFailure) {
    if isAtStatementEnd || token.newlineBefore { return }
    if kind == .leftBrace {
      throw failure(
        "E0101", "expected the end of the statement, found '{'",
        help: habitHelp
          ?? "put a block after if, while, for, func, try or =>, a trailing block after a call f(…)")
    }
    throw expected("the end of the statement")
  }

  // MARK: - Statements

  mutating func statement() throws(SyntaxFailure) -> Stmt {
    do {
      try enter()
      defer { nesting -= 1 }
      return try anyStatement()
    } catch let failure as SyntaxFailure {
      throw failure
    } catch {
      throw expected("a statement")
    }
  }

  private mutating func anyStatement() throws -> Stmt {
    let start = Int(token.start)
    let doc = docs[token.start]
    switch kind {
    case .let, .var:
      return try binding(start, doc)
    case .func where peek().kind == .name:
      return try functionDeclaration(start, doc)
    case .use:
      return try use(start)
    case .while:
      advance()
      let condition = try head("a condition")
      return try wrap(.whileLoop(condition: condition, body: try block("while")), start)
    case .for:
      return try forLoop(start)
    case .break:
      advance()
      return try wrap(.breakLoop, start)
    case .continue:
      advance()
      return try wrap(.continueLoop, start)
    case .return:
      advance()
      if isAtStatementEnd || token.newlineBefore { return try wrap(.returnValue(nil), start) }
      return try wrap(.returnValue(try expression()), start)
    case .name:
      if let form = declaringForm { return try declaration(form, start, doc) }
      return try expressionStatement(start)
    default:
      return try expressionStatement(start)
    }
  }

  private func wrap(_ kind: Stmt.Kind, _ start: Int) throws -> Stmt {
    let statement = Stmt(kind, span(from: start))
    guard statement.height <= Parser.maximumHeight else {
      throw SyntaxFailure(
        diagnostic: Diagnostic(
          "E0404", "this statement is more than \(Parser.maximumHeight) levels deep", at: statement.span,
          help: ["move its inner parts into functions"]))
    }
    return statement
  }

  private mutating func binding(_ start: Int, _ doc: String?) throws -> Stmt {
    let isMutable = kind == .var
    advance()
    let pattern = try self.pattern()
    if kind == .colon {
      throw failure(
        "E0101", "expected '=', found ':'", help: "write \(untypedDeclaration): there are no type annotations"
      )
    }
    if kind == .leftParen, isOnSameLine, case .name(let name) = pattern.kind {
      throw failure(
        "E0101", "expected '=', found '('", help: "write func \(name)(\(piece(from: index + 1).text)) { … }")
    }
    guard isOnSameLine, kind == .assign else {
      throw expected(
        "'='", help: "write \(isMutable ? "var" : "let") name = value")
    }
    advance()
    let value = try formOrExpression()
    for (name, _) in pattern.names { bind(name) }
    return try wrap(.binding(Binding(isMutable: isMutable, pattern: pattern, value: value, doc: doc)), start)
  }

  private mutating func functionDeclaration(_ start: Int, _ doc: String?) throws -> Stmt {
    advance()
    let nameToken = token
    let name = text(nameToken)
    advance()
    bind(name)
    let function = try functionRest(name: name)
    return try wrap(
      .function(FunctionDeclaration(name: name, nameSpan: span(nameToken), function: function, doc: doc)),
      start)
  }

  private mutating func forLoop(_ start: Int) throws -> Stmt {
    advance()
    if let help = loopHeadHelp {
      throw failure("E0101", "expected a name, found \(describe(token))", help: help)
    }
    let first = index
    let pattern = try self.pattern()
    guard kind == .in else {
      throw loopFailure(from: first)
    }
    advance()
    let source = try head("the value to iterate over")
    forms.enter()
    for (name, _) in pattern.names { bind(name) }
    let body = try block("for")
    forms.leave()
    return try wrap(.forLoop(pattern: pattern, source: source, body: body), start)
  }

  private mutating func expressionStatement(_ start: Int) throws -> Stmt {
    let value = try formOrExpression()
    guard isOnSameLine else { return try wrap(.expr(value), start) }
    let operatorToken = token
    let op = operatorToken.kind.compoundOperator
    guard operatorToken.kind == .assign || op != nil else { return try wrap(.expr(value), start) }
    checkTarget(value, isCompound: op != nil)
    advance()
    let assigned = op == nil ? try formOrExpression() : try expression()
    if isOnSameLine, kind == .assign || kind.compoundOperator != nil {
      throw failure(
        "E0109", "an assignment has no value to assign",
        help: "write one assignment per line")
    }
    return try wrap(
      .assign(Assignment(target: value, op: op, operatorSpan: span(operatorToken), value: assigned)), start)
  }

  private mutating func checkTarget(_ target: Expr, isCompound: Bool) {
    switch target.kind {
    case .name, .member, .index, .invalid: return
    case .list(let items) where !isCompound && !items.isEmpty && !target.isParenthesized:
      for (place, item) in items.enumerated() {
        if case .spread(let rest) = item, place < items.count - 1 {
          report(
            "E0109", "..rest must be last in a pattern", at: rest.span, help: "write [first, ..rest] = …")
        }
        checkTarget(item.expr, isCompound: false)
      }
    case .list:
      report(
        "E0109", isCompound ? "a pattern has no value to compute with" : "this pattern has no name in it",
        at: target.span, help: isCompound ? "write one assignment for each name" : "write [a, b] = pair")
    case .record:
      report(
        "E0109", "a record pattern cannot be assigned to", at: target.span,
        help: "write let {a, b} = r, or one assignment for each name: a = r.a")
    case .call(let call):
      report(
        "E0109", "the result of a call cannot be assigned to", at: target.span,
        help: definitionHelp(call)
          ?? "assign to a name, a member or an index, or write == to compare")
    default:
      report(
        "E0109", "this cannot be assigned to", at: target.span,
        help: "assign to a name, a member or an index, or write == to compare")
    }
  }

  /// `f(x) = x + 1` declares a function in other languages.
  private func definitionHelp(_ call: Call) -> String? {
    guard case .name(let name) = call.callee.kind else { return nil }
    let parameters = call.arguments.compactMap { argument -> String? in
      if case .positional = argument.kind, case .name(let parameter) = argument.value.kind {
        return parameter
      }
      return nil
    }
    guard parameters.count == call.arguments.count else { return nil }
    return "write func \(name)(\(parameters.joined(separator: ", "))) { … }, or == to compare"
  }

  // MARK: - Blocks

  /// The expression in the head of `if`, `while` and `for`: `{` ends it.
  mutating func head(_ what: String) throws -> Expr {
    if kind == .leftBrace {
      throw expected(what, help: "a record in a condition must be in parentheses: ({a: 1})")
    }
    let outer = mode
    return try with(mode: outer, braceEndsExpression: true) { try $0.expression() }
  }

  /// `{ … }` after the head of a statement, on the same line.
  mutating func block(_ keyword: String) throws -> Block {
    guard kind == .leftBrace else {
      throw braceFailure(keyword)
    }
    if token.newlineBefore {
      report(
        "E0101", "the '{' of '\(keyword)' is on a line of its own", at: span(token),
        help: "put it at the end of the line above: a line break ends a statement")
    }
    return try body("the body of '\(keyword)'")
  }

  /// `{ statements }`
  mutating func body(_ what: String) throws -> Block {
    try enter()
    defer { nesting -= 1 }
    let start = Int(token.start)
    forms.enter()
    let statements = try bracketed(mode: .terminator, .rightBrace, what) { parser in
      var statements: [Stmt] = []
      parser.statementList(into: &statements, isTopLevel: false)
      return statements
    }
    forms.leave()
    return Block(statements: statements, span: span(from: start))
  }

  // MARK: - Modules

  private mutating func use(_ start: Int) throws -> Stmt {
    advance()
    var imports: [Use.Import] = []
    var takesNames = false
    if kind == .leftBrace {
      takesNames = true
      imports = try bracketed(mode: .comma, .rightBrace, "the list of names") { try $0.imports() }
      guard kind == .from else {
        throw expected("'from'", help: "write use {name} from module")
      }
      advance()
    }
    let sourceToken = token
    let source: Use.Source
    var moduleName: String?
    switch kind {
    case .name:
      source = .library(text(token))
      moduleName = text(token)
      advance()
    case .string:
      guard let path = plainString(token) else {
        throw failure(
          "E0118", "the path of a module must be a plain string", help: "remove the interpolation")
      }
      source = .path(path)
      moduleName = Parser.moduleName(ofPath: path)
      advance()
    default:
      throw expected(
        "a module",
        help:
          "write use \(dialect.exampleModule), use \"./file.moco\" as name, or use {name} from module")
    }
    var nameSpan = span(sourceToken)
    if kind == .as, isOnSameLine {
      advance()
      guard kind == .name else { throw expected("a name") }
      if takesNames {
        report(
          "E0118", "rename imported names inside the braces", at: span(token),
          help: "write use {name as other} from module")
      }
      moduleName = text(token)
      nameSpan = span(token)
      advance()
    }
    if takesNames {
      for item in imports { bind(item.localName) }
      return try wrap(
        .use(
          Use(
            source: source, sourceSpan: span(sourceToken), moduleName: nil, moduleNameSpan: nil,
            imports: imports)),
        start)
    }
    guard let moduleName else {
      throw SyntaxFailure(
        diagnostic: Diagnostic(
          "E0118", "this module needs a name", at: span(sourceToken),
          help: ["write use \(shortened(text(sourceToken))) as name"]))
    }
    bind(moduleName)
    return try wrap(
      .use(
        Use(
          source: source, sourceSpan: span(sourceToken), moduleName: moduleName, moduleNameSpan: nameSpan,
          imports: [])), start)
  }

  private mutating func imports() throws -> [Use.Import] {
    var imports: [Use.Import] = []
    while kind != .rightBrace {
      guard kind == .name else { throw expected("a name") }
      let nameToken = token
      advance()
      var local = nameToken
      if kind == .as, isOnSameLine {
        advance()
        guard kind == .name else { throw expected("a name") }
        local = token
        advance()
      }
      imports.append(
        Use.Import(
          name: text(nameToken), nameSpan: span(nameToken), localName: text(local), localSpan: span(local)))
      if !eat(.comma), !token.newlineBefore { break }
    }
    return imports
  }

  /// `common` for `./common.moco`; nil if the file name is not a valid name.
  static func moduleName(ofPath path: String) -> String? {
    var name = path.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) ?? ""
    if name.hasSuffix(".moco") { name.removeLast(5) }
    var lexer = Lexer(file: SourceFile(name: "", text: name), dialect: .plain)
    let tokens = lexer.run()
    return tokens.count == 2 && tokens[0].kind == .name && lexer.diagnostics.isEmpty ? name : nil
  }

  /// The text of a string token without interpolation.
  func plainString(_ token: Token) -> String? {
    let pieces = strings[Int(truncatingIfNeeded: token.bits)]
    if pieces.isEmpty { return "" }
    if pieces.count == 1, case .text(let text) = pieces[0] { return text }
    return nil
  }
}
