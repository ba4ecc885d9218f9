import MocoLang
import MocoPlot

/// The value `plot`: functions that make figures of numbers.
final class PlotModule: HostObject {
  static let guide = """
    Figures of numbers: `plot.line`, `plot.scatter`, `plot.bars`, `plot.histogram`, `plot.heatmap`, `plot.image`, and
    `plot.row` and `plot.grid` for several of them. A figure is shown at the prompt and by `show`; `.save(path)`
    writes it to a file as SVG, PNG, HTML or text.

    ```
    let f = plot.line({train: [0.9, 0.5, 0.3], test: [1.0, 0.7, 0.6]}, xlabel: "epoch", ylabel: "loss")
    f.save("loss.svg")
    ```
    """

  var typeName: String { "Module" }
  var shortDescription: String { "<Module plot>" }
  var doc: String? { PlotModule.guide }
  var memberNames: [String] { PlotModule.methods.names }
  func method(_ name: String) -> NativeFunction? { PlotModule.methods.bind(name, to: self) }

  static let methods = MethodTable<PlotModule> { table in
    addLine(table)
    addScatter(table)
    addBars(table)
    addHistogram(table)
    addHeatmap(table)
    addImage(table)
    addGrids(table)
    table.onlyGiving("line", "bars", "heatmap", "image", "scatter", "histogram", "row", "grid")
    table.add(
      "save(x, path, width = nil)",
      doc: """
        Writes the figure of a value (a figure, a report, a routing) to a file, like `Figure.save`.

        ```
        plot.save(plot.heatmap([[0.9, 0.1], [0.2, 0.8]]), "map.svg")
        ```
        """
    ) { _, arguments in
      guard let object: any HostObject = try arguments.value("x").asHost(),
        let drawn = object as? any FigureConvertible
      else { throw arguments.wrongType("x", expected: "a figure, or a value that has one", help: nil) }
      try FigureValue.save(drawn.figure, try arguments.string("path"), arguments)
      return .nil
    }
  }

  static func title(_ arguments: Arguments) throws -> (title: String, caption: String) {
    (try arguments.string("title"), try arguments.string("caption"))
  }

  static func numbers(_ value: AnyValue, _ name: String, _ arguments: Arguments) throws -> [Double] {
    guard let numbers = try PlotNumbers.vector(value) else {
      throw arguments.wrongType(name, expected: "a list of numbers", help: nil)
    }
    return numbers
  }

  /// `[low, high]` or a range.
  static func limits(_ name: String, _ arguments: Arguments) throws -> ClosedRange<Double>? {
    let value = try arguments.value(name)
    if value.isNil { return nil }
    if let range = value.asRange, range.start < range.end { return Double(range.start)...Double(range.end) }
    if let ends = try PlotNumbers.vector(value), ends.count == 2, ends[0] < ends[1] {
      return ends[0]...ends[1]
    }
    throw arguments.wrongType(name, expected: "two numbers, the smaller first", help: "write \(name): [0, 1]")
  }

  // MARK: Bars

  private static func addBars(_ table: MethodTable<PlotModule>) {
    table.add(
      """
      bars(values, names = nil, deviations = nil, title = "", xlabel = "", digits = nil, caption = "")
      """,
      doc: """
        Bars: `values` is a record of names and numbers, a list of numbers with `names`, or a record of records for
        groups of bars. `deviations`, in the shape of `values`, draws error bars.

        ```
        plot.bars({"zero-shot": {base: 68.5, new: 68.5}, mixture: {base: 75.1, new: 69.6}}, xlabel: "accuracy, %")
        ```
        """
    ) { _, arguments in
      let value = try arguments.value("values")
      var bars = try bars(value, "values", arguments)
      if let names = try arguments.optionalList("names") { bars.names = names.map { TableReader.word($0) } }
      let spread = try arguments.value("deviations")
      let deviations = spread.isNil ? [] : try Self.bars(spread, "deviations", arguments).series
      let series = bars.series.enumerated().map { index, one in
        BarChart.Series(
          one.name, values: one.values,
          deviations: deviations.indices.contains(index) ? deviations[index].values : [])
      }
      let (title, caption) = try title(arguments)
      return .host(
        FigureValue(
          Figure(
            .bars(
              BarChart(
                bars.names, series, valueLabel: try arguments.string("xlabel"),
                digits: try arguments.optionalInt("digits").map { min(max($0, 0), 15) })), title: title,
            caption: caption)))
    }
  }

  private static func bars(
    _ value: AnyValue, _ name: String, _ arguments: Arguments
  ) throws -> (names: [String], series: [(name: String, values: [Double])]) {
    if let record = value.asRecord {
      if record.contains(where: { $0.value.asRecord != nil }) {
        var keys: [String] = []
        for (_, group) in record {
          for key in group.asRecord?.names ?? [] where !keys.contains(key) { keys.append(key) }
        }
        let series = try keys.map { key in
          (
            name: key,
            values: try record.map {
              try $0.value.asRecord?[key].flatMap { try PlotNumbers.number($0) } ?? .nan
            }
          )
        }
        return (record.names, series)
      }
      return (record.names, [("", try numbers(.list(record.map(\.value)), name, arguments))])
    }
    return ([], [("", try numbers(value, name, arguments))])
  }

  // MARK: Heat maps

  private static func addHeatmap(_ table: MethodTable<PlotModule>) {
    table.add(
      """
      heatmap(values, rows = [], columns = [], title = "", ylabel = "", xlabel = "", label = "", digits = nil, \
      scale = nil, mark = false, caption = "")
      """,
      doc: """
        A matrix as shades, with its values in the cells if they fit. `rows` and `columns` name them, `label` names
        the quantity, `scale: [0, 1]` sets the ends of the scale, `mark: true` shows the largest value of
        every row in bold.

        ```
        plot.heatmap([[0.7, 0.3], [0.1, 0.9]], rows: ["clean", "dark"], columns: ["plain", "dark"], mark: true)
        ```
        """
    ) { _, arguments in
      guard let values = try PlotNumbers.matrix(try arguments.value("values")) else {
        throw arguments.wrongType(
          "values", expected: "a matrix: a tensor of rank 2, or a list of lists of numbers", help: nil)
      }
      let (title, caption) = try title(arguments)
      return .host(
        FigureValue(
          Figure(
            .heatmap(
              Heatmap(
                values, rows: try arguments.list("rows").map { TableReader.word($0) },
                columns: try arguments.list("columns").map { TableReader.word($0) },
                rowLabel: try arguments.string("ylabel"), columnLabel: try arguments.string("xlabel"),
                valueLabel: try arguments.string("label"),
                digits: try arguments.optionalInt("digits").map { min(max($0, 0), 15) },
                scale: try limits("scale", arguments), marksRowMaximum: try arguments.bool("mark"))),
            title: title,
            caption: caption)))
    }
  }

  // MARK: Images

  private static func addImage(_ table: MethodTable<PlotModule>) {
    table.add(
      "image(images, labels = [], per_row = nil, title = \"\", caption = \"\")",
      doc: """
        One picture or a list of pictures, each with a line of text. A picture is an image, or a tensor or nested lists of
        shape [H, W], [3, H, W] or [H, W, 3], with values 0…1 or 0…255.

        ```
        plot.image([[0, 0.5], [0.5, 1]], labels: ["a ramp"])
        ```
        """
    ) { _, arguments in
      let value = try arguments.value("images")
      var pictures: [PlotImage] = []
      if let one = try PlotNumbers.image(value) {
        pictures = [one]
      } else {
        for element in try PlotNumbers.elements(value) ?? [] {
          guard let picture = try PlotNumbers.image(element) else {
            throw arguments.wrongType(
              "images", expected: "an image, a tensor [H, W] or [3, H, W], or a list of them", help: nil)
          }
          pictures.append(picture)
        }
      }
      guard !pictures.isEmpty else {
        throw arguments.wrongType(
          "images", expected: "an image, a tensor [H, W] or [3, H, W], or a list of them", help: nil)
      }
      let labels = try arguments.list("labels").map { TableReader.word($0) }
      let items = pictures.enumerated().map {
        ImageGrid.Item($1, label: labels.indices.contains($0) ? labels[$0] : "")
      }
      let (title, caption) = try title(arguments)
      return .host(
        FigureValue(
          Figure(
            .images(
              ImageGrid(items, perRow: try arguments.optionalInt("per_row").map { min(max($0, 1), 100) })),
            title: title, caption: caption)))
    }
  }
}
