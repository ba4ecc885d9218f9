import MocoPlot

/// Small figures of every kind, with numbers that never change.
enum Samples {
  static let heatmap = Figure(
    .heatmap(
      Heatmap(
        [
          [0.52, 0.08, 0.14, 0.26], [0.07, 0.71, 0.12, 0.10], [0.11, 0.21, 0.61, 0.07],
          [0.18, 0.02, 0.0, 0.80],
        ],
        rows: ["clean", "pixelated", "blurry", "dark"],
        columns: ["plain photo", "low resolution", "blurry", "dark"], rowLabel: "style",
        columnLabel: "expert",
        valueLabel: "share of weight", digits: 2, marksRowMaximum: true)),
    title: "Routing by style", caption: "Every row sums to 1.")

  static let signed = Figure(
    .heatmap(Heatmap([[-1, 0.5], [.nan, 1], [0.25]], rows: ["a", "b", "c"], columns: ["x", "y"])))

  static let confusion = Figure(
    .heatmap(.confusion([[8, 2, 0], [1, 9, 0], [0, 0, 10]], classes: ["coat", "dress", "ankle boot"])),
    title: "Confusion")

  static let line = Figure(
    .line(
      LineChart(
        [
          .init("zero-shot", y: [0.5, 0.5, 0.5, 0.5, 0.5], start: 1),
          .init("mixture", y: [0.42, 0.55, .nan, 0.63, 0.66], start: 1),
        ], xLabel: "epoch", yLabel: "accuracy")), title: "Validation")

  static let bars = Figure(
    .bars(
      BarChart(
        ["zero-shot", "mixture"],
        [
          .init("base", values: [68.5, 75.1], deviations: [.nan, 0.6]), .init("new", values: [68.5, 69.6]),
        ], valueLabel: "accuracy, %")), title: "Base to new")

  static let table = Figure(
    .table(
      Table(
        columns: ["method", "base", "new", "images"],
        rows: [
          [.text("zero-shot"), .number(68.5), .number(68.5), .integer(2000)],
          [.text("mixture <b> & \"more\""), .number(75.125), .number(.nan), .empty],
        ], emphasized: [.init(row: 1, column: 1)])), title: "Accuracy")

  static let images: Figure = {
    let bytes = (0..<64).map { UInt8($0 % 8 * 36) }
    let colors = (0..<192).map { UInt8($0 * 37 % 256) }
    let items = [
      PlotImage(width: 8, height: 8, channels: 1, bytes: bytes).map { ImageGrid.Item($0, label: "ramp") },
      PlotImage(width: 8, height: 8, channels: 3, bytes: colors).map { ImageGrid.Item($0, label: "noise") },
    ].compactMap { $0 }
    return Figure(.images(ImageGrid(items)), title: "Images")
  }()

  static let band: Figure = {
    var tuned = LineChart.Series("mixture", x: [1, 2, 4, 8, 16], y: [0.55, 0.61, 0.66, 0.69, 0.72])
    tuned.low = [0.52, 0.59, 0.65, 0.685, 0.71]
    tuned.high = [0.58, 0.63, 0.67, 0.695, 0.73]
    var plain = LineChart.Series("zero-shot", x: [1, 2, 4, 8, 16], y: [0.5, 0.5, 0.5, .nan, 0.5])
    plain.low = [0.49, .nan, 0.48, 0.48, 0.48]
    plain.high = [0.51, 0.52, 0.52, 0.52, 0.52]
    let chart = LineChart([tuned, plain], xLabel: "shots", yLabel: "accuracy", ticks: [1, 2, 4, 8, 16])
    return Figure(.line(chart), title: "Few shots")
  }()

  static let scatter = Figure(
    .line(
      LineChart(
        [
          .init("cat", x: [-3, -1, 0, 0.5, .nan], y: [2, 3, 1.5, 2.5, 0]),
          .init("dog", x: [2, 3, 4], y: [-1, 0, -3]),
        ], xLabel: "first axis", yLabel: "second axis", marks: .points)), title: "Features")

  private static let logits: [Double] = (0..<60).map { (index: Int) -> Double in
    let base = Double((index * 37 + 11) % 60) / 10
    return base + Double(index % 7) - 3
  }

  static let histogram = Figure(
    .histogram(Histogram([("", logits + [.nan])], xLabel: "logit", yLabel: "count")), title: "Logits")

  static let histograms = Figure(
    .histogram(
      Histogram([("right", logits), ("wrong", logits.map { $0 / 2 - 1 })], edges: [-4, -2, 0, 2, 4])),
    title: "Right and wrong")

  static let grid: Figure = {
    let grid = FigureGrid([band, scatter, table, heatmap, histogram], columns: 2)
    return Figure(grid.map { .grid($0) } ?? .table(Table(columns: [], rows: [])), title: "Together")
  }()

  static let all: [(name: String, figure: Figure)] = [
    ("heatmap", heatmap), ("signed", signed), ("confusion", confusion), ("line", line), ("bars", bars),
    ("table", table), ("images", images), ("band", band), ("scatter", scatter), ("histogram", histogram),
    ("histograms", histograms), ("grid", grid),
  ]
}
