import Glibc
import MocoBase

extension Double {
  /// The nearest integer, with an absolute value of at most `limit`; 0 for NaN.
  func whole(_ limit: Int = 1 << 20) -> Int {
    isNaN ? 0 : Int(Swift.min(Swift.max(self, Double(-limit)), Double(limit)).rounded())
  }

  /// The number, limited so that differences stay finite.
  var tame: Double { isNaN ? 0 : Swift.min(Swift.max(self, -1e300), 1e300) }
}

/// A linear scale with round marks.
package struct Axis {
  let low: Double
  let high: Double
  /// The ticks, ascending, in the unit of the values; all are within the limits.
  package let ticks: [Double]
  let labels: [String]
  /// Values with equal spacing, ascending; nil for a linear scale.
  private var stops: [Double]?

  /// - Parameters:
  ///   - roomy: whether to extend the limits to the ticks around the data.
  ///   - count: the approximate number of ticks.
  ///   - counts: whether the values are counts, such as epochs: if all are integers, ticks are integers too.
  ///   - ticks: custom ticks; those outside the limits are left out.
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
      labels = self.ticks.map { NumberText.short($0) }
      return
    }
    self.ticks = ticks
    let largest = max(abs(low), abs(high))
    if largest >= 1e7 || largest < 1e-3 {
      labels = ticks.map { NumberText.short($0, 3) }
    } else {
      let digits = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
      labels = ticks.map { NumberText.fixed($0, min(digits, 8)) }
    }
  }

  /// Digits after the decimal point that distinguish neighbouring values; nil if they need an exponent.
  func digits(for values: [Double]) -> Int? {
    guard max(abs(low), abs(high)) < 1e7, let step = zip(values, values.dropFirst()).map({ $1 - $0 }).min(),
      step > 1e-6
    else { return nil }
    // 0.25 needs two digits although its first digit is at the first decimal place.
    return (0...8).first { digits in
      let scale = pow(10, Double(digits))
      return values.allSatisfy { abs($0 * scale - ($0 * scale).rounded()) < 1e-6 * scale * step }
    } ?? min(max(0, Int((-log10(step) + 1).rounded(.up))), 8)
  }

  /// The relative position of a value between the limits, 0…1 inside.
  func share(_ value: Double) -> Double {
    guard let stops else { return (value - low) / (high - low) }
    // Between two stops the scale is linear.
    guard stops.count > 1, let next = stops.firstIndex(where: { $0 >= value }) else {
      return stops.count > 1 ? 1 : 0.5
    }
    guard next > 0 else { return 0 }
    let part = (value - stops[next - 1]) / (stops[next] - stops[next - 1])
    return (Double(next - 1) + part) / Double(stops.count - 1)
  }

  /// A scale with equal spacing for these values, each with a tick.
  init(even places: [Double]) {
    let stops = Set(places.filter { $0.isFinite && abs($0) < 1e300 }).sorted()
    (low, high) = (stops.first ?? 0, stops.last ?? 1)
    ticks = stops
    labels = stops.map { NumberText.short($0) }
    self.stops = stops
  }

  static func roundStep(_ rough: Double) -> Double {
    guard rough.isFinite, rough > 1e-300 else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    let lead = rough / power
    return (lead <= 1.0001 ? 1 : lead <= 2.0001 ? 2 : lead <= 5.0001 ? 5 : 10) * power
  }
}
