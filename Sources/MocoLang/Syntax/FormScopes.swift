/// The bound verbs of command forms: in their scope they are ordinary names and do not begin a form.
struct FormScopes {
  private struct Scope {
    var names: Set<String> = []
    var isFunction = false
  }

  private var scopes: [Scope] = [Scope()]
  /// Verbs bound anywhere at the top level: a function can use globals that are declared further down.
  private var globals: Set<String> = []
  private var functionDepth = 0

  var depth: Int { scopes.count }

  mutating func declareGlobal(_ name: String) { globals.insert(name) }

  mutating func bind(_ name: String) {
    guard !scopes.isEmpty else { return }
    scopes[scopes.count - 1].names.insert(name)
  }

  func isBound(_ name: String) -> Bool {
    if functionDepth > 0, globals.contains(name) { return true }
    return scopes.contains { $0.names.contains(name) }
  }

  mutating func enter(isFunction: Bool = false) {
    scopes.append(Scope(isFunction: isFunction))
    if isFunction { functionDepth += 1 }
  }

  mutating func leave() {
    guard scopes.count > 1, let last = scopes.popLast() else { return }
    if last.isFunction { functionDepth -= 1 }
  }

  /// Closes scopes that a failure left open.
  mutating func leave(to depth: Int) {
    while scopes.count > depth { leave() }
  }
}

extension Parser {
  /// Records a name of this scope if it is a verb, or a function that can be called with only a block.
  mutating func bind(_ name: String) {
    if dialect.form(name) != nil || dialect.blockCalls.contains(name) { forms.bind(name) }
  }

  /// Records the names bound before the text, and the globals that the text declares.
  mutating func prepareForms(_ boundNames: Set<String>) {
    for name in boundNames { bind(name) }
    var position = 0
    while position + 1 < tokens.count {
      let current = tokens[position]
      switch current.kind {
      case .let, .var, .func:
        let next = tokens[position + 1]
        if next.kind == .name { forms.declareGlobal(text(next)) }
      default: break
      }
      let match = Int(current.match)
      position = match > position ? match + 1 : position + 1
    }
  }
}
