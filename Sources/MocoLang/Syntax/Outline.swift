// The tree as S-expressions on one line, for tests and debugging: `1 + 2 * x` is `(+ 1 (* 2 x))`.

extension Program {
  /// The outlines of the statements, one per line.
  package var outline: String { statements.map(\.outline).joined(separator: "\n") }
}

extension Stmt {
  /// The statement in prefix form: `(let x (+ 1 2))`; `;` is at the end if the value is hidden.
  package var outline: String {
    let text: String
    switch kind {
    case .expr(let expr): text = expr.outline
    case .binding(let binding):
      text = "(\(binding.isMutable ? "var" : "let") \(binding.pattern.outline) \(binding.value.outline))"
    case .assign(let assignment):
      text = "(\(assignment.op?.rawValue ?? "")= \(assignment.target.outline) \(assignment.value.outline))"
    case .function(let declaration): text = "(func \(declaration.name) \(declaration.function.outline))"
    case .groups(let declaration): text = "(let \(declaration.name) \(declaration.lowered.outline))"
    case .use(let use):
      let source =
        switch use.source {
        case .library(let name): name
        case .path(let path): "\"\(path)\""
        }
      let names = use.imports.map { $0.name == $0.localName ? $0.name : "\($0.name):\($0.localName)" }
      text = "(use \(source) \(use.moduleName ?? "{" + names.joined(separator: " ") + "}"))"
    case .whileLoop(let condition, let body): text = "(while \(condition.outline) \(body.outline))"
    case .forLoop(let pattern, let source, let body):
      text = "(for \(pattern.outline) \(source.outline) \(body.outline))"
    case .breakLoop: text = "break"
    case .continueLoop: text = "continue"
    case .returnValue(let value): text = value.map { "(return \($0.outline))" } ?? "return"
    case .invalid: text = "<invalid>"
    }
    return hidesValue ? text + ";" : text
  }
}

extension Block {
  /// The statements' outlines in braces, separated by spaces.
  package var outline: String { "{" + statements.map(\.outline).joined(separator: " ") + "}" }
}

extension Pattern {
  /// The pattern without commas: `[a b ..rest]`, `{key:name}`.
  package var outline: String {
    switch kind {
    case .name(let name): name
    case .ignore: "_"
    case .list(let patterns, let rest):
      "[" + (patterns.map(\.outline) + (rest.map { [".." + $0.outline] } ?? [])).joined(separator: " ") + "]"
    case .record(let fields):
      "{" + fields.map { $0.key + ":" + $0.pattern.outline }.joined(separator: " ") + "}"
    }
  }
}

extension FunctionExpr {
  /// The function in prefix form, with its parameters and its block.
  package var outline: String {
    let list = parameters.map { parameter in
      parameter.defaultValue.map { "\(parameter.name)=\($0.outline)" } ?? parameter.name
    }
    return "(\(list.joined(separator: " "))) \(body.outline)"
  }
}

extension Expr {
  /// The expression in prefix form: `1 + 2 * x` is `(+ 1 (* 2 x))`.
  package var outline: String {
    switch kind {
    case .nilLiteral: return "nil"
    case .bool(let value): return "\(value)"
    case .int(let value): return "\(value)"
    case .float(let value): return "\(value)"
    case .string(let literal):
      let pieces = literal.segments.map { segment in
        switch segment {
        case .text(let text): text.debugDescription
        case .interpolation(let expr, let format): expr.outline + (format.map { ":" + $0.text } ?? "")
        }
      }
      return pieces.count == 1 && literal.plainText != nil
        ? pieces[0] : pieces.isEmpty ? "\"\"" : "(str \(pieces.joined(separator: " ")))"
    case .name(let name): return name
    case .builtin(let name): return "`" + name
    case .list(let items): return "[" + items.map(\.outline).joined(separator: " ") + "]"
    case .record(let entries): return "{" + entries.map(\.outline).joined(separator: " ") + "}"
    case .comprehension(let comprehension):
      let clauses = comprehension.clauses.map { clause in
        switch clause {
        case .loop(let pattern, let source, _): "(for \(pattern.outline) \(source.outline))"
        case .filter(let condition): "(if \(condition.outline))"
        }
      }
      if let key = comprehension.key {
        return "{\(key.outline):\(comprehension.element.outline) \(clauses.joined(separator: " "))}"
      }
      return "[\(comprehension.element.outline) \(clauses.joined(separator: " "))]"
    case .quantity(let value, let unit, _): return "(\(unit) \(value.outline))"
    case .range(let lower, let upper, let isClosed, _):
      return "(\(isClosed ? "..." : "..<") \(lower.outline) \(upper.outline))"
    case .function(let function): return "(=> \(function.outline))"
    case .conditional(let conditional):
      let branches = conditional.branches.map { "\($0.condition.outline) \($0.body.outline)" }
      let otherwise = conditional.otherwise.map { " " + $0.outline } ?? ""
      return "(if \(branches.joined(separator: " "))\(otherwise))"
    case .attempt(let attempt):
      return "(try \(attempt.body.outline) \(attempt.name ?? "_") \(attempt.handler.outline))"
    case .unary(let op, _, let operand): return "(\(op.rawValue) \(operand.outline))"
    case .binary(let chain):
      return chain.links.reduce(chain.first.outline) { "(\($1.op.rawValue) \($0) \($1.operand.outline))" }
    case .logical(let chain):
      return "(\(chain.op.rawValue) \(chain.operands.map(\.outline).joined(separator: " ")))"
    case .compare(let left, let op, _, let right): return "(\(op.rawValue) \(left.outline) \(right.outline))"
    case .call(let call):
      return "(\(([call.callee.outline] + call.arguments.map(\.outline)).joined(separator: " ")))"
    case .member(let base, let name, _): return "\(base.outline).\(name)"
    case .index(let base, let items, _):
      let list = items.map { item in
        if case .expr(let expr) = item { return expr.outline }
        return ":"
      }
      return "\(base.outline)[\(list.joined(separator: " "))]"
    case .invalid: return "<invalid>"
    }
  }
}

extension ListItem {
  fileprivate var outline: String {
    switch self {
    case .element(let expr): expr.outline
    case .spread(let expr): ".." + expr.outline
    }
  }
}

extension RecordEntry {
  fileprivate var outline: String {
    switch self {
    case .field(let name, _, let value): "\(name):\(value.outline)"
    case .computed(let key, let value): "\(key.outline):\(value.outline)"
    case .spread(let expr): ".." + expr.outline
    }
  }
}

extension Argument {
  fileprivate var outline: String {
    switch kind {
    case .positional: value.outline
    case .named(let name, _): "\(name):\(value.outline)"
    case .spread: ".." + value.outline
    }
  }
}
