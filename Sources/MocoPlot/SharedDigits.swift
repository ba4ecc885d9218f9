import Glibc
import MocoBase

/// The common number of digits of a figure's numbers.
enum SharedDigits {
  /// Digits after the decimal point that distinguish these values, at most `limit`.
  static func count(_ values: [Double], limit: Int = 3) -> Int {
    let finite = values.filter(\.isFinite)
    guard let largest = finite.map({ abs($0) }).max(), largest > 0 else { return 0 }
    if finite.allSatisfy({ $0 == $0.rounded() }) { return 0 }
    let magnitude = log10(largest)
    return min(max(Int((2 - magnitude).rounded(.down)), 1), limit)
  }

  /// One text for each value, all with the same number of digits; very large or small ones with an exponent.
  static func texts(_ values: [Double], digits: Int? = nil, limit: Int = 4) -> [String] {
    let largest = values.filter(\.isFinite).map { abs($0) }.max() ?? 0
    if digits == nil, largest >= 1e9 || (largest > 0 && largest < 1e-3) {
      return values.map { NumberText.short($0, 3) }
    }
    let digits = digits ?? count(values, limit: limit)
    return values.map { NumberText.fixed($0, digits) }
  }
}
