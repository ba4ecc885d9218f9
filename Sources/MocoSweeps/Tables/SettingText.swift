import MocoBase

/// A setting's value as in tables and `--where`.
package enum SettingText {
  /// As text: a String unchanged, a number as in the language.
  package static func of(_ value: Json?) -> String {
    switch value {
    case nil: "—"
    case .null?: "nil"
    case .bool(let flag)?: flag ? "true" : "false"
    case .int(let number)?: String(number)
    case .double(let number)?: NumberText.float(number)
    case .string(let text)?: text
    case let other?: other.serialized()
    }
  }

  /// Whether a value matches a text: `16` matches 16 and 16.0.
  package static func matches(_ value: Json?, _ text: String) -> Bool {
    if of(value) == text { return true }
    guard let number = value?.doubleValue, let wanted = Double(text) else { return false }
    return number == wanted
  }
}
