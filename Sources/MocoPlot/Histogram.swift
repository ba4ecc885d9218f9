#if canImport(Glibc)
  import Glibc
#endif

/// The number of values in each of several intervals.
public struct Histogram: Sendable, Equatable {
  /// The counts of one set of numbers.
  public struct Series: Sendable, Equatable {
    /// The name in the legend; if empty, `series 1` and so on.
    public var name: String
    /// One count for each interval.
    public var counts: [Int]
  }

  /// Edges of the intervals in order, one more than intervals. The last interval includes its right edge, the
  /// others do not.
  public let edges: [Double]
  /// Counts over the same intervals, drawn in this order.
  public let series: [Series]
  /// The quantity, with its unit; empty for none.
  public var xLabel: String
  /// The counted objects; empty for none.
  public var yLabel: String
  /// The number of values outside all intervals.
  public let outside: Int
  /// The number of NaN values.
  public let notNumbers: Int

  /// Counts the numbers of each series.
  /// - Parameter edges: in order, at least two; nil for intervals with a round width that suits the data.
  public init(
    _ values: [(name: String, values: [Double])], edges: [Double]? = nil, xLabel: String = "",
    yLabel: String = ""
  ) {
    let edges = edges ?? Histogram.edges(values.flatMap(\.values))
    var (outside, notNumbers) = (0, 0)
    series = values.map { one in
      var counts = [Int](repeating: 0, count: max(edges.count - 1, 0))
      for value in one.values {
        if value.isNaN {
          notNumbers += 1
        } else if let place = Histogram.place(of: value, edges) {
          counts[place] += 1
        } else {
          outside += 1
        }
      }
      return Series(name: one.name, counts: counts)
    }
    self.edges = edges
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.outside = outside
    self.notNumbers = notNumbers
  }

  /// Existing counts.
  init(
    edges: [Double], series: [Series], xLabel: String, yLabel: String, outside: Int, notNumbers: Int
  ) {
    self.edges = edges
    self.series = series
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.outside = outside
    self.notNumbers = notNumbers
  }

  /// This many intervals of equal width from the smallest to the largest number, or over a range.
  public static func edges(
    _ values: [Double], bins: Int, range: ClosedRange<Double>? = nil
  ) -> [Double] {
    let finite = values.filter(\.isFinite)
    var (low, high) = (range?.lowerBound ?? finite.min() ?? 0, range?.upperBound ?? finite.max() ?? 1)
    (low, high) = (low.tame, high.tame)
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    let count = max(bins, 1)
    return (0...count).map { $0 == count ? high : low + (high - low) * (Double($0) / Double(count)) }
  }

  /// Intervals with a round width near 2 · (interquartile range) / ∛n (Freedman and Diaconis, 1981).
  static func edges(_ values: [Double]) -> [Double] {
    let ordered = values.filter { $0.isFinite && abs($0) < 1e300 }.sorted()
    guard let low = ordered.first, let high = ordered.last, high > low else {
      return edges(ordered, bins: 1)
    }
    let count = Double(ordered.count)
    let quartiles = ordered[ordered.count * 3 / 4] - ordered[ordered.count / 4]
    // The number of intervals is limited, for many equal numbers or outliers.
    let least = (high - low) / 60
    let most = (high - low) / 4
    let wanted = quartiles > 0 ? 2 * quartiles / cbrt(count) : (high - low) / 10
    // The nearest round number.
    var step = Axis.roundStep(min(max(wanted, least), most) / 1.6)
    // Intervals contain whole integers, and the largest has its own interval.
    let areWhole = ordered.allSatisfy { $0 == $0.rounded() }
    if areWhole { step = max(step, 1) }
    let first = (low / step).rounded(.down)
    let last = max((high / step).rounded(.up), (areWhole ? (high / step).rounded(.down) : first) + 1)
    guard last - first < 1000 else { return edges(ordered, bins: 60) }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// The interval that contains a number.
  private static func place(of value: Double, _ edges: [Double]) -> Int? {
    guard let first = edges.first, let last = edges.last, edges.count > 1, value >= first, value <= last
    else {
      return nil
    }
    // The last edge that is not above the number.
    var (low, high) = (0, edges.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if edges[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }

  /// A note about omitted values; empty if there are none.
  package var remark: String {
    var parts: [String] = []
    if notNumbers > 0 { parts.append("\(notNumbers) nan") }
    if outside > 0 { parts.append("\(outside) outside") }
    return parts.isEmpty ? "" : "not shown: " + parts.joined(separator: ", ")
  }

  func name(_ index: Int) -> String {
    series[index].name.isEmpty ? "series \(index + 1)" : series[index].name
  }

  var isLabelled: Bool { series.count > 1 || series.contains { !$0.name.isEmpty } }
}
