/// Numbers for display, with their significant digits.
package enum SignificantDigits {
  /// A number of significant digits, at least one after the point.
  package static func text(_ value: Float, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
    if value == 0 { return "0" }
    let size = abs(Double(value))
    if size >= 1e5 || size < 1e-4 {
      var exponent = 0
      var mantissa = Double(value)
      while abs(mantissa) >= 10 {
        mantissa /= 10
        exponent += 1
      }
      while abs(mantissa) < 1 {
        mantissa *= 10
        exponent -= 1
      }
      return "\(NumberText.fixed(mantissa, min(max(digits - 2, 1), 12)))e\(exponent)"
    }
    let whole = size >= 1000 ? 3 : size >= 100 ? 2 : size >= 10 ? 1 : 0
    return NumberText.fixed(Double(value), min(max(digits - whole, 1), 12))
  }
}
