extension LineChart {
  func draw(
    in svg: inout SVGBuilder, left: Double, top: Double, width: Double
  ) -> (width: Double, height: Double) {
    let points = series.map(\.points)
    let all = points.flatMap { $0.compactMap { $0 } }
    guard !all.isEmpty else {
      svg.text("no data", left, top + 14, fill: Ink.soft)
      return (width, 24)
    }
    let labelled = series.count > 1 || series.contains { !$0.name.isEmpty }
    let names = series.enumerated().map {
      TypeSetting.cut($1.name.isEmpty ? "series \($0 + 1)" : $1.name, width / 4)
    }
    let nameWidth = labelled ? (names.map { TypeSetting.width($0, bold: true) }.max() ?? 0) + 12 : 8
    let plotHeight = min(max(width * 0.48, 160), 420)
    let vertical = Axis(all.map(\.y), fixed: yRange, roomy: true, count: 6)
    let tickWidth = vertical.labels.map { TypeSetting.width($0, size: 12) }.max() ?? 0
    var y0 = top
    if !yLabel.isEmpty {
      svg.text(yLabel, left, y0 + 10, size: 12, fill: Ink.soft)
      y0 += 22
    }
    let x0 = left + tickWidth + 10
    let plotWidth = max(width - tickWidth - 10 - nameWidth, 40)
    let horizontal = Axis(all.map(\.x), roomy: false, count: max(Int(plotWidth / 80), 2))
    func x(_ value: Double) -> Double { x0 + min(max(horizontal.share(value), -0.05), 1.05) * plotWidth }
    func y(_ value: Double) -> Double { y0 + (1 - min(max(vertical.share(value), -0.05), 1.05)) * plotHeight }

    for (tick, label) in zip(vertical.ticks, vertical.labels) {
      svg.line(x0, y(tick), x0 + plotWidth, y(tick), tick == vertical.ticks.first ? Ink.rule : Ink.grid)
      svg.text(label, x0 - 8, y(tick) + 4, size: 12, .end, fill: Ink.soft)
    }
    for (tick, label) in zip(horizontal.ticks, horizontal.labels) {
      svg.line(x(tick), y0 + plotHeight, x(tick), y0 + plotHeight + 5, Ink.rule)
      svg.text(label, x(tick), y0 + plotHeight + 20, size: 12, .middle, fill: Ink.soft)
    }
    for (index, curve) in points.enumerated() {
      let colour = Palette.paper(index)
      let dots = curve.compactMap { $0 }.count <= 24
      var run: [(x: Double, y: Double)] = []
      for point in curve + [nil] {
        if let point {
          run.append((x(point.x), y(point.y)))
          continue
        }
        svg.curve(run, colour, width: 2.2)
        if dots || run.count == 1 { for place in run { svg.dot(place.x, place.y, radius: 3, colour) } }
        run = []
      }
    }
    if labelled {
      // Names stand at the right ends, moved apart to whole lines of text.
      let line = 16.0
      let slots = max(Int(plotHeight / line), 1)
      let ends = points.enumerated().compactMap { index, curve -> (index: Int, y: Double)? in
        guard let last = curve.last(where: { $0 != nil }), let point = last else { return nil }
        return (index, y(point.y))
      }.sorted { $0.y < $1.y }
      var places = ends.map(\.y)
      for index in places.indices.dropFirst() { places[index] = max(places[index], places[index - 1] + line) }
      var limit = y0 + plotHeight
      for index in places.indices.reversed() {
        places[index] = min(places[index], limit)
        limit = places[index] - line
      }
      for (end, place) in zip(ends, places).prefix(slots) {
        svg.text(names[end.index], x0 + plotWidth + 10, place + 4, fill: Palette.paper(end.index), bold: true)
      }
    }
    var height = y0 - top + plotHeight + 26
    if !xLabel.isEmpty {
      svg.text(xLabel, x0 + plotWidth / 2, top + height + 14, size: 12, .middle, fill: Ink.soft)
      height += 20
    }
    return (width, height)
  }
}
