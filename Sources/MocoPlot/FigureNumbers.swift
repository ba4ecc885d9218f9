import MocoBase
import MocoDocument

/// The numbers of a figure as tables, for accessibility.
enum FigureNumbers {
  /// Maximum number of points of a chart with tooltips.
  static let mostSpots = 400
  /// Approximate maximum number of cells of a table.
  static let mostCells = 400
  /// Maximum number of columns of a table.
  static let mostColumns = 20
  /// Maximum number of tables of a grid of figures.
  static let mostTables = 8

  static func tables(_ figure: Figure) -> [Document.Table] {
    switch figure.content {
    case .line(let chart): one(figure, lines(chart))
    case .bars(let chart): one(figure, bars(chart))
    case .histogram(let chart): one(figure, histogram(chart))
    case .heatmap(let map): one(figure, heatmap(map))
    case .grid(let grid): Array(grid.figures.lazy.flatMap { tables($0) }.prefix(mostTables))
    case .images, .table: []
    }
  }

  private static func one(_ figure: Figure, _ table: Table) -> [Document.Table] {
    guard !table.rows.isEmpty, table.columnCount > 0 else { return [] }
    var table = table
    let all = table.columnCount
    if all > mostColumns {
      table.columns = Array(table.columns.prefix(mostColumns))
      table.rows = table.rows.map { Array($0.prefix(mostColumns)) }
    }
    var result = table.document(rows: mostCells / min(all, mostColumns))
    result.title = Document.Text(FigureLeaf(figure).alternativeText)
    if all > mostColumns { result.caption = Document.Text("\(all - mostColumns) more columns are left out") }
    return [result]
  }

  private static func number(_ value: Double?) -> Table.Cell {
    guard let value, value.isFinite else { return .empty }
    return .number(value)
  }

  private static func lines(_ chart: LineChart) -> Table {
    let x = chart.xLabel.isEmpty ? "x" : chart.xLabel
    let names = chart.series.indices.map { index in
      chart.series.count == 1 && chart.series[index].name.isEmpty
        ? (chart.yLabel.isEmpty ? "y" : chart.yLabel) : chart.name(index)
    }
    let first = chart.series.first?.x ?? []
    if chart.series.allSatisfy({ $0.x == first }) {
      return Table(
        columns: [x] + names,
        rows: first.indices.map { place in
          [number(first[place])]
            + chart.series.map { one in
              number(one.y.indices.contains(place) ? one.y[place] : nil)
            }
        })
    }
    return Table(
      columns: ["series", x, chart.yLabel.isEmpty ? "y" : chart.yLabel],
      rows: zip(names, chart.series).flatMap { name, one in
        zip(one.x, one.y).map { [.text(name), number($0), number($1)] }
      })
  }

  private static func bars(_ chart: BarChart) -> Table {
    let texts = chart.texts()
    let count = max(chart.categories.count, chart.series.map(\.values.count).max() ?? 0)
    let names = chart.series.indices.map { index in
      chart.series.count == 1 && chart.series[index].name.isEmpty
        ? (chart.valueLabel.isEmpty ? "value" : chart.valueLabel) : chart.name(index)
    }
    return Table(
      columns: ["category"] + names,
      rows: (0..<count).map { row in
        [.text(chart.categories.indices.contains(row) ? chart.categories[row] : "")]
          + chart.series.indices.map { index in
            let one = chart.series[index]
            guard one.values.indices.contains(row), one.values[row].isFinite else { return .empty }
            return one.deviations.isEmpty ? .number(one.values[row]) : .text(texts[index][row])
          }
      }, digits: chart.digits)
  }

  private static func histogram(_ chart: Histogram) -> Table {
    let names = chart.series.indices.map { index in
      chart.series.count == 1 && chart.series[index].name.isEmpty ? "count" : chart.name(index)
    }
    return Table(
      columns: ["from", "to"] + names,
      rows: chart.edges.indices.dropLast().map { place in
        [number(chart.edges[place]), number(chart.edges[place + 1])]
          + chart.series.map { $0.counts.indices.contains(place) ? .integer($0.counts[place]) : .empty }
      })
  }

  private static func heatmap(_ map: Heatmap) -> Table {
    let texts = map.texts.isEmpty ? [] : map.cellTexts()
    return Table(
      columns: [map.rowLabel.isEmpty ? "row" : map.rowLabel]
        + (0..<map.columnCount).map { map.columnName($0).isEmpty ? "\($0 + 1)" : map.columnName($0) },
      rows: (0..<map.rowCount).map { row in
        [.text(map.rowName(row).isEmpty ? "\(row + 1)" : map.rowName(row))]
          + (0..<map.columnCount).map { column in
            guard texts.isEmpty else { return .text(texts[row][column] == "·" ? "0" : texts[row][column]) }
            return number(map.value(row, column))
          }
      }, digits: map.digits)
  }
}
