// The syntax tree: expressions. Left-associative chains are one flat node, `if … else if …` is one node, and
// the height of a tree is capped by the parser (`Parser.maximumHeight`), so recursion over a tree is always
// safe.

/// An expression with its place.
public final class Expr: Sendable {
  public let kind: Kind
  public let span: Span
  /// 1 for a leaf. Never above `Parser.maximumHeight`.
  public let height: Int
  /// Written in parentheses: `(x.f)(y)` calls the member's value and is no method call; the span is of the
  /// inside.
  public let isParenthesized: Bool

  public init(_ kind: Kind, _ span: Span, isParenthesized: Bool = false) {
    self.kind = kind
    self.span = span
    self.height = 1 + kind.childHeight
    self.isParenthesized = isParenthesized
  }

  public enum Kind: Sendable {
    case nilLiteral
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(StringLiteral)
    /// A variable, function or built-in.
    case name(String)
    /// A name that always means the built-in, whatever is bound: the head of a lowered form.
    case builtin(String)
    case list([ListItem])
    case record([RecordEntry])
    case comprehension(Comprehension)
    /// `50 epochs`, or an expression and its unit after the `for` of `train`.
    case quantity(Expr, unit: String, unitSpan: Span)
    case range(lower: Expr, upper: Expr, isClosed: Bool, operatorSpan: Span)
    case function(FunctionExpr)
    case conditional(Conditional)
    case attempt(Attempt)
    case unary(UnaryOperator, operatorSpan: Span, Expr)
    /// `a + b - c`: evaluated from the left.
    case binary(BinaryChain)
    /// `a and b and c`, one operator a node.
    case logical(LogicalChain)
    case compare(left: Expr, ComparisonOperator, operatorSpan: Span, right: Expr)
    case call(Call)
    case member(Expr, name: String, nameSpan: Span)
    case index(Expr, [IndexItem], bracketSpan: Span)
    /// Stands where the parser could not make sense; only in programs with errors.
    case invalid
  }
}

public enum UnaryOperator: String, Sendable {
  case negate = "-"
  case not = "not"
}

public enum BinaryOperator: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case matmul = "@"
  case power = "**"
}

public enum ComparisonOperator: String, Sendable, CaseIterable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case `in` = "in"
  case notIn = "not in"
}

public enum LogicalOperator: String, Sendable {
  case and
  case or
  /// `a ?? b`: b where a is nil.
  case coalesce = "??"
}

/// `first op₁ x₁ op₂ x₂ …`, all of one precedence, grouped from the left. `**` has always one link.
public struct BinaryChain: Sendable {
  public struct Link: Sendable {
    public let op: BinaryOperator
    public let operatorSpan: Span
    public let operand: Expr

    public init(op: BinaryOperator, operatorSpan: Span, operand: Expr) {
      self.op = op
      self.operatorSpan = operatorSpan
      self.operand = operand
    }
  }

  public let first: Expr
  /// Never empty.
  public let links: [Link]

  public init(first: Expr, links: [Link]) {
    self.first = first
    self.links = links
  }
}

/// `a and b and c`: at least two operands, short-circuiting from the left.
public struct LogicalChain: Sendable {
  public let op: LogicalOperator
  public let operands: [Expr]
  /// One fewer than operands.
  public let operatorSpans: [Span]

  public init(op: LogicalOperator, operands: [Expr], operatorSpans: [Span]) {
    self.op = op
    self.operands = operands
    self.operatorSpans = operatorSpans
  }
}

/// A string: pieces of text (escapes resolved) and interpolations.
public struct StringLiteral: Sendable {
  public enum Segment: Sendable {
    case text(String)
    case interpolation(Expr, format: FormatSpec?)
  }

  public struct FormatSpec: Sendable {
    /// What stands after the `:` in `\(x:.3f)`, Python's format mini-language.
    public let text: String
    public let span: Span

    public init(text: String, span: Span) {
      self.text = text
      self.span = span
    }
  }

  public let segments: [Segment]

  public init(segments: [Segment]) { self.segments = segments }

  /// The text, where nothing is interpolated.
  public var plainText: String? {
    if segments.isEmpty { return "" }
    if segments.count == 1, case .text(let text) = segments[0] { return text }
    return nil
  }
}

public enum ListItem: Sendable {
  case element(Expr)
  /// `..xs`
  case spread(Expr)

  public var expr: Expr {
    switch self {
    case .element(let expr), .spread(let expr): expr
    }
  }
}

public enum RecordEntry: Sendable {
  /// `a: 1`, `"b c": 2` where the string is plain, and `name { … }`.
  case field(name: String, nameSpan: Span, value: Expr)
  /// `"\(k)": 1`
  case computed(key: Expr, value: Expr)
  /// `..base`
  case spread(Expr)

  public var value: Expr {
    switch self {
    case .field(_, _, let value), .computed(_, let value), .spread(let value): value
    }
  }
}

/// `[element for pattern in source if condition …]`, and `{key: element for …}`, which makes a record.
public struct Comprehension: Sendable {
  public enum Clause: Sendable {
    case loop(Pattern, source: Expr, span: Span)
    case filter(Expr)
  }

  /// Of a record: an expression, so that a name stands for its value.
  public let key: Expr?
  public let element: Expr
  /// The first is a loop. Later clauses see the variables of earlier ones.
  public let clauses: [Clause]

  public init(key: Expr? = nil, element: Expr, clauses: [Clause]) {
    self.key = key
    self.element = element
    self.clauses = clauses
  }
}

/// `try { a } catch e { b }`; the value is that of the first block, or of the second where the first failed.
public struct Attempt: Sendable {
  public let body: Block
  /// What the second block calls the error.
  public let name: String?
  public let nameSpan: Span?
  public let handler: Block

  public init(body: Block, name: String?, nameSpan: Span?, handler: Block) {
    self.body = body
    self.name = name
    self.nameSpan = nameSpan
    self.handler = handler
  }
}

/// `if c { a } else if d { b } else { e }`; the value is that of the block taken, nil where none is.
public struct Conditional: Sendable {
  public struct Branch: Sendable {
    public let condition: Expr
    public let body: Block

    public init(condition: Expr, body: Block) {
      self.condition = condition
      self.body = body
    }
  }

  public let branches: [Branch]
  public let otherwise: Block?

  public init(branches: [Branch], otherwise: Block?) {
    self.branches = branches
    self.otherwise = otherwise
  }
}

public enum IndexItem: Sendable {
  /// An index, a range, a list or a mask: its value decides.
  case expr(Expr)
  /// `:`
  case all(Span)
}

public struct Argument: Sendable {
  public enum Kind: Sendable {
    case positional
    case named(String, nameSpan: Span)
    /// `..x`: a record's entries become named arguments, a list's elements positional ones.
    case spread
  }

  public let kind: Kind
  public let value: Expr
  /// Written in the trailing block.
  public let isInBlock: Bool

  public init(_ kind: Kind, _ value: Expr, isInBlock: Bool = false) {
    self.kind = kind
    self.value = value
    self.isInBlock = isInBlock
  }

  public var name: String? {
    if case .named(let name, _) = kind { return name }
    return nil
  }

  public var span: Span {
    if case .named(_, let nameSpan) = kind { return nameSpan.union(value.span) }
    return value.span
  }
}

/// A call in any of its spellings.
///
/// `x.f(y)` has a callee of kind `.member` that is not parenthesized: x's member f where it can be called,
/// else the function f in scope with x first. `x |> f(y)` has x as its first argument already. Command forms
/// (`train X on Y for N epochs { … }`) have a callee of kind `.builtin`.
public struct Call: Sendable {
  public enum Form: Sendable {
    case call
    case pipe(operatorSpan: Span)
    case command
  }

  public let callee: Expr
  public let arguments: [Argument]
  public let form: Form

  public init(callee: Expr, arguments: [Argument], form: Form = .call) {
    self.callee = callee
    self.arguments = arguments
    self.form = form
  }
}

public struct Parameter: Sendable {
  public let name: String
  public let nameSpan: Span
  /// Evaluated at each call that leaves the argument out; sees the parameters before it.
  public let defaultValue: Expr?

  public init(name: String, nameSpan: Span, defaultValue: Expr?) {
    self.name = name
    self.nameSpan = nameSpan
    self.defaultValue = defaultValue
  }
}

/// A function: `x => e`, `(a, b = 2) => { … }`, `func (a) { … }`, or what a `func f(…)` declaration names.
public struct FunctionExpr: Sendable {
  /// The declared name; nil for one without.
  public let name: String?
  public let parameters: [Parameter]
  /// `x => e` has one expression statement. The value of the last statement is the result.
  public let body: Block
  /// `(a, b)` as written, or the single name.
  public let signatureSpan: Span

  public init(name: String?, parameters: [Parameter], body: Block, signatureSpan: Span) {
    self.name = name
    self.parameters = parameters
    self.body = body
    self.signatureSpan = signatureSpan
  }
}
