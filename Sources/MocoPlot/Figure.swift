// A figure is data and the few words that explain it. It draws itself as terminal text, as SVG and as HTML,
// from the same numbers, so that the prompt, a report and a notebook agree. Pure: nothing here reads or
// writes.

import MocoDocument

/// A picture of data: curves, points, bars, a heat map, a grid of images, a table, or several figures.
///
/// Edge cases: an empty figure draws its title and the words "no data"; values that are not finite are left
/// out of scales and drawn as gaps.
public struct Figure: Sendable, Equatable {
  /// What is drawn, by kind.
  public enum Content: Sendable, Equatable {
    case line(LineChart)
    case bars(BarChart)
    case histogram(Histogram)
    case heatmap(Heatmap)
    case images(ImageGrid)
    case table(Table)
    case grid(FigureGrid)
  }

  /// A few words above the figure; empty for none.
  public var title: String
  /// A sentence under the figure; empty for none.
  public var caption: String
  /// What is drawn.
  public var content: Content

  /// A figure; an empty title or caption takes no room.
  public init(_ content: Content, title: String = "", caption: String = "") {
    self.content = content
    self.title = title
    self.caption = caption
  }

  /// The name of the kind, as scripts see it: `line`, `scatter`, `bars`, `histogram`, `heatmap`, `images`, `table` or
  /// `grid`.
  public var kind: String {
    switch content {
    case .line(let chart): chart.marks == .points ? "scatter" : "line"
    case .bars: "bars"
    case .histogram: "histogram"
    case .heatmap: "heatmap"
    case .images: "images"
    case .table: "table"
    case .grid: "grid"
    }
  }
}

/// Bars, one per category and series, drawn horizontally so that the names stay readable.
public struct BarChart: Sendable, Equatable {
  /// One bar a category, all in the color of the series.
  public struct Series: Sendable, Equatable {
    /// The name in the legend; where it is empty, `series 1` and so on stand for it.
    public var name: String
    /// One a category, in their order; missing ones and those that are not finite have no bar.
    public var values: [Double]
    /// Half the length of the whisker of each bar; empty for none.
    public var deviations: [Double]

    /// A series; `deviations` are as many as `values`, or none.
    public init(_ name: String = "", values: [Double], deviations: [Double] = []) {
      self.name = name
      self.values = values
      self.deviations = deviations
    }
  }

  /// Names of the categories from top to bottom.
  public var categories: [String]
  /// The series; their bars stand together in each category.
  public var series: [Series]
  /// What the lengths measure, with its unit; empty for none.
  public var valueLabel: String
  /// Digits after the point; `nil` picks what tells the values apart.
  public var digits: Int?

  /// Bars of each series by category.
  public init(_ categories: [String], _ series: [Series], valueLabel: String = "", digits: Int? = nil) {
    self.categories = categories
    self.series = series
    self.valueLabel = valueLabel
    self.digits = digits
  }
}

/// A matrix as shades.
///
/// - Shape: `values` is [R, C]; `rows` has R names and `columns` C, shorter lists leave the rest unnamed.
public struct Heatmap: Sendable, Equatable {
  /// The rows from top to bottom; shorter ones, and values that are not finite, leave cells empty.
  public var values: [[Double]]
  /// What a cell says instead of its value, for example a count where the shade is a share; empty for the
  /// values.
  public var texts: [[String]]
  /// Names of the rows from top to bottom.
  public var rows: [String]
  /// Names of the columns from left to right.
  public var columns: [String]
  /// What the rows are, such as `true`; empty for none.
  public var rowLabel: String
  /// What the columns are, such as `predicted`; empty for none.
  public var columnLabel: String
  /// What the shade measures; stands beside the colour scale.
  public var valueLabel: String
  /// Digits after the point in the cells; `nil` picks what tells the values apart, at most two.
  public var digits: Int?
  /// Limits of the colour scale; `nil` takes them from the data, starting at 0 where no value is negative.
  public var scale: ClosedRange<Double>?
  /// Sets the largest value of every row in bold.
  public var marksRowMaximum: Bool

  /// A heat map of values [R, C].
  public init(
    _ values: [[Double]], rows: [String] = [], columns: [String] = [], rowLabel: String = "",
    columnLabel: String = "", valueLabel: String = "", digits: Int? = nil, scale: ClosedRange<Double>? = nil,
    texts: [[String]] = [], marksRowMaximum: Bool = false
  ) {
    self.values = values
    self.texts = texts
    self.rows = rows
    self.columns = columns
    self.rowLabel = rowLabel
    self.columnLabel = columnLabel
    self.valueLabel = valueLabel
    self.digits = digits
    self.scale = scale
    self.marksRowMaximum = marksRowMaximum
  }

  /// A confusion matrix: cells say counts, shades are shares of the row.
  ///
  /// - Shape: `counts` is [C, C], a row for each true class, a column for each predicted one.
  public static func confusion(_ counts: [[Int]], classes: [String]) -> Heatmap {
    let shares = counts.map { row in
      let total = row.reduce(0.0) { $0 + Double($1) }
      return row.map { total > 0 ? Double($0) / total : 0 }
    }
    return Heatmap(
      shares, rows: classes, columns: classes, rowLabel: "true", columnLabel: "predicted",
      valueLabel: "share of the class", digits: 2, scale: 0...1,
      texts: counts.map { $0.map { $0 == 0 ? "·" : String($0) } })
  }

  var rowCount: Int { values.count }
  var columnCount: Int { values.reduce(0) { max($0, $1.count) } }

  func value(_ row: Int, _ column: Int) -> Double {
    guard values.indices.contains(row), values[row].indices.contains(column) else { return .nan }
    return values[row][column]
  }

  func rowName(_ row: Int) -> String { rows.indices.contains(row) ? rows[row] : "" }
  func columnName(_ column: Int) -> String { columns.indices.contains(column) ? columns[column] : "" }
}

/// Pictures side by side, each with a line of text below.
public struct ImageGrid: Sendable, Equatable {
  /// A picture and its line of text.
  public struct Item: Sendable, Equatable {
    /// The pixels.
    public var image: PlotImage
    /// A line of text below; empty for none.
    public var label: String

    /// A picture; an empty label takes no room where all are empty.
    public init(_ image: PlotImage, label: String = "") {
      self.image = image
      self.label = label
    }
  }

  /// From left to right, then row by row.
  public var items: [Item]
  /// Pictures a row; `nil` takes as many as fit.
  public var perRow: Int?
  /// Characters that a picture takes across in a terminal, as far as there is room; `nil` takes what suits it.
  public var columns: Int?

  /// Pictures in rows of `perRow`.
  public init(_ items: [Item], perRow: Int? = nil) {
    self.items = items
    self.perRow = perRow
  }
}

/// Rows and named columns.
public struct Table: Sendable, Equatable {
  /// What a cell holds: the numbers of a column are written with the same digits, whole ones with all of
  /// theirs.
  public enum Cell: Sendable, Equatable {
    case text(String)
    case number(Double)
    case integer(Int)
    case empty
  }

  /// Names from left to right; further columns of `rows` have none.
  public var columns: [String]
  /// The rows from top to bottom; shorter ones end in empty cells.
  public var rows: [[Cell]]
  /// Digits after the point of the numbers; `nil` picks per column.
  public var digits: Int?
  /// Cells in bold, by row and column: the best of a comparison, say.
  public var emphasized: Set<Position>

  /// A cell, by row and column from 0.
  public struct Position: Sendable, Hashable {
    /// The row from 0, the line of names not counted.
    public var row: Int
    /// The column from 0.
    public var column: Int

    /// The cell at this row and column; there may be none.
    public init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  /// A table; its columns are as many as the longest row or the names.
  public init(
    columns: [String], rows: [[Cell]], digits: Int? = nil, emphasized: Set<Position> = []
  ) {
    self.columns = columns
    self.rows = rows
    self.digits = digits
    self.emphasized = emphasized
  }
}
