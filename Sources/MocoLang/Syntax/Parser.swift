/// Tokens → syntax tree, by recursive descent with a precedence table for binary operators.
///
/// Line breaks are not tokens: each token stores whether it follows one, and `mode`, set by the innermost
/// bracket, defines the meaning. Two limits keep every later recursion safe: `maximumNesting` for the text,
/// `maximumHeight` for the tree (a chain of ten thousand calls `x.f().f()…` is flat text and a high tree).
public struct Parser {
  /// The maximum nesting of brackets, blocks and functions.
  public static let maximumNesting = 200
  /// The maximum length of a path from the root of an expression to a leaf.
  public static let maximumHeight = 450
  /// Parsing of a file stops after this many errors.
  public static let maximumErrors = 20

  /// Parses a text. It never fails: text that could not be understood is `invalid` in the tree, with a
  /// diagnostic.
  ///
  /// - Parameter boundNames: names that already exist, at the prompt or from earlier cells. A command form
  ///   does not begin with a bound name.
  public static func parse(
    _ file: SourceFile, _ dialect: Dialect, boundNames: Set<String> = []
  ) -> ParseResult {
    var lexer = Lexer(file: file, dialect: dialect)
    let tokens = lexer.run()
    var parser = Parser(
      file: file, dialect: dialect, tokens: tokens, strings: lexer.strings, docs: lexer.docs)
    parser.prepareForms(boundNames)
    let program = parser.program(cells: lexer.cells, fileDoc: lexer.fileDoc, slashes: lexer.slashes)
    return parser.result(program, lexer, boundNames)
  }

  /// The tokens of a text, for syntax highlighting; strings are one token.
  public static func tokens(of file: SourceFile, _ dialect: Dialect) -> [Token] {
    var lexer = Lexer(file: file, dialect: dialect)
    return lexer.run()
  }

  /// The meaning of a line break.
  enum NewlineMode {
    /// In `( )` and `[ ]`: space.
    case space
    /// In a record or a trailing block: a comma.
    case comma
    /// In a body: the end of a statement.
    case terminator
  }

  /// Thrown to leave an invalid construct; caught where statements are parsed.
  struct SyntaxFailure: Error {
    let diagnostic: Diagnostic
  }

  let file: SourceFile
  let dialect: Dialect
  var tokens: [Token]
  let strings: [[Lexer.StringPiece]]
  let docs: [Int32: String]
  var index = 0
  var mode = NewlineMode.terminator
  /// Whether the parser is in the head of `if`, `while`, `for` or a command form, where `{` opens the body
  /// after the head.
  var braceEndsExpression = false
  var nesting = 0
  /// Token indices of the brackets that are open, for recovery.
  var openBrackets: [Int] = []
  var diagnostics: [Diagnostic] = []
  /// Whether the first error is at the end of the text, where a further line could fix it.
  var endsUnfinished = false
  var forms = FormScopes()

  init(
    file: SourceFile, dialect: Dialect, tokens: [Token], strings: [[Lexer.StringPiece]],
    docs: [Int32: String]
  ) {
    self.file = file
    self.dialect = dialect
    self.tokens = tokens
    self.strings = strings
    self.docs = docs
  }

  // MARK: - The file

  private mutating func program(
    cells markers: [Lexer.CellMarker], fileDoc: String?, slashes: [SlashComment]
  ) -> Program {
    var statements: [Stmt] = []
    statementList(into: &statements, isTopLevel: true)
    var cells: [Program.Cell] = []
    var first = 0
    var start = 0
    var head = CellHead()
    var isMarked = false
    func cell(until end: Int, _ last: Int) -> Program.Cell {
      Program.Cell(
        title: head.title, kind: head.kind, attributes: head.attributes, span: file.span(start, end),
        statements: first..<max(first, last))
    }
    for marker in markers {
      var last = first
      while last < statements.count, statements[last].span.start < marker.offset { last += 1 }
      // The text before the first marker is a cell only if it is not empty.
      if isMarked || last > first { cells.append(cell(until: marker.offset, last)) }
      first = last
      start = marker.offset
      head = marker.head
      isMarked = true
    }
    cells.append(cell(until: file.bytes.count, statements.count))
    return Program(
      file: file, statements: statements, doc: fileDoc, cells: cells, hasCells: !markers.isEmpty,
      slashes: slashes)
  }

  private func result(_ program: Program, _ lexer: Lexer, _ boundNames: Set<String>) -> ParseResult {
    var all = lexer.diagnostics
    // In a file with another encoding, all other errors are caused by the encoding.
    if let encoding = all.first(where: { $0.code == "E0100" }) {
      return ParseResult(program: program, diagnostics: [encoding], isIncomplete: false)
    }
    // An unclosed string also absorbs the closing brackets on its line.
    if all.contains(where: { $0.code == "E0102" }) { all.removeAll { $0.code == "E0106" } }
    // Errors after an unmatched bracket are consequences of it.
    let trusted = lexer.firstBracketError ?? Int.max
    let bracketsOpen = !lexer.openAtEnd.isEmpty
    let saysUnclosed = lexer.diagnostics.contains { $0.code == "E0106" }
    for diagnostic in diagnostics where !(saysUnclosed && diagnostic.isEcho) {
      let start = diagnostic.primary?.start ?? 0
      if start < trusted || (diagnostic.code == "E0404") { all.append(diagnostic) }
    }
    all.sort { ($0.primary?.start ?? 0) < ($1.primary?.start ?? 0) }
    var seen: Set<Int> = []
    all = all.filter { seen.insert(($0.primary?.start ?? 0) << 1 | ($0.isError ? 1 : 0)).inserted }
    if all.count > Parser.maximumErrors { all.removeLast(all.count - Parser.maximumErrors) }

    let isSlashed = blameSlashes(lexer.slashes, boundNames, &all)

    let isIncomplete: Bool
    if isSlashed {
      isIncomplete = false
    } else if lexer.endsInside {
      isIncomplete = lexer.diagnostics.filter { $0.code != "E0106" && $0.code != "E0102" }.isEmpty
    } else if bracketsOpen {
      let openAt = Set(lexer.openAtEnd)
      let others = lexer.diagnostics.contains { !openAt.contains($0.primary?.start ?? -1) }
      let end = file.bytes.count
      let wrong = diagnostics.contains {
        $0.isError && !($0.primary.map { $0.start >= end } ?? true) && !$0.isEcho
      }
      isIncomplete = !others && !wrong
    } else {
      let errors = all.filter(\.isError)
      isIncomplete = errors.isEmpty ? lexer.endsInDoc : endsUnfinished && errors.count == 1
    }
    return ParseResult(program: program, diagnostics: all, isIncomplete: isIncomplete)
  }

  // MARK: - Tokens

  var token: Token { tokens[min(index, tokens.count - 1)] }
  var kind: Token.Kind { token.kind }

  func peek(_ ahead: Int = 1) -> Token { tokens[min(index + ahead, tokens.count - 1)] }

  var previousEnd: Int { index > 0 ? Int(tokens[min(index, tokens.count) - 1].end) : Int(token.start) }

  mutating func advance() {
    if index < tokens.count - 1 { index += 1 }
  }

  func text(_ token: Token) -> String { file.text(in: token.range) }

  func span(_ token: Token) -> Span { file.span(token.range.lowerBound, token.range.upperBound) }

  /// The span from an offset to the end of the last consumed token.
  func span(from start: Int) -> Span { file.span(start, max(start, previousEnd)) }

  /// Whether the token is not preceded by a line break that ends a statement or an entry.
  var isOnSameLine: Bool { mode == .space || !token.newlineBefore }

  func isWord(_ token: Token, _ word: String) -> Bool { token.kind == .name && text(token) == word }

  /// Whether the next statement, entry or closing bracket begins here.
  var isAtStatementEnd: Bool {
    switch kind {
    case .end, .interpolationEnd, .semicolon, .rightBrace: true
    default: mode == .terminator && token.newlineBefore
    }
  }

  mutating func eat(_ wanted: Token.Kind) -> Bool {
    guard kind == wanted else { return false }
    advance()
    return true
  }

  /// Parses a part in another mode: brackets define the meaning of a line break.
  mutating func with<T>(
    mode newMode: NewlineMode, braceEndsExpression newBrace: Bool = false, _ body: (inout Parser) throws -> T
  ) rethrows -> T {
    let oldMode = mode
    let oldBrace = braceEndsExpression
    mode = newMode
    braceEndsExpression = newBrace
    defer {
      mode = oldMode
      braceEndsExpression = oldBrace
    }
    return try body(&self)
  }

  /// Consumes an opening bracket. `body` parses the inside and leaves the closing bracket, which is consumed
  /// here.
  mutating func bracketed<T>(
    mode newMode: NewlineMode, _ close: Token.Kind, _ what: String, _ body: (inout Parser) throws -> T
  ) throws -> T {
    let opener = token
    openBrackets.append(index)
    advance()
    let value = try with(mode: newMode) { parser in
      let value = try body(&parser)
      guard parser.kind == close else { throw parser.missing(close, opener: opener, what) }
      return value
    }
    openBrackets.removeLast()
    advance()
    return value
  }

  mutating func enter() throws {
    nesting += 1
    guard nesting <= Parser.maximumNesting else {
      nesting -= 1
      throw failure(
        "E0404", "this is nested more than \(Parser.maximumNesting) levels deep",
        help: "give the inner part a name: let part = …")
    }
  }

  // MARK: - Building

  mutating func make(_ kind: Expr.Kind, _ span: Span) throws -> Expr {
    let expr = Expr(kind, span)
    guard expr.height <= Parser.maximumHeight else {
      throw SyntaxFailure(
        diagnostic: Diagnostic(
          "E0404", "this expression is more than \(Parser.maximumHeight) levels deep", at: span,
          help: ["give a part of it a name: let part = …"]))
    }
    return expr
  }
}

extension Diagnostic {
  /// Whether it only reports a missing bracket or line at the end of the text.
  var isEcho: Bool { code == "E0106" }
}
