import MocoPlot
import Testing

/// Legends break into rows where their names do not fit the picture.
@Suite struct LegendTests {
  @Test func namesOfManySeriesStayWithin() throws {
    let names = [
      "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
      "a name of several words",
    ]
    let bars = BarChart(["sketch", "close-up"], names.map { .init($0, values: [1, -2]) })
    let line = LineChart(names.map { .init($0, y: [1, 2, 1]) })
    for content in [Figure.Content.bars(bars), .line(line)] {
      let leaf = FigureLeaf(Figure(content, title: "Logits"))
      let svg = leaf.svg()
      for name in names {
        // The text before a name's end tag begins with its place.
        let before = try #require(svg.firstRange(of: ">\(name)</text>")?.lowerBound)
        let tag = svg[..<before].split(separator: "<text").last ?? ""
        let place = try #require(tag.firstMatch(of: /\ x="([0-9.]+)"/)?.1)
        let x = try #require(Double(place))
        #expect(x + 4 * Double(name.count) < leaf.svgSize.width, "\(name) at \(x) of \(leaf.svgSize.width)")
      }
    }
  }
}
