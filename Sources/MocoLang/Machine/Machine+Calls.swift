// Calls other than the simple case: named, omitted and spread arguments; native functions; methods.
//
// A call is a row of words: the callee in `row[0]`, its arguments in `row[1…]`. Binding rearranges the row in
// place, so that each parameter has its slot, `undefined` if the argument was left out.

import MocoBase

extension Machine {
  // MARK: Binding to a function of the language

  /// - Throws: E0304, E0306.
  func bind(_ row: UnsafeMutablePointer<Word>, count: Int, names: [ObjectPointer]) throws {
    let code = row.pointee.pointer.closure.pointee.code
    if names.isEmpty, count <= code.pointee.parameterCount, count >= code.pointee.requiredCount {
      guard row + code.pointee.parameterCount + 2 < stackEnd else { throw recursionError() }
      for place in count..<code.pointee.parameterCount { store(row + 1 + place, .undefined) }
      return
    }
    let prototype = row.pointee.pointer.closure.pointee.prototype.takeUnretainedValue()
    let parameters = prototype.parameters
    guard row + parameters.count + 2 < stackEnd else { throw recursionError() }
    let positional = count - names.count
    try checkPositions(positional, of: prototype)
    if names.isEmpty {
      for place in positional..<parameters.count { store(row + 1 + place, .undefined) }
    } else {
      var taken = Array(repeating: Word.undefined, count: names.count)
      for index in names.indices {
        taken[index] = row[1 + positional + index]
        row[1 + positional + index] = .null
      }
      for place in positional..<parameters.count { store(row + 1 + place, .undefined) }
      for (index, name) in names.enumerated() {
        do {
          let place = try place(of: name, in: prototype) { row[1 + $0].tag != .undefined }
          if let place { store(row + 1 + place, taken[index]) }
        } catch {
          for rest in index..<names.count { heap.release(taken[rest]) }
          throw error
        }
      }
    }
    try checkRequired(of: prototype, count) { row[1 + $0].tag != .undefined }
  }

  // MARK: Named and spread arguments

  /// Handles `callNamed` and `callSpread`: true when the row is ready for a frame, false when a native
  /// function ran.
  func callWithNames(
    _ i: Instruction, _ row: UnsafeMutablePointer<Word>, _ closure: ObjectPointer
  ) throws -> Bool {
    var names: [ObjectPointer] = []
    var count = Int(i.b)
    var keptNames: [ObjectPointer] = []
    defer { for key in keptNames { heap.release(object: key) } }
    if i.op == .callNamed {
      names = closure.closure.pointee.prototype.takeUnretainedValue().nameLists[Int(i.c)]
      if i.k & 1 != 0, row[1].tag == .undefined {
        dropReceiver(row, count)
        count -= 1
      }
    } else {
      (count, names) = try layOutSpread(row, hasReceiver: i.k & 1 != 0)
      keptNames = names
    }
    // Spread arguments may extend beyond the frame's registers, and unwinding releases only those registers.
    func giveUp() { for place in 1..<max(1, count + 1) { store(row + place, .null) } }
    if row.pointee.tag == .closure {
      do { try bind(row, count: count, names: names) } catch {
        giveUp()
        throw error
      }
      return true
    }
    let oldTop = state.pointee.top
    if row + 1 + count > oldTop { state.pointee.top = row + 1 + count }
    defer { state.pointee.top = oldTop }
    do { try callNative(row, count: count, names: names, site: nil) } catch {
      giveUp()
      throw error
    }
    return false
  }

  /// Copies the arguments from a List in `row[1]` and a Record in `row[2]` to the row; returns retained
  /// names.
  private func layOutSpread(
    _ row: UnsafeMutablePointer<Word>, hasReceiver: Bool
  ) throws -> (Int, [ObjectPointer]) {
    let list = row[1]
    let record = row[2]
    row[1] = .null
    row[2] = .null
    defer {
      heap.release(list)
      heap.release(record)
    }
    var next = row + 1
    let total = list.pointer.list.pointee.count + record.pointer.record.pointee.count
    guard next + total + 2 < stackEnd else {
      throw Failure("E0306", "too many arguments in a call: \(total)")
    }
    if hasReceiver {
      let receiver = row[3]
      row[3] = .null
      if receiver.tag != .undefined {
        store(next, receiver)
        next += 1
      }
    }
    for index in 0..<list.pointer.list.pointee.count {
      let word = list.pointer.list.pointee.items[index]
      heap.retain(word)
      store(next, word)
      next += 1
    }
    var names: [ObjectPointer] = []
    let fields = record.pointer.record.pointee
    for index in 0..<fields.used {
      guard let key = fields.entries[index].key else { continue }
      key.header.pointee.references += 1
      names.append(key)
      heap.retain(fields.entries[index].value)
      store(next, fields.entries[index].value)
      next += 1
    }
    return (next - row - 1, names)
  }

  /// Removes the marker for "no receiver" from the front of the arguments.
  func dropReceiver(_ row: UnsafeMutablePointer<Word>, _ count: Int) {
    for index in 1..<max(1, count) { row[index] = row[index + 1] }
    row[count] = .null
  }

  // MARK: Native functions

  /// Calls a core function whose arguments are all in their slots. The result replaces the callee, and the
  /// arguments are released.
  ///
  /// - Returns: false, without any effect, if it is something else.
  @inline(never)
  func callPlain(_ row: UnsafeMutablePointer<Word>, _ count: Int) throws -> Bool {
    guard row.pointee.tag == .native, count == 0 || row[1].tag != .host else { return false }
    let box = row.pointee.pointer.box.pointee.box
    return try box._withUnsafeGuaranteedRef { object in
      let function = unsafeDowncast(object, to: NativeFunction.self)
      guard let core = function.core, function.isPlain, count == function.positionalCount else {
        return false
      }
      let result: Word
      do { result = try core(self, row + 1) } catch {
        note(error, of: function, count)
        throw error
      }
      var place = row + 1
      let end = place + count
      while place < end {
        if place.pointee.isObject { store(place, .null) }
        place += 1
      }
      store(row, result)
      return true
    }
  }

  /// Stores the argument that a failing function rejects.
  private func note(_ error: Error, of function: NativeFunction, _ count: Int) {
    guard type(of: error) == Failure.self else { return }
    argumentPlace = (error as? Failure)?.argument.flatMap { name in
      function.signature.parameters.firstIndex { $0.name == name }
    }
    argumentCount = count
  }

  /// Calls a value that is not a function of the language. The result replaces the callee, and the arguments
  /// are released.
  func callNative(
    _ row: UnsafeMutablePointer<Word>, count: Int, names: [ObjectPointer],
    site: UnsafeMutablePointer<Instruction>?
  ) throws {
    let callee = row.pointee
    let function: NativeFunction
    switch callee.tag {
    case .native:
      function = unsafeDowncast(callee.pointer.box.pointee.box.takeUnretainedValue(), to: NativeFunction.self)
    case .host:
      guard let callable = callee.pointer.hostBox.pointee.host.callable else { throw notCallable(callee) }
      function = callable
    case .list where count == 0 && callee.pointer == interpreter.argumentList:
      return
    default:
      throw notCallable(callee)
    }
    var target = function
    if count > 0, names.count < count, row[1].tag == .host, overloadedNames.contains(function.name) {
      if let overload = overload(function.name, row[1]) { target = overload }
    }
    let result: Word
    do {
      if let core = target.core {
        result = try callCore(target, core, row, count: count, names: names)
      } else {
        result = try callBody(target, row, count: count, names: names)
      }
    } catch {
      note(error, of: target, count)
      throw error
    }
    for index in 1..<max(1, count + 1) { store(row + index, .null) }
    store(row, result)
  }

  private func overload(_ name: String, _ first: Word) -> NativeFunction? {
    overloads[OverloadKey(name: name, type: ObjectIdentifier(type(of: first.pointer.hostBox.pointee.host)))]
  }

  func notCallable(_ callee: Word) -> Failure {
    Failure("E0310", "\(describe(callee)) is not a function")
  }

  /// A core function works on the row itself if every argument is in its slot, otherwise on a copy above it.
  private func callCore(
    _ function: NativeFunction, _ core: CoreBody, _ row: UnsafeMutablePointer<Word>, count: Int,
    names: [ObjectPointer]
  ) throws -> Word {
    if names.isEmpty, function.isPlain, count <= function.positionalCount, count >= function.requiredCount {
      if count == function.positionalCount { return try core(self, row + 1) }
      // Defaults are placed after the arguments, in unused slots above the row.
      let end = row + 1 + function.positionalCount
      guard end < stackEnd else { throw recursionError() }
      let oldTop = state.pointee.top
      if end > oldTop { state.pointee.top = end }
      defer {
        for place in count..<function.positionalCount { store(row + 1 + place, .null) }
        state.pointee.top = oldTop
      }
      for place in count..<function.positionalCount {
        store(row + 1 + place, try function.defaultWord(place, heap))
      }
      return try core(self, row + 1)
    }
    let signature = function.signature
    let places = signature.parameters.count + (signature.rest == nil ? 0 : 1)
    let area = state.pointee.top
    guard area + places + 1 < stackEnd else { throw recursionError() }
    for place in 0..<places { store(area + place, .undefined) }
    state.pointee.top = area + places
    defer {
      for place in 0..<places { store(area + place, .null) }
      state.pointee.top = area
    }
    let positional = count - names.count
    let positions = function.positionalCount
    try checkPositions(positional, of: function)
    for place in 0..<min(positional, positions) {
      heap.retain(row[1 + place])
      store(area + place, row[1 + place])
    }
    if signature.rest != nil {
      let extra = max(0, positional - positions)
      let list = try heap.list(
        copying: UnsafeBufferPointer(start: row + 1 + min(positional, positions), count: extra))
      store(area + signature.parameters.count, list)
    }
    for (index, key) in names.enumerated() {
      guard let place = try place(of: key, in: function, isGiven: { area[$0].tag != .undefined }) else {
        continue
      }
      let word = row[1 + positional + index]
      heap.retain(word)
      store(area + place, word)
    }
    try checkRequired(of: function, count) { area[$0].tag != .undefined }
    for place in signature.parameters.indices where area[place].tag == .undefined {
      store(area + place, try function.defaultWord(place, heap))
    }
    return try core(self, area)
  }

  /// A function of the embedder: arguments become `AnyValue`s under the names of the signature.
  private func callBody(
    _ function: NativeFunction, _ row: UnsafeMutablePointer<Word>, count: Int, names: [ObjectPointer]
  ) throws -> Word {
    try checkNativeStack()
    let signature = function.signature
    let positional = count - names.count
    let positions = function.positionalCount
    try checkPositions(positional, of: function)
    var values: [AnyValue?] = Array(repeating: nil, count: signature.parameters.count)
    var given = Array(repeating: false, count: signature.parameters.count)
    var rest: [AnyValue] = []
    var options = Fields()
    for index in 0..<positional {
      let value = AnyValue(row[1 + index], in: heap)
      if index < positions {
        values[index] = value
        given[index] = true
      } else {
        rest.append(value)
      }
    }
    for (index, key) in names.enumerated() {
      let value = AnyValue(row[1 + positional + index], in: heap)
      if let place = try place(of: key, in: function, isGiven: { given[$0] }) {
        values[place] = value
        given[place] = true
      } else {
        options[StringObject.text(key)] = value
      }
    }
    try checkRequired(of: function, count) { given[$0] }
    for (place, parameter) in signature.parameters.enumerated() where !given[place] {
      values[place] = parameter.defaultValue
    }
    var arguments = Arguments(
      interpreter: interpreter, signature: signature, values: values, given: given, rest: rest,
      options: options)
    return try function.body(&arguments).owned(in: heap)
  }

  // MARK: Methods

  /// For `x.f(…)` with x in `row[1]`: if x has a callable member f, it is stored in `row[0]` and `undefined`
  /// in `row[1]`. Otherwise the function in scope is used (the global slot, or already in `row[0]` if the
  /// slot is negative). `instruction` caches the position of a record's field.
  func findMethod(
    _ row: UnsafeMutablePointer<Word>, _ name: Int, slot: Int, _ closure: ObjectPointer,
    remembering instruction: UnsafeMutablePointer<Instruction>
  ) throws {
    let receiver = row[1]
    switch receiver.tag {
    case .record:
      let key = closure.closure.pointee.code.pointee.names[name]
      let place = heap.place(of: key, in: receiver.pointer)
      if place >= 0, isCallable(receiver.pointer.record.pointee.entries[place].value) {
        let word = receiver.pointer.record.pointee.entries[place].value
        if place <= Int(UInt16.max) { instruction.pointee.c = UInt16(truncatingIfNeeded: place) }
        heap.retain(word)
        store(row, word)
        store(row + 1, .undefined)
        return
      }
    case .host:
      let host = receiver.pointer.hostBox.pointee.host
      let text = closure.closure.pointee.prototype.takeUnretainedValue().nameTexts[name]
      if let method = host.method(text) {
        store(row, heap.native(method))
        store(row + 1, .undefined)
        return
      }
      if let member = try host.member(text) {
        let word = try member.owned(in: heap)
        if isCallable(word) {
          store(row, word)
          store(row + 1, .undefined)
          return
        }
        heap.release(word)
      }
    case .module:
      let text = closure.closure.pointee.prototype.takeUnretainedValue().nameTexts[name]
      if let word = moduleMember(receiver, text) {
        heap.retain(word)
        store(row, word)
        store(row + 1, .undefined)
        return
      }
      throw noModuleName(receiver, text)
    default:
      break
    }
    if slot >= 0 {
      let word = globals.words[slot]
      if word.tag == .undefined {
        throw noMethod(receiver, closure.closure.pointee.prototype.takeUnretainedValue().nameTexts[name])
      }
      heap.retain(word)
      store(row, word)
    }
  }

  func isCallable(_ word: Word) -> Bool {
    switch word.tag {
    case .closure, .native: return true
    case .host: return word.pointer.hostBox.pointee.host.callable != nil
    default: return false
    }
  }

  private func noMethod(_ receiver: Word, _ name: String) -> Failure {
    let members = memberNames(of: receiver)
    var help: String?
    if let near = Nearest.name(to: name, among: members + globals.builtins.order) {
      help = "did you mean '\(near)'?"
    }
    if let known = interpreter.dialect.help(forMember: name, of: typeName(receiver)) { help = known }
    if members.contains(name), receiver.tag != .record { help = "write .\(name) without parentheses" }
    if receiver.tag == .record, let word = heap.field(name, of: receiver.pointer) {
      return Failure(
        "E0310", "the field '\(name)' holds \(describe(word)), not a function",
        help: "write .\(name) to read it")
    }
    return Failure(
      "E0309", "\(describeType(receiver)) has no method '\(name)', and there is no function of that name",
      help: help)
  }

  // MARK: Closures

  func makeClosure(_ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ closure: ObjectPointer) {
    let prototype = closure.closure.pointee.prototype.takeUnretainedValue().functions[i.bx]
    store(base + Int(i.a), newClosure(prototype, base: base, outer: closure))
  }

  func newClosure(_ prototype: Prototype, base: UnsafeMutablePointer<Word>?, outer: ObjectPointer?) -> Word {
    let count = prototype.code.pointee.capturedCount
    let object = heap.allocate(
      MemoryLayout<ClosureObject>.size + count * MemoryLayout<ObjectPointer>.stride, .closure)
    object.closure.pointee.prototype = Unmanaged.passRetained(prototype)
    object.closure.pointee.code = prototype.code
    object.closure.pointee.count = 0
    for index in 0..<count {
      let captured = prototype.code.pointee.captured[index]
      if captured.isLocal, let base {
        object.closureCells[index] = cell(for: base + captured.index)
      } else if let outer {
        let cell = outer.closureCells[captured.index]
        cell.header.pointee.references &+= 1
        object.closureCells[index] = cell
      }
    }
    object.closure.pointee.count = count
    return .object(.closure, object)
  }
}
