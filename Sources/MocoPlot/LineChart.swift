/// Curves over a shared horizontal axis, or points in a plane.
public struct LineChart: Sendable, Equatable {
  /// One curve, or the points of one color.
  public struct Series: Sendable, Equatable {
    /// The name at its end or in the legend; where it is empty, `series 1` and so on stand for it.
    public var name: String
    /// x values, in the order of the curve.
    public var x: [Double]
    /// y values, as many as `x`; NaN and infinity leave a gap.
    public var y: [Double]
    /// The lower ends of a band around the curve, by point; empty for none, nan for a gap.
    public var low: [Double] = []
    /// The upper ends of the band, as `low`.
    public var high: [Double] = []

    /// A curve through `(x[i], y[i])`; without `x`, through `(i + start, y[i])`. The longer list is cut to
    /// the shorter.
    public init(_ name: String, x: [Double]? = nil, y: [Double], start: Double = 0) {
      self.name = name
      self.y = y
      self.x = x ?? y.indices.map { Double($0) + start }
    }

    /// The band, with `nil` for a gap.
    var band: [(x: Double, low: Double, high: Double)?] {
      zip(x, zip(low, high)).map { x, ends in
        x.isFinite && ends.0.isFinite && ends.1.isFinite ? (x, ends.0, ends.1) : nil
      }
    }

    /// The points that can be drawn, with `nil` for a gap.
    var points: [(x: Double, y: Double)?] {
      zip(x, y).map { $0.isFinite && $1.isFinite ? ($0, $1) : nil }
    }
  }

  /// How the points of a series are shown.
  public enum Marks: Sendable, Equatable {
    /// Joined, in their order.
    case curve
    /// Separate points.
    case points
  }

  /// The curves, in the order of the legend.
  public var series: [Series]
  /// The quantity of the horizontal axis, with its unit; empty for none.
  public var xLabel: String
  /// The quantity of the vertical axis, with its unit; empty for none.
  public var yLabel: String
  /// Limits of the axes; `nil` takes them from the data.
  public var xRange: ClosedRange<Double>?
  /// Limits of the vertical axis; `nil` takes them from the data, bands included.
  public var yRange: ClosedRange<Double>?
  /// Ticks of the horizontal axis; `nil` for round numbers.
  public var ticks: [Double]?
  /// Whether the x values have equal spacing instead of a linear scale: 1, 2, 4, 8, 16.
  public var isEven = false
  /// How the points of all series are shown.
  public var marks: Marks

  /// A chart of these series; missing limits and ticks follow from the data.
  public init(
    _ series: [Series], xLabel: String = "", yLabel: String = "", yRange: ClosedRange<Double>? = nil,
    xRange: ClosedRange<Double>? = nil, ticks: [Double]? = nil, marks: Marks = .curve
  ) {
    self.series = series
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.yRange = yRange
    self.xRange = xRange
    self.ticks = ticks
    self.marks = marks
  }

  /// The horizontal axis, with ticks at round numbers or custom ticks.
  func horizontalAxis(count: Int) -> Axis {
    let places = series.flatMap { $0.points.compactMap { $0?.x } + $0.band.compactMap { $0?.x } }
    if isEven { return Axis(even: places) }
    return Axis(places, fixed: xRange, roomy: marks == .points, count: count, counts: true, ticks: ticks)
  }

  /// y values that the vertical axis must include.
  var heights: [Double] {
    series.flatMap {
      $0.points.compactMap { $0?.y } + $0.band.flatMap { $0.map { [$0.low, $0.high] } ?? [] }
    }
  }

  /// The name of a line, with a default.
  func name(_ index: Int) -> String {
    series[index].name.isEmpty ? "series \(index + 1)" : series[index].name
  }
}
