import MocoBase

extension Histogram {
  func draw(
    in svg: inout SVGBuilder, left: Double, top: Double, width: Double
  ) -> (width: Double, height: Double) {
    guard let low = edges.first, let high = edges.last,
      series.contains(where: { $0.counts.contains { $0 > 0 } })
    else {
      svg.text("no data", left, top + 14, fill: Ink.soft)
      return (width, 24)
    }
    let most = series.flatMap(\.counts).max() ?? 0
    let vertical = Axis([0, Double(most)], roomy: true, count: min(6, max(most, 1)))
    let tickWidth = vertical.labels.map { TypeSetting.width($0, size: 12) }.max() ?? 0
    let plotHeight = min(max(width * 0.42, 150), 380)
    var y0 = top
    if isLabelled {
      let names = series.indices.map { TypeSetting.cut(name($0), width / 3) }
      y0 += svg.legend(names, left: left, top: y0, width: width)
    }
    if !yLabel.isEmpty {
      svg.text(yLabel, left, y0 + 10, size: 12, fill: Ink.soft)
      y0 += 22
    }
    let x0 = left + tickWidth + 10
    let plotWidth = max(width - tickWidth - 18, 40)
    let horizontal = Axis(
      [low, high], fixed: low...high, roomy: false, count: max(Int(plotWidth / 80), 2))
    func x(_ value: Double) -> Double { x0 + horizontal.share(value) * plotWidth }
    func y(_ value: Double) -> Double { y0 + (1 - vertical.share(value)) * plotHeight }
    for (tick, label) in zip(vertical.ticks, vertical.labels) {
      svg.line(x0, y(tick), x0 + plotWidth, y(tick), tick == 0 ? Ink.rule : Ink.grid)
      svg.text(label, x0 - 8, y(tick) + 4, size: 12, .end, fill: Ink.soft)
    }
    for (tick, label) in zip(horizontal.ticks, horizontal.labels) {
      svg.line(x(tick), y0 + plotHeight, x(tick), y0 + plotHeight + 5, Ink.rule)
      svg.text(label, x(tick), y0 + plotHeight + 20, size: 12, .middle, fill: Ink.soft)
    }
    for (index, one) in series.enumerated() {
      let color = Palette.paper(index)
      for (place, count) in one.counts.enumerated() where count > 0 {
        let (from, to) = (x(edges[place]), x(edges[place + 1]))
        let gap = to - from > 4 ? 0.5 : 0
        if series.count == 1 {
          svg.rectangle(
            from + gap, y(Double(count)), to - from - 2 * gap, y(0) - y(Double(count)), fill: color)
        } else {
          let (high, base) = (y(Double(count)), y(0))
          svg.area([(from, base), (from, high), (to, high), (to, base)], color, opacity: 0.3)
        }
      }
      // Several series overlap, so each has an outline.
      if series.count > 1 { svg.curve(outline(one, x, y), color, width: 1.6) }
    }
    for place in edges.indices.dropLast() {
      let counts = series.enumerated().compactMap { index, one -> String? in
        guard one.counts.indices.contains(place) else { return nil }
        return (isLabelled ? name(index) + " " : "") + String(one.counts[place])
      }
      let (from, to) = (x(edges[place]), x(edges[place + 1]))
      let ends = [edges[place], edges[place + 1]].map { NumberText.short($0, 4) }
      svg.spot(
        from, y0, to - from, plotHeight,
        tip: "\(ends[0]) to \(ends[1]): \(counts.joined(separator: ", "))")
    }
    var height = y0 - top + plotHeight + 26
    if !xLabel.isEmpty {
      svg.text(xLabel, x0 + plotWidth / 2, top + height + 14, size: 12, .middle, fill: Ink.soft)
      height += 20
    }
    if !remark.isEmpty {
      svg.text(remark, left, top + height + 14, size: 12, fill: Ink.soft)
      height += 20
    }
    return (width, height)
  }

  private func outline(
    _ one: Series, _ x: (Double) -> Double, _ y: (Double) -> Double
  ) -> [(x: Double, y: Double)] {
    var points: [(x: Double, y: Double)] = [(x(edges[0]), y(0))]
    for (place, count) in one.counts.enumerated() {
      points.append((x(edges[place]), y(Double(count))))
      points.append((x(edges[place + 1]), y(Double(count))))
    }
    points.append((x(edges[edges.count - 1]), y(0)))
    return points
  }
}
