import Glibc

// Numbers with a number of digits. All are rounded by their exact binary value, a half to the even digit, so that a
// figure, a report and a program's own format show the same number equally.

extension NumberText {
  /// A number for display with a number of digits after the point: `61.20`. From 1e16 on, where digits are not
  /// significant, it has an exponent; `nan`, `inf` and `-inf` if it is not finite, and no sign if all digits are 0.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    value.magnitude < 1e16 ? decimal(value, decimals) : float(value)
  }

  /// The same with all digits before the point, whatever their number: the format of C's `%.*f`.
  package static func decimal(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return float(value) }
    let text = decimal(magnitude: value.magnitude, max(decimals, 0))
    // "-0.00" is no better than "0.00".
    return value < 0 && text.utf8.contains { $0 >= UInt8(ascii: "1") && $0 <= UInt8(ascii: "9") }
      ? "-" + text : text
  }

  /// One digit before the point, a number of digits after it, and an exponent of at least two digits: `6.12e+01`.
  package static func scientific(_ value: Double, _ decimals: Int) -> String {
    value.isFinite ? printf("%.*e", max(decimals, 0), value) : float(value)
  }

  /// At most a number of significant digits, without trailing zeros; with an exponent below 1e-4, and if there are
  /// more digits before the point: the format of C's `%.*g`.
  ///
  /// - Parameters:
  ///   - keepsPoint: keeps at least one digit after the point: `61.0`.
  ///   - keepsZeros: keeps trailing zeros.
  package static func significant(
    _ value: Double, _ most: Int, keepsPoint: Bool = false, keepsZeros: Bool = false
  ) -> String {
    guard value.isFinite else { return float(value) }
    let digits = max(1, most)
    let parts = scientific(value, digits - 1).split(separator: "e")
    let exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
    let usesExponent = exponent < -4 || exponent >= (keepsPoint ? digits - 1 : digits)
    if usesExponent {
      let lead = String(parts[0])
      return (keepsZeros ? lead : withoutZeros(lead)) + "e" + (parts.count == 2 ? String(parts[1]) : "+00")
    }
    let text = decimal(value, max(0, digits - 1 - exponent))
    let plain = keepsZeros ? text : withoutZeros(text)
    return keepsPoint && !plain.contains(".") ? plain + ".0" : plain
  }

  /// A number for display with at most a number of significant digits; whole numbers below 1e15 keep all digits.
  package static func short(_ value: Double, _ most: Int = 4) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? decimal(value, 0) : significant(value, most)
  }

  /// At most a number of digits after the point, without trailing zeros: `61.2`.
  package static func trimmed(_ value: Double, _ decimals: Int) -> String {
    withoutZeros(fixed(value, decimals))
  }

  private static func withoutZeros(_ text: String) -> String {
    guard text.contains("."), !text.contains("e") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static let scales: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

  /// A finite number of at least 0 with a number of digits after the point.
  private static func decimal(magnitude value: Double, _ decimals: Int) -> String {
    guard scales.indices.contains(decimals), value * scales[decimals] < 1e12 else {
      return printf("%.*f", decimals, value)
    }
    // The error of the product is less than 2e-4 of its last place: only near a half the exact value is needed.
    let scaled = value * scales[decimals]
    let whole = scaled.rounded(.down)
    let rest = scaled - whole
    guard abs(rest - 0.5) > 1e-3 else { return printf("%.*f", decimals, value) }
    var number = UInt64(whole) + (rest > 0.5 ? 1 : 0)
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
      var place = buffer.count
      var digits = 0
      while number > 0 || digits <= decimals {
        if digits == decimals, decimals > 0 {
          place -= 1
          buffer[place] = UInt8(ascii: ".")
        }
        place -= 1
        buffer[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
        number /= 10
        digits += 1
      }
      return String(decoding: buffer[place...], as: UTF8.self)
    }
  }

  private static func printf(_ format: String, _ precision: Int, _ value: Double) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400 + max(0, precision)) { buffer -> String in
      guard let base = buffer.baseAddress else { return "" }
      let count = withVaList([Int32(clamping: precision), value]) {
        vsnprintf(base, buffer.count, format, $0)
      }
      let written = buffer[..<max(0, min(Int(count), buffer.count))]
      // A program may run with a locale that uses a comma.
      for place in written.indices where buffer[place] == CChar(UInt8(ascii: ",")) {
        buffer[place] = CChar(UInt8(ascii: "."))
      }
      return String(
        decoding: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<written.count]),
        as: UTF8.self)
    }
  }
}
