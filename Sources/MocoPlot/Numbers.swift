#if canImport(Glibc)
  import Glibc
#endif

/// Numbers as short text, and round places to mark on an axis.
enum Numbers {
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let text = format("%.*f", min(max(digits, 0), 17), value)
    // "-0.00" says less than "0.00".
    return text.hasPrefix("-") && !text.contains(where: { $0 >= "1" && $0 <= "9" })
      ? String(text.dropFirst()) : text
  }

  /// At most `significant` digits, without trailing zeros, with an exponent only for the very large and
  /// small.
  static func short(_ value: Double, _ significant: Int = 4) -> String {
    guard value.isFinite else { return fixed(value, 0) }
    if value == value.rounded(), abs(value) < 1e15 { return fixed(value, 0) }
    return format("%.*g", significant, value)
  }

  private static func format(_ pattern: String, _ digits: Int, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 400)
    let length = withVaList([Int32(clamping: digits), value]) {
      vsnprintf(&buffer, buffer.count, pattern, $0)
    }
    let used = min(max(Int(length), 0), buffer.count - 1)
    return String(decoding: buffer[..<used].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Digits after the point that tell these values apart, at most `limit`.
  static func digits(_ values: [Double], limit: Int = 3) -> Int {
    let finite = values.filter(\.isFinite)
    guard let largest = finite.map({ abs($0) }).max(), largest > 0 else { return 0 }
    if finite.allSatisfy({ $0 == $0.rounded() }) { return 0 }
    let magnitude = log10(largest)
    return min(max(Int((2 - magnitude).rounded(.down)), 1), limit)
  }

  /// One text for each value, all with the same number of digits; very large or small ones with an exponent.
  static func column(_ values: [Double], digits: Int? = nil, limit: Int = 4) -> [String] {
    let largest = values.filter(\.isFinite).map { abs($0) }.max() ?? 0
    if digits == nil, largest >= 1e9 || (largest > 0 && largest < 1e-3) {
      return values.map { short($0, 3) }
    }
    let digits = digits ?? Numbers.digits(values, limit: limit)
    return values.map { fixed($0, digits) }
  }
}

extension Double {
  /// The nearest whole number, at most `limit` from 0; 0 for what is not a number.
  func whole(_ limit: Int = 1 << 20) -> Int {
    isNaN ? 0 : Int(Swift.min(Swift.max(self, Double(-limit)), Double(limit)).rounded())
  }

  /// Itself where differences of such numbers stay finite.
  var tame: Double { isNaN ? 0 : Swift.min(Swift.max(self, -1e300), 1e300) }
}

/// A linear scale with round marks.
package struct Axis {
  let low: Double
  let high: Double
  /// Where marks stand, ascending, in the values' unit; none lies outside of the limits.
  package let ticks: [Double]
  let labels: [String]

  /// - Parameters:
  ///   - roomy: widens the limits to the marks around the data.
  ///   - count: about how many marks.
  ///   - counts: the values number things, such as epochs: where all are whole, no mark stands between two.
  ///   - ticks: the marks, where they are not to be round places; those outside of the limits are left out.
  package init(
    _ values: [Double], fixed: ClosedRange<Double>? = nil, roomy: Bool, count: Int, counts: Bool = false,
    ticks chosen: [Double]? = nil
  ) {
    let finite = values.filter { $0.isFinite && abs($0) < 1e300 }
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    if let fixed, fixed.lowerBound.isFinite, fixed.upperBound.isFinite {
      low = fixed.lowerBound.tame
      high = fixed.upperBound.tame
    }
    if !(high - low > abs(high) * 1e-12) {
      let pad = abs(low) > 0 ? abs(low) * 0.1 : 1
      low -= pad
      high += pad
    }
    var step = Axis.roundStep((high - low) / Double(max(count, 1)))
    if counts, high - low >= 2, finite.allSatisfy({ $0 == $0.rounded() }) { step = max(step, 1) }
    if roomy, fixed == nil {
      low = (low / step + 1e-9).rounded(.down) * step
      high = (high / step - 1e-9).rounded(.up) * step
    }
    var ticks: [Double] = []
    var index = (low / step - 1e-9).rounded(.up)
    while index * step <= high + step * 1e-9, ticks.count < 64 {
      let tick = index * step
      ticks.append(tick == 0 ? 0 : tick)
      index += 1
    }
    self.low = low
    self.high = high
    if let chosen {
      self.ticks = Set(chosen).filter { $0 >= low && $0 <= high }.sorted()
      labels = self.ticks.map { Numbers.short($0) }
      return
    }
    self.ticks = ticks
    let largest = max(abs(low), abs(high))
    if largest >= 1e7 || largest < 1e-3 {
      labels = ticks.map { Numbers.short($0, 3) }
    } else {
      let digits = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
      labels = ticks.map { Numbers.fixed($0, min(digits, 8)) }
    }
  }

  /// Digits after the point that tell neighbouring values apart; nil where they need an exponent.
  func digits(for values: [Double]) -> Int? {
    guard max(abs(low), abs(high)) < 1e7, let step = zip(values, values.dropFirst()).map({ $1 - $0 }).min(),
      step > 1e-6
    else { return nil }
    // 0.25 needs two digits although its first stands at the first place.
    return (0...8).first { digits in
      let scale = pow(10, Double(digits))
      return values.allSatisfy { abs($0 * scale - ($0 * scale).rounded()) < 1e-6 * scale * step }
    } ?? min(max(0, Int((-log10(step) + 1).rounded(.up))), 8)
  }

  /// Where a value lies between the limits, 0…1 inside.
  func share(_ value: Double) -> Double { (value - low) / (high - low) }

  static func roundStep(_ rough: Double) -> Double {
    guard rough.isFinite, rough > 1e-300 else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    let lead = rough / power
    return (lead <= 1.0001 ? 1 : lead <= 2.0001 ? 2 : lead <= 5.0001 ? 5 : 10) * power
  }
}
