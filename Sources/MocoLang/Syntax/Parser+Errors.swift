extension Parser {
  // MARK: - Messages

  func failure(
    _ code: String, _ message: String, help: String? = nil, labels: [Diagnostic.Label] = []
  )
    -> SyntaxFailure
  {
    SyntaxFailure(
      diagnostic: Diagnostic(code, message, at: span(token), labels: labels, help: help.map { [$0] } ?? []))
  }

  /// Failure: `wanted` is expected here, but the token is something else.
  func expected(_ wanted: String, help: String? = nil, labels: [Diagnostic.Label] = []) -> SyntaxFailure {
    failure(
      "E0101", importFault ?? "expected \(wanted), found \(describe(token))",
      help: habitHelp ?? help ?? commonHelp, labels: labels)
  }

  func missing(_ close: Token.Kind, opener: Token, _ what: String) -> SyntaxFailure {
    if kind == .end {
      return SyntaxFailure(
        diagnostic: Diagnostic(
          "E0106", "'\(opener.kind.spelling)' is never closed", at: span(opener),
          help: ["\(what) ends with \(close.spelling)"]))
    }
    let separator = close == .rightBrace ? "a new line, ',' or '}'" : "',' or '\(close.spelling)'"
    let wanted = what == "a parenthesis" ? "')'" : separator
    return expected(
      "\(wanted)", help: separatorHelp(close), labels: [Diagnostic.Label(span(opener), "\(what) begins here")]
    )
  }

  private func separatorHelp(_ close: Token.Kind) -> String? {
    switch kind {
    case .assign where close == .rightParen:
      "write name: value for a named argument, == to compare"
    case .assign: close == .rightBrace ? "write name: value for an entry" : "write == to compare"
    case .for where close == .rightParen: "put a comprehension in brackets: [… for x in xs]"
    case .colon where close == .rightBracket: "write 1..<3 for a range, : for everything"
    case .semicolon: "separate entries with , or a new line"
    case _ where close != .rightBrace && token.newlineBefore && isOperandStart(token):
      "put , at the end of the line above: a line break counts as a space here"
    default: commonHelp
    }
  }

  func describe(_ token: Token) -> String {
    switch token.kind {
    case .end: "the end of the text"
    case .interpolationEnd: "the end of the interpolation"
    case .name: "the name '\(shortened(text(token)))'"
    case .int, .hugeInt, .float: "the number '\(shortened(text(token)))'"
    case .string: "a string"
    case .invalid: "invalid text"
    default: token.isKeyword ? "the keyword '\(token.kind.spelling)'" : "'\(token.kind.spelling)'"
    }
  }

  func shortened(_ text: String) -> String { text.count > 40 ? text.prefix(40) + "…" : text }

  /// Help that depends only on the kind of token; `habitHelp` is more specific.
  private var commonHelp: String? {
    switch kind {
    case .assign: return "write == to compare"
    case .spread:
      if index > 1, tokens[index - 1].kind == .leftBrace, tokens[index - 2].kind == .arrow {
        return "put the record in parentheses: x => ({..r, a: 1}); '{' after '=>' opens a body"
      }
      return "write 0..<n or 1...n for a range, ..xs to spread a list"
    case .closed: return "write ..xs to spread a list, 1...n for a range"
    case .halfOpen: return "write both ends of the range: 0..<n"
    case .percent where index == 0 || token.newlineBefore:
      return "leave it out: commands that begin with % work only at the prompt"
    case .let, .var, .return, .while, .break, .continue, .use:
      return "put '\(kind.spelling) …' in a statement of its own: it cannot be part of an expression"
    case .if where index > 0 && !token.newlineBefore && isOperandEnd(tokens[index - 1]):
      return "write if condition { a } else { b }"
    default: break
    }
    let before = index > 0 && !token.newlineBefore ? tokens[index - 1] : nil
    // `x => {a: x}`: the brace has opened a body.
    if kind == .colon, index > 2, tokens[index - 2].kind == .leftBrace, tokens[index - 3].kind == .arrow {
      return "put the record in parentheses: x => ({a: 1}); '{' after '=>' opens a body"
    }
    if let before, isOperandEnd(before), kind == .name, let unit = dialect.unit(text(token)) {
      return "write \(unit.plural)(…) for a computed amount"
    }
    return nil
  }

  func isOperandEnd(_ token: Token) -> Bool {
    switch token.kind {
    case .name, .int, .float, .string, .rightParen, .rightBracket, .true, .false, .nil: true
    default: false
    }
  }

  // MARK: - Reporting

  mutating func report(_ diagnostic: Diagnostic) {
    if !diagnostics.contains(where: \.isError), diagnostic.isError, kind == .end,
      diagnostic.primary.map({ $0.start >= Int(token.start) }) ?? false
    {
      let last = index > 0 ? tokens[index - 1].kind : .end
      endsUnfinished = last.continuesLine || diagnostic.code == Parser.unfinishedCode
    }
    var diagnostic = diagnostic
    if diagnostic.code == Parser.unfinishedCode { diagnostic.code = "E0101" }
    diagnostics.append(diagnostic)
  }

  /// Marks an error at the end of a text that the next line could still fix (a `try` without its `catch`).
  static let unfinishedCode = "unfinished"

  mutating func report(_ code: String, _ message: String, at span: Span, help: String? = nil) {
    report(Diagnostic(code, message, at: span, help: help.map { [$0] } ?? []))
  }

  // MARK: - Recovery

  /// After a failure: skips to the start of the next statement of the innermost body.
  mutating func recover(from statementStart: Int, openBracketCount: Int) {
    // For a failure inside brackets that began in this statement, continue after the outermost of them.
    if openBrackets.count > openBracketCount {
      let match = Int(tokens[openBrackets[openBracketCount]].match)
      if match >= index { index = min(match + 1, tokens.count - 1) }
      openBrackets.removeLast(openBrackets.count - openBracketCount)
    }
    if index == statementStart, !isClosing(kind) { skipOne() }
    while true {
      switch kind {
      case .end, .interpolationEnd: return
      case .semicolon:
        advance()
        return
      case .rightBrace where !openBrackets.isEmpty: return
      case .pipe, .dot, .else, .catch: break
      default:
        if token.newlineBefore { return }
      }
      skipOne()
    }
  }

  private func isClosing(_ kind: Token.Kind) -> Bool {
    kind == .end || kind == .interpolationEnd || (kind == .rightBrace && !openBrackets.isEmpty)
  }

  /// Skips one token, or an entire bracketed group.
  private mutating func skipOne() {
    let match = Int(token.match)
    if match > index { index = min(match + 1, tokens.count - 1) } else { advance() }
  }
}
