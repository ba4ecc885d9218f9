import MocoBase
import MocoLang

/// The values of a setting in `--over` and `--only`: `1,2,4`, `1..5`, `"a, b",c`.
enum ValueList {
  /// Splits at commas that are outside brackets and quotes.
  static func parts(_ text: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var depth = 0
    var isQuoted = false
    var isEscaped = false
    for character in text {
      if isQuoted {
        if isEscaped {
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == "\"" {
          isQuoted = false
        }
      } else if character == "\"" {
        isQuoted = true
      } else if "[{(".contains(character) {
        depth += 1
      } else if "]})".contains(character) {
        depth -= 1
      } else if character == ",", depth <= 0 {
        parts.append(part)
        part = ""
        continue
      }
      part.append(character)
    }
    return (parts + [part]).map { trimmed($0) }
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// The Ints of `1..5`, `1...5` and `1..<5`; nil for every other text.
  ///
  /// - Throws: E1106 for a range that is empty or too long.
  static func range(_ text: String, option: String) throws -> [Int]? {
    for (sign, isClosed) in [("..<", false), ("...", true), ("..", true)] {
      guard let place = text.firstRange(of: sign) else { continue }
      guard let first = Int(text[..<place.lowerBound]), let last = Int(text[place.upperBound...]) else {
        return nil
      }
      let range = RangeValue(start: first, end: last, isClosed: isClosed)
      guard range.count > 0, range.count <= SweptValues.most else {
        throw Failure(
          "E1106", "\(option): the range has \(range.count == 0 ? "no" : "too many") values",
          help: "write the smaller number first, and use at most \(SweptValues.most) values")
      }
      return (0..<range.count).map { range.element($0) }
    }
    return nil
  }

  /// The values of an option for a setting, each parsed by the setting.
  ///
  /// - Throws: E1106 if there is none, or for a duplicate or an invalid value; E0307 from the setting.
  static func values(
    _ text: String, option: String, read: (String) throws -> SettingValue, isText: Bool
  ) throws -> [SettingValue] {
    var values: [SettingValue] = []
    for part in parts(text) {
      if !isText, let range = try range(part, option: option) {
        values += try range.map { try read(String($0)) }
      } else {
        guard !part.isEmpty else {
          throw Failure(
            "E1106", "\(option): a value is missing", help: "separate values with commas, name=1,2,4")
        }
        values.append(try read(part))
      }
    }
    var seen: Set<SettingValue> = []
    if let twice = values.first(where: { !seen.insert($0).inserted }) {
      throw Failure("E1106", "\(option): \(twice.source) is a duplicate", help: "list each value once")
    }
    guard values.count <= SweptValues.most else {
      throw Failure(
        "E1106", "\(option): \(values.count) values are too many", help: "use at most \(SweptValues.most)")
    }
    return values
  }
}
