import MocoBase
import MocoDocument
import MocoPlot
import Testing

/// Figures as JSON: what is read again draws, prints and tabulates itself as before.
@Suite struct StoredFigureTests {
  private static let odd: [(name: String, figure: Figure)] = [
    (
      "gaps",
      Figure(
        .line(
          LineChart(
            [.init("", x: [-.infinity, 0, 1], y: [.nan, .infinity, -0.0])], yRange: 0...1,
            xRange: -1...2, ticks: [0, 1])), title: "a < b", caption: "\u{1B}[31m")
    ),
    ("empty", Figure(.bars(BarChart([], [])))), ("no map", Figure(.heatmap(Heatmap([])))),
    (
      "cells",
      Figure(
        .table(
          Table(
            columns: ["a"],
            rows: [
              [.number(3)], [.integer(3)], [.empty], [.text("3")], [.number(.nan)], [.number(-.infinity)],
            ],
            digits: 2, emphasized: [.init(row: 1, column: 0)])))
    ),
  ]

  @Test func everyKindIsReadBack() throws {
    for (name, figure) in Samples.all + Self.odd {
      for rows in [nil, 5] {
        let document = figure.document(rows: rows)
        let json = try Json.parse(document.stored.serialized())
        let read = try Document(stored: json, name: name) { FigureLeaf(stored: $0) }
        #expect(read.html() == document.html(), "\(name)")
        #expect(read.plain(width: 70) == document.plain(width: 70), "\(name)")
        #expect(read.svg() == document.svg(), "\(name)")
        #expect(read.stored.serialized() == document.stored.serialized(), "\(name)")
        #expect(read.heldByteCount == document.heldByteCount, "\(name)")
      }
    }
  }

  @Test func otherThingsAreNone() {
    for json: Json in [
      .null, [:], ["kind": "line", "title": "", "caption": ""],
      ["kind": "pie", "title": "", "caption": ""],
      [
        "kind": "histogram", "title": "", "caption": "", "edges": [0, 1], "x_label": "", "y_label": "",
        "outside": 0, "not_numbers": 0, "series": [["name": "", "counts": [1, 2, 3]]],
      ],
    ] {
      #expect(FigureLeaf(stored: json) == nil)
    }
  }
}
