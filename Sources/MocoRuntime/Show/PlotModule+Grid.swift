import MocoLang
import MocoPlot

// Several figures in one.

extension PlotModule {
  static func addGrids(_ table: MethodTable<PlotModule>) {
    table.add(
      "row(figures, title = \"\", caption = \"\")",
      doc: """
        Figures side by side, as one figure; in a narrow terminal one below the other. Values with a figure (reports,
        routings, images, tables) are accepted too.

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
        Figures in a grid with a number of columns, as one figure.

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
        "E0305", "\(arguments.functionName) needs at least one figure", at: "figures",
        help: "write plot.\(arguments.functionName)([plot.line(xs), plot.bars(ys)])")
    }
    return try list.enumerated().map { place, value in
      guard let figure = try ShownValue.figure(value) else {
        throw arguments.failure(
          "E0303", "element \(place) of 'figures' is not a figure: \(Arguments.describe(value))",
          at: "figures",
          help: "pass figures, such as plot.line(xs)")
      }
      return figure
    }
  }

  private static func grid(_ figures: [Figure], columns: Int, _ arguments: Arguments) throws -> AnyValue {
    guard let grid = FigureGrid(figures, columns: columns) else {
      throw arguments.failure(
        "E0404", "figures are nested more than \(FigureGrid.deepest) levels deep", at: "figures",
        help: "combine them in one plot.grid([…], columns: 2)")
    }
    let (title, caption) = try title(arguments)
    return .host(FigureValue(Figure(.grid(grid), title: title, caption: caption)))
  }
}
