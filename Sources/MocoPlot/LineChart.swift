/// Curves over a shared horizontal axis, or points in a plane.
public struct LineChart: Sendable, Equatable {
  /// One curve, or the points of one color.
  public struct Series: Sendable, Equatable {
    /// The name at its end or in the legend; where it is empty, `series 1` and so on stand for it.
    public var name: String
    /// Places along the horizontal axis, in the order in which they are joined.
    public var x: [Double]
    /// Heights, as many as `x`; one that is not finite leaves a gap.
    public var y: [Double]
    /// Ends of a band around the curve, place by place; empty for none, nan for a gap in it.
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

    /// Where the band lies, `nil` standing for a gap.
    var band: [(x: Double, low: Double, high: Double)?] {
      zip(x, zip(low, high)).map { x, ends in
        x.isFinite && ends.0.isFinite && ends.1.isFinite ? (x, ends.0, ends.1) : nil
      }
    }

    /// The points that can be drawn, `nil` standing for a gap.
    var points: [(x: Double, y: Double)?] {
      zip(x, y).map { $0.isFinite && $1.isFinite ? ($0, $1) : nil }
    }
  }

  /// How the points of a series are shown.
  public enum Marks: Sendable, Equatable {
    /// Joined, in their order.
    case curve
    /// Each by itself.
    case points
  }

  /// The curves, in the order of the legend.
  public var series: [Series]
  /// What the horizontal axis measures, with its unit; empty for none.
  public var xLabel: String
  /// What the vertical axis measures, with its unit; empty for none.
  public var yLabel: String
  /// Limits of the axes; `nil` takes them from the data.
  public var xRange: ClosedRange<Double>?
  /// Limits of the vertical axis; `nil` takes them from the data, bands included.
  public var yRange: ClosedRange<Double>?
  /// Where the horizontal axis is marked; `nil` for round places.
  public var ticks: [Double]?
  /// Whether the places of the points stand in even steps, and not at their distances: 1, 2, 4, 8, 16.
  public var isEven = false
  /// How the points of all series are shown.
  public var marks: Marks

  /// A chart of these series; limits and marks that are not given follow from the data.
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

  /// The horizontal axis, marked at round places or where it is asked for.
  func horizontalAxis(count: Int) -> Axis {
    let places = series.flatMap { $0.points.compactMap { $0?.x } + $0.band.compactMap { $0?.x } }
    if isEven { return Axis(even: places) }
    return Axis(places, fixed: xRange, roomy: marks == .points, count: count, counts: true, ticks: ticks)
  }

  /// Heights that the vertical axis has to reach.
  var heights: [Double] {
    series.flatMap {
      $0.points.compactMap { $0?.y } + $0.band.flatMap { $0.map { [$0.low, $0.high] } ?? [] }
    }
  }

  /// A line's name, also where it has none.
  func name(_ index: Int) -> String {
    series[index].name.isEmpty ? "series \(index + 1)" : series[index].name
  }
}
