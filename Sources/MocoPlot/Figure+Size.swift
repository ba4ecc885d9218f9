extension Figure {
  /// The approximate size of the data in bytes.
  var heldByteCount: Int {
    switch content {
    case .line(let chart):
      256 + chart.series.reduce(0) { $0 + 8 * ($1.x.count + $1.y.count + $1.low.count + $1.high.count) }
    case .bars(let chart):
      256 + chart.series.reduce(0) { $0 + 8 * ($1.values.count + $1.deviations.count) }
        + 32 * chart.categories.count
    case .histogram(let chart): 256 + 8 * chart.edges.count * (1 + chart.series.count)
    case .heatmap(let map):
      256 + map.values.reduce(0) { $0 + 8 * $1.count } + map.texts.reduce(0) { $0 + 16 * $1.count }
    case .images(let grid): grid.items.reduce(256) { $0 + $1.image.bytes.count }
    case .table(let table): table.rows.reduce(256) { $0 + 32 * $1.count }
    case .grid(let grid): grid.figures.reduce(256) { $0 + $1.heldByteCount }
    }
  }
}
