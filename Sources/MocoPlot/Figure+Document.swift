import MocoBase
import MocoDocument

// Names of figures for types of the document layer.
/// Pixels of one picture.
public typealias PlotImage = PixelImage
/// Options for drawing text.
public typealias TextOptions = TerminalOptions

/// A figure as a leaf of a document.
public struct FigureLeaf: DocumentFigure {
  /// The content.
  public let figure: Figure
  /// Rows of a table that are shown; nil for all of them.
  public let rows: Int?

  /// A figure that shows this many rows if it is a table.
  public init(_ figure: Figure, rows: Int? = nil) {
    self.figure = figure
    self.rows = rows
  }

  /// The figure's own.
  public var title: String { figure.title }
  /// The figure's own.
  public var caption: String { figure.caption }

  /// Its kind, its title, and a description of its content.
  public var alternativeText: String {
    let name = figure.title.isEmpty ? "" : ": \(figure.title)"
    switch figure.content {
    case .line(let chart):
      let names = chart.series.map(\.name).filter { !$0.isEmpty }
      return "\(figure.kind) plot\(name)" + (names.isEmpty ? "" : ", with \(Self.list(names))")
    case .bars(let chart): return "bars\(name), of \(Self.list(chart.categories))"
    case .histogram: return "histogram\(name)"
    case .heatmap(let map): return "heat map\(name), \(map.rowCount) rows and \(map.columnCount) columns"
    case .images(let grid):
      let labels = grid.items.map(\.label).filter { !$0.isEmpty }
      let count = grid.items.count == 1 ? "image" : "\(grid.items.count) images"
      return count + name + (labels.isEmpty ? "" : ", of \(Self.list(labels))")
    case .table(let table): return "table\(name), \(table.rows.count) rows and \(table.columnCount) columns"
    case .grid(let grid):
      return
        "\(grid.figures.count) figures\(name), \(Self.list(grid.figures.map { FigureLeaf($0).alternativeText }))"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
  }

  /// Lines for a terminal; the rows of a table are limited only by `rows`.
  public func terminalText(_ options: TerminalOptions) -> String {
    var options = options
    if case .table = figure.content { options.height = rows }
    return figure.text(options)
  }

  private var drawing: Drawing { figure.drawing(called: alternativeText) }

  /// A self-contained drawing, titled by the figure's title or its alternative text.
  public func svg() -> String { drawing.svg() }

  /// Pixels of the drawing.
  public var svgSize: (width: Double, height: Double) {
    let drawing = drawing
    return (drawing.width, drawing.height)
  }

  /// The numbers of curves, points, bars, histograms and heat maps, also in a grid of figures.
  public var numbers: [Document.Table] { FigureNumbers.tables(figure) }

  /// The size of the figure.
  public var heldByteCount: Int { figure.heldByteCount }

  /// The rows of a table; nil for other figures.
  public var table: Document.Table? {
    guard case .table(let table) = figure.content else { return nil }
    var result = table.document(rows: rows)
    result.title = Document.Text(figure.title)
    result.caption = Document.Text(figure.caption)
    return result
  }
}

extension Figure {
  /// A document with only the figure, for HTML and Markdown.
  ///
  /// - Parameter rows: rows of a table that are shown; nil for all of them.
  public func document(rows: Int? = nil) -> Document { Document([.figure(FigureLeaf(self, rows: rows))]) }
}

extension Table {
  /// The table for a document, without its middle if it has more rows than `rows`; at least four rows
  /// are shown.
  package func document(rows most: Int?) -> Document.Table {
    let limit = most.map { max($0, 4) } ?? Int.max
    let head = rows.count > limit ? limit / 2 : rows.count
    let tail = rows.count > limit ? limit - head - 1 : 0
    // Only the shown rows of a long table are written.
    let places = Array(0..<head) + Array((rows.count - tail)..<rows.count)
    let texts = cellTexts(places)
    func row(_ index: Int) -> Document.Table.Row {
      .cells(
        (0..<columnCount).map { column in
          let kind: Document.Table.Cell.Kind =
            switch cell(places[index], column) {
            case .text: .text
            case .number, .integer: .number
            case .empty: .missing
            }
          var words = texts[index][column]
          if case .text(let text) = cell(places[index], column) { words = text.withLineFeeds }
          return Document.Table.Cell(
            Document.Text(words), kind,
            isEmphasized: emphasized.contains(Position(row: places[index], column: column)))
        })
    }
    var result = (0..<head).map(row)
    if rows.count > limit {
      result.append(.leftOut("\(rows.count - head - tail) more rows"))
      result += (head..<texts.count).map(row)
    }
    return Document.Table(
      columns: (0..<columnCount).map {
        Document.Table.Column(
          Document.Text(columnName($0).withLineFeeds), alignment($0) == .right ? .trailing : .leading)
      }, rows: result)
  }
}

extension String {
  /// With a line feed for every line end, because renderers show others as characters.
  fileprivate var withLineFeeds: String {
    guard utf8.contains(where: { $0 < 0x20 || $0 >= 0x80 }) else { return self }
    return split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: "\n")
  }
}
