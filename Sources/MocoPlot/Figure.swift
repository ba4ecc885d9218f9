// A figure is data and the few words that explain it. It draws itself as terminal text, as SVG and as HTML,
// from the same numbers, so that the prompt, a report and a notebook are consistent. Pure: this code does not read or
// write.

import MocoDocument

/// A picture of data: curves, points, bars, a heat map, a grid of images, a table, or several figures.
///
/// Edge cases: an empty figure draws its title and the words "no data"; NaN and infinite values are left
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

  /// The title above the figure; empty for none.
  public var title: String
  /// The caption below the figure; empty for none.
  public var caption: String
  /// The content.
  public var content: Content

  /// A figure; an empty title or caption takes no space.
  public init(_ content: Content, title: String = "", caption: String = "") {
    self.content = content
    self.title = title
    self.caption = caption
  }

  /// The name of the kind in scripts: `line`, `scatter`, `bars`, `histogram`, `heatmap`, `images`, `table` or
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
  /// One bar per category, all in the color of the series.
  public struct Series: Sendable, Equatable {
    /// The name in the legend; if empty, `series 1` and so on.
    public var name: String
    /// One per category, in order; missing, NaN and infinite values have no bar.
    public var values: [Double]
    /// Half the length of the error bar of each bar; empty for none.
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
  /// The series; their bars are grouped by category.
  public var series: [Series]
  /// The quantity of the lengths, with its unit; empty for none.
  public var valueLabel: String
  /// Digits after the decimal point; `nil` selects enough to distinguish the values.
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
  /// The rows from top to bottom; shorter rows, and NaN and infinite values, leave cells empty.
  public var values: [[Double]]
  /// The text of a cell instead of its value, for example a count while the shade is a share; empty for the
  /// values.
  public var texts: [[String]]
  /// Names of the rows from top to bottom.
  public var rows: [String]
  /// Names of the columns from left to right.
  public var columns: [String]
  /// The label of the rows, such as `true`; empty for none.
  public var rowLabel: String
  /// The label of the columns, such as `predicted`; empty for none.
  public var columnLabel: String
  /// The quantity of the shade, shown next to the colour scale.
  public var valueLabel: String
  /// Digits after the decimal point in the cells; `nil` selects enough to distinguish the values, at most two.
  public var digits: Int?
  /// Limits of the colour scale; `nil` takes them from the data, starting at 0 if no value is negative.
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

  /// A confusion matrix: cells show counts, shades are shares of the row.
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

    /// A picture; labels take no space if all are empty.
    public init(_ image: PlotImage, label: String = "") {
      self.image = image
      self.label = label
    }
  }

  /// From left to right, then row by row.
  public var items: [Item]
  /// Pictures per row; `nil` for as many as fit.
  public var perRow: Int?
  /// Width of a picture in terminal characters, if there is room; `nil` for a suitable width.
  public var columns: Int?

  /// Pictures in rows of `perRow`.
  public init(_ items: [Item], perRow: Int? = nil) {
    self.items = items
    self.perRow = perRow
  }
}

/// Rows and named columns.
public struct Table: Sendable, Equatable {
  /// The content of a cell: the numbers of a column have the same number of digits, integers have all of
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
  /// Digits after the decimal point; `nil` selects them per column.
  public var digits: Int?
  /// Cells in bold, by row and column, such as the best of a comparison.
  public var emphasized: Set<Position>

  /// A cell, by row and column from 0.
  public struct Position: Sendable, Hashable {
    /// The row from 0, without the header.
    public var row: Int
    /// The column from 0.
    public var column: Int

    /// The cell at this row and column; it may not exist.
    public init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  /// A table; the number of columns is that of the longest row or of the names.
  public init(
    columns: [String], rows: [[Cell]], digits: Int? = nil, emphasized: Set<Position> = []
  ) {
    self.columns = columns
    self.rows = rows
    self.digits = digits
    self.emphasized = emphasized
  }
}
