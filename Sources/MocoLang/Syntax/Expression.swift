// The syntax tree: expressions. Left-associative chains are one flat node, `if … else if …` is one node, and
// the height of a tree is capped by the parser (`Parser.maximumHeight`), so recursion over a tree is always
// safe.

/// An expression with its source range.
public final class Expr: Sendable {
  /// The kind of expression, with its parts.
  public let kind: Kind
  /// Its source range: from the first byte to after the last one.
  public let span: Span
  /// 1 for a leaf. Never above `Parser.maximumHeight`.
  public let height: Int
  /// Whether it is written in parentheses: `(x.f)(y)` calls the member's value and is not a method call. The
  /// span covers the inside.
  public let isParenthesized: Bool

  /// An expression; its height is computed from its parts.
  public init(_ kind: Kind, _ span: Span, isParenthesized: Bool = false) {
    self.kind = kind
    self.span = span
    self.height = 1 + kind.childHeight
    self.isParenthesized = isParenthesized
  }

  /// The kinds of expressions. Positions for editors and errors are stored with the parts.
  public enum Kind: Sendable {
    case nilLiteral
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(StringLiteral)
    /// A variable, function or built-in.
    case name(String)
    /// A name that always refers to the built-in, whatever is bound: the head of a lowered form.
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
    /// `a and b and c`, one operator per node.
    case logical(LogicalChain)
    case compare(left: Expr, ComparisonOperator, operatorSpan: Span, right: Expr)
    case call(Call)
    case member(Expr, name: String, nameSpan: Span)
    case index(Expr, [IndexItem], bracketSpan: Span)
    /// Text that the parser could not understand; only in programs with errors.
    case invalid
  }
}

/// An operator before its operand; the raw value is its spelling.
public enum UnaryOperator: String, Sendable {
  case negate = "-"
  case not = "not"
}

/// An arithmetic operator between two operands; the raw value is its spelling.
public enum BinaryOperator: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case matmul = "@"
  case power = "**"
}

/// A comparison; the raw value is its spelling. Comparisons cannot be chained.
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

/// An operator that evaluates its second operand only if the first does not decide; the raw value is its
/// spelling.
public enum LogicalOperator: String, Sendable {
  case and
  case or
  /// `a ?? b`: b if a is nil.
  case coalesce = "??"
}

/// `first op₁ x₁ op₂ x₂ …`, all of the same precedence, grouped from the left. `**` always has one link.
public struct BinaryChain: Sendable {
  /// An operator with the operand on its right.
  public struct Link: Sendable {
    /// The operator.
    public let op: BinaryOperator
    /// The position of the operator.
    public let operatorSpan: Span
    /// The operand on its right.
    public let operand: Expr

    /// One link of a chain.
    public init(op: BinaryOperator, operatorSpan: Span, operand: Expr) {
      self.op = op
      self.operatorSpan = operatorSpan
      self.operand = operand
    }
  }

  /// The leftmost operand.
  public let first: Expr
  /// Never empty.
  public let links: [Link]

  /// A chain; `links` must not be empty and must have one precedence.
  public init(first: Expr, links: [Link]) {
    self.first = first
    self.links = links
  }
}

/// `a and b and c`: at least two operands, short-circuiting from the left.
public struct LogicalChain: Sendable {
  /// The one operator between all operands.
  public let op: LogicalOperator
  /// From left to right; never fewer than two.
  public let operands: [Expr]
  /// The positions of the operators, one fewer than operands.
  public let operatorSpans: [Span]

  /// A chain; there must be one operator fewer than operands.
  public init(op: LogicalOperator, operands: [Expr], operatorSpans: [Span]) {
    self.op = op
    self.operands = operands
    self.operatorSpans = operatorSpans
  }
}

/// A string: pieces of text (escapes resolved) and interpolations.
public struct StringLiteral: Sendable {
  /// A piece of a string.
  public enum Segment: Sendable {
    case text(String)
    case interpolation(Expr, format: FormatSpec?)
  }

  /// The format of an interpolation.
  public struct FormatSpec: Sendable {
    /// The text after the `:` in `\(x:.3f)`, in Python's format mini-language.
    public let text: String
    /// The position of the text, without the colon.
    public let span: Span

    /// A format as written; it is checked later.
    public init(text: String, span: Span) {
      self.text = text
      self.span = span
    }
  }

  /// In source order; empty for `""`.
  public let segments: [Segment]

  /// A string of these pieces.
  public init(segments: [Segment]) { self.segments = segments }

  /// The text, if nothing is interpolated.
  public var plainText: String? {
    if segments.isEmpty { return "" }
    if segments.count == 1, case .text(let text) = segments[0] { return text }
    return nil
  }
}

/// An item between the commas of `[…]`.
public enum ListItem: Sendable {
  case element(Expr)
  /// `..xs`
  case spread(Expr)

  /// The element, or the value that is spread.
  public var expr: Expr {
    switch self {
    case .element(let expr), .spread(let expr): expr
    }
  }
}

/// An entry between the commas of `{…}`.
public enum RecordEntry: Sendable {
  /// `a: 1`, `"b c": 2` with a plain string, and `name { … }`.
  case field(name: String, nameSpan: Span, value: Expr)
  /// `"\(k)": 1`
  case computed(key: Expr, value: Expr)
  /// `..base`
  case spread(Expr)

  /// The field's value, or the value that is spread.
  public var value: Expr {
    switch self {
    case .field(_, _, let value), .computed(_, let value), .spread(let value): value
    }
  }
}

/// `[element for pattern in source if condition …]`, and `{key: element for …}`, which makes a record.
public struct Comprehension: Sendable {
  /// One `for` or `if` of a comprehension.
  public enum Clause: Sendable {
    case loop(Pattern, source: Expr, span: Span)
    case filter(Expr)
  }

  /// The key of a record comprehension: an expression, so a name means its value.
  public let key: Expr?
  /// The collected expression: an element of the list, or the value of a field.
  public let element: Expr
  /// The first is a loop. Later clauses can use the variables of earlier ones.
  public let clauses: [Clause]

  /// A comprehension; with a `key` it makes a record.
  public init(key: Expr? = nil, element: Expr, clauses: [Clause]) {
    self.key = key
    self.element = element
    self.clauses = clauses
  }
}

/// `try { a } catch e { b }`; the value is that of the first block, or of the second if the first failed.
public struct Attempt: Sendable {
  /// The first block.
  public let body: Block
  /// The name of the error in the second block.
  public let name: String?
  /// The position of that name; nil if there is none.
  public let nameSpan: Span?
  /// The block that runs if the first one fails.
  public let handler: Block

  /// A `try` with its `catch`.
  public init(body: Block, name: String?, nameSpan: Span?, handler: Block) {
    self.body = body
    self.name = name
    self.nameSpan = nameSpan
    self.handler = handler
  }
}

/// `if c { a } else if d { b } else { e }`; the value is that of the block that runs, or nil if none does.
public struct Conditional: Sendable {
  /// One `if` or `else if` with its block.
  public struct Branch: Sendable {
    /// The condition; a value that is not a Bool is an error at run time.
    public let condition: Expr
    /// The block that runs if the condition is true.
    public let body: Block

    /// One branch.
    public init(condition: Expr, body: Block) {
      self.condition = condition
      self.body = body
    }
  }

  /// In the order in which the conditions are evaluated; never empty.
  public let branches: [Branch]
  /// The block after the last `else`; nil if there is none.
  public let otherwise: Block?

  /// An `if` with all its branches.
  public init(branches: [Branch], otherwise: Block?) {
    self.branches = branches
    self.otherwise = otherwise
  }
}

/// An item between the commas of `x[…]`.
public enum IndexItem: Sendable {
  /// An index, a range, a list or a mask: its value decides.
  case expr(Expr)
  /// `:`
  case all(Span)
}

/// An argument of a call, as written.
public struct Argument: Sendable {
  /// How it is passed.
  public enum Kind: Sendable {
    case positional
    case named(String, nameSpan: Span)
    /// `..x`: a record's entries become named arguments, a list's elements positional ones.
    case spread
  }

  /// Whether by position, by name, or spread.
  public let kind: Kind
  /// The value, or the value that is spread.
  public let value: Expr
  /// Whether it is written in the trailing block.
  public let isInBlock: Bool

  /// An argument; its name, if any, is in `kind`.
  public init(_ kind: Kind, _ value: Expr, isInBlock: Bool = false) {
    self.kind = kind
    self.value = value
    self.isInBlock = isInBlock
  }

  /// The name by which it is passed; nil for other arguments.
  public var name: String? {
    if case .named(let name, _) = kind { return name }
    return nil
  }

  /// From the name, if there is one, to the end of the value.
  public var span: Span {
    if case .named(_, let nameSpan) = kind { return nameSpan.union(value.span) }
    return value.span
  }
}

/// A call in any of its spellings.
///
/// `x.f(y)` has a callee of kind `.member` that is not parenthesized: x's member f if it can be called,
/// otherwise the function f in scope with x as the first argument. `x |> f(y)` already has x as its first
/// argument. Command forms (`train X on Y for N epochs { … }`) have a callee of kind `.builtin`.
public struct Call: Sendable {
  /// How a call is spelled.
  public enum Form: Sendable {
    case call
    case pipe(operatorSpan: Span)
    case command
  }

  /// The callee; its kind decides on receivers: see above.
  public let callee: Expr
  /// In source order; the first argument of a pipe is the operand before `|>`.
  public let arguments: [Argument]
  /// The spelling, for messages and the formatter; it does not change the meaning of the call.
  public let form: Form

  /// A call in that spelling.
  public init(callee: Expr, arguments: [Argument], form: Form = .call) {
    self.callee = callee
    self.arguments = arguments
    self.form = form
  }
}

/// A parameter of a function that a program declares.
public struct Parameter: Sendable {
  /// The name, used inside the function and to pass the argument.
  public let name: String
  /// The position of the name.
  public let nameSpan: Span
  /// The default, evaluated at each call that leaves the argument out; it can use the parameters before it.
  public let defaultValue: Expr?

  /// A parameter; it is required if it has no default.
  public init(name: String, nameSpan: Span, defaultValue: Expr?) {
    self.name = name
    self.nameSpan = nameSpan
    self.defaultValue = defaultValue
  }
}

/// A function: `x => e`, `(a, b = 2) => { … }`, `func (a) { … }`, or the function of a `func f(…)`
/// declaration.
public struct FunctionExpr: Sendable {
  /// The declared name; nil without a name.
  public let name: String?
  /// In order; those with defaults come last.
  public let parameters: [Parameter]
  /// `x => e` has one expression statement. The value of the last statement is the result.
  public let body: Block
  /// `(a, b)` as written, or the single name.
  public let signatureSpan: Span

  /// A function, with a name if it is declared.
  public init(name: String?, parameters: [Parameter], body: Block, signatureSpan: Span) {
    self.name = name
    self.parameters = parameters
    self.body = body
    self.signatureSpan = signatureSpan
  }
}
