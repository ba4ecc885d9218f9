extension FlowWalk {
  /// An argument of a call, and the names it may share data with.
  struct Given {
    var name: String?
    var isSpread: Bool
    var value: Expr
    var roots: Set<Root> = []
  }

  /// Records the effects of a call. - Returns: the names its value may share data with.
  mutating func roots(_ call: Call) -> Set<Root> {
    var given: [Given] = call.arguments.map { argument in
      if case .spread = argument.kind { return Given(name: nil, isSpread: true, value: argument.value) }
      return Given(name: argument.name, isSpread: false, value: argument.value)
    }
    switch call.callee.kind {
    case .builtin(let name):
      look(at: &given, beside: [])
      return builtin(name, given)
    case .name(let name):
      if let local = local(name) {
        look(at: &given, beside: [])
        guard let function = local.function, depth < 8, budget > 0 else { return unknown(local.roots, given) }
        depth += 1
        defer { depth -= 1 }
        let arguments = Self.bound(function, given)
        return follow(function) { arguments[$0] ?? [] }
      }
      look(at: &given, beside: [])
      if functions[name] != nil { return declaredFunction(name, given) }
      if isOwn(name) { return unknown(roots(call.callee), given) }
      return builtin(name, given)
    case .member(let base, let name, _) where !call.callee.isParenthesized:
      let owner = roots(base)
      look(at: &given, beside: owner)
      return method(name, of: base, owner, given)
    default:
      look(at: &given, beside: [])
      return unknown(roots(call.callee), given)
    }
  }

  /// The roots of arguments. A function literal among them is called with the values of the others.
  private mutating func look(at given: inout [Given], beside owner: Set<Root>) {
    var held = owner
    for index in given.indices {
      if case .function = given[index].value.kind { continue }
      given[index].roots = roots(given[index].value)
      held.formUnion(given[index].roots)
    }
    for index in given.indices {
      guard case .function(let function) = given[index].value.kind else { continue }
      given[index].roots = captured(function)
      guard depth < 8, budget > 0 else { continue }
      depth += 1
      given[index].roots.formUnion(follow(function) { _ in held })
      depth -= 1
    }
  }

  /// A call that cannot be followed.
  private mutating func unknown(_ callee: Set<Root>, _ given: [Given]) -> Set<Root> {
    let all = given.reduce(into: callee) { $0.formUnion($1.roots) }
    change(all)
    return all
  }

  // MARK: - Functions of the program

  private mutating func declaredFunction(_ name: String, _ given: [Given]) -> Set<Root> {
    read(name)
    guard let function = functions[name] else { return [] }
    guard budget > 0 else { return unknown([.global(name)], given) }
    let summary = summary(name, function)
    let arguments = Self.bound(function, given)
    for name in summary.reads { read(name) }
    trace.calls.formUnion(summary.calls)
    func outside(_ roots: Set<Root>) -> Set<Root> {
      roots.reduce(into: []) { result, root in
        if case .parameter(let parameter) = root {
          result.formUnion(arguments[parameter] ?? [])
        } else {
          result.insert(root)
        }
      }
    }
    change(outside(summary.changes))
    return outside(summary.gives)
  }

  private mutating func summary(_ name: String, _ function: FunctionExpr) -> Trace {
    if let known = summaries[name] { return known }
    // A recursive call has the effects of the function's body.
    guard active.insert(name).inserted else {
      recursive.insert(name)
      return Trace()
    }
    let (outerScopes, outerTrace, outerDeclared) = (scopes, trace, declared)
    (scopes, trace, declared) = ([], Trace(), [])
    var gives: Set<Root> = []
    // Twice: the second pass over the body uses the results of the first.
    for _ in 0..<2 { gives.formUnion(follow(function) { [.parameter($0)] }) }
    trace.gives = gives
    let found = trace
    (scopes, trace, declared) = (outerScopes, outerTrace, outerDeclared)
    active.remove(name)
    recursive.remove(name)
    if recursive.isEmpty { summaries[name] = found }
    return found
  }

  /// The arguments for the parameters of a function.
  private static func bound(_ function: FunctionExpr, _ given: [Given]) -> [String: Set<Root>] {
    var result: [String: Set<Root>] = [:]
    var place = 0
    for argument in given {
      if argument.isSpread {
        for parameter in function.parameters { result[parameter.name, default: []].formUnion(argument.roots) }
      } else if let name = argument.name {
        result[name, default: []].formUnion(argument.roots)
      } else if function.parameters.indices.contains(place) {
        result[function.parameters[place].name, default: []].formUnion(argument.roots)
        place += 1
      }
    }
    return result
  }

  // MARK: - Built-ins and methods

  private mutating func builtin(_ name: String, _ given: [Given]) -> Set<Root> {
    trace.calls.insert(name)
    noteDraw(name, given)
    noteFiles(name, given)
    let all = given.reduce(into: Set<Root>()) { $0.formUnion($1.roots) }
    switch context.effects[name] ?? .something {
    case .something:
      guard !context.flow.keeps(name), let first = given.first(where: { $0.name == nil }) ?? given.first
      else {
        break
      }
      change(first.roots)
      if context.flow.sharing.contains(name), let owner = owner(first.value) { add(all, to: owner) }
    case .thatOfFunctions: callBack(given)
    case .nothing: break
    }
    return context.flow.sharing.contains(name) ? all : []
  }

  private mutating func method(
    _ name: String, of base: Expr, _ owner: Set<Root>, _ given: [Given]
  ) -> Set<Root> {
    let receiver = Given(name: nil, isSpread: false, value: base, roots: owner)
    // `x.f(y)` is f(x, y) if x has no member f.
    if functions[name] != nil {
      let asFunction = declaredFunction(name, [receiver] + given)
      guard context.methodEffects[name] != nil else { return asFunction }
    }
    if case .name(let module) = base.kind, !isOwn(module) {
      // A function of a built-in module: `plot.line`.
      noteFiles(name, given)
      return []
    }
    trace.calls.insert(name)
    let known = context.methodEffects[name]
    guard let effect = known ?? context.effects[name] else { return unknown(owner, given) }
    noteDraw(name, known == nil ? [receiver] + given : given)
    noteFiles(name, given)
    let all = given.reduce(into: owner) { $0.formUnion($1.roots) }
    switch effect {
    case .something where !context.flow.keeps(name):
      change(owner)
      if context.flow.sharing.contains(name), let owner = self.owner(base) { add(all, to: owner) }
    case .thatOfFunctions: callBack([receiver] + given)
    case .something, .nothing: break
    }
    return context.flow.sharing.contains(name) ? all : []
  }

  /// A built-in calls a function argument: `map(xs, f)`.
  private mutating func callBack(_ given: [Given]) {
    let held = given.reduce(into: Set<Root>()) { $0.formUnion($1.roots) }
    for argument in given {
      guard case .name(let name) = argument.value.kind else { continue }
      if local(name) == nil, functions[name] != nil {
        let argument = Given(name: nil, isSpread: true, value: argument.value, roots: held)
        _ = declaredFunction(name, [argument])
      } else if let local = local(name), local.function == nil, isCallable(argument) {
        change(local.roots)
      }
    }
  }

  private func isCallable(_ argument: Given) -> Bool { argument.name == nil && !argument.isSpread }

  /// Records a dependency on the random numbers drawn before, and on the seed.
  private mutating func noteDraw(_ name: String, _ given: [Given]) {
    if given.contains(where: { $0.name == "seed" }) { return }
    if context.flow.drawing.contains(name) {
      change([.global(FlowWalk.randomState)])
    } else if context.flow.seeded.contains(name) || takesSeed(name) {
      read(FlowWalk.randomState)
    }
  }

  private func takesSeed(_ name: String) -> Bool {
    guard case .some(.some(let callable)) = context.builtins[name] else { return false }
    return callable.parameters.contains { $0.name == "seed" }
  }

  /// The paths in a call: a call that writes a file changes it for cells below that name it.
  private mutating func noteFiles(_ name: String, _ given: [Given]) {
    for argument in given {
      guard case .string(let literal) = argument.value.kind, let text = literal.plainText,
        FlowWalk.looksLikePath(text)
      else { continue }
      if context.flow.writing.contains(name) || argument.name == "checkpoint" {
        change([.global(FlowWalk.file(text))])
      } else {
        read(FlowWalk.file(text))
      }
    }
  }

  /// A String with a slash or a short extension, and without spaces.
  static func looksLikePath(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count < 1024, !text.contains(where: { $0.isWhitespace || $0 == "{" })
    else {
      return false
    }
    if text.contains("/") { return true }
    guard let dot = text.lastIndex(of: "."), dot != text.startIndex else { return false }
    let ending = text[text.index(after: dot)...]
    return (1...12).contains(ending.utf8.count) && ending.allSatisfy { $0.isLetter || $0.isNumber }
  }
}
