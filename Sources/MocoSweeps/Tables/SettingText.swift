import MocoBase

/// A setting's value as tables and `--where` write it.
package enum SettingText {
  /// In words: a text as it is, a number as the language writes it.
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

  /// Whether a value is what somebody has written: `16` is 16 and 16.0.
  package static func matches(_ value: Json?, _ text: String) -> Bool {
    if of(value) == text { return true }
    guard let number = value?.doubleValue, let wanted = Double(text) else { return false }
    return number == wanted
  }
}
