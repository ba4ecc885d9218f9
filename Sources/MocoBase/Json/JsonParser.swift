extension Json {
  /// The maximum nesting depth of arrays and objects.
  public static let depthLimit = 128

  /// Parses a JSON text (RFC 8259).
  ///
  /// Stricter than many parsers: a duplicate key, bytes that are not UTF-8 and anything after the value are errors.
  /// Whole numbers that fit in 64 bits stay exact. A lone surrogate escape becomes U+FFFD.
  /// - Parameter name: the name of the text in messages (a path).
  /// - Throws: E0502 with line and column.
  public static func parse(_ text: String, name: String = "JSON") throws -> Json {
    var text = text
    return try text.withUTF8 { try parse(UnsafeRawBufferPointer($0), name: name) }
  }

  /// Parses the UTF-8 bytes of a JSON text, as `parse(_:name:)` of a String does.
  ///
  /// - Throws: E0502 with line and column.
  public static func parse(_ bytes: [UInt8], name: String = "JSON") throws -> Json {
    try bytes.withUnsafeBytes { try parse($0, name: name) }
  }

  /// Parses the UTF-8 bytes of a JSON text, as `parse(_:name:)` of a String does, without copying them.
  ///
  /// - Throws: E0502 with line and column.
  public static func parse(_ bytes: UnsafeRawBufferPointer, name: String = "JSON") throws -> Json {
    var parser = JsonParser(bytes: bytes, name: name)
    return try parser.parseDocument()
  }

  /// Parses the file at `path`.
  ///
  /// - Throws: E0501, E0502.
  public static func parse(file path: String) throws -> Json {
    try OpenedFile(path: path).withBytes { try parse($0, name: path) }
  }
}

/// One pass over the bytes; the depth is counted, so hostile nesting ends in an error and not in a stack
/// overflow.
private struct JsonParser {
  let bytes: UnsafeRawBufferPointer
  let name: String
  var position = 0
  var depth = 0

  init(bytes: UnsafeRawBufferPointer, name: String) {
    self.bytes = bytes
    self.name = name
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func fault(_ text: String, at place: Int? = nil) -> Failure {
    let place = min(place ?? position, bytes.count)
    var line = 1
    var lineStart = 0
    for index in 0..<place where bytes[index] == 0x0A {
      line += 1
      lineStart = index + 1
    }
    return Failure.corrupt(
      name, "\(text) (line \(line), column \(place - lineStart + 1))",
      help: "correct it at this position, or download or write the file again")
  }

  mutating func parseDocument() throws -> Json {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipSpace()
    if position == bytes.count { throw fault("it is empty") }
    let value = try parseValue()
    skipSpace()
    if position < bytes.count { throw fault("unexpected text after the JSON value") }
    return value
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func parseValue() throws -> Json {
    guard let byte = current else { throw fault("the JSON text is truncated") }
    switch byte {
    case UInt8(ascii: "{"): return try parseObject()
    case UInt8(ascii: "["): return try parseArray()
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    default: throw fault("expected a JSON value")
    }
  }

  private mutating func parseWord(_ word: StaticString, _ value: Json) throws -> Json {
    let count = word.utf8CodeUnitCount
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: count)
    guard position + count <= bytes.count, bytes[position..<position + count].elementsEqual(expected) else {
      throw fault("expected a JSON value")
    }
    position += count
    return value
  }

  private mutating func enter() throws {
    depth += 1
    if depth > Json.depthLimit { throw fault("it is nested more than \(Json.depthLimit) levels deep") }
    position += 1
  }

  private mutating func parseArray() throws -> Json {
    try enter()
    defer { depth -= 1 }
    var elements: [Json] = []
    skipSpace()
    if current == UInt8(ascii: "]") {
      position += 1
      return .array(elements)
    }
    while true {
      skipSpace()
      elements.append(try parseValue())
      if elements.count & 0xFFF == 0 { try Cancellation.check() }
      skipSpace()
      if current == UInt8(ascii: ",") {
        position += 1
      } else if current == UInt8(ascii: "]") {
        position += 1
        return .array(elements)
      } else {
        throw fault(current == nil ? "an array is not closed" : "expected , or ] in an array")
      }
    }
  }

  private mutating func parseObject() throws -> Json {
    try enter()
    defer { depth -= 1 }
    var object = JsonObject()
    skipSpace()
    if current == UInt8(ascii: "}") {
      position += 1
      return .object(object)
    }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else {
        throw fault(current == nil ? "an object is not closed" : "expected a key in quotes")
      }
      let keyPlace = position
      let key = try parseString()
      if object[key] != nil { throw fault("duplicate key \"\(key)\"", at: keyPlace) }
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw fault("expected : after a key") }
      position += 1
      skipSpace()
      object[key] = try parseValue()
      if object.count & 0xFFF == 0 { try Cancellation.check() }
      skipSpace()
      if current == UInt8(ascii: ",") {
        position += 1
      } else if current == UInt8(ascii: "}") {
        position += 1
        return .object(object)
      } else {
        throw fault(current == nil ? "an object is not closed" : "expected , or } in an object")
      }
    }
  }

  private mutating func parseNumber() throws -> Json {
    let start = position
    var isWhole = true
    if current == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    let digits = skipDigits()
    guard digits > 0 else { throw fault("a number needs digits") }
    if digits > 1 && bytes[firstDigit] == UInt8(ascii: "0") {
      throw fault("a number must not begin with 0", at: start)
    }
    if current == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      guard skipDigits() > 0 else { throw fault("a number needs digits after the point") }
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isWhole = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() > 0 else { throw fault("a number needs digits in its exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      throw fault("the number \(text) is too large", at: start)
    }
    return .double(value)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  private mutating func parseString() throws -> String {
    let start = position
    position += 1
    var pieces: [UInt8] = []
    var pieceStart = position
    while let byte = current {
      if byte == UInt8(ascii: "\"") {
        let last = bytes[pieceStart..<position]
        position += 1
        let text: String?
        if pieces.isEmpty {
          text = String(validating: last, as: UTF8.self)
        } else {
          pieces.append(contentsOf: last)
          text = String(validating: pieces, as: UTF8.self)
        }
        guard let text else { throw fault("a string is not UTF-8", at: start) }
        return text
      }
      if byte == UInt8(ascii: "\\") {
        pieces.append(contentsOf: bytes[pieceStart..<position])
        try parseEscape(into: &pieces)
        pieceStart = position
      } else if byte < 0x20 {
        throw fault("a string contains a control character that is not escaped")
      } else {
        position += 1
      }
    }
    throw fault("a string is not closed", at: start)
  }

  private mutating func parseEscape(into pieces: inout [UInt8]) throws {
    position += 1
    guard let byte = current else { throw fault("the JSON text is truncated") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): pieces.append(byte)
    case UInt8(ascii: "b"): pieces.append(8)
    case UInt8(ascii: "f"): pieces.append(12)
    case UInt8(ascii: "n"): pieces.append(10)
    case UInt8(ascii: "r"): pieces.append(13)
    case UInt8(ascii: "t"): pieces.append(9)
    case UInt8(ascii: "u"):
      var scalar = try parseHex()
      if scalar & 0xFC00 == 0xD800, current == UInt8(ascii: "\\"), position + 1 < bytes.count,
        bytes[position + 1] == UInt8(ascii: "u")
      {
        let before = position
        position += 2
        let low = try parseHex()
        if low & 0xFC00 == 0xDC00 {
          scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
        } else {
          position = before
        }
      }
      pieces.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
    default:
      throw fault("unknown escape in a string", at: position - 2)
    }
  }

  private mutating func parseHex() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("\\u needs four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
