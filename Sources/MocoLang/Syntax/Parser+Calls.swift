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
          "E0115", "the \(what) '\(shortened(name))' is given more than once", at: place,
          labels: [.init(first, "first here")], help: ["remove one of them"]))
    } else {
      names[name] = place
    }
  }

  /// `{ name: value … }` after a call: named arguments.
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
}
