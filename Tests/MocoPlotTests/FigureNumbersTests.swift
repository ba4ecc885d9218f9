import MocoDocument
import MocoPlot
import Testing

/// Numbers of figures: where one points, and as tables.
@Suite struct FigureNumbersTests {
  private func html(_ content: Figure.Content) -> String {
    Figure(content, title: "F").document().html()
  }

  @Test func pointsSayTheirNumbers() {
    let text = html(.line(LineChart([.init("loss", y: [0.5, .nan, 0.25], start: 1)], xLabel: "epoch")))
    #expect(text.contains("<title>loss: epoch 1, y 0.5</title>"), "\(text)")
    #expect(text.contains("<title>loss: epoch 3, y 0.25</title>") && !text.contains("epoch 2, y"))
    #expect(text.contains("<summary>The numbers as a table</summary>"))
    #expect(text.contains("<caption>line plot: F, with loss</caption>"))
    let points = html(.line(LineChart([.init("", x: [1, 2], y: [3, 4])], marks: .points)))
    #expect(points.contains("<title>x 2, y 4</title>"))
  }

  @Test func barsHistogramsAndHeatMapsSayTheirs() {
    let bars = html(
      .bars(BarChart(["a", "b <i>"], [.init("one", values: [1, 2]), .init(values: [3, .nan])])))
    #expect(bars.contains("b &lt;i&gt; · one: 2") && bars.contains("a · series 2: 3"), "\(bars)")
    let counts = html(.histogram(Histogram([(name: "", values: [0, 0.5, 1.5])], edges: [0, 1, 2])))
    #expect(counts.contains("<title>0 to 1: 2</title>"), "\(counts)")
    let map = html(.heatmap(Heatmap([[0.25, .nan]], rows: ["r"], columns: ["c", "d"])))
    #expect(map.contains("<title>r · c: 0.25</title>") && map.contains("r · d: no number"), "\(map)")
    #expect(html(.heatmap(Heatmap([[1]]))).contains("row 1, column 1: 1"))
    let confusion = html(.heatmap(.confusion([[1, 3], [0, 2]], classes: ["a", "b"])))
    #expect(confusion.contains("<title>a · b: 3, share of the class 0.75</title>"))
    #expect(confusion.contains("<title>b · a: 0, share of the class 0</title>"))
  }

  @Test func tablesAreBounded() {
    let long = html(.line(LineChart([.init("", y: (0..<5000).map(Double.init))])))
    #expect(long.contains("more rows"))
    #expect(long.count < 200_000)
    let wide = html(.heatmap(Heatmap([(0..<60).map(Double.init)])))
    #expect(wide.contains("more columns are left out"))
    // What has nothing to draw has no table.
    #expect(!html(.line(LineChart([]))).contains("<details"))
  }

  /// WCAG 2.1: 4.5 for text of this size, on every shade.
  @Test func textHasContrast() {
    func contrast(_ a: Color, _ b: Color) -> Double {
      let (light, dark) = (max(a.luminance, b.luminance), min(a.luminance, b.luminance))
      return (light + 0.05) / (dark + 0.05)
    }
    for shade in stride(from: 0, through: 255, by: 5) {
      for color in [
        Color(UInt8(shade), UInt8(shade), UInt8(shade)), Color(UInt8(shade), 120, 60),
        Color(30, UInt8(shade), 200),
      ] {
        #expect(contrast(color.readable, color) >= 4.5)
        #expect(contrast(color.ink, Color(0xffffff)) >= 4.5)
      }
    }
  }
}
