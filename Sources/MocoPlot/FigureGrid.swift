import MocoBase
import MocoDocument

/// Several figures side by side.
public struct FigureGrid: Sendable, Equatable {
  /// From left to right, then row by row.
  public let figures: [Figure]
  /// Figures per row.
  public let columns: Int

  /// Maximum nesting depth of grids.
  public static let deepest = 4

  /// - Returns: nil if grids would be nested more deeply than `deepest`.
  public init?(_ figures: [Figure], columns: Int) {
    self.figures = figures
    self.columns = max(columns, 1)
    guard depth <= FigureGrid.deepest else { return nil }
  }

  private var depth: Int {
    1 + (figures.map { if case .grid(let inner) = $0.content { inner.depth } else { 0 } }.max() ?? 0)
  }

  /// Figures in the widest row.
  var across: Int { max(min(columns, figures.count), 1) }

  var rows: [[Figure]] {
    stride(from: 0, to: figures.count, by: across).map {
      Array(figures[$0..<min($0 + across, figures.count)])
    }
  }

  // MARK: Drawing

  func draw(
    in svg: inout SVGBuilder, left: Double, top: Double, width: Double
  ) -> (width: Double, height: Double) {
    guard !figures.isEmpty else {
      svg.text("no data", left, top + 14, fill: Ink.soft)
      return (width, 24)
    }
    let gap = 32.0
    let share = max((width - gap * Double(across - 1)) / Double(across), 200)
    // Tables and heat maps have their own width, so all are measured first.
    let sizes = rows.map { row in
      row.map { figure in
        var scratch = SVGBuilder()
        return figure.draw(in: &scratch, left: 0, top: 0, width: share)
      }
    }
    let widths = (0..<across).map { column in
      sizes.compactMap { $0.indices.contains(column) ? $0[column].width : nil }.max() ?? share
    }
    var y = top
    for (row, figures) in rows.enumerated() {
      var x = left
      for (column, figure) in figures.enumerated() {
        _ = figure.draw(in: &svg, left: x, top: y, width: share)
        x += widths[column] + gap
      }
      y += (sizes[row].map(\.height).max() ?? 0) + gap
    }
    return (widths.reduce(0, +) + gap * Double(across - 1), y - top - gap)
  }

  /// Side by side if there is room, otherwise one below the other.
  func lines(_ options: TextOptions) -> [StyledLine] {
    guard !figures.isEmpty else { return noData }
    let gap = 3
    let fits = max(min(across, (options.width + gap) / (34 + gap)), 1)
    var inner = options
    inner.width = max((options.width + gap) / fits - gap, 20)
    var lines: [StyledLine] = []
    for row in rows {
      for start in stride(from: 0, to: row.count, by: fits) {
        if !lines.isEmpty { lines.append([]) }
        let blocks = row[start..<min(start + fits, row.count)].map {
          $0.lines(inner).map { inner.clipped($0) }
        }
        for line in 0..<(blocks.map(\.count).max() ?? 0) {
          var runs: StyledLine = []
          for (column, block) in blocks.enumerated() {
            let own = line < block.count ? block[line] : []
            runs += own
            guard column < blocks.count - 1 else { continue }
            let used = own.reduce(0) { $0 + DisplayWidth.of($1.text) }
            runs.append(StyledRun(String(repeating: " ", count: max(inner.width - used, 0) + gap)))
          }
          lines.append(runs)
        }
      }
    }
    return lines
  }
}
