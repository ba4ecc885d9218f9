import MocoBase
import MocoDocument

// Information for a prompt or an editor.

extension Interpreter {
  /// A name in scope at the top level.
  public struct NameInfo {
    /// The name as written in programs.
    public var name: String
    /// The type of its current value, as `type(x)` returns it.
    public var typeName: String
    /// Whether it was defined by Swift code and not redefined by a program.
    public var isBuiltin: Bool
    /// Whether it was declared with `let`.
    public var isConstant: Bool
    /// The help text, as Markdown; nil if the declaration has none.
    public var doc: String?
  }

  /// Names in scope at the top level: those of programs first, in the order of their declaration, then the
  /// built-ins.
  public var names: [NameInfo] {
    globals.visibleNames(in: main).compactMap { name in
      guard let slot = main.slots[name] ?? globals.builtins.slots[name] else { return nil }
      let flags = globals.flags[slot]
      let isBuiltin = flags & GlobalFlag.declared == 0
      return NameInfo(
        name: name, typeName: machine.typeName(globals.words[slot]), isBuiltin: isBuiltin,
        isConstant: isBuiltin || flags & GlobalFlag.constant != 0, doc: documentation(name))
    }.sorted { !$0.isBuiltin && $1.isBuiltin }
  }

  private func documentation(_ name: String) -> String? {
    if let slot = main.slots[name], globals.flags[slot] & GlobalFlag.declared != 0 {
      return globals.doc(slot)
    }
    return globals.builtins.slots[name].flatMap { globals.doc($0) }
  }

  /// Whether a name refers to a definition of Swift code.
  public func isBuiltin(_ name: String) -> Bool {
    if let slot = main.slots[name], globals.flags[slot] & GlobalFlag.declared != 0 { return false }
    return globals.builtins.slots[name] != nil
  }

  /// The value of a name at the top level; names of programs take precedence over built-ins. nil if there is
  /// none.
  public func value(named name: String) -> AnyValue? {
    guard let slot = main.slots[name] ?? globals.builtins.slots[name], globals.words[slot].tag != .undefined
    else {
      return nil
    }
    return AnyValue(globals.words[slot], in: heap)
  }

  /// Fields and methods after a dot.
  public func members(of value: AnyValue) -> [String] {
    guard let word = try? value.owned(in: heap) else { return [] }
    defer { heap.release(word) }
    return machine.memberNames(of: word)
  }

  /// The value of a module's public name; nil if the value is not a module or has no such name.
  public func moduleMember(_ name: String, of value: AnyValue) -> AnyValue? {
    guard let word = try? value.owned(in: heap) else { return nil }
    defer { heap.release(word) }
    guard word.tag == .module, let member = machine.moduleMember(word, name) else { return nil }
    return AnyValue(member, in: heap)
  }

  /// The names of a function's parameters, for completion inside a call.
  public func parameters(of value: AnyValue) -> [String] {
    guard let word = try? value.owned(in: heap) else { return [] }
    defer { heap.release(word) }
    switch word.tag {
    case .closure: return word.pointer.closure.pointee.prototype.takeUnretainedValue().parameters.map(\.name)
    case .native: return native(word).signature.parameters.map(\.name)
    case .host: return word.pointer.hostBox.pointee.host.callable?.signature.parameters.map(\.name) ?? []
    default: return []
    }
  }

  /// The parameters of a built-in function; nil for values, and if they depend on the type of the first
  /// argument.
  public func callable(builtin name: String) -> CheckContext.Callable? {
    guard let slot = globals.builtins.slots[name], globals.words[slot].tag == .native,
      !machine.overloadedNames.contains(name)
    else { return nil }
    return CheckContext.Callable(native(globals.words[slot]))
  }

  /// The functions of a built-in object such as `plot`, by name.
  public func memberFunctions(builtin name: String) -> [String: CheckContext.Callable] {
    guard let slot = globals.builtins.slots[name], globals.words[slot].tag == .host else { return [:] }
    let host = globals.words[slot].pointer.hostBox.pointee.host
    var functions: [String: CheckContext.Callable] = [:]
    for member in host.memberNames {
      if let function = host.method(member) { functions[member] = CheckContext.Callable(function) }
    }
    return functions
  }

  /// The side effects of a built-in function, and its new name if deprecated; nil for values.
  public func effect(builtin name: String) -> (effect: Effect, newName: String?)? {
    guard let slot = globals.builtins.slots[name], globals.words[slot].tag == .native else { return nil }
    let function = native(globals.words[slot])
    return (function.effect, function.newName)
  }

  func nativeFunction(_ word: Word) -> NativeFunction { native(word) }

  private func native(_ word: Word) -> NativeFunction {
    unsafeDowncast(word.pointer.box.pointee.box.takeUnretainedValue(), to: NativeFunction.self)
  }

  // MARK: Help

  /// The help text of `help(x)`, as Markdown.
  public func help(for value: AnyValue) -> String? {
    guard let word = try? value.owned(in: heap) else { return nil }
    defer { heap.release(word) }
    return help(word, name: nil, doc: nil)
  }

  /// The same for a name in scope, with the comment above its declaration.
  /// - Parameter showsValue: whether to add the value in its short form.
  public func help(named name: String, showsValue: Bool = false) -> String? {
    guard let slot = main.slots[name] ?? globals.builtins.slots[name], globals.words[slot].tag != .undefined
    else {
      return nil
    }
    let text = help(
      globals.words[slot], name: name, doc: documentation(name), showsValue: showsValue)
    guard let text, helpPage?(name) != nil else { return text }
    return text + "\n\n`help(\"\(name)\")` shows the page."
  }

  private func help(_ word: Word, name: String?, doc: String?, showsValue: Bool = false) -> String? {
    var head: String
    var text = doc
    switch word.tag {
    case .native:
      let function = native(word)
      head = function.signature.text
      text = [text ?? function.doc, seeAlso(function.name)].compactMap { $0 }.joined(separator: "\n\n")
    case .closure:
      let prototype = word.pointer.closure.pointee.prototype.takeUnretainedValue()
      head = "\(prototype.name ?? name ?? "function")(\(prototype.signatureText))"
      text = text ?? prototype.doc
    case .host:
      let host = word.pointer.hostBox.pointee.host
      // The default short form of an object is its type.
      let isOwn = showsValue && host.shortDescription != "<\(host.typeName)>"
      head = name.map { "\($0): \(host.typeName)" + (isOwn ? excerpt(word) : "") } ?? host.typeName
      text = text ?? host.doc
      text = text ?? hostTypes[host.typeName]?.summary
      let members = memberList(of: host)
      if !members.isEmpty { text = [text, members].compactMap { $0 }.joined(separator: "\n\n") }
    case .module:
      let module = machine.module(word)
      head = "module \(module.name)"
      text = [module.doc, "Names: " + machine.publicNames(word).joined(separator: ", ")].compactMap { $0 }
        .joined(separator: "\n\n")
    default:
      head =
        name.map { "\($0): \(machine.typeName(word))" + (showsValue ? excerpt(word) : "") }
        ?? machine.typeName(word)
      text = text ?? CoreTypes.doc(machine.typeName(word), dialect)
    }
    guard let text, !text.isEmpty else { return head }
    return head + "\n\n" + text
  }

  /// Its members, one per line. No member is evaluated: some are computed, or decoded from files.
  private func memberList(of host: any HostObject) -> String {
    let type = hostTypes[host.typeName]
    return host.memberNames.map { name in
      let method = host.method(name)
      let known = type?.member(name)
      let shown = method?.signature.text ?? name
      let summary =
        known?.summary ?? method.map { Summary.of($0.doc) }
        ?? type?.otherFields.map { "a \($0)." } ?? ""
      return "- `\(shown)`" + (summary.isEmpty ? "" : ": \(summary)")
    }.joined(separator: "\n")
  }

  /// The text that `?x.name` shows for a member, without evaluating the member.
  public func help(member name: String, of value: AnyValue) -> String? {
    guard let object: any HostObject = value.asHost() else { return nil }
    if let method = object.method(name) { return help(method, of: object.typeName) }
    guard object.memberNames.contains(name) else { return nil }
    return help(member: name, ofType: object.typeName)
  }

  /// The same for a type.
  public func help(member name: String, ofType typeName: String) -> String? {
    guard let type = hostTypes[typeName] else { return nil }
    guard let member = type.member(name) else {
      return type.otherFields.map { "\(typeName).\(name): \($0)" }
    }
    if let function = member.function { return help(function, of: typeName) }
    return "\(typeName).\(name)" + (member.type.map { ": \($0)" } ?? "") + "\n\n" + member.summary
  }

  private func help(_ method: NativeFunction, of typeName: String) -> String {
    [method.signature.text, method.doc, seeAlso("\(typeName).\(method.name)")].compactMap { $0 }
      .joined(separator: "\n\n")
  }

  /// ` = 5`, truncated if it is long.
  private func excerpt(_ word: Word) -> String {
    if word.tag == .null || word.tag == .undefined { return "" }
    var writer = TextWriter(machine: machine, limit: 1 << 16)
    guard (try? writer.write(inside: word, depth: 0)) != nil else { return "" }
    return " = " + DisplayColumns.cut(String(writer.text.map { $0.isNewline ? " " : $0 }), to: 60)
  }

  // MARK: Showing

  /// As `print` writes it.
  public func text(_ value: AnyValue) -> String {
    guard let word = try? value.owned(in: heap) else { return "" }
    defer { heap.release(word) }
    return (try? machine.text(word)) ?? "<\(machine.typeName(word))>"
  }

  /// A value as a document, for the prompt's automatic display, pages and reports: fitted to the limits, with
  /// host objects as cards and strings in quotes. ^C ends long ones early.
  public func document(of value: AnyValue, limits: DocumentLimits = DocumentLimits()) -> Document {
    guard let word = try? value.owned(in: heap) else { return Document() }
    defer { heap.release(word) }
    return DocumentBuilder(machine: machine, limits: limits).document(word)
  }

  /// Removes the names that programs declared.
  public func reset() {
    globals.reset(main)
    heap.collectCycles()
  }

  /// Removes one name that a program declared; a built-in with that name becomes visible again.
  /// - Returns: false if no program has declared it.
  public func forget(_ name: String) -> Bool {
    guard let slot = main.slots[name], globals.flags[slot] & GlobalFlag.declared != 0 else { return false }
    globals.reset(main, only: name)
    heap.collectCycles()
    return true
  }

  /// Names of programs that shadow a built-in function.
  public var covered: [String] {
    main.order.filter { name in
      guard let slot = main.slots[name], let builtin = globals.builtins.slots[name] else { return false }
      return globals.flags[slot] & GlobalFlag.declared != 0 && globals.words[builtin].tag == .native
    }
  }
}

/// The help text of values without their own description.
enum CoreTypes {
  static func doc(_ name: String, _ dialect: Dialect) -> String? {
    switch name {
    case "String":
      return
        "Unicode text. `s[0]`, `s[1..<3]`, `s + t`, `\"\\(x:.2f)\"`; see split, join, trim, replace, upper, lower."
    case "List":
      return
        "Values in order. `xs[0]`, `xs[1..<3]`, `[..xs, 4]`; see append, insert, pop, sorted, map, filter."
    case "Record":
      return "Named values in order. `r.a`, `r[\"a\"]`, `{..r, a: 1}`; see keys, values, items, has."
    case "Range": return "Ints in order: `0..<n`, `1...n`, `range(0, 10, by: 2)`."
    case "Quantity": return "An amount with a unit: \(dialect.unitExamples)."
    default: return nil
    }
  }
}

extension CheckContext.Callable {
  init(_ function: NativeFunction) {
    let signature = function.signature
    self.init(
      parameters: signature.parameters.map {
        .init(name: $0.name, isRequired: $0.isRequired, isNameOnly: $0.isNameOnly)
      },
      takesRest: signature.rest != nil, takesOptions: signature.options != nil, blocks: function.blocks)
  }
}
