extension Json {
  /// The value as JSON text. Equal values with equal key order give equal bytes.
  ///
  /// Numbers are written so that they read back exactly. JSON cannot represent infinity and NaN: they become
  /// `null`.
  /// - Parameter indent: spaces per level; nil for one line.
  public func serialized(indent: Int? = nil) -> String {
    serialized(indent: indent) {}
  }

  /// The same, with a callback every few thousand elements that may stop it.
  public func serialized(indent: Int?, poll: () throws -> Void) rethrows -> String {
    var text = ""
    try write(to: &text, indent: indent, level: 0, poll)
    return text
  }

  private func write(
    to text: inout String, indent: Int?, level: Int, _ poll: () throws -> Void
  ) rethrows {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .double(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): Json.writeString(value, to: &text)
    case .array(let elements):
      let newLine = Json.lineBreak(indent, level + 1)
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += indent == nil ? ", " : "," }
        text += newLine
        try element.write(to: &text, indent: indent, level: level + 1, poll)
        if index & 0xFFF == 0xFFF { try poll() }
      }
      if !elements.isEmpty { text += Json.lineBreak(indent, level) }
      text += "]"
    case .object(let object):
      let newLine = Json.lineBreak(indent, level + 1)
      text += "{"
      for (index, entry) in object.enumerated() {
        if index > 0 { text += indent == nil ? ", " : "," }
        text += newLine
        Json.writeString(entry.key, to: &text)
        text += ": "
        try entry.value.write(to: &text, indent: indent, level: level + 1, poll)
        if index & 0xFFF == 0xFFF { try poll() }
      }
      if object.count > 0 { text += Json.lineBreak(indent, level) }
      text += "}"
    }
  }

  private static func lineBreak(_ indent: Int?, _ level: Int) -> String {
    guard let indent else { return "" }
    return "\n" + String(repeating: " ", count: indent * level)
  }

  private static func writeString(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
