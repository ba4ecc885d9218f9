import MocoLang
import MocoPlot

// Several figures in one.

extension PlotModule {
  static func addGrids(_ table: MethodTable<PlotModule>) {
    table.add(
      "row(figures, title = \"\", caption = \"\")",
      doc: """
        Figures side by side, as one figure; in a narrow terminal one under the other. Values that have a figure (reports,
        routings, images, tables) may stand among them.

        ```
        plot.row([plot.line([0.9, 0.5, 0.3], title: "loss"), plot.bars({a: 1, b: 2}, title: "counts")])
        ```
        """
    ) { _, arguments in
      let figures = try figures(arguments)
      return try grid(figures, columns: max(figures.count, 1), arguments)
    }
    table.add(
      "grid(figures, columns = 2, title = \"\", caption = \"\")",
      doc: """
        Figures in rows of so many columns, as one figure.

        ```
        plot.grid([plot.bars({a: n, b: 2}) for n in 1...4], columns: 2)
        ```
        """
    ) { _, arguments in
      try grid(try figures(arguments), columns: arguments.int("columns", in: 1...100), arguments)
    }
  }

  private static func figures(_ arguments: Arguments) throws -> [Figure] {
    let list = try arguments.list("figures")
    guard !list.isEmpty else {
      throw arguments.failure(
        "E0305", "there are no figures to put together", at: "figures",
        help: "give some: plot.\(arguments.functionName)([plot.line(xs), plot.bars(ys)])")
    }
    return try list.enumerated().map { place, value in
      guard let figure = try ShownValue.figure(value) else {
        throw arguments.failure(
          "E0303", "element \(place) of 'figures' has no figure: it is \(Arguments.describe(value))",
          at: "figures",
          help: "give figures, such as plot.line(xs)")
      }
      return figure
    }
  }

  private static func grid(_ figures: [Figure], columns: Int, _ arguments: Arguments) throws -> AnyValue {
    guard let grid = FigureGrid(figures, columns: columns) else {
      throw arguments.failure(
        "E0404", "these figures stand in each other more than \(FigureGrid.deepest) deep", at: "figures",
        help: "put them together in one plot.grid([…], columns: 2)")
    }
    let (title, caption) = try title(arguments)
    return .host(FigureValue(Figure(.grid(grid), title: title, caption: caption)))
  }
}
