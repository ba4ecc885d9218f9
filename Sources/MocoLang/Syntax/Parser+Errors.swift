extension Parser {
  // MARK: - Messages

  func failure(
    _ code: String, _ message: String, help: String? = nil, labels: [Diagnostic.Label] = []
  )
    -> Failure
  {
    Failure(
      diagnostic: Diagnostic(code, message, at: span(token), labels: labels, help: help.map { [$0] } ?? []))
  }

  /// `wanted` should stand here and something else does.
  func expected(_ wanted: String, help: String? = nil, labels: [Diagnostic.Label] = []) -> Failure {
    failure("E0101", "expected \(wanted), found \(describe(token))", help: help ?? commonHelp, labels: labels)
  }

  func missing(_ close: Token.Kind, opener: Token, _ what: String) -> Failure {
    if kind == .end {
      return Failure(
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
      "a named argument is written name: value; a comparison is written =="
    case .assign: close == .rightBrace ? "an entry is written name: value" : "a comparison is written =="
    case .for where close == .rightParen: "a comprehension stands in brackets: [… for x in xs]"
    case .colon where close == .rightBracket: "a range is written 1..<3, everything is written :"
    case .semicolon: "entries are separated by , or a new line"
    case _ where close != .rightBrace && token.newlineBefore && isOperandStart(token):
      "a line break is only space here: put , at the end of the line above"
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
    case .invalid: "something unreadable"
    default: token.isKeyword ? "the keyword '\(token.kind.spelling)'" : "'\(token.kind.spelling)'"
    }
  }

  func shortened(_ text: String) -> String { text.count > 40 ? text.prefix(40) + "…" : text }

  /// Advice for what people bring along from other languages.
  private var commonHelp: String? {
    switch kind {
    case .assign: return "a comparison is written =="
    case .spread:
      if index > 1, tokens[index - 1].kind == .leftBrace, tokens[index - 2].kind == .arrow {
        return "'{' behind '=>' opens a body; a record stands in parentheses: x => ({..r, a: 1})"
      }
      return "a range is written 0..<n or 1...n"
    case .closed: return "..xs spreads a list; a range has two ends: 1...n"
    case .halfOpen: return "a range has two ends: 0..<n"
    case .plus: return "there is no unary +"
    case .percent where index == 0 || token.newlineBefore:
      return "commands that begin with % are for the prompt alone"
    case .let, .var, .return, .while, .break, .continue, .use:
      return "'\(kind.spelling)' begins a statement and cannot stand inside an expression"
    case .if where index > 0 && !token.newlineBefore && isOperandEnd(tokens[index - 1]):
      return "a choice is written: if condition { a } else { b }"
    default: break
    }
    let before = index > 0 && !token.newlineBefore ? tokens[index - 1] : nil
    // `x => {a: x}`: the brace has opened a body.
    if kind == .colon, index > 2, tokens[index - 2].kind == .leftBrace, tokens[index - 3].kind == .arrow {
      return "'{' behind '=>' opens a body; a record stands in parentheses: x => ({a: 1})"
    }
    if kind == .comma, index > 1, tokens[index - 2].kind == .let || tokens[index - 2].kind == .var {
      return "several names stand in brackets: let [a, b] = pair"
    }
    if let before, isOperandEnd(before), kind == .name {
      switch text(token) {
      case "epoch", "epochs": return "an amount that is computed is written epochs(…)"
      case "step", "steps": return "an amount that is computed is written steps(…)"
      default: break
      }
    }
    guard let before, before.kind == .name, isOperandStart(token) else { return nil }
    let word = text(before)
    let next = token.kind == .string ? "\"…\"" : shortened(text(token))
    switch word {
    case "def", "fn", "function", "fun", "proc": return "a function is written func \(next)(…) { … }"
    case "elif", "elsif", "elseif": return "write else if"
    case "import", "require", "include", "using": return "a module is brought in with use \(next)"
    case "const", "local", "auto", "val": return "write let \(next) = …"
    case "lambda": return "a function without a name is written x => x * 2"
    case "class", "struct", "type", "enum": return "there are no types to declare; a record is written {a: 1}"
    case "match", "switch", "case": return "write if … { … } else if … { … }"
    case "do", "then", "begin", "end": return "blocks stand in braces: { … }"
    case "print", "assert", "len", "error", "help": return "a call needs parentheses: \(word)(\(next))"
    case "train", "evaluate", "show":
      if index == 1 || tokens[index - 2].kind == .semicolon || before.newlineBefore {
        return "'\(word)' is bound to something else here, so that this is no form; give that another name"
      }
      return "the form '\(word) …' begins a statement or stands after '='; here write \(word)(\(next), …)"
    case "raise", "throw": return "an error is raised with error(\"…\")"
    default: return nil
    }
  }

  private func isOperandEnd(_ token: Token) -> Bool {
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

  /// Marks an error at the end of a text that the next line could still mend (a `try` waiting for its
  /// `catch`).
  static let unfinishedCode = "unfinished"

  mutating func report(_ code: String, _ message: String, at span: Span, help: String? = nil) {
    report(Diagnostic(code, message, at: span, help: help.map { [$0] } ?? []))
  }

  // MARK: - Recovery

  /// After a failure: goes on to where the next statement of the innermost body begins.
  mutating func recover(from statementStart: Int, openBracketCount: Int) {
    // A failure inside brackets that began in this statement: go on behind the outermost of them.
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

  /// One token, or a whole bracketed group.
  private mutating func skipOne() {
    let match = Int(token.match)
    if match > index { index = min(match + 1, tokens.count - 1) } else { advance() }
  }
}
