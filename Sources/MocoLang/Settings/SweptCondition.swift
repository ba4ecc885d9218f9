// The condition of an `over` on the settings above it. It is read from the source, because a sweep must know
// its points before the program runs.

import MocoBase

/// `when:` and `otherwise:` of an `over`: when a sweep uses its values, and the value of the setting
/// otherwise.
public struct SweptCondition: Sendable {
  private let when: Expr
  /// nil for the first of the values.
  private let otherwise: Expr?
  private let first: SettingValue

  /// nil for a call without a condition.
  ///
  /// - Parameters:
  ///   - known: the settings above, whose values are known before the program runs.
  ///   - first: the first of the values.
  /// - Throws: a `Diagnostic`, E1102, if one of the two cannot be evaluated before the program runs.
  init?(_ call: Call, known: () -> Set<String>, first: SettingValue) throws {
    func argument(_ name: String) -> Expr? { call.arguments.first { $0.name == name }?.value }
    let otherwise = argument("otherwise")
    guard let when = argument("when") else {
      guard let otherwise else { return nil }
      throw SweptCondition.fault(
        "otherwise is given without when", at: otherwise.span, "add when: with a condition on settings above")
    }
    let names = known()
    for expr in [when, otherwise] { if let expr { try SweptCondition.check(expr, names) } }
    (self.when, self.otherwise, self.first) = (when, otherwise, first)
  }

  /// The value of the setting if its values are not used; nil if they are.
  ///
  /// - Parameter settings: those above, by name.
  /// - Throws: a `Diagnostic`, E1102, for a condition that is not a Bool, and for a value that `over` does
  ///   not accept.
  public func value(_ settings: [String: SettingValue]) throws -> SettingValue? {
    let holds = try SweptCondition.value(when, settings)
    guard case .bool(let flag) = holds else {
      throw SweptCondition.fault(
        "when must be a condition, not \(holds.source)", at: when.span,
        "compare settings above: when: table == \"few-shot\"")
    }
    if flag { return nil }
    guard let otherwise else { return first }
    let value = try SweptCondition.value(otherwise, settings)
    guard value.isPlain else {
      throw SweptCondition.fault(
        "over does not accept \(value.source) as a value", at: otherwise.span,
        "write a number, true, false, nil, a String, or a list of those")
    }
    try SweptValues.check([value]) { SweptCondition.fault($0, at: otherwise.span, $1) }
    return value
  }

  /// The possible values of the setting if its values are not used, as far as the source shows.
  public var possible: [SettingValue] { otherwise.map(SweptCondition.literals) ?? [first] }

  private static func literals(_ expr: Expr) -> [SettingValue] {
    if let value = SettingValue(expr) { return [value] }
    guard case .conditional(let conditional) = expr.kind else { return [] }
    let blocks = conditional.branches.map(\.body) + [conditional.otherwise].compactMap { $0 }
    return blocks.flatMap { block in ((try? only(block, expr)).map(literals)) ?? [] }
  }

  // MARK: - What can be told before anything runs

  private static func check(_ expr: Expr, _ known: Set<String>) throws {
    if SettingValue(expr) != nil { return }
    switch expr.kind {
    case .name(let name):
      guard known.contains(name) else {
        let near = Nearest.name(to: name, among: known.sorted()).map { "did you mean \($0)? " } ?? ""
        throw fault(
          "'\(name)' is not a setting declared above", at: expr.span,
          "\(near)use the name of a let above that has a literal or an over")
      }
    case .list(let items):
      for item in items {
        guard case .element(let element) = item else { throw unclear(expr) }
        try check(element, known)
      }
    case .unary(.not, _, let operand): try check(operand, known)
    case .logical(let chain) where chain.op != .coalesce:
      for operand in chain.operands { try check(operand, known) }
    case .compare(let left, _, _, let right):
      try check(left, known)
      try check(right, known)
    case .conditional(let conditional):
      for branch in conditional.branches {
        try check(branch.condition, known)
        try check(try only(branch.body, expr), known)
      }
      guard let last = conditional.otherwise else { throw unclear(expr) }
      try check(try only(last, expr), known)
    default: throw unclear(expr)
    }
  }

  private static func value(_ expr: Expr, _ settings: [String: SettingValue]) throws -> SettingValue {
    if let value = SettingValue(expr) { return value }
    switch expr.kind {
    case .name(let name):
      guard let value = settings[name] else { throw unclear(expr) }
      return value
    case .list(let items): return .list(try items.map { try value($0.expr, settings) })
    case .unary(.not, _, let operand): return .bool(!(try truth(operand, settings)))
    case .logical(let chain):
      // As in a run, evaluation stops at the first operand that decides.
      for operand in chain.operands where try truth(operand, settings) != (chain.op == .and) {
        return .bool(chain.op == .or)
      }
      return .bool(chain.op == .and)
    case .compare(let left, let op, _, let right):
      return .bool(try compare(try value(left, settings), op, try value(right, settings), expr))
    case .conditional(let conditional):
      for branch in conditional.branches where try truth(branch.condition, settings) {
        return try value(try only(branch.body, expr), settings)
      }
      guard let last = conditional.otherwise else { throw unclear(expr) }
      return try value(try only(last, expr), settings)
    default: throw unclear(expr)
    }
  }

  private static func truth(_ expr: Expr, _ settings: [String: SettingValue]) throws -> Bool {
    let found = try value(expr, settings)
    guard case .bool(let flag) = found else {
      throw fault("\(found.source) is not a Bool", at: expr.span, "compare it: x == 1, x != \"\"")
    }
    return flag
  }

  private static func compare(
    _ left: SettingValue, _ op: ComparisonOperator, _ right: SettingValue, _ expr: Expr
  ) throws -> Bool {
    switch op {
    case .equal: return same(left, right)
    case .notEqual: return !same(left, right)
    case .in, .notIn:
      if case .list(let values) = right { return values.contains { same($0, left) } == (op == .in) }
      if case .string(let text) = right, case .string(let part) = left {
        return text.contains(part) == (op == .in)
      }
      throw unclear(expr)
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      guard let a = left.number, let b = right.number else { throw unclear(expr) }
      return ordered(a, op, b)
    }
  }

  /// Whether two values are equal by the rules of programs: 1 equals 1.0.
  private static func same(_ a: SettingValue, _ b: SettingValue) -> Bool {
    if case .list(let left) = a, case .list(let right) = b {
      return left.count == right.count && zip(left, right).allSatisfy { same($0, $1) }
    }
    if case .int = a, case .int = b { return a == b }
    if let left = a.number, let right = b.number { return left == right }
    return a == b
  }

  private static func ordered(_ a: Double, _ op: ComparisonOperator, _ b: Double) -> Bool {
    switch op {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    default: a >= b
    }
  }

  /// The one expression of a block.
  private static func only(_ block: Block, _ whole: Expr) throws -> Expr {
    guard block.statements.count == 1, case .expr(let expr) = block.statements[0].kind else {
      throw unclear(whole)
    }
    return expr
  }

  private static func unclear(_ expr: Expr) -> Diagnostic {
    fault(
      "this cannot be evaluated before the program runs", at: expr.span,
      "use only literals and settings declared above, with ==, !=, <, in, not, and, or, if")
  }

  private static func fault(_ message: String, at span: Span, _ help: String) -> Diagnostic {
    Diagnostic("E1102", message, at: span, help: [help])
  }
}

extension SettingValue {
  fileprivate var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }
}
