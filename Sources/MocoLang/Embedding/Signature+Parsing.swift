// Reading a signature line. Signatures come from Swift code, so a malformed part is not an error: it is read
// as far as possible, and the tests of the built-ins compare the parsed signature with the text.
//
// Every start of the program reads several hundred of them, so the parser works on bytes, not on Characters.

extension Signature {
  private typealias Bytes = ArraySlice<UInt8>

  /// Reads a signature line; a malformed part is read as far as possible and is not an error.
  public init(parsing text: String) {
    self.text = text
    functionName = ""
    parameters = []
    let bytes = Array(text.utf8)
    guard let open = bytes.firstIndex(of: UInt8(ascii: "(")),
      let close = bytes.lastIndex(of: UInt8(ascii: ")")), open < close
    else {
      functionName = Signature.trimmed(bytes[...])
      return
    }
    functionName = Signature.trimmed(bytes[..<open])
    var isNameOnly = false
    for part in Signature.split(bytes[(open + 1)..<close]) {
      let stars = part.prefix { $0 == UInt8(ascii: "*") }.count
      if stars >= 2 {
        options = Signature.trimmed(part.dropFirst(2))
      } else if stars == 1 {
        let name = Signature.trimmed(part.dropFirst())
        if !name.isEmpty { rest = name }
        isNameOnly = true
      } else {
        parameters.append(Signature.parameter(part, isNameOnly: isNameOnly))
      }
    }
  }

  private static func parameter(_ part: Bytes, isNameOnly: Bool) -> Parameter {
    var head = part
    var defaultText: String?
    if let equals = part.firstIndex(of: UInt8(ascii: "=")) {
      head = part[..<equals]
      defaultText = trimmed(part[(equals + 1)...])
    }
    var typeName: String?
    var name = head
    if let colon = head.firstIndex(of: UInt8(ascii: ":")) {
      name = head[..<colon]
      typeName = trimmed(head[(colon + 1)...])
    }
    return Parameter(
      name: trimmed(name), typeName: typeName, defaultValue: defaultText.flatMap(literal),
      defaultText: defaultText,
      isNameOnly: isNameOnly)
  }

  private static func literal(_ text: String) -> AnyValue? {
    switch text {
    case "nil": return .nil
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "[]": return .list([AnyValue]())
    case "{}": return .record(Fields())
    default: break
    }
    let bytes = Array(text.utf8)
    let quote = UInt8(ascii: "\"")
    if bytes.count >= 2, bytes.first == quote, bytes.last == quote {
      return .string(unescaped(bytes[1..<(bytes.count - 1)]))
    }
    guard let first = bytes.first,
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || "+-.".utf8.contains(first)
    else { return nil }
    let digits = String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    if let whole = Int(digits) { return .int(whole) }
    if first != UInt8(ascii: "+"), first != UInt8(ascii: "."), let number = Double(digits) {
      return .float(number)
    }
    return nil
  }

  /// A string's text, with `\n` and `\t` replaced.
  private static func unescaped(_ text: Bytes) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == UInt8(ascii: "\\"), at + 1 < text.endIndex,
        text[at + 1] == UInt8(ascii: "n") || text[at + 1] == UInt8(ascii: "t")
      {
        result.append(text[at + 1] == UInt8(ascii: "n") ? UInt8(ascii: "\n") : UInt8(ascii: "\t"))
        at += 2
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The parts between commas outside brackets and quotes, without the white space around them; empty ones are
  /// left out.
  private static func split(_ text: Bytes) -> [Bytes] {
    var parts: [Bytes] = []
    var start = text.startIndex
    var depth = 0
    var quoted = false
    func add(_ part: Bytes) {
      let part = bare(part)
      if !part.isEmpty { parts.append(part) }
    }
    for (index, byte) in zip(text.indices, text) {
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if quoted { continue }
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ",") where depth == 0:
        add(text[start..<index])
        start = index + 1
      default: break
      }
    }
    add(text[start...])
    return parts
  }

  /// The bytes without spaces, tabs and line breaks at both ends.
  private static func bare(_ text: Bytes) -> Bytes {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    var text = text
    while let first = text.first, isSpace(first) { text.removeFirst() }
    while let last = text.last, isSpace(last) { text.removeLast() }
    return text
  }

  private static func trimmed(_ text: Bytes) -> String { String(decoding: bare(text), as: UTF8.self) }
}
