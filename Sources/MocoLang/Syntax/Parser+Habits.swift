// Idioms of other languages: the help shows what to write here, with the names of the program if they are
// short.

extension Parser {
  /// Help for an unexpected token whose meaning in another language is known.
  var habitHelp: String? {
    let isLate = token.newlineBefore || kind == .end
    return (isLate ? nil : dashesHelp ?? unexpectedWordHelp ?? leadingWordHelp) ?? operatorHelp
      ?? (isLate ? nil : shapeHelp)
  }

  /// The message for a line that imports a module as other languages do: `import m`, `from m import f`.
  var importFault: String? {
    let start = lineStart
    guard !token.newlineBefore || index == start, kind != .end else { return nil }
    if kind == .from, index == start, tokens[index + 1].kind == .name || tokens[index + 1].kind == .string {
      return "modules are imported with 'use', not with 'from'"
    }
    guard let before, before.kind == .name, kind == .name || kind == .string,
      index == start + 1 || index >= 2 && tokens[index - 2].kind == .leftBrace,
      ["import", "require", "include", "using", "library"].contains(text(before))
    else { return nil }
    return "modules are imported with 'use', not with '\(text(before))'"
  }

  /// `-- a comment`, of SQL, Lua and Haskell.
  private var dashesHelp: String? {
    let start = lineStart
    guard start + 2 <= index, tokens[start].kind == .minus, tokens[start + 1].kind == .minus,
      touches(tokens[start], tokens[start + 1]), !touches(tokens[start + 1], tokens[start + 2])
    else { return nil }
    return "write // before a comment"
  }

  // MARK: - Quoting the program

  /// The token before this one.
  private var before: Token? { index > 0 ? tokens[index - 1] : nil }

  private func touches(_ first: Token?, _ second: Token) -> Bool {
    first.map { $0.end == second.start } ?? false
  }

  /// The source from a token up to `stop`, the end of the line or of the bracket; bracketed groups are kept
  /// together.
  func piece(from first: Int, until stop: (Token) -> Bool = { _ in false }) -> (text: String, next: Int) {
    var at = first
    while at < tokens.count - 1 {
      let next = tokens[at]
      if next.kind == .semicolon || next.kind == .end || next.kind == .interpolationEnd { break }
      if at > first, next.newlineBefore { break }
      if stop(next) || next.kind == .rightParen || next.kind == .rightBracket || next.kind == .rightBrace {
        break
      }
      at = max(at, Int(next.match)) + 1
    }
    at = min(at, tokens.count - 1)
    guard at > first else { return ("…", at) }
    let text = file.text(in: Int(tokens[first].start)..<Int(tokens[at - 1].end))
    return (text.count > 48 || text.contains("\n") ? "…" : text, at)
  }

  /// The first token of this kind on this line, from an index on.
  func first(_ kind: Token.Kind, from start: Int) -> Int? {
    let end = piece(from: start, until: { $0.kind == kind }).next
    return tokens[end].kind == kind && (end == start || !tokens[end].newlineBefore) ? end : nil
  }

  /// The first token of the statement's line.
  var lineStart: Int {
    var at = index
    while at > 0, !tokens[at].newlineBefore, tokens[at - 1].kind != .semicolon { at -= 1 }
    return at
  }

  // MARK: - Words

  /// Help for a word that the grammar does not accept here.
  private var unexpectedWordHelp: String? {
    guard kind == .name, let before, !token.newlineBefore else { return nil }
    let left = before.kind == .name && (index < 2 || tokens[index - 2].kind != .dot) ? text(before) : "x"
    let word = text(token)
    switch word {
    case "elif", "elsif", "elseif": return "write else if"
    case "finally", "ensure": return "put code that must always run after try { … } catch e { … }"
    case "except", "rescue": return "write catch: try { … } catch e { … }"
    case "is":
      let isNegated = peek().kind == .not
      let right = peek(isNegated ? 2 : 1)
      if ["Int", "Float", "String", "Bool", "List", "Record", "int", "str", "list", "dict"].contains(
        text(right))
      {
        return "write type(x) == \"Int\""
      }
      let value =
        right.kind == .end ? "nil" : Parser.nothing.contains(text(right)) ? "nil" : shortened(text(right))
      return "write \(left) \(isNegated ? "!=" : "==") \(value)"
    case "isa", "instanceof": return "write type(\(left)) == \"Int\""
    case "mod": return "write %"
    case "xor": return "write !="
    case "div": return "write div(\(shortened(text(before))), \(shortened(text(peek()))))"
    case "to": return "write \(shortened(text(before)))...\(shortened(text(peek())))"
    case "then", "do", "begin": return "write { in place of '\(word)', and } at the end of the block"
    case "end": return "write } in place of 'end'"
    case "unless": return "write if not (…) { … }"
    default: return nil
    }
  }

  private static let nothing: Set<String> = ["None", "null", "nothing", "undefined", "NULL", "Nil", "nil"]

  private static let declaring: Set<String> = [
    "const", "local", "auto", "val", "my", "dim", "int", "float", "double", "string", "str", "bool", "String",
    "Int",
    "Float", "Double", "list", "dict", "tensor", "long", "char", "set",
  ]

  private static let modifiers: Set<String> = [
    "public", "private", "protected", "internal", "static", "export", "final", "override", "inline", "pub",
    "async",
    "await", "virtual", "abstract", "new", "fileprivate",
  ]

  private static let called: Set<String> = [
    "print", "assert", "len", "error", "help", "type", "sum", "input", "sorted", "time", "seed", "sleep",
    "exit",
  ]

  /// Help for a word of another language before this token, used like the start of a statement or an operand.
  private var leadingWordHelp: String? {
    guard let before, before.kind == .name else { return nil }
    let word = text(before)
    let isBoundary = kind == .let || kind == .var || kind == .func || kind == .in
    guard isOperandStart(token) || isBoundary || Parser.modifiers.contains(word) else { return nil }
    if kind == .string, touches(before, token), let help = prefixedStringHelp(word) { return help }
    let next = kind == .string ? quotedString : shortened(text(token))
    if Parser.modifiers.contains(word) { return "leave '\(word)' out" }
    let isDeclaration = kind == .name && peek().kind == .assign && !peek().newlineBefore
    if kind == .name, Parser.declaring.contains(word) || (isDeclaration && index - 1 == lineStart) {
      return "write let \(next) = \(isDeclaration ? piece(from: index + 2).text : "…")"
    }
    switch word {
    case "mut": return "write var \(next) = \(isDeclaration ? piece(from: index + 2).text : "…")"
    case "def", "fn", "function", "fun", "proc", "sub", "method":
      return "write func \(piece(from: index) { [.colon, .leftBrace, .assign].contains($0.kind) }.text) { … }"
    case "elif", "elsif", "elseif": return "write else if"
    case "import", "require", "include", "using", "library":
      return dialect.help(forModule: text(token)) ?? "write use \(next)\(kind == .string ? " as name" : "")"
    case "lambda":
      let names = piece(from: index) { $0.kind == .colon }
      let body =
        tokens[names.next].kind == .colon ? piece(from: names.next + 1) { $0.kind == .comma }.text : "…"
      return "write \(names.text.contains(",") ? "(\(names.text))" : names.text) => \(body)"
    case "class", "struct", "type", "enum", "interface", "trait":
      return "write a record: {a: 1}; there are no types to declare"
    case "match", "switch", "case", "select": return "write if … { … } else if … { … }"
    case "do", "then", "begin", "end", "loop", "repeat": return "put blocks in braces: while true { … }"
    case "raise", "throw":
      let place = (index...min(index + 2, tokens.count - 1)).first { tokens[$0].kind == .string }
      return "write error(\(place.map { shortened(text(tokens[$0])) } ?? "\"…\""))"
    case "with":
      if next == "no_grad" || next == "torch" { return "write no_grad(() => { … })" }
      return next == "open" ? "write read_text(path) or write_text(path, text)" : "leave 'with' out"
    case "global", "nonlocal":
      return "leave the line out: a function can change any var of the enclosing scope"
    case "yield": return "append to a List and return it: there are no generators"
    case "del", "delete":
      guard peek().kind == .leftBracket else { return "leave the line out: memory is freed automatically" }
      let place = piece(from: index + 2).text
      return "write \(next).\(peek(2).kind == .string ? "remove" : "pop")(\(place))"
    case "void": return "write nil"
    case "typeof": return "write type(\(next))"
    case "foreach": return "write for \(piece(from: index) { $0.kind == .leftBrace }.text) { … }"
    case "unless", "guard": return "write if not (\(condition)) { … }"
    case "until": return "write while not (\(condition)) { … }"
    case "puts", "echo", "println", "printf", "say", "disp": return "write print(\(piece(from: index).text))"
    case _ where dialect.form(word) != nil:
      if index == 1 || tokens[index - 2].kind == .semicolon || before.newlineBefore {
        return
          "rename the variable '\(word)': it hides the form '\(word) …'"
      }
      return
        "write \(word)(\(next), …): the form '\(word) …' is allowed only at the start of a statement or after '='"
    case _ where dialect.unit(word) != nil: return nil
    default:
      let isCallOfOne =
        index - 1 == lineStart && [.int, .float].contains(kind)
        && (peek().newlineBefore || peek().kind == .end)
      guard Parser.called.contains(word) || isCallOfOne else { return nil }
      return "write \(word)(\(piece(from: index).text))"
    }
  }

  private var condition: String { piece(from: index) { $0.kind == .leftBrace || $0.kind == .else }.text }

  private var quotedString: String {
    let written = text(token)
    return written.count > 40 || written.contains("\n") ? "\"…\"" : written
  }

  /// `f"a {x:.2f}"` and other string prefixes.
  private func prefixedStringHelp(_ prefix: String) -> String? {
    switch prefix.lowercased() {
    case "f", "fr", "rf":
      let inner = plainString(token) ?? ""
      guard quotedString != "\"…\"", inner.contains("{"), !inner.contains("\\"), !inner.contains("\"") else {
        return "write \"… \\(x) …\""
      }
      let written = inner.replacing("{", with: "\\(").replacing("}", with: ")")
      return "write \"\(written)\""
    case "r": return "write the string without 'r', and a backslash as \\\\"
    case "b", "u": return "write the string without '\(prefix)'"
    default: return nil
    }
  }

  // MARK: - Operators and brackets

  private var operatorHelp: String? {
    guard let before else { return startHelp }
    let earlier = index > 1 ? tokens[index - 2] : nil
    let name = earlier?.kind == .name ? earlier.map(text) ?? "x" : "x"
    let isSame = before.kind == kind && touches(before, token)
    switch kind {
    case .plus where isSame:
      let continues = isOperandStart(peek()) && !peek().newlineBefore && peek().kind != .end
      return continues && earlier != nil ? "write +" : "write \(continues ? text(peek()) : name) += 1"
    case .star where before.kind == .percent: return "write @ for the matrix product"
    case .slash where before.kind == .percent: return "write div(a, b)"
    case .in where before.kind == .percent: return "write in"
    case .percent where isSame: return "write % once"
    case .less where isSame: return "write x * 2 ** n"
    case .greater where isSame: return "write div(x, 2 ** n)"
    case .star, .slash, .plus, .minus, .power, .at:
      if before.kind == .dot {
        return "write \(text(token)) alone: operators work element by element on tensors"
      }
      if kind == .star || kind == .power, before.kind == .leftParen || before.kind == .comma {
        return peek().kind == .name ? "write ..\(text(peek()))" : nil
      }
      return kind == .plus || kind == .at && (token.newlineBefore || before.kind == .semicolon)
        ? startHelp : nil
    default: break
    }
    // `x--` at the end of a line, and `5.`
    if before.kind == .minus, let earlier, earlier.kind == .minus, touches(earlier, before), index > 2 {
      return "write \(tokens[index - 3].kind == .name ? text(tokens[index - 3]) : "x") -= 1"
    }
    if before.kind == .dot, let earlier, earlier.kind == .int { return "write \(text(earlier)).0" }
    return startHelp
  }

  /// Help for a token that cannot begin a statement or an operand.
  private var startHelp: String? {
    switch kind {
    case .dot where peek().kind == .int: return "write 0.\(text(peek()))"
    case .at: return "leave the @ out: there are no decorators"
    case .plus where peek().kind == .plus && touches(token, peek()):
      return "write \(shortened(text(peek(2)))) += 1"
    case .plus: return "leave the + out: there is no unary +"
    case .from:
      guard index == lineStart else { return nil }
      let module = piece(from: index + 1) { $0.kind == .name && text($0) == "import" }
      if let help = dialect.help(forModule: module.text) { return help }
      let names = tokens[module.next].kind == .name ? piece(from: module.next + 1).text : "…"
      return "write use {\(names)} from \(module.text)"
    case .else where peek().kind == .colon: return "write else { … } after the } of the if"
    case .else where index == lineStart || before?.kind == .rightBrace:
      return "write else after the } of an if: } else { … }"
    case .catch: return "write catch after the } of a try: try { … } catch e { … }"
    default: return nil
    }
  }

  /// Punctuation with another meaning in other languages.
  private var shapeHelp: String? {
    guard let before, !token.newlineBefore else { return nil }
    switch kind {
    case .comma: return commaHelp
    case .colon: return colonHelp(before)
    case .spread, .closed, .halfOpen:
      if kind == .closed, before.kind == .leftBracket || before.kind == .comma, peek().kind == .comma {
        return "write : for each dimension: t[:, 0]"
      }
      guard kind == .spread else { return nil }
      if before.kind == .string || peek().kind == .string {
        return "write \(shortened(text(before))) + \(shortened(text(peek()))) to join Strings"
      }
      if before.kind == .leftBracket, isOperandStart(peek()) { return "write 0..<\(shortened(text(peek())))" }
      if isOperandEnd(before), peek().kind == .rightBracket { return "write \(shortened(text(before)))...-1" }
      guard isOperandEnd(before), isOperandStart(peek()) else { return nil }
      let (low, high) = (shortened(text(before)), shortened(text(peek())))
      return "write \(low)..<\(high) to exclude the end, \(low)...\(high) to include it"
    case .if where isOperandEnd(before):
      let condition = piece(from: index + 1) { $0.kind == .else }
      guard tokens[condition.next].kind == .else else { return "write if \(condition.text) { … }" }
      let other = piece(from: condition.next + 1) { $0.kind == .for || $0.kind == .comma }.text
      return "write if \(condition.text) { … } else { \(other) }"
    case .as: return "write int(x), float(x) or str(x)"
    case .from where before.kind == .name && index > 1 && tokens[index - 2].kind == .use:
      let module = peek().kind == .end ? "\"./file.moco\"" : shortened(text(peek()))
      return "write use {\(text(before))} from \(module) to import one name"
        + (peek().kind == .string ? ", or use \(module) as \(text(before)) to import all" : "")
    case .else where openBrackets.last.map { tokens[$0].kind == .leftBracket } ?? false:
      return "put if … { … } else { … } before the for"
    case .leftBrace:
      guard before.kind == .name else { return nil }
      if index > 1, tokens[index - 2].kind == .dot { return "write .\(text(before))(x => …)" }
      switch text(before) {
      case "do", "loop", "repeat", "forever": return "write while true { … }"
      case "begin": return "leave 'begin' out"
      default: return nil
      }
    default: return nil
    }
  }

  /// `a, b = b, a`, `let x = 1, 2`, `1,000`.
  private var commaHelp: String? {
    let start = lineStart
    if let before, before.kind == .int, peek().kind == .int, touches(before, token), touches(token, peek()),
      peek().end - peek().start == 3
    {
      return "write \(text(before))_\(text(peek()))"
    }
    if let equals = first(.assign, from: start) {
      let isDeclared = tokens[start].kind == .let || tokens[start].kind == .var
      let names = piece(from: start + (isDeclared ? 1 : 0)) { $0.kind == .assign }.text
      let values = piece(from: equals + 1)
      let isList = first(.comma, from: equals + 1) != nil
      let right = isList ? "[\(values.text)]" : values.text
      let left = equals > index ? "[\(names)]" : names
      return "write \(isDeclared ? text(tokens[start]) + " " : "")\(left) = \(right)"
    }
    guard tokens[start].kind == .name || tokens[start].kind == .int || tokens[start].kind == .float else {
      return nil
    }
    return "write [\(piece(from: start).text)]"
  }

  /// `1:10`, `x: int = 1`, `a::b`, `except:`.
  private func colonHelp(_ before: Token) -> String? {
    if isWord(before, "lambda") { return "write () => \(piece(from: index + 1) { $0.kind == .comma }.text)" }
    if let opener = openBrackets.last, tokens[opener].kind == .leftParen, before.kind == .name,
      opener == index - 2
    {
      return "write {\(piece(from: index - 1).text)}"
    }
    if peek().kind == .colon, touches(token, peek()) { return "write a dot: module.name" }
    if before.kind == .name, index - 1 == lineStart {
      if ["except", "finally", "elif", "try", "then"].contains(text(before)) {
        return "write the block in braces: try { … } catch e { … }"
      }
      if let equals = first(.assign, from: index) {
        return "write let \(text(before)) = \(piece(from: equals + 1).text)"
      }
    }
    guard isOperandEnd(before), isOperandStart(peek()), !peek().newlineBefore else { return nil }
    guard before.kind == .int || before.kind == .name || before.kind == .rightParen else { return nil }
    let low = before.kind == .rightParen ? "a" : shortened(text(before))
    let high = piece(from: index + 1) { $0.kind == .leftBrace || $0.kind == .comma || $0.kind == .colon }
    if tokens[high.next].kind == .colon {
      return "write range(\(low), \(piece(from: high.next + 1).text), by: \(high.text))"
    }
    return "write \(low)...\(high.text)"
  }

  /// `x[1:]`, `x[:2]`, `x[::2]`, `x[0:9:2]`: from the first token of the item.
  func sliceHelp(from start: Int) -> String {
    func isStop(_ token: Token) -> Bool { token.kind == .colon || token.kind == .comma }
    var parts: [String?] = []
    var at = start
    while parts.count < 3 {
      let isEmpty = [.colon, .comma, .rightBracket].contains(tokens[at].kind)
      let part = isEmpty ? (text: "", next: at) : piece(from: at, until: isStop)
      parts.append(isEmpty ? nil : part.text)
      guard tokens[part.next].kind == .colon else { break }
      at = part.next + 1
    }
    let low = parts.first ?? nil
    let high = parts.count > 1 ? parts[1] : nil
    if parts.count > 2, let step = parts[2], step != "1" {
      if step == "-1", low == nil, high == nil { return "write reversed(xs)" }
      return "write range(\(low ?? "0"), \(high ?? "len(xs)"), by: \(step))"
    }
    guard let high else { return low.map { "write \($0)...-1" } ?? "write : alone" }
    return "write \(low ?? "0")..<\(high)"
  }
}
