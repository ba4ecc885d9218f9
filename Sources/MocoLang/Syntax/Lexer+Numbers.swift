extension Lexer {
  /// `42`, `1_000`, `0x1F`, `0b101`, `3.5`, `1e-5`.
  mutating func number() -> Token {
    let start = position
    if byte() == UInt8(ascii: "0") {
      switch byte(1) | 0x20 {
      case UInt8(ascii: "x"): return radix(16, start)
      case UInt8(ascii: "b"): return radix(2, start)
      case UInt8(ascii: "o"): return radix(8, start)
      default: break
      }
    }
    skipDigits()
    var isFloat = false
    if byte() == UInt8(ascii: "."), Lexer.isDigit(byte(1)) {
      isFloat = true
      position += 1
      skipDigits()
    }
    if !isFloat, let wrong = bareExponent(start) { return wrong }
    if byte() | 0x20 == UInt8(ascii: "e") {
      let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
      if Lexer.isDigit(byte(1 + sign)) {
        isFloat = true
        position += 1 + sign
        skipDigits()
      }
    }
    let end = position
    let digits = file.text(in: start..<end)
    if let wrong = suffix(start) { return wrong }
    if let wrong = underscores(digits, start, end) { return wrong }
    let plain = digits.filter { $0 != "_" }
    if isFloat {
      let value = Double(plain) ?? 0
      if value.isInfinite {
        report(
          "E0104", "this number is out of range for Float", start, end,
          help: "write inf; the largest Float is 1.7976931348623157e308")
      } else if value == 0,
        plain.prefix(while: { $0 != "e" && $0 != "E" }).contains(where: { "1"..."9" ~= $0 })
      {
        report(
          "E0104", "this number is too close to 0 for a Float", start, end,
          help: "write 0.0; the smallest positive Float is 5e-324")
      }
      return Token(kind: .float, start: 0, end: 0, bits: value.bitPattern)
    }
    guard let value = UInt64(plain), value <= UInt64(Int64.max) + 1 else {
      return tooLarge(start, end)
    }
    // 0777 is 511 in C and 777 elsewhere.
    if plain.utf8.count > 1, plain.hasPrefix("0"), value > 7 {
      report(
        "E0104", "an Int cannot begin with 0", start, end,
        help: "write \(value), or 0o\(plain.drop { $0 == "0" }) for an octal number")
    }
    return integer(value)
  }

  /// `1.e5`, which is 100000.0 in other languages; no value has a member with such a name. A call `1.e5(…)`
  /// is a method call.
  private mutating func bareExponent(_ start: Int) -> Token? {
    guard byte() == UInt8(ascii: "."), byte(1) | 0x20 == UInt8(ascii: "e") else { return nil }
    var length = 2
    if byte(2) == UInt8(ascii: "+") || byte(2) == UInt8(ascii: "-") { length = 3 }
    guard Lexer.isDigit(byte(length)) else { return nil }
    while Lexer.isDigit(byte(length)) { length += 1 }
    guard !Lexer.isNameByte(byte(length)), byte(length) < 0x80, byte(length) != UInt8(ascii: "(") else {
      return nil
    }
    let whole = file.text(in: start..<position)
    let exponent = file.text(in: position + 1..<position + length)
    position += length
    report(
      "E0104", "'\(file.text(in: start..<min(position, start + 60)))' is not a number", start, position,
      help: "write \(whole)\(exponent)")
    return Token(kind: .float, start: 0, end: 0, bits: (Double(whole + exponent) ?? 0).bitPattern)
  }

  private func integer(_ value: UInt64) -> Token {
    // One more than the largest Int is valid only after a minus sign, which the parser handles.
    Token(kind: value > UInt64(Int64.max) ? .hugeInt : .int, start: 0, end: 0, bits: value)
  }

  private mutating func tooLarge(_ start: Int, _ end: Int) -> Token {
    report(
      "E0104", "this integer is out of range for Int (64 bits)", start, end,
      help: "add .0 for a Float; the largest Int is 9223372036854775807")
    return Token(kind: .int, start: 0, end: 0)
  }

  private mutating func radix(_ radix: Int, _ start: Int) -> Token {
    position += 2
    let digitsStart = position
    while Lexer.isNameByte(byte()) { position += 1 }
    let end = position
    let digits = file.text(in: digitsStart..<end)
    if let wrong = underscores(digits, digitsStart, end) { return wrong }
    let plain = digits.filter { $0 != "_" }
    let isRight = plain.allSatisfy { $0.hexDigitValue.map { $0 < radix } ?? false }
    guard !plain.isEmpty, isRight else {
      report("E0104", "'\(file.text(in: start..<end))' is not a number", start, end)
      return Token(kind: .int, start: 0, end: 0)
    }
    guard let value = UInt64(plain, radix: radix), value <= UInt64(Int64.max) else {
      return tooLarge(start, end)
    }
    return integer(value)
  }

  /// Letters directly after the digits: `12abc`. They may be a unit.
  private mutating func suffix(_ start: Int) -> Token? {
    let end = position
    guard Lexer.isNameStart(byte()) || (byte() >= 0x80 && isNameStart(at: position)) else { return nil }
    skipName()
    if dialect.unit(file.text(in: end..<position)) != nil {
      position = end
      return nil
    }
    report(
      "E0104", "'\(file.text(in: start..<min(position, start + 60)))' is not a number", start, position,
      help: ["L", "l", "f", "F", "d", "u", "U", "n", "j"].contains(file.text(in: end..<position))
        ? "write \(file.text(in: start..<end))"
        : "write * between two factors; a name cannot begin with a digit")
    return Token(kind: .int, start: 0, end: 0)
  }

  private mutating func underscores(_ digits: String, _ start: Int, _ end: Int) -> Token? {
    guard digits.contains("_") else { return nil }
    let bytes = Array(digits.utf8)
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
      let before = index > 0 && bytes[index - 1].isAlphanumeric
      let after = index + 1 < bytes.count && bytes[index + 1].isAlphanumeric
      if !before || !after {
        report("E0104", "'_' must be between two digits", start + index, start + index + 1)
        return Token(kind: .int, start: 0, end: 0)
      }
    }
    return nil
  }

  private mutating func skipDigits() {
    while Lexer.isDigit(byte()) || byte() == UInt8(ascii: "_") { position += 1 }
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

extension UInt8 {
  fileprivate var isAlphanumeric: Bool { Lexer.isNameByte(self) && self != UInt8(ascii: "_") }
}
