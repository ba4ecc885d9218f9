import MocoPlot
import Testing

@Suite struct FigureKindTests {
  @Test func intervalsHoldTheirLeftEnds() {
    let chart = Histogram([("", [0, 0.5, 1, 1, 2, -1, 3, .nan, .infinity])], edges: [0, 1, 2])
    #expect(chart.series[0].counts == [2, 3])
    #expect(chart.outside == 3)
    #expect(chart.notNumbers == 1)
    #expect(chart.remark == "not shown: 1 nan, 3 outside")
  }

  @Test func intervalsThatNobodyAskedForAreRound() {
    #expect(Histogram([("", [1, 1, 1])]).edges == [0.5, 1.5])
    #expect(Histogram([("", [])]).edges.count == 2)
    #expect(Histogram([("", [.nan])]).edges.count == 2)
    let wide = Histogram([("", (0..<1000).map { Double($0 % 100) })])
    #expect(wide.edges.first == 0 && wide.edges.last == 100)
    #expect(wide.series[0].counts.reduce(0, +) == 1000)
    let far = Histogram([("", [0, 0.001, 1e9])])
    #expect(far.edges.count <= 1001 && far.series[0].counts.reduce(0, +) == 3)
    let whole = Histogram([("", [0, 1, 1, 2, 2, 2, 3])])
    #expect(whole.edges == [0, 1, 2, 3, 4])
    #expect(whole.series[0].counts == [1, 2, 3, 1])
    #expect(Histogram.edges([], bins: 4, range: 0...1) == [0, 0.25, 0.5, 0.75, 1])
    #expect(Histogram.edges([2, 2], bins: 2) == [1.5, 2, 2.5])
  }

  /// Epochs, places and counts have no halves.
  @Test func whatIsCountedIsMarkedAtWholeNumbers() {
    for last in [2.0, 3, 5, 9, 40] {
      let ticks = Axis([0, 1, last], roomy: false, count: 8, counts: true).ticks
      #expect(ticks.count > 1 && ticks.allSatisfy { $0 == $0.rounded() }, "\(ticks)")
    }
    #expect(Axis([0, 1.5, 3], roomy: false, count: 8, counts: true).ticks.contains(0.5))
    #expect(Axis([0, 1], roomy: false, count: 8, counts: true).ticks.contains(0.2))
    let epochs = Figure(.line(LineChart([.init("loss", y: [0.9, 0.5, 0.3, 0.25])])), title: "loss").svg()
    #expect(!epochs.contains(">0.5</text>") && epochs.contains(">3</text>"), "\(epochs)")
  }

  @Test func gridsStandInGridsToADepth() throws {
    var figure = Samples.bars
    for _ in 0..<FigureGrid.deepest { figure = Figure(.grid(try #require(FigureGrid([figure], columns: 1)))) }
    #expect(FigureGrid([figure], columns: 1) == nil)
    #expect(figure.svg().contains("Base to new"))
    #expect(figure.text().contains("Base to new"))
    let empty = try #require(FigureGrid([], columns: 3))
    #expect(Figure(.grid(empty)).text() == "(no data)")
  }

  @Test func gridsGoUnderEachOtherWhereItIsNarrow() {
    let lines = Samples.grid.text(TextOptions(width: 40)).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 40 })
    #expect(lines.count > 60)
  }

  @Test func tablesForDocuments() {
    let table = Table(
      columns: ["name", "a|b", "x_y & z"],
      rows: [
        [.text("two\nlines"), .number(-68.5), .number(68.5)],
        [.text("[x] <b> \"q\" _it_ 50% $m$ #1 ~ ^ \\ {}"), .number(75.125), .empty],
        [.text("*"), .number(.nan), .integer(-3)],
      ], emphasized: [.init(row: 1, column: 1)])
    #expect(
      Figure(.table(table), title: "All_", caption: "Two seeds.").document().markdown() == #"""
        **All\_**

        | name | a\|b | x_y \& z |
        | --- | ---: | ---: |
        | two<br>lines | -68.5 | 68.5 |
        | \[x\] \<b\> "q" \_it\_ 50% \$m\$ #1 \~ ^ \\ {} | **75.1** |  |
        | \* | nan | -3 |

        Two seeds.

        """#)
    #expect(
      latex(table) == ##"""
        \begin{tabular}{lrr}
          \hline
          name & a\textbar{}b & x\_y \& z \\
          \hline
          \shortstack[l]{two\\{}lines} & $-$68.5 & 68.5 \\
          {}[x] \textless{}b\textgreater{} {\char34}q{\char34} \_it\_ 50\% \$m\$ \#1 \textasciitilde{} \textasciicircum{} \textbackslash{} \{\} & \textbf{75.1} &  \\
          {}* & nan & $-$3 \\
          \hline
        \end{tabular}

        """##)
    #expect(
      latex(table, "A & b")?.hasPrefix(
        "\\begin{table}\n\\centering\n\\caption{A \\& b}\n\\begin{tabular}") == true)
    #expect(latex(Table(columns: [], rows: [])) == "")
    let nameless = Figure(.table(Table(columns: [], rows: [[.integer(1)]])))
    #expect(nameless.document().markdown() == "|  |\n| ---: |\n| 1 |\n")
    let empty = Figure(.table(Table(columns: [], rows: [])), title: "Nothing yet")
    #expect(empty.document().markdown() == "**Nothing yet**\n")
    let lines = Table(columns: ["a\r\nb"], rows: [[.text("1\r\n2\u{85}3")]])
    let html = Figure(.table(lines)).document().html()
    #expect(html.contains(">a<br/>b</th>") && html.contains("<td>1<br/>2<br/>3</td>"), "\(html)")
  }

  private func latex(_ table: Table, _ title: String = "") -> String? {
    FigureLeaf(Figure(.table(table), title: title)).table?.latex()
  }

  @Test func picturesAreAsLargeAsAskedFor() throws {
    guard case .images(var grid) = Samples.images.content else { return }
    grid.items = [grid.items[0]]
    grid.columns = 10
    let lines = Figure(.images(grid)).text(TextOptions(width: 80)).split(separator: "\n")
    #expect(lines.count == 6 && lines.allSatisfy { $0.count <= 10 })
    grid.columns = 200
    let wide = Figure(.images(grid)).text(TextOptions(width: 60)).split(separator: "\n")
    #expect(wide.count == 31 && wide.allSatisfy { $0.count <= 60 })
  }
}
