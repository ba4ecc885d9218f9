// Idioms of other languages in the heads of loops and functions, in parentheses and in braces.

extension Parser {
  // MARK: - Heads of constructs

  /// `for (i = 0; …)`, `for (x in xs)`, `for let x in xs`.
  var loopHeadHelp: String? {
    switch kind {
    case .let, .var: return "leave '\(kind.spelling)' out: for x in xs { … }"
    case .leftParen:
      return peek(2).kind == .in
        ? "write for \(piece(from: index + 1).text) { … }" : "write for i in 0..<n { … }"
    default: return nil
    }
  }

  /// `for k, v in r`, `for x of xs`, `for i = 1:3`, `for x : xs`; from the first token of the pattern.
  func loopHelp(from first: Int, body: String = " { … }") -> String? {
    func source(_ start: Int) -> String {
      let close = Int(tokens[start].match)
      return tokens[start].kind == .leftBrace && close > start
        ? shortened(file.text(in: Int(tokens[start].start)..<Int(tokens[close].end)))
        : piece(from: start) { $0.kind == .leftBrace }.text
    }
    let name = piece(from: first) {
      [.comma, .assign, .colon].contains($0.kind) || $0.kind == .name && text($0) == "of"
    }.text
    switch kind {
    case .comma:
      let names = piece(from: first) { $0.kind == .in || $0.kind == .leftBrace }
      guard tokens[names.next].kind == .in else { return nil }
      let from = source(names.next + 1)
      let pairs = "write for [\(names.text)] in \(from)\(body)"
      let isName = tokens[names.next + 1].kind == .name && text(tokens[names.next + 1]) == from
      return isName ? pairs + ", for a record in items(\(from))" : pairs
    case .name where isWord(token, "of"), .colon: return "write for \(name) in \(source(index + 1))\(body)"
    case .assign:
      let low = piece(from: index + 1) { [.colon, .comma, .leftBrace].contains($0.kind) }
      guard tokens[low.next].kind == .colon || tokens[low.next].kind == .comma else {
        return "write for \(name) in \(low.text)\(body)"
      }
      return "write for \(name) in \(low.text)...\(source(low.next + 1))\(body)"
    default: return nil
    }
  }

  /// `let x: Int = 1`, at the colon.
  var untypedDeclaration: String {
    let name = piece(from: lineStart) { $0.kind == .colon }.text
    return first(.assign, from: index).map { "\(name) = \(piece(from: $0 + 1).text)" } ?? "\(name) = value"
  }

  /// `func f(*args)`, `func f(**options)`, `func f(..xs)`.
  func variadicHelp(_ function: String?) -> String? {
    let name = peek().kind == .name ? text(peek()) : "xs"
    let function = function ?? "f"
    switch kind {
    case .star, .spread, .closed:
      return "write func \(function)(\(name)) and call it with a List: \(function)([1, 2])"
    case .power: return "write func \(function)(\(name)) and call it with a Record: \(function)({a: 1})"
    default: return nil
    }
  }

  /// `(a, b)`, at the comma.
  func tupleHelp(_ opener: Token) -> String {
    guard let start = openBrackets.last else { return "write [a, b]" }
    let values = piece(from: start + 1).text
    if start > 1, tokens[start - 1].kind == .percent, tokens[start - 2].kind == .string {
      let names = values.split(separator: ",").map { "\\(\($0.filter { $0 != " " }))" }
      return "write the values into the string: \"\(names.joined(separator: " "))\""
    }
    let close = Int(opener.match)
    let isTarget = close > 0 && close + 1 < tokens.count && tokens[close + 1].kind == .assign
    return isTarget ? "write [\(values)] = …" : "write [\(values)]"
  }

  /// `{1, 2}`, `{x for x in xs}`: a set in other languages. At its first key or after it.
  var setHelp: String? {
    guard let opener = openBrackets.last, tokens[opener].kind == .leftBrace, opener + 2 < tokens.count else {
      return nil
    }
    let first = tokens[opener + 1]
    guard [.int, .hugeInt, .float, .string, .name].contains(first.kind), !first.newlineBefore else {
      return nil
    }
    let following = tokens[opener + 2].kind
    guard following == .comma || following == .rightBrace || following == .for else { return nil }
    let values = piece(from: opener + 1).text
    return following == .for
      ? "write unique([\(values)]) in place of a set"
      : "write [\(values)], or unique([\(values.count > 20 ? "…" : values)]) without duplicates"
  }

  /// `{a, b} = r`.
  var unpackingHelp: String? {
    guard let opener = openBrackets.last, tokens[opener].kind == .leftBrace else { return nil }
    let close = Int(tokens[opener].match)
    guard close > 0, close + 1 < tokens.count, tokens[close + 1].kind == .assign else { return nil }
    return "write let {\(piece(from: opener + 1).text)} = \(piece(from: close + 2).text)"
  }

  /// `function(x) { … }` as a value.
  func anonymousFunctionHelp(_ call: Call) -> String? {
    guard case .name(let name) = call.callee.kind, ["function", "fun", "fn", "lambda", "def"].contains(name),
      !forms.isBound(name)
    else { return nil }
    let parameters = call.arguments.map(\.span.text).joined(separator: ", ")
    return "write func (\(parameters)) { … }, or (\(parameters)) => …"
  }

  // MARK: - Failures, outside the frames of recursive functions

  func loopFailure(from first: Int, body: String = " { … }") -> SyntaxFailure {
    failure(
      "E0101", "expected 'in', found \(describe(token))",
      help: loopHelp(from: first, body: body) ?? "write for x in xs\(body)")
  }

  var loopBeforeElement: SyntaxFailure {
    failure(
      "E0101", "expected an expression, found the keyword 'for'",
      help: "write [x for x in xs]: the element first")
  }

  func sliceFailure(from start: Int) -> SyntaxFailure {
    let place = tokens[start].kind == .colon ? " after ':'" : ""
    return failure(
      "E0101", "expected ',' or ']'\(place), found \(describe(token))", help: sliceHelp(from: start))
  }

  func tupleFailure(_ opener: Token) -> SyntaxFailure {
    failure("E0101", "expected ')', found ','", help: tupleHelp(opener))
  }

  /// `f(a = 1)`
  func assignedArgument(_ name: String) -> SyntaxFailure {
    failure(
      "E0101", "expected ',' or ')', found '='",
      help: "write \(name): \(piece(from: index + 1) { $0.kind == .comma }.text)")
  }

  /// No `{` where a body should begin.
  func braceFailure(_ keyword: String) -> SyntaxFailure {
    if kind == .assign {
      return failure(
        "E0101", "expected '{', found '='",
        help: "write == to compare; an assignment is a separate statement")
    }
    let isBare = keyword == "else" || keyword == "try"
    let braces = "put the body in braces: \(keyword)\(isBare ? "" : " …") { … }"
    if kind == .colon, !(peek().kind == .int && index > 0 && tokens[index - 1].kind == .int) {
      return failure("E0101", "expected '{', found ':'", help: braces)
    }
    return expected("'{'", help: braces)
  }

  func refuseAnonymousFunction(_ call: Call) throws {
    guard let help = anonymousFunctionHelp(call) else { return }
    throw failure("E0101", "a trailing block passes arguments, but this is not a call", help: help)
  }

  /// Without this check, `x--` on its own line would use the next line as an operand.
  func refuseDecrement(_ last: Token?) throws {
    guard let last, index > 1, tokens[index - 2].kind == .minus, tokens[index - 2].end == last.start else {
      return
    }
    throw SyntaxFailure(
      diagnostic: Diagnostic(
        "E0105", "'--' is not an operator here", at: span(tokens[index - 2]).union(span(last)),
        help: [habitHelp ?? "write x -= 1"]))
  }
}
