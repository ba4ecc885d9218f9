/// One lexical unit. Public so that the prompt can highlight the input.
public struct Token: Sendable {
  /// The kinds of tokens. The raw values order them, so that keywords are one range.
  public enum Kind: UInt8, Sendable {
    case end, interpolationEnd, invalid
    case int, hugeInt, float, string, name
    // Keywords, in the order of `Keyword`.
    case `let`, `var`, `func`, `return`, `if`, `else`, `for`, `in`, `while`, `break`, `continue`
    case `true`, `false`, `nil`, and, or, not, use, `as`, from, `try`, `catch`
    // Brackets.
    case leftParen, rightParen, leftBracket, rightBracket, leftBrace, rightBrace
    // Punctuation.
    case comma, colon, semicolon, dot, spread, arrow, pipe, coalesce, halfOpen, closed
    // Operators.
    case plus, minus, star, slash, percent, at, power
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case assign, plusAssign, minusAssign, starAssign, slashAssign, percentAssign, atAssign, powerAssign
  }

  /// The kind of token.
  public var kind: Kind
  /// UTF-8 offset of its first byte.
  public var start: Int32
  /// UTF-8 offset after its last byte; the same as `start` for `end`.
  public var end: Int32
  /// Whether there is a line break between this token and the previous one.
  public var newlineBefore = false
  /// Whether there is a `// %%` line before this token: nothing continues across it.
  public var cellBefore = false
  /// For a bracket, the index of the matching bracket in the same token list; -1 if there is none.
  var match: Int32 = -1
  /// An integer's value, a float's bits, or an index into `Lexer.strings`.
  var bits: UInt64 = 0

  /// Its bytes in the file, half-open; never with an end before the start.
  public var range: Range<Int> { Int(start)..<Int(max(start, end)) }

  /// Whether it is a reserved word.
  public var isKeyword: Bool { kind.rawValue >= Kind.let.rawValue && kind.rawValue <= Kind.catch.rawValue }
  /// Whether it is a name, or a keyword where names may be keywords: after `.` and before `:`.
  var isWord: Bool { kind == .name || isKeyword }
}

extension Token.Kind {
  /// Its spelling, for messages; empty for kinds with many spellings.
  var spelling: String {
    switch self {
    case .end, .interpolationEnd, .invalid, .int, .hugeInt, .float, .string, .name: ""
    case .leftParen: "("
    case .rightParen: ")"
    case .leftBracket: "["
    case .rightBracket: "]"
    case .leftBrace: "{"
    case .rightBrace: "}"
    case .comma: ","
    case .colon: ":"
    case .semicolon: ";"
    case .dot: "."
    case .spread: ".."
    case .arrow: "=>"
    case .pipe: "|>"
    case .coalesce: "??"
    case .halfOpen: "..<"
    case .closed: "..."
    case .plus: "+"
    case .minus: "-"
    case .star: "*"
    case .slash: "/"
    case .percent: "%"
    case .at: "@"
    case .power: "**"
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .assign: "="
    case .plusAssign: "+="
    case .minusAssign: "-="
    case .starAssign: "*="
    case .slashAssign: "/="
    case .percentAssign: "%="
    case .atAssign: "@="
    case .powerAssign: "**="
    default: keyword?.rawValue ?? ""
    }
  }

  /// Whether a line break after this token counts as a space: a text that ends with such a token is
  /// incomplete.
  var continuesLine: Bool {
    switch self {
    case .comma, .colon, .dot, .spread, .arrow, .pipe, .coalesce, .halfOpen, .closed, .plus, .minus, .star,
      .slash,
      .percent, .at, .power, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .assign,
      .plusAssign, .minusAssign, .starAssign, .slashAssign, .percentAssign, .atAssign, .powerAssign, .and,
      .or,
      .not, .in:
      true
    default: false
    }
  }

  /// The operator of a compound assignment.
  var compoundOperator: BinaryOperator? {
    switch self {
    case .plusAssign: .add
    case .minusAssign: .subtract
    case .starAssign: .multiply
    case .slashAssign: .divide
    case .percentAssign: .modulo
    case .atAssign: .matmul
    case .powerAssign: .power
    default: nil
    }
  }
}
