// Figures as JSON, for the records of runs: data and words, not the drawing, so that a reader can draw, print and
// tabulate them like the original.

import MocoBase
import MocoDocument

extension FigureLeaf {
  /// Kind, data and words.
  public var stored: Json? {
    guard var object = figure.stored.objectValue else { return nil }
    if let rows { object["shown_rows"] = .int(rows) }
    return .object(object)
  }

  /// A figure from `stored`; nil if it is not valid.
  public init?(stored json: Json) {
    guard let figure = Figure(stored: json) else { return nil }
    self.init(figure, rows: json["shown_rows"]?.intValue.map { min(max($0, 0), 1 << 30) })
  }
}

extension Figure {
  /// The figure as JSON: its kind, its words and its numbers.
  package var stored: Json {
    var object = JsonObject([
      ("kind", .string(storedKind)), ("title", .string(title)), ("caption", .string(caption)),
    ])
    for (name, value) in storedContent { object[name] = value }
    return .object(object)
  }

  private var storedKind: String { if case .line = content { "line" } else { kind } }

  private var storedContent: [(String, Json)] {
    switch content {
    case .line(let chart):
      var members: [(String, Json)] = [
        ("marks", chart.marks == .points ? "points" : "curve"), ("x_label", .string(chart.xLabel)),
        ("y_label", .string(chart.yLabel)),
      ]
      if let range = chart.xRange { members.append(("x_range", .stored(range))) }
      if let range = chart.yRange { members.append(("y_range", .stored(range))) }
      if let ticks = chart.ticks { members.append(("ticks", .stored(ticks))) }
      if chart.isEven { members.append(("even", true)) }
      let series = chart.series.map { one -> Json in
        [
          "name": .string(one.name), "x": .stored(one.x), "y": .stored(one.y), "low": .stored(one.low),
          "high": .stored(one.high),
        ]
      }
      return members + [("series", .array(series))]
    case .bars(let chart):
      let series = chart.series.map { one -> Json in
        [
          "name": .string(one.name), "values": .stored(one.values), "deviations": .stored(one.deviations),
        ]
      }
      return [
        ("categories", .stored(chart.categories)), ("value_label", .string(chart.valueLabel)),
        ("digits", chart.digits.map(Json.int) ?? .null), ("series", .array(series)),
      ]
    case .histogram(let chart):
      let series = chart.series.map { one -> Json in
        ["name": .string(one.name), "counts": .array(one.counts.map(Json.int))]
      }
      return [
        ("edges", .stored(chart.edges)), ("x_label", .string(chart.xLabel)),
        ("y_label", .string(chart.yLabel)),
        ("outside", .int(chart.outside)), ("not_numbers", .int(chart.notNumbers)), ("series", .array(series)),
      ]
    case .heatmap(let map):
      var members: [(String, Json)] = [
        ("values", .array(map.values.map { .stored($0) })), ("texts", .array(map.texts.map { .stored($0) })),
        ("rows", .stored(map.rows)), ("columns", .stored(map.columns)), ("row_label", .string(map.rowLabel)),
        ("column_label", .string(map.columnLabel)), ("value_label", .string(map.valueLabel)),
        ("digits", map.digits.map(Json.int) ?? .null), ("marks_row_maximum", .bool(map.marksRowMaximum)),
      ]
      if let scale = map.scale { members.append(("scale", .stored(scale))) }
      return members
    case .images(let grid):
      return [
        ("per_row", grid.perRow.map(Json.int) ?? .null), ("size", grid.columns.map(Json.int) ?? .null),
        ("items", .array(grid.items.map { ["image": $0.image.stored, "label": .string($0.label)] })),
      ]
    case .table(let table):
      let emphasized = table.emphasized.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
      return [
        ("columns", .stored(table.columns)), ("digits", table.digits.map(Json.int) ?? .null),
        ("rows", .array(table.rows.map { .array($0.map(\.stored)) })),
        ("emphasized", .array(emphasized.map { [.int($0.row), .int($0.column)] })),
      ]
    case .grid(let grid):
      return [("across", .int(grid.columns)), ("figures", .array(grid.figures.map(\.stored)))]
    }
  }

  /// A figure from `stored`; nil if it is not valid.
  package init?(stored json: Json) {
    guard let kind = json["kind"]?.stringValue, let title = json["title"]?.stringValue,
      let caption = json["caption"]?.stringValue, let content = Figure.content(kind, json)
    else { return nil }
    self.init(content, title: title, caption: caption)
  }

  private static func content(_ kind: String, _ json: Json) -> Content? {
    switch kind {
    case "line": LineChart(stored: json).map { .line($0) }
    case "bars": BarChart(stored: json).map { .bars($0) }
    case "histogram": Histogram(stored: json).map { .histogram($0) }
    case "heatmap": Heatmap(stored: json).map { .heatmap($0) }
    case "images": ImageGrid(stored: json).map { .images($0) }
    case "table": Table(stored: json).map { .table($0) }
    case "grid": FigureGrid(stored: json).map { .grid($0) }
    default: nil
    }
  }
}

// MARK: - Kinds

extension LineChart {
  fileprivate init?(stored json: Json) {
    guard let list = json["series"]?.arrayValue, let xLabel = json["x_label"]?.stringValue,
      let yLabel = json["y_label"]?.stringValue
    else { return nil }
    var series: [Series] = []
    for one in list {
      guard let name = one["name"]?.stringValue, let x = one["x"]?.storedNumbers,
        let y = one["y"]?.storedNumbers, let low = one["low"]?.storedNumbers,
        let high = one["high"]?.storedNumbers
      else { return nil }
      var read = Series(name, x: x, y: y)
      (read.low, read.high) = (low, high)
      series.append(read)
    }
    self.init(
      series, xLabel: xLabel, yLabel: yLabel, yRange: json["y_range"]?.storedRange,
      xRange: json["x_range"]?.storedRange,
      ticks: json["ticks"]?.storedNumbers, marks: json["marks"]?.stringValue == "points" ? .points : .curve)
    isEven = json["even"]?.boolValue ?? false
  }
}

extension BarChart {
  fileprivate init?(stored json: Json) {
    guard let categories = json["categories"]?.storedTexts, let list = json["series"]?.arrayValue,
      let label = json["value_label"]?.stringValue
    else { return nil }
    var series: [Series] = []
    for one in list {
      guard let name = one["name"]?.stringValue, let values = one["values"]?.storedNumbers,
        let deviations = one["deviations"]?.storedNumbers
      else { return nil }
      series.append(Series(name, values: values, deviations: deviations))
    }
    self.init(categories, series, valueLabel: label, digits: json["digits"]?.storedDigits)
  }
}

extension Histogram {
  fileprivate init?(stored json: Json) {
    guard let edges = json["edges"]?.storedNumbers, let list = json["series"]?.arrayValue,
      let xLabel = json["x_label"]?.stringValue, let yLabel = json["y_label"]?.stringValue,
      let outside = json["outside"]?.intValue, let notNumbers = json["not_numbers"]?.intValue
    else { return nil }
    var series: [Series] = []
    for one in list {
      guard let name = one["name"]?.stringValue, let counts = one["counts"]?.arrayValue else { return nil }
      let numbers = counts.compactMap(\.intValue).filter { $0 >= 0 && $0 <= 1 << 52 }
      guard numbers.count == counts.count, numbers.count == max(edges.count - 1, 0) else { return nil }
      series.append(Series(name: name, counts: numbers))
    }
    self.init(
      edges: edges, series: series, xLabel: xLabel, yLabel: yLabel, outside: outside, notNumbers: notNumbers)
  }
}

extension Heatmap {
  fileprivate init?(stored json: Json) {
    guard let values = json["values"]?.arrayValue, let texts = json["texts"]?.arrayValue,
      let rows = json["rows"]?.storedTexts, let columns = json["columns"]?.storedTexts,
      let rowLabel = json["row_label"]?.stringValue, let columnLabel = json["column_label"]?.stringValue,
      let valueLabel = json["value_label"]?.stringValue
    else { return nil }
    let (numbers, words) = (values.compactMap(\.storedNumbers), texts.compactMap(\.storedTexts))
    guard numbers.count == values.count, words.count == texts.count else { return nil }
    self.init(
      numbers, rows: rows, columns: columns, rowLabel: rowLabel, columnLabel: columnLabel,
      valueLabel: valueLabel,
      digits: json["digits"]?.storedDigits, scale: json["scale"]?.storedRange, texts: words,
      marksRowMaximum: json["marks_row_maximum"]?.boolValue ?? false)
  }
}

extension ImageGrid {
  fileprivate init?(stored json: Json) {
    guard let list = json["items"]?.arrayValue else { return nil }
    var items: [Item] = []
    for one in list {
      guard let image = PixelImage(stored: one["image"]), let label = one["label"]?.stringValue else {
        return nil
      }
      items.append(Item(image, label: label))
    }
    func small(_ name: String) -> Int? { json[name]?.intValue.map { min(max($0, 1), 10_000) } }
    self.init(items, perRow: small("per_row"))
    columns = small("size")
  }
}

extension Table {
  fileprivate init?(stored json: Json) {
    guard let columns = json["columns"]?.storedTexts, let list = json["rows"]?.arrayValue,
      let emphasized = json["emphasized"]?.arrayValue
    else { return nil }
    var rows: [[Cell]] = []
    for row in list {
      guard let row = row.arrayValue else { return nil }
      let cells = row.compactMap { Cell(stored: $0) }
      guard cells.count == row.count else { return nil }
      rows.append(cells)
    }
    let places = emphasized.compactMap { place -> Position? in
      guard let row = place[0]?.intValue, let column = place[1]?.intValue else { return nil }
      return Position(row: row, column: column)
    }
    self.init(
      columns: columns, rows: rows, digits: json["digits"]?.storedDigits, emphasized: Set(places))
  }
}

extension Table.Cell {
  /// A string, a number with a decimal point, an integer, or null; numbers that JSON does not support are in an array.
  fileprivate var stored: Json {
    switch self {
    case .text(let text): .string(text)
    case .number(let value): value.isFinite ? .double(value) : [.stored(value)]
    case .integer(let value): .int(value)
    case .empty: .null
    }
  }

  fileprivate init?(stored json: Json) {
    switch json {
    case .string(let text): self = .text(text)
    case .double(let value): self = .number(value)
    case .int(let value): self = .integer(value)
    case .null: self = .empty
    case .array(let values):
      guard let value = values.first?.storedNumber else { return nil }
      self = .number(value)
    default: return nil
    }
  }
}

extension FigureGrid {
  fileprivate init?(stored json: Json) {
    guard let list = json["figures"]?.arrayValue, let across = json["across"]?.intValue else { return nil }
    let figures = list.compactMap { Figure(stored: $0) }
    guard figures.count == list.count else { return nil }
    self.init(figures, columns: min(max(across, 1), 10_000))
  }
}

// MARK: - Numbers

extension Json {
  /// A number; values that JSON does not support are `"nan"`, `"inf"` and `"-inf"`.
  fileprivate static func stored(_ value: Double) -> Json {
    value.isFinite ? .double(value) : .string(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
  }
  fileprivate static func stored(_ values: [Double]) -> Json { .array(values.map { .stored($0) }) }
  fileprivate static func stored(_ texts: [String]) -> Json { .array(texts.map(Json.string)) }
  fileprivate static func stored(_ range: ClosedRange<Double>) -> Json {
    [.stored(range.lowerBound), .stored(range.upperBound)]
  }

  fileprivate var storedNumber: Double? {
    switch stringValue {
    case "nan": .nan
    case "inf": .infinity
    case "-inf": -.infinity
    default: doubleValue
    }
  }

  fileprivate var storedNumbers: [Double]? {
    guard let list = arrayValue else { return nil }
    let numbers = list.compactMap(\.storedNumber)
    return numbers.count == list.count ? numbers : nil
  }

  fileprivate var storedTexts: [String]? {
    guard let list = arrayValue else { return nil }
    let texts = list.compactMap(\.stringValue)
    return texts.count == list.count ? texts : nil
  }

  fileprivate var storedRange: ClosedRange<Double>? {
    guard let ends = storedNumbers, ends.count == 2, let low = ends.first, let high = ends.last, low <= high
    else { return nil }
    return low...high
  }

  fileprivate var storedDigits: Int? { intValue.map { min(max($0, 0), 15) } }
}
