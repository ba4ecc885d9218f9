// type, str, int, float, bool.

import MocoBase

extension CoreBuiltins {
  static var conversions: [NativeFunction] {
    [
      NativeFunction(
        core: "type(x)",
        doc: """
          The name of a value's type: `Nil`, `Bool`, `Int`, `Float`, `String`, `List`, `Record`, `Range`, `Quantity`,
          `Function`, `Tensor` and so on.

          ```
          type(1.0)      // Float
          ```
          """
      ) { machine, arguments in try machine.heap.string(machine.typeName(arguments[0])) },
      NativeFunction(
        core: "str(x)",
        doc: """
          A value as a String, as `print` writes it.

          ```
          str(3.0)       // "3.0"
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .string { return machine.retained(arguments[0]) }
        if arguments[0].tag == .int { return try machine.digits(arguments[0].asInt) }
        var writer = TextWriter(machine: machine)
        try writer.write(arguments[0])
        return try writer.word()
      },
      NativeFunction(
        core: "int(x, base = 10)",
        doc: """
          An Int from a number (rounded towards zero), a Bool, a Quantity, or a String in the given base.

          ```
          int(3.9)            // 3
          int("ff", base: 16) // 255
          ```
          """, toInt),
      NativeFunction(
        core: "float(x)",
        doc: """
          A Float from a number, a Bool, a Quantity or a String.

          ```
          float("1e-3")  // 0.001
          ```
          """, toFloat),
      NativeFunction(
        core: "bool(x)",
        doc: """
          false for nil, 0 and empty values; true for everything else. A condition must be a Bool: use
          `bool(x)` to test other values.

          ```
          bool([])       // false
          ```
          """
      ) { machine, arguments in
        let word = arguments[0]
        switch word.tag {
        case .null: return .bool(false)
        case .bool: return word
        case .int: return .bool(word.asInt != 0)
        case .float: return .bool(word.asFloat != 0)
        case .quantity: return .bool(word.amount != 0)
        case .host:
          if let number = try word.pointer.hostBox.pointee.host.number()?.asFloat {
            return .bool(number != 0)
          }
          if let count = word.pointer.hostBox.pointee.host.count { return .bool(count > 0) }
          return .bool(true)
        default:
          if let length = machine.length(word) { return .bool(length > 0) }
          return .bool(true)
        }
      },
    ]
  }

  private static func toInt(_ machine: Machine, _ arguments: UnsafeMutablePointer<Word>) throws -> Word {
    let word = arguments[0]
    let base = try machine.intArgument(arguments[1], "base", "int")
    switch word.tag {
    case .int: return word
    case .bool: return .int(word.asBool ? 1 : 0)
    case .float: return .int(try machine.whole(word.asFloat, "int"))
    case .quantity: return .int(try machine.whole(word.amount, "int"))
    case .string:
      guard (2...36).contains(base) else {
        throw Failure("E0305", "the base is \(base), but it must be from 2 to 36", argument: "base")
      }
      let text = StringObject.text(word.pointer)
      var digits = Array(text.utf8)
      while let last = digits.last, last == 32 || (9...13).contains(last) { digits.removeLast() }
      let start = digits.firstIndex { !($0 == 32 || (9...13).contains($0)) } ?? digits.count
      let body = String(decoding: digits[start...].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
      if let value = Int(body, radix: base) { return .int(value) }
      if !body.isEmpty,
        body.utf8.dropFirst(body.hasPrefix("-") || body.hasPrefix("+") ? 1 : 0).allSatisfy({
          (48...57).contains($0)
        }),
        body.utf8.contains(where: { (48...57).contains($0) })
      {
        throw Failure(
          "E0402", "\(body) is out of range for Int",
          help: "use float(s) for larger numbers: an Int has 64 bits",
          argument: "x")
      }
      throw Failure(
        "E0305", "\(StringText.quoted(String(text.prefix(40)))) is not an Int",
        help: body.lowercased().hasPrefix("0x") && base == 10
          ? "pass base: 16 and leave out the 0x"
          : Double(body) != nil ? "int(float(s))" : nil, argument: "x")
    case .host:
      if let value = try word.pointer.hostBox.pointee.host.number() {
        if let whole = value.asInt { return .int(whole) }
        if let number = value.asFloat { return .int(try machine.whole(number, "int")) }
      }
    default: break
    }
    throw machine.wrongArgument("int", "x", "a number or a String", word)
  }

  private static func toFloat(_ machine: Machine, _ arguments: UnsafeMutablePointer<Word>) throws -> Word {
    let word = arguments[0]
    switch word.tag {
    case .float: return word
    case .int: return .float(Double(word.asInt))
    case .bool: return .float(word.asBool ? 1 : 0)
    case .quantity: return .float(word.amount)
    case .string:
      let text = StringObject.text(word.pointer)
      var body = Substring(text.filter { $0 != "_" })
      while let first = body.first, first.isWhitespace { body.removeFirst() }
      while let last = body.last, last.isWhitespace { body.removeLast() }
      if let number = Double(body) { return .float(number) }
      throw Failure(
        "E0305", "\(StringText.quoted(String(text.prefix(40)))) is not a number", argument: "x")
    case .host:
      if let number = try word.pointer.hostBox.pointee.host.number()?.asFloat { return .float(number) }
    default: break
    }
    throw machine.wrongArgument("float", "x", "a number or a String", word)
  }
}

extension Machine {
  /// A Float rounded towards zero.
  /// - Throws: E0402 if it is out of range, E0407 for nan.
  func whole(_ number: Double, _ function: String) throws -> Int {
    if number.isNaN {
      throw Failure(
        "E0407", "nan is not an Int", help: "check for nan first: x == x is false for nan", argument: "x")
    }
    guard let value = Int(exactly: number.rounded(.towardZero)) else {
      throw Failure(
        "E0402", "\(NumberText.float(number)) is out of range for Int",
        help: "keep it as a Float: an Int goes up to about 9.2e18", argument: "x")
    }
    return value
  }

  /// `len`, or nil for a value without a length.
  package func length(_ word: Word) -> Int? {
    switch word.tag {
    case .string: return word.pointer.string.pointee.scalarCount
    case .list: return word.pointer.list.pointee.count
    case .record: return word.pointer.record.pointee.count
    case .range: return word.pointer.range.pointee.range.count
    case .host: return word.pointer.hostBox.pointee.host.count
    default: return nil
    }
  }
}
