// Members: fields of records, modules and host objects.

import MocoBase

extension Machine {
  @inline(never)
  func getMember(
    _ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ closure: ObjectPointer,
    _ pc: UnsafeMutablePointer<Instruction>
  ) throws {
    let object = base[Int(i.b)]
    let word: Word
    if object.tag == .record {
      let key = closure.closure.pointee.code.pointee.names[Int(i.c)]
      let place = heap.place(of: key, in: object.pointer)
      if place >= 0 {
        // Cached only if the record has this key by identity; see the fast path.
        pc.pointee = .word(place)
        word = object.pointer.record.pointee.entries[place].value
        heap.retain(word)
      } else {
        throw noMember(object, StringObject.text(key))
      }
    } else {
      word = try member(object, closure.closure.pointee.prototype.takeUnretainedValue().nameTexts[Int(i.c)])
    }
    if i.k & 1 != 0, i.a != i.b { store(base + Int(i.b), .null) }
    store(base + Int(i.a), word)
  }

  /// The member of a value; the result carries a reference.
  package func member(_ object: Word, _ name: String) throws -> Word {
    switch object.tag {
    case .record:
      if let word = heap.field(name, of: object.pointer) {
        heap.retain(word)
        return word
      }
    case .host:
      let host = object.pointer.hostBox.pointee.host
      if let value = try host.member(name) { return try value.owned(in: heap) }
      if let method = host.method(name) { return heap.native(method) }
    case .module:
      if let word = moduleMember(object, name) {
        heap.retain(word)
        return word
      }
      throw noModuleName(object, name)
    case .quantity:
      let quantity = quantity(object)
      if name == "unit" { return try heap.string(quantity.unit.plural) }
      if name == "amount" { return quantity.wholeAmount.map { .int($0) } ?? .float(quantity.amount) }
    case .range:
      let range = object.pointer.range.pointee.range
      if name == "start" { return .int(range.start) }
      if name == "end" { return .int(range.end) }
      if name == "step" { return .int(range.step) }
    case .closure, .native:
      if name == "name" { return try heap.string(functionName(object) ?? "") }
    default:
      break
    }
    throw noMember(object, name)
  }

  @inline(never)
  func setMember(
    _ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ closure: ObjectPointer,
    _ pc: UnsafeMutablePointer<Instruction>
  ) throws {
    let object = base[Int(i.a)]
    let value = base[Int(i.c)]
    let key = closure.closure.pointee.code.pointee.names[Int(i.b)]
    switch object.tag {
    case .record:
      let record = object.pointer.record
      let cached = pc.pointee.bx
      if cached < record.pointee.used, record.pointee.entries[cached].key == key {
        heap.retain(value)
        store(Machine.valuePlace(record, cached), value)
      } else {
        let place = heap.place(of: key, in: object.pointer)
        heap.retain(value)
        if place >= 0 {
          pc.pointee = .word(place)
          store(Machine.valuePlace(record, place), value)
        } else {
          try heap.setField(key, of: object.pointer, to: value)
        }
      }
    case .host:
      let host = object.pointer.hostBox.pointee.host
      let name = StringObject.text(key)
      guard try host.setMember(name, to: AnyValue(value, in: heap)) else {
        if try host.member(name) == nil { throw noMember(object, name) }
        throw Failure("E0302", "the field '\(name)' of \(describeType(object)) cannot be set")
      }
    case .module:
      throw Failure("E0302", "the names of a module cannot be assigned from outside")
    default:
      throw Failure("E0309", "\(describeType(object)) has no fields that can be set")
    }
    if i.k & 1 != 0 { store(base + Int(i.a), .null) }
    if i.k & 2 != 0 { store(base + Int(i.c), .null) }
  }

  @inline(__always)
  static func valuePlace(
    _ record: UnsafeMutablePointer<RecordObject>, _ place: Int
  ) -> UnsafeMutablePointer<Word> {
    let entry = UnsafeMutableRawPointer(record.pointee.entries + place)
    let offset = MemoryLayout<RecordSlot>.offset(of: \RecordSlot.value).unsafelyUnwrapped
    return (entry + offset).assumingMemoryBound(to: Word.self)
  }

  /// Fields and methods, for suggestions and completion.
  package func memberNames(of word: Word) -> [String] {
    switch word.tag {
    case .record:
      let record = word.pointer.record.pointee
      return (0..<record.used).compactMap { record.entries[$0].key.map { StringObject.text($0) } }
    case .host: return word.pointer.hostBox.pointee.host.memberNames
    case .module: return publicNames(word)
    case .quantity: return ["amount", "unit"]
    case .range: return ["start", "end", "step"]
    case .closure, .native: return ["name"]
    default: return []
    }
  }

  func noMember(_ object: Word, _ name: String) -> Failure {
    let names = memberNames(of: object)
    let what = object.tag == .record ? "the record has no field" : "\(describeType(object)) has no member"
    var help: String?
    let near = Nearest.name(to: name, among: names)
    let isData = object.tag == .record || object.tag == .module
    if !isData || near == nil, let known = interpreter.dialect.help(forMember: name, of: typeName(object)),
      object.tag != .null, object.tag != .module
    {
      help = known
    } else if let near {
      help = "did you mean '\(near)'?"
    } else if object.tag == .null {
      help = "use ?? to supply a default: the value is nil"
    } else if let slot = globals.builtins.slots[name], isCallable(globals.words[slot]),
      object.tag != .record || ["keys", "values", "items", "len"].contains(name)
    {
      help = "write .\(name)() to call the function \(name) on it"
    } else if !names.isEmpty, names.count <= 12 {
      help = "it has \(names.joined(separator: ", "))"
    }
    return Failure("E0309", "\(what) '\(name)'", help: help)
  }

  // MARK: Names that are not there

  func undefinedGlobal(_ slot: Int) -> Failure {
    let name = globals.names[slot]
    let module = globals.module(of: slot)
    var help: String?
    if module.pending.contains(name) {
      help = "it is declared further down"
      return Failure("E0301", "'\(name)' is used before its declaration", help: help)
    }
    if let known = interpreter.dialect.help(forName: name) {
      help = known
    } else if let owner = owner(of: name, in: module) {
      help = "write \(owner).\(name)"
    } else if let near = Nearest.name(to: name, among: globals.visibleNames(in: module)) {
      help = "did you mean '\(near)'?"
    } else {
      help = interpreter.dialect.help(nearName: name)
    }
    return Failure("E0301", "unknown name '\(name)'", help: help)
  }

  /// The imported module that has this public name.
  private func owner(of name: String, in module: Module) -> String? {
    globals.visibleNames(in: module).first { visible in
      guard let slot = module.slots[visible], globals.words[slot].tag == .module else { return false }
      return moduleMember(globals.words[slot], name) != nil
    }
  }

  func undefinedCell(_ closure: ObjectPointer, _ index: Int) -> Failure {
    let prototype = closure.closure.pointee.prototype.takeUnretainedValue()
    let name = index < prototype.capturedTexts.count ? prototype.capturedTexts[index] : "?"
    return Failure("E0301", "'\(name)' is used before its declaration")
  }

  func undefinedLocal(_ closure: ObjectPointer, _ name: Int) -> Failure {
    let prototype = closure.closure.pointee.prototype.takeUnretainedValue()
    return Failure("E0301", "'\(prototype.nameTexts[name])' is used before its declaration")
  }

  func setGlobal(_ slot: Int, _ place: UnsafeMutablePointer<Word>) throws {
    try checkAssignable(slot)
    let word = place.pointee
    place.pointee = .null
    store(globals.words + slot, word)
  }

  /// - Throws: E0302 for constants, built-ins and names that were never declared.
  func checkAssignable(_ slot: Int) throws {
    let flags = globals.flags[slot]
    if flags == GlobalFlag.declared { return }
    let name = globals.names[slot]
    if flags & GlobalFlag.constant != 0 {
      throw Failure(
        "E0302", "'\(name)' is a constant and cannot be reassigned",
        help: "declare it with var \(name) = …")
    }
    if flags & GlobalFlag.builtin != 0 {
      throw Failure(
        "E0302", "'\(name)' is built in and cannot be assigned to",
        help: "declare your own variable: var \(name) = …")
    }
    let near = Nearest.name(to: name, among: globals.visibleNames(in: globals.module(of: slot)))
    throw Failure(
      "E0302", "cannot assign to '\(name)': it is not declared",
      help: near.map { "did you mean '\($0)'? Declare a new variable with var" }
        ?? "declare it with var \(name) = …")
  }

  // MARK: Modules

  func module(_ word: Word) -> Module {
    unsafeDowncast(word.pointer.box.pointee.box.takeUnretainedValue(), to: Module.self)
  }

  func moduleMember(_ word: Word, _ name: String) -> Word? { member(name, of: module(word)) }

  func member(_ name: String, of module: Module) -> Word? {
    guard !name.hasPrefix("_"), let slot = module.slots[name],
      globals.flags[slot] & GlobalFlag.declared != 0,
      globals.words[slot].tag != .undefined
    else { return nil }
    return globals.words[slot]
  }

  func publicNames(_ word: Word) -> [String] { module(word).order.filter { moduleMember(word, $0) != nil } }

  func noModuleName(_ word: Word, _ name: String) -> Failure {
    let module = module(word)
    if name.hasPrefix("_"), module.slots[name] != nil {
      return Failure(
        "E0803", "'\(name)' is private to the module \(module.name)",
        help: "names that begin with _ are visible only in their file")
    }
    let names = publicNames(word)
    let near = Nearest.name(to: name, among: names)
    var help = near.map { "did you mean '\($0)'?" }
    if help == nil, !names.isEmpty, names.count <= 20 { help = "it has \(names.joined(separator: ", "))" }
    return Failure("E0803", "the module \(module.name) has no name '\(name)'", help: help)
  }

  func importName(_ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ closure: ObjectPointer) throws {
    let name = closure.closure.pointee.prototype.takeUnretainedValue().nameTexts[Int(i.c)]
    let module = base[Int(i.b)]
    guard let word = moduleMember(module, name) else { throw noModuleName(module, name) }
    heap.retain(word)
    store(base + Int(i.a), word)
  }
}
