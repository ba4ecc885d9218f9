import MocoBase
import MocoPlot
import MocoSweeps

/// Results of a sweep over a numeric setting: a curve for each group of other settings.
struct ResultCurves {
  let figure: Figure

  /// - Parameter request: its only row is the horizontal axis, its columns name the curves.
  /// - Throws: as `ResultTable`; E0303 for an axis that is not a number.
  init(_ runs: [SweepRun], _ request: TableRequest, source: String, isEven: Bool) throws {
    let table = try ResultTable(runs, request, source: source)
    let axis = request.rows[0]
    let places = try table.rows.map { row in
      guard let number = row[0]?.doubleValue else {
        throw Failure(
          "E0303",
          "the x axis of curves needs numbers, but \(axis) is \(StringText.quoted(SettingText.of(row[0])))",
          help: "use a numeric setting for x, or a table", argument: "x")
      }
      return number
    }
    let order = places.indices.sorted { (places[$0], $0) < (places[$1], $1) }
    var series: [LineChart.Series] = []
    for (column, head) in table.columns.enumerated() {
      let cells = order.map { table.cells[$0][column] }
      let words = head.settings.map { SettingText.of($0) }.joined(separator: " ")
      var one = LineChart.Series(words, x: order.map { places[$0] }, y: cells.map { $0.mean ?? .nan })
      if cells.contains(where: { $0.deviation != nil }) {
        one.low = cells.map { cell in cell.mean.map { $0 - (cell.deviation ?? 0) } ?? .nan }
        one.high = cells.map { cell in cell.mean.map { $0 + (cell.deviation ?? 0) } ?? .nan }
      }
      series.append(one)
    }
    var chart = LineChart(
      series, xLabel: axis, yLabel: request.values[0] + (request.isPercent ? ", %" : ""), ticks: places)
    chart.isEven = isEven
    // A curve has no marks for the best.
    let notes =
      [table.average(a: "point")].filter { !$0.isEmpty }
      + table.notes.filter { note in
        note != "in percent" && !note.hasPrefix("marked: ") && !note.hasPrefix("mean")
      }
    figure = Figure(
      .line(chart), title: request.title,
      caption: notes.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }.joined(separator: " "))
  }
}
