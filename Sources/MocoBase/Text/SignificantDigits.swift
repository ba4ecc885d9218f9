/// Numbers for people, as many digits as matter.
package enum SignificantDigits {
  /// So many significant digits, at least one behind the point.
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
      return "\(fixed(mantissa, min(max(digits - 2, 1), 12)))e\(exponent)"
    }
    let whole = size >= 1000 ? 3 : size >= 100 ? 2 : size >= 10 ? 1 : 0
    return fixed(Double(value), min(max(digits - whole, 1), 12))
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String {
    var factor = 1.0
    for _ in 0..<digits { factor *= 10 }
    let scaled = (abs(value) * factor).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int(scaled)
    let unit = Int(factor)
    var fraction = String(whole % unit)
    while fraction.utf8.count < digits { fraction = "0" + fraction }
    let sign = value < 0 && whole > 0 ? "-" : ""
    return digits == 0 ? "\(sign)\(whole)" : "\(sign)\(whole / unit).\(fraction)"
  }
}
