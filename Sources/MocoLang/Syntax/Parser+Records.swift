// Records and the entries of trailing blocks. Messages are created in separate functions, because recursive
// functions need small frames.

extension Parser {
  /// `{a: 1, "b c": 2, ..base, inner { … }}`
  mutating func record() throws -> Expr {
    let start = Int(token.start)
    if holdsComprehension { return try comprehensionInBraces() }
    let entries = try bracketed(mode: .comma, .rightBrace, "the record") { try $0.entries() }
    return try make(.record(entries), span(from: start))
  }

  /// At `{`: whether the tokens of this brace contain a `for` that is not a key.
  private var holdsComprehension: Bool {
    let close = Int(token.match)
    var at = index + 1
    while at < close {
      if tokens[at].kind == .for, at > index + 1, tokens[at + 1].kind != .colon, tokens[at - 1].kind != .dot {
        return true
      }
      at = max(at, Int(tokens[at].match)) + 1
    }
    return false
  }

  private mutating func comprehensionInBraces() throws -> Expr {
    let start = Int(token.start)
    let comprehension = try bracketed(mode: .space, .rightBrace, "the record") {
      try $0.recordComprehension()
    }
    return try make(.comprehension(comprehension), span(from: start))
  }

  /// `key: value for x in xs if condition`; the key is any expression.
  private mutating func recordComprehension() throws -> Comprehension {
    let key = try expression()
    guard eat(.colon) else {
      throw failure(
        "E0101", "expected ':' after the key, found \(describe(token))",
        help: setHelp ?? "write {key: value for x in xs}")
    }
    let value = try expression()
    guard kind == .for else {
      throw failure(
        "E0101", "expected 'for', found \(describe(token))",
        help: "write one key: value for x in xs inside the braces")
    }
    return try comprehension(value, key: key)
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
          help: "separate entries with , or a new line")
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
          help: "write two dots to spread a record: {..base}")
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
    throw keyFailure(keyToken)
  }

  /// The failure for a token that is not a key.
  private mutating func keyFailure(_ keyToken: Token) -> SyntaxFailure {
    switch kind {
    case .name:
      let name = text(keyToken)
      advance()
      if kind == .comma || kind == .rightBrace || token.newlineBefore {
        return SyntaxFailure(
          diagnostic: Diagnostic(
            "E0101", "expected ':' after the key '\(shortened(name))'", at: span(keyToken),
            help: unpackingHelp.map { [$0] }
              ?? ["write \(name): \(name)", "'{' begins a record here: there are no bare blocks"]))
      }
      return failure(
        "E0101", "expected ':' after the key '\(shortened(name))', found \(describe(token))",
        help: setHelp ?? habitHelp ?? "write name: value for an entry")
    case .int, .hugeInt, .float:
      return failure(
        "E0101", "expected a key, found \(describe(token))",
        help: peek().kind == .colon ? "write the key as a string: \"\(text(keyToken))\": …" : setHelp)
    case .string where peek().kind != .colon:
      return failure(
        "E0101", "expected a key, found a string", help: setHelp ?? "write name: value or \"any text\": value"
      )
    case .let, .var, .func, .for, .while, .if, .return, .try:
      return expected(
        "a key", help: "put the block after if, while, for, func, try or =>: '{' begins a record here")
    default:
      return expected("a key", help: "write name: value or \"any text\": value")
    }
  }

  private mutating func nestedRecord() throws -> Expr {
    try enter()
    defer { nesting -= 1 }
    return try record()
  }
}
