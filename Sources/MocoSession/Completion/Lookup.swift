import MocoLang

/// Finds the value at the end of `a.b[0]["c"].f(…)` without running anything: values of names, fields of records and
/// elements of lists are read. For host objects, whose fields may be computed or decoded from files, only the types
/// are known.
package struct Lookup {
  /// One step of a chain.
  package enum Step: Equatable {
    case name(String)
    case place(Int)
    case key(String)
    /// An index whose value is known only at run time.
    case slice
    case call
  }

  /// The result of a chain.
  package enum Found {
    case value(AnyValue)
    /// Some value of this type.
    case type(String)
    /// A method or a built-in function after a dot, and the type of its result.
    case method(NativeFunction?, function: AnyValue?, gives: String?)
    /// What the text of a program declares.
    case declared(DeclaredNames.Entry)

    /// The name of its type, if it is a value.
    var typeName: String? {
      switch self {
      case .value(let value): value.typeName
      case .type(let name): name
      case .method: "Function"
      case .declared(let entry): entry.typeName
      }
    }
  }

  /// The interpreter whose names are looked up.
  package let interpreter: Interpreter
  /// Names of a program that has not run; they come before those of the interpreter.
  let declared: DeclaredNames?

  /// Looks names up in an interpreter.
  package init(interpreter: Interpreter, declared: DeclaredNames? = nil) {
    self.interpreter = interpreter
    self.declared = declared
  }

  /// What a name at the beginning of a chain leads to.
  func find(first name: String, _ depth: Int = 0) -> Found? {
    if isDeclared(name) { return find(declared: name, depth) }
    return interpreter.value(named: name).map { .value($0) }
  }

  /// The result of the steps; nil if it is not known without running anything.
  package func find(_ steps: [Step]) -> Found? {
    guard case .name(let first) = steps.first, var found = find(first: first) else { return nil }
    var name: String? = first
    for step in steps.dropFirst() {
      guard let next = next(found, step, name) else { return nil }
      found = next
      name = if case .name(let text) = step { text } else { nil }
    }
    return found
  }

  func next(_ found: Found, _ step: Step, _ name: String?) -> Found? {
    switch (found, step) {
    case (.value(let value), .call):
      guard case .function = value.kind, let name, interpreter.isBuiltin(name) else { return nil }
      return interpreter.resultTypes[name].map { .type($0) }
    case (.method(_, _, let gives), .call): return gives.map { .type($0) }
    case (.method, _), (.type, .call): return nil
    case (.declared(let entry), .name(let name)): return member(name, of: entry)
    case (.declared(let entry), .key(let key)): return member(key, of: entry)
    case (.declared, _): return nil
    case (.value(let value), .name(let name)): return member(name, of: value)
    case (.value(let value), _): return element(step, of: value)
    case (.type(let type), .name(let name)): return member(name, ofType: type)
    case (.type(let type), _): return interpreter.hostTypes[type]?.element.map { .type($0) }
    }
  }

  private func member(_ name: String, of value: AnyValue) -> Found? {
    if let record = value.recordReference, let field = record[name] { return .value(field) }
    if let member = interpreter.moduleMember(name, of: value) { return .value(member) }
    guard let object: any HostObject = value.asHost() else { return function(name) }
    let type = interpreter.hostTypes[object.typeName]
    let known = type?.member(name)
    if let method = object.method(name) { return .method(method, function: nil, gives: known?.type) }
    if object.memberNames.contains(name) { return (known?.type ?? type?.otherFields).map { .type($0) } }
    return function(name)
  }

  private func member(_ name: String, ofType typeName: String) -> Found? {
    guard let type = interpreter.hostTypes[typeName] else { return function(name) }
    guard let known = type.member(name) else { return function(name) ?? type.otherFields.map { .type($0) } }
    if let function = known.function { return .method(function, function: nil, gives: known.type) }
    return known.type.map { .type($0) }
  }

  /// A built-in function called as a method.
  private func function(_ name: String) -> Found? {
    guard interpreter.isBuiltin(name), let value = interpreter.value(named: name), case .function = value.kind
    else { return nil }
    return .method(nil, function: value, gives: interpreter.resultTypes[name])
  }

  private func element(_ step: Step, of value: AnyValue) -> Found? {
    switch step {
    case .place(let place):
      if let list = value.listReference {
        return list.element(place < 0 ? place + list.count : place).map { .value($0) }
      }
    case .key(let key):
      if let record = value.recordReference { return record[key].map { .value($0) } }
    default: break
    }
    guard let object: any HostObject = value.asHost() else { return nil }
    let type = interpreter.hostTypes[object.typeName]
    if case .key = step, let other = type?.otherFields { return .type(other) }
    return type?.element.map { .type($0) }
  }

  /// The names of the parameters of a call without arguments.
  func parameters(_ found: Found) -> [String] {
    switch found {
    case .value(let value): return interpreter.parameters(of: value)
    case .type: return []
    case .declared(let entry):
      guard case .function(let function) = entry.kind else { return [] }
      return function.parameters.map(\.name)
    case .method(let method, let function, _):
      if let method { return method.signature.parameters.map(\.name) }
      // The first one is the value before the dot.
      return function.map { Array(interpreter.parameters(of: $0).dropFirst()) } ?? []
    }
  }

  /// Fields and methods.
  func members(_ found: Found) -> [String] {
    switch found {
    case .value(let value): return interpreter.members(of: value)
    case .type(let name): return interpreter.hostTypes[name]?.members.map(\.name) ?? []
    case .method: return []
    case .declared(let entry): return members(of: entry)
    }
  }

  /// The keys for `x["…"]`.
  func keys(_ found: Found) -> [String] {
    if case .declared(let entry) = found { return members(of: entry) }
    guard case .value(let value) = found else { return [] }
    if value.recordReference != nil { return interpreter.members(of: value) }
    // Lists of names that are available without computing.
    guard let object: any HostObject = value.asHost(),
      let field = interpreter.hostTypes[object.typeName]?.keys,
      let names = try? object.member(field)
    else { return [] }
    return (names.asList ?? []).compactMap(\.asString)
  }

  /// The text of `?a.b.c`.
  package func help(_ names: [String]) -> String? { help(names.map { .name($0) }) }

  /// The description of the result of some steps, as Markdown; nil for a name alone.
  package func help(_ steps: [Step]) -> String? {
    guard steps.count > 1, case .name(let last)? = steps.last, let owner = find(Array(steps.dropLast()))
    else { return nil }
    switch owner {
    case .value(let value):
      if let text = interpreter.help(member: last, of: value) { return text }
    case .type(let type):
      if let text = interpreter.help(member: last, ofType: type) { return text }
    case .method: return nil
    case .declared: break
    }
    switch find(steps) {
    case .value(let value)?: return interpreter.help(for: value)
    case .method(let method?, _, _)?: return interpreter.help(for: .function(method))
    case .method(nil, let function?, _)?: return interpreter.help(for: function)
    case .declared(let entry)?: return entry.help(type: entry.typeName)
    case .type(let type)?: return "\(last): \(type)"
    default: return nil
    }
  }
}
