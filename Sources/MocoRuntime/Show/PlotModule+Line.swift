import MocoBase
import MocoLang
import MocoPlot

// Curves and points.

extension PlotModule {
  static func addLine(_ table: MethodTable<PlotModule>) {
    table.add(
      """
      line(y, x = nil, title = "", xlabel = "", ylabel = "", ylim = nil, caption = "", error = nil, low = nil, \
      high = nil, ticks = nil)
      """,
      doc: """
        Curves: `y` is a list of numbers, a list of lists, or a record of names and lists. `x` is shared; without
        it points are numbered from 0. `nil` is a gap.

        `error` draws a band of this distance above and below, `low` and `high` a band between them. They have the
        shape of `y`; in a record only for the curves with a band. `ticks: "points"` puts marks on the axis at the
        points, a list at its numbers; `"even"` also at the points, but with equal distances between the marks: 1,
        2, 4, 8, 16.

        ```
        plot.line({"zero-shot": [0.58, 0.58, 0.58], mixture: [0.55, 0.62, 0.65]}, xlabel: "epoch", ylabel: "accuracy")
        plot.line([0.61, 0.66, 0.71], x: [1, 4, 16], error: [0.02, 0.01, 0.01], ticks: "points", xlabel: "shots")
        ```
        """
    ) { _, arguments in
      let y = try arguments.value("y")
      let x = try arguments.optionalList("x").map { try numbers(.list($0), "x", arguments) }
      var series: [LineChart.Series] = []
      if let record = y.asRecord {
        for (name, value) in record {
          series.append(.init(name, x: x, y: try numbers(value, "y", arguments)))
        }
      } else if let flat = try PlotNumbers.vector(y) {
        series = [.init("", x: x, y: flat)]
      } else if let rows = try PlotNumbers.matrix(y) {
        series = rows.enumerated().map { .init("\($0)", x: x, y: $1) }
      } else {
        throw arguments.wrongType("y", expected: "numbers, lists of numbers, or a record of lists", help: nil)
      }
      if let x, let longer = series.first(where: { $0.y.count > x.count }) {
        throw arguments.failure(
          "E0205", "length mismatch: y has \(longer.y.count) numbers, x has \(x.count)", at: "x",
          help: "pass the same number of values for x and y")
      }
      try addBands(&series, arguments)
      let (title, caption) = try title(arguments)
      var chart = LineChart(
        series, xLabel: try arguments.string("xlabel"), yLabel: try arguments.string("ylabel"),
        yRange: try limits("ylim", arguments), ticks: try ticks(series, arguments))
      chart.isEven = try arguments.value("ticks").asString == "even"
      return .host(FigureValue(Figure(.line(chart), title: title, caption: caption)))
    }
  }

  private static func ticks(_ series: [LineChart.Series], _ arguments: Arguments) throws -> [Double]? {
    let value = try arguments.value("ticks")
    if value.isNil { return nil }
    if value.asString == "points" || value.asString == "even" {
      return series.flatMap { one in one.y.indices.map { one.x[$0] } }.filter(\.isFinite)
    }
    guard value.asString == nil, let places = try PlotNumbers.vector(value) else {
      throw arguments.wrongType(
        "ticks", expected: "\"points\", \"even\" or a list of numbers", help: "write ticks: \"points\"")
    }
    return places.filter(\.isFinite)
  }

  // MARK: Bands

  private static func addBands(_ series: inout [LineChart.Series], _ arguments: Arguments) throws {
    let error = try band("error", series, arguments)
    let (low, high) = (try band("low", series, arguments), try band("high", series, arguments))
    guard error == nil || (low == nil && high == nil) else {
      throw arguments.failure(
        "E0305", "'error' cannot be combined with 'low' and 'high'", at: "error",
        help: "pass error alone, or low and high")
    }
    guard (low == nil) == (high == nil) else {
      throw arguments.failure(
        "E0304", "line needs both 'low' and 'high' for a band", at: low == nil ? "high" : "low",
        help: "pass low and high, or error for a symmetric band")
    }
    for index in series.indices {
      if let width = error?[index] {
        if let negative = width.first(where: { $0 < 0 }) {
          throw arguments.failure(
            "E0305", "an error cannot be \(TableReader.word(.float(negative)))", at: "error",
            help: "pass distances from the curve, at least 0")
        }
        series[index].low = zip(series[index].y, width).map { $0 - $1 }
        series[index].high = zip(series[index].y, width).map { $0 + $1 }
      }
      guard let from = low?[index], let to = high?[index] else { continue }
      if zip(from, to).contains(where: { $0 > $1 }) {
        throw arguments.failure(
          "E0305", "'low' is above 'high' at a point", at: "low", help: "pass the lower ends as low")
      }
      (series[index].low, series[index].high) = (from, to)
    }
  }

  /// The numbers of a band by series, nil for series without one; nil if the argument is not given.
  private static func band(
    _ name: String, _ series: [LineChart.Series], _ arguments: Arguments
  ) throws -> [[Double]?]? {
    let value = try arguments.value(name)
    if value.isNil { return nil }
    var result: [[Double]?] = series.map { _ in nil }
    if let record = value.asRecord {
      for (key, part) in record {
        guard let place = series.firstIndex(where: { $0.name == key }) else {
          let names = series.map(\.name)
          throw arguments.failure(
            "E0305", "unknown curve \(StringText.quoted(key)) in '\(name)'", at: name,
            help: Nearest.name(to: key, among: names).map { "did you mean \(StringText.quoted($0))?" }
              ?? "use one of \(names.map { StringText.quoted($0) }.joined(separator: ", "))")
        }
        result[place] = try numbers(part, name, arguments)
      }
    } else if let one = try PlotNumbers.number(value) {
      result = series.map { [Double](repeating: one, count: $0.y.count) }
    } else if let flat = try PlotNumbers.vector(value), series.count == 1 {
      result = [flat]
    } else if let rows = try PlotNumbers.matrix(value), rows.count == series.count {
      result = rows
    } else {
      throw arguments.wrongType(name, expected: "numbers in the shape of 'y'", help: nil)
    }
    for (one, part) in zip(series, result) {
      guard let part, part.count != one.y.count else { continue }
      throw arguments.failure(
        "E0205", "'\(name)' has \(part.count) numbers for \(one.y.count) points", at: name,
        help: "pass a number for every point; use nil for a gap")
    }
    return result
  }

  // MARK: Points

  static func addScatter(_ table: MethodTable<PlotModule>) {
    table.add(
      """
      scatter(x, y = nil, groups = nil, title = "", xlabel = "", ylabel = "", xlim = nil, ylim = nil, caption = "")
      """,
      doc: """
        Points: two lists of numbers, or `x` alone as a list of pairs or a tensor [n, 2], or a record of names and
        points. `groups` gives a name for each point; points with the same name have the same colour.

        ```
        plot.scatter([1, 2, 3], [2.1, 3.9, 6.2], xlabel: "shots", ylabel: "gain")
        plot.scatter([[0, 0], [1, 2], [5, 4]], groups: ["cat", "cat", "dog"])
        ```
        """
    ) { _, arguments in
      var series = try points(arguments)
      if let groups = try arguments.optionalList("groups") {
        guard series.count == 1, let all = series.first, all.name.isEmpty else {
          throw arguments.failure(
            "E0305", "a record of points already has names", at: "groups", help: "remove groups")
        }
        guard groups.count == all.y.count else {
          throw arguments.failure(
            "E0205", "'groups' has \(groups.count) names for \(all.y.count) points", at: "groups",
            help: "pass a name for every point")
        }
        series = []
        for (place, group) in groups.enumerated() {
          let name = TableReader.word(group)
          let known = series.firstIndex { $0.name == name }
          if known == nil { series.append(.init(name, x: [], y: [])) }
          let index = known ?? series.count - 1
          series[index].x.append(all.x[place])
          series[index].y.append(all.y[place])
        }
      }
      let (title, caption) = try title(arguments)
      return .host(
        FigureValue(
          Figure(
            .line(
              LineChart(
                series, xLabel: try arguments.string("xlabel"), yLabel: try arguments.string("ylabel"),
                yRange: try limits("ylim", arguments), xRange: try limits("xlim", arguments), marks: .points)),
            title: title, caption: caption)))
    }
  }

  private static func points(_ arguments: Arguments) throws -> [LineChart.Series] {
    let x = try arguments.value("x")
    let y = try arguments.value("y")
    let help = "write plot.scatter(xs, ys), or plot.scatter([[x, y], [x, y]])"
    func pairs(_ name: String, _ value: AnyValue) throws -> LineChart.Series {
      guard let rows = try PlotNumbers.matrix(value), rows.allSatisfy({ $0.count == 2 }) else {
        throw arguments.wrongType("x", expected: "pairs of numbers, or 'y' too", help: help)
      }
      return .init(name, x: rows.map { $0[0] }, y: rows.map { $0[1] })
    }
    if y.isNil {
      if let record = x.asRecord { return try record.map { try pairs($0.name, $0.value) } }
      return [try pairs("", x)]
    }
    let (xs, ys) = (try numbers(x, "x", arguments), try numbers(y, "y", arguments))
    guard xs.count == ys.count else {
      throw arguments.failure(
        "E0205", "length mismatch: 'x' has \(xs.count) numbers, 'y' has \(ys.count)", at: "y",
        help: "pass the same number of values for both")
    }
    return [.init("", x: xs, y: ys)]
  }
}
