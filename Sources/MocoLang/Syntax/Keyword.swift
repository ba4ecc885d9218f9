/// The reserved words of the language: lexer, highlighting, completion, help and the grammars of editors read this list.
///
/// In the order of `Token.Kind`, whose keywords are these.
public enum Keyword: String, CaseIterable, Sendable {
  case `let`, `var`, `func`, `return`, `if`, `else`, `for`, `in`, `while`, `break`, `continue`
  case `true`, `false`, `nil`, and, or, not, use, `as`, from, `try`, `catch`

  /// The role of the word, as editors classify words.
  public enum Role: Sendable {
    case declaration, control, `operator`, constant
  }

  /// The one role of the word: `use`, `as` and `from` are control, `and`, `or` and `not` operators.
  public var role: Role {
    switch self {
    case .let, .var, .func: .declaration
    case .return, .if, .else, .for, .in, .while, .break, .continue, .use, .as, .from, .try, .catch: .control
    case .and, .or, .not: .operator
    case .true, .false, .nil: .constant
    }
  }

  /// The words with these roles, in order.
  public static func words(_ roles: Role...) -> [String] {
    allCases.filter { roles.contains($0.role) }.map(\.rawValue)
  }
}

extension Token.Kind {
  /// The kind of token of every keyword.
  static let keywords: [String: Token.Kind] = {
    var kinds: [String: Token.Kind] = [:]
    for (index, keyword) in Keyword.allCases.enumerated() {
      kinds[keyword.rawValue] = Token.Kind(rawValue: Token.Kind.let.rawValue + UInt8(index))
    }
    return kinds
  }()

  /// The keyword that a token of this kind is; nil for the others.
  var keyword: Keyword? {
    let index = Int(rawValue) - Int(Token.Kind.let.rawValue)
    return Keyword.allCases.indices.contains(index) ? Keyword.allCases[index] : nil
  }
}
