// Values as text, for `print`, `str` and interpolation. Strings are written without quotes on their own and
// with quotes inside collections. Containers inside themselves and deeply nested values are cut.

import MocoBase

/// Writes values as text into bytes, with a limit on their number.
package struct TextWriter {
  static let maximumDepth = 200

  /// The UTF-8 so far.
  package var bytes: [UInt8] = []
  private let machine: Machine
  private let limit: Int
  /// Significant digits of Floats; nil for the shortest exact text.
  package var digits: Int?
  /// The number of values written so far. Shared parts are written each time, so small values can have very
  /// long texts.
  private var steps = 0

  /// A writer without text.
  ///
  /// - Parameter limit: the maximum number of useful bytes; nil for no limit except memory.
  package init(machine: Machine, limit: Int? = nil) {
    self.machine = machine
    let counters = machine.heap.counters.pointee
    self.limit = limit ?? max(1 << 16, min(counters.limit &- counters.bytes, 1 << 28))
  }

  /// The text as a String, with a reference for the caller.
  /// - Throws: E0405.
  package func word() throws -> Word { try machine.heap.string(bytes) }

  /// The text so far.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Adds a text unchanged, without checking the limit.
  package mutating func append(_ text: String) { bytes += text.utf8 }

  /// A value on its own.
  package mutating func write(_ word: Word) throws {
    if word.tag == .string {
      try check(word.pointer.string.pointee.byteCount)
      bytes += StringObject.bytes(word.pointer)
    } else {
      try write(inside: word, depth: 0)
    }
  }

  private func check(_ more: Int = 0) throws {
    if bytes.count &+ more > limit { throw machine.heap.outOfMemory(bytes.count) }
  }

  /// A value inside a collection.
  package mutating func write(inside word: Word, depth: Int) throws {
    steps &+= 1
    if steps & 0x3FF == 0 {
      try check()
      try machine.pollIfNeeded()
    }
    switch word.tag {
    case .null, .undefined: append("nil")
    case .bool: append(word.asBool ? "true" : "false")
    case .int: writeInt(word.asInt)
    case .float:
      append(digits.map { NumberText.float(word.asFloat, digits: $0) } ?? NumberText.float(word.asFloat))
    case .quantity: append(machine.quantity(word).description)
    case .string:
      try check(word.pointer.string.pointee.byteCount)
      append(StringText.quoted(StringObject.text(word.pointer)))
    case .list: try writeList(word.pointer, depth)
    case .record: try writeRecord(word.pointer, depth)
    case .range: append(word.pointer.range.pointee.range.description)
    case .host: append(TerminalText.safe(word.pointer.hostBox.pointee.host.shortDescription))
    case .module: append("<module \(TerminalText.safe(machine.module(word).name))>")
    case .closure, .native:
      append(machine.functionName(word).map { "<function \($0)>" } ?? "<function>")
    default: append("<\(machine.typeName(word))>")
    }
  }

  private mutating func separate() {
    bytes.append(UInt8(ascii: ","))
    bytes.append(UInt8(ascii: " "))
  }

  private mutating func writeInt(_ value: Int) {
    if value >= 0, value < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
    } else {
      append(String(value))
    }
  }

  private mutating func writeList(_ object: ObjectPointer, _ depth: Int) throws {
    if object.header.pointee.flags & ObjectFlag.visiting != 0 || depth >= TextWriter.maximumDepth {
      append("[...]")
      return
    }
    object.header.pointee.flags |= ObjectFlag.visiting
    defer { object.header.pointee.flags &= ~ObjectFlag.visiting }
    bytes.append(UInt8(ascii: "["))
    var index = 0
    while index < object.list.pointee.count {
      if index > 0 { separate() }
      try write(inside: object.list.pointee.items[index], depth: depth + 1)
      index += 1
    }
    try check()
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func writeRecord(_ object: ObjectPointer, _ depth: Int) throws {
    if object.header.pointee.flags & ObjectFlag.visiting != 0 || depth >= TextWriter.maximumDepth {
      append("{...}")
      return
    }
    object.header.pointee.flags |= ObjectFlag.visiting
    defer { object.header.pointee.flags &= ~ObjectFlag.visiting }
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    var index = 0
    while index < object.record.pointee.used {
      let entry = object.record.pointee.entries[index]
      index += 1
      guard let key = entry.key else { continue }
      if !isFirst { separate() }
      isFirst = false
      let name = StringObject.text(key)
      append(StringText.isName(name) ? name : StringText.quoted(name))
      append(": ")
      try write(inside: entry.value, depth: depth + 1)
    }
    try check()
    bytes.append(UInt8(ascii: "}"))
  }
}

extension Machine {
  /// The result of `type(x)`: `Nil`, `Int`, `Function`, `Module`, or the host object's own name.
  package func typeName(_ word: Word) -> String {
    switch word.tag {
    case .undefined, .null: return "Nil"
    case .bool: return "Bool"
    case .int: return "Int"
    case .float: return "Float"
    case .quantity: return "Quantity"
    case .string: return "String"
    case .list: return "List"
    case .record: return "Record"
    case .range: return "Range"
    case .module: return "Module"
    case .host: return word.pointer.hostBox.pointee.host.typeName
    default: return "Function"
    }
  }

  /// The type name with its article: `an Int`, `a String`, `nil`.
  package func describeType(_ word: Word) -> String {
    if word.tag == .null || word.tag == .undefined { return "nil" }
    let name = typeName(word)
    return (name.first.map { "AEIO".contains($0) } ?? false ? "an " : "a ") + name
  }

  /// The type name with the value if it is short: `the Int 3`, `the String "abc"`, `a List`.
  package func describe(_ word: Word) -> String {
    switch word.tag {
    case .int: return "the Int \(word.asInt)"
    case .float: return "the Float \(NumberText.float(word.asFloat))"
    case .bool: return word.asBool ? "true" : "false"
    case .quantity: return "the Quantity \(quantity(word).description)"
    case .string where word.pointer.string.pointee.byteCount <= 32:
      return "the String \(StringText.quoted(StringObject.text(word.pointer)))"
    case .closure, .native: return functionName(word).map { "the function \($0)" } ?? "a Function"
    default: return describeType(word)
    }
  }

  /// A short text for messages.
  func show(_ word: Word) -> String {
    var writer = TextWriter(machine: self, limit: 256)
    do { try writer.write(inside: word, depth: TextWriter.maximumDepth - 2) } catch {
      return describeType(word)
    }
    return writer.bytes.count <= 60 ? writer.text : describeType(word)
  }

  func functionName(_ word: Word) -> String? {
    switch word.tag {
    case .closure: return word.pointer.closure.pointee.prototype.takeUnretainedValue().name
    default: return native(word)?.name
    }
  }

  /// The native function in a word; nil for every other value.
  func native(_ word: Word) -> NativeFunction? {
    guard word.tag == .native else { return nil }
    return unsafeDowncast(word.pointer.box.pointee.box.takeUnretainedValue(), to: NativeFunction.self)
  }

  func notBool(_ word: Word, _ place: String) -> Failure {
    var help: String?
    switch word.tag {
    case .int, .float: help = "compare it: x != 0"
    case .string: help = "compare it: len(s) > 0"
    case .list, .record: help = "compare it: len(x) > 0"
    case .null: help = "compare it: x != nil"
    case .host:
      help =
        "write any(x), all(x) or equal(a, b) for one Bool, or x.item() for a single element"
    default: break
    }
    let what = place == "not" ? "not expects a Bool" : "a condition must be a Bool"
    return Failure("E0201", "\(what), not \(describe(word))", help: help)
  }
}
