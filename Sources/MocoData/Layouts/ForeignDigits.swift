/// A number in digits of another script or width, such as １２: number parsers do not accept it, and
/// it would silently become the name of a class.
struct ForeignDigits {
  /// The same with the digits 0 to 9.
  let plain: String

  /// nil for other text, and for a number in plain digits.
  init?(_ text: String) {
    var plain = ""
    var isForeign = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "-", "+", ".", "0"..."9": plain.unicodeScalars.append(scalar)
      case "\u{2212}", "\u{FF0D}", "\u{FE63}":
        plain += "-"
        isForeign = true
      case "\u{FF0B}":
        plain += "+"
        isForeign = true
      case "\u{FF0E}", "\u{66B}":
        plain += "."
        isForeign = true
      default:
        guard let value = scalar.properties.numericValue, scalar.properties.numericType != .numeric,
          let digit = Int(exactly: value)
        else { return nil }
        plain += String(digit)
        isForeign = true
      }
    }
    guard isForeign, plain.contains(where: \.isNumber) else { return nil }
    self.plain = plain
  }
}
