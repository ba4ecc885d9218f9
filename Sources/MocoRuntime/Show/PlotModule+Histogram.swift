import MocoLang
import MocoPlot

// Counts by interval.

extension PlotModule {
  static func addHistogram(_ table: MethodTable<PlotModule>) {
    table.add(
      """
      histogram(values, bins = nil, range = nil, title = "", xlabel = "", ylabel = "", caption = "")
      """,
      doc: """
        A histogram: `values` is a list of numbers, a tensor, or a record of names and lists, which
        are drawn over each other. `bins` is the number of intervals between the smallest and the largest number, or over
        `range: [0, 1]`, or a list of their edges; by default they have a round width. The last interval includes its right
        edge, the others do not. Numbers outside and nan are counted below the figure.

        ```
        plot.histogram([0.1, 0.4, 0.35, 0.8], bins: 4, range: [0, 1], xlabel: "confidence")
        ```
        """
    ) { _, arguments in
      let given = try arguments.value("values")
      var values: [(name: String, values: [Double])] = []
      if let record = given.asRecord {
        values = try record.map { ($0.name, try flat($0.value, arguments)) }
      } else {
        values = [("", try flat(given, arguments))]
      }
      let (title, caption) = try title(arguments)
      let chart = Histogram(
        values, edges: try edges(values.flatMap(\.values), arguments), xLabel: try arguments.string("xlabel"),
        yLabel: try arguments.string("ylabel"))
      return .host(FigureValue(Figure(.histogram(chart), title: title, caption: caption)))
    }
  }

  /// Numbers of any rank.
  private static func flat(_ value: AnyValue, _ arguments: Arguments) throws -> [Double] {
    if let tensor = value.asHost(TensorValue.self) {
      return try tensor.tensor.cast(to: .float32).toFloats().map(Double.init)
    }
    return try numbers(value, "values", arguments)
  }

  private static func edges(_ values: [Double], _ arguments: Arguments) throws -> [Double]? {
    let range = try limits("range", arguments)
    let bins = try arguments.value("bins")
    if bins.isNil { return range.map { Histogram.edges(values, bins: 20, range: $0) } }
    if bins.asInt != nil {
      return Histogram.edges(values, bins: try arguments.int("bins", in: 1...1000), range: range)
    }
    guard let ends = try PlotNumbers.vector(bins), ends.count > 1, ends.count <= 1001,
      zip(ends, ends.dropFirst()).allSatisfy({ $0 < $1 && $0.isFinite && $1.isFinite })
    else {
      throw arguments.wrongType(
        "bins", expected: "a number of intervals, or their edges in order", help: "write bins: [0, 0.5, 1]")
    }
    guard range == nil else {
      throw arguments.failure(
        "E0305", "'bins' as a list of edges already sets the range", at: "range", help: "remove range")
    }
    return ends
  }
}
