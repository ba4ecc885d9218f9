import MocoBase
import MocoDocument

extension Histogram {
  /// One line per interval: its ends, and a bar for each series.
  func lines(_ options: TextOptions) -> [StyledLine] {
    guard edges.count > 1, series.contains(where: { $0.counts.contains { $0 > 0 } }) else { return noData }
    let dash = options.glyphs == .unicode ? " … " : " .. "
    let ends = Axis(edges, fixed: edges[0]...edges[edges.count - 1], roomy: false, count: edges.count)
    let texts = SharedDigits.texts(edges, digits: ends.digits(for: edges))
    let wide = texts.map(\.count).max() ?? 0
    let names = (0..<(edges.count - 1)).map {
      texts[$0].fitted(wide, .right) + dash + texts[$0 + 1].fitted(wide, .right)
    }
    let bars = BarChart(
      names, series.map { .init(isLabelled ? $0.name : "", values: $0.counts.map(Double.init)) },
      valueLabel: yLabel, digits: 0)
    var lines = bars.lines(options)
    if isLabelled, series.count == 1 { lines.insert([StyledRun(series[0].name.plain, bold: true)], at: 0) }
    if !xLabel.isEmpty {
      lines.insert([StyledRun(xLabel.plain.cut(options.width, options.glyphs), dim: true)], at: 0)
    }
    if !remark.isEmpty { lines.append([StyledRun(remark, dim: true)]) }
    return lines
  }
}
