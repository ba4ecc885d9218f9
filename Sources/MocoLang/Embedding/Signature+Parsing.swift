// Reading a signature line. Signatures are written by Swift code, so a malformed part is not an error: it is
// read as far as it makes sense, and the tests of the built-ins compare what was read with what was written.

extension Signature {
  /// Reads a signature line; a malformed part is read as far as it makes sense, and nothing is an error.
  public init(parsing text: String) {
    self.text = text
    functionName = ""
    parameters = []
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else {
      functionName = Signature.trimmed(text[...])
      return
    }
    functionName = Signature.trimmed(text[..<open])
    var isNameOnly = false
    for part in Signature.split(text[text.index(after: open)..<close]) {
      if part.hasPrefix("**") {
        options = Signature.trimmed(part.dropFirst(2))
      } else if part.hasPrefix("*") {
        let name = Signature.trimmed(part.dropFirst())
        if !name.isEmpty { rest = name }
        isNameOnly = true
      } else if !part.isEmpty {
        parameters.append(Signature.parameter(part, isNameOnly: isNameOnly))
      }
    }
  }

  private static func parameter(_ part: String, isNameOnly: Bool) -> Parameter {
    var head = part[...]
    var defaultText: String?
    if let equals = part.firstIndex(of: "=") {
      head = part[..<equals]
      defaultText = trimmed(part[part.index(after: equals)...])
    }
    var typeName: String?
    var name = head
    if let colon = head.firstIndex(of: ":") {
      name = head[..<colon]
      typeName = trimmed(head[head.index(after: colon)...])
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
    if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
      return .string(
        String(text.dropFirst().dropLast()).replacing("\\n", with: "\n").replacing("\\t", with: "\t"))
    }
    let digits = text.replacing("_", with: "")
    if let whole = Int(digits) { return .int(whole) }
    if let first = digits.first, first.isNumber || first == "-", let number = Double(digits) {
      return .float(number)
    }
    return nil
  }

  /// The parts between commas outside brackets and quotes.
  private static func split(_ text: Substring) -> [String] {
    var parts: [String] = []
    var current = ""
    var depth = 0
    var quoted = false
    for character in text {
      if character == "\"" { quoted.toggle() }
      if !quoted {
        if "([{".contains(character) { depth += 1 }
        if ")]}".contains(character) { depth -= 1 }
        if character == ",", depth == 0 {
          parts.append(trimmed(current[...]))
          current = ""
          continue
        }
      }
      current.append(character)
    }
    parts.append(trimmed(current[...]))
    return parts.filter { !$0.isEmpty }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
