import MocoBase
import MocoDocument

extension LineChart {
  func draw(
    in svg: inout SVGBuilder, left: Double, top: Double, width: Double
  ) -> (width: Double, height: Double) {
    let points = series.map(\.points)
    guard !heights.isEmpty else {
      svg.text("no data", left, top + 14, fill: Ink.soft)
      return (width, 24)
    }
    let labelled = series.count > 1 || series.contains { !$0.name.isEmpty }
    // Names of curves are at their right ends, names of points above.
    let namesEnds = labelled && marks == .curve
    let names = series.indices.map { TypeSetting.cut(name($0), width / 4) }
    let nameWidth = namesEnds ? (names.map { TypeSetting.width($0, bold: true) }.max() ?? 0) + 12 : 8
    let plotHeight = min(max(width * (marks == .curve ? 0.48 : 0.62), 160), 420)
    let vertical = Axis(heights, fixed: yRange, roomy: true, count: 6)
    let tickWidth = vertical.labels.map { TypeSetting.width($0, size: 12) }.max() ?? 0
    var y0 = top
    if labelled, !namesEnds { y0 += svg.legend(names, left: left, top: y0, width: width) }
    if !yLabel.isEmpty {
      svg.text(yLabel, left, y0 + 10, size: 12, fill: Ink.soft)
      y0 += 22
    }
    let x0 = left + tickWidth + 10
    let plotWidth = max(width - tickWidth - 10 - nameWidth, 40)
    let horizontal = horizontalAxis(count: max(Int(plotWidth / 80), 2))
    func x(_ value: Double) -> Double { x0 + min(max(horizontal.share(value), -0.05), 1.05) * plotWidth }
    func y(_ value: Double) -> Double { y0 + (1 - min(max(vertical.share(value), -0.05), 1.05)) * plotHeight }

    for (tick, label) in zip(vertical.ticks, vertical.labels) {
      svg.line(x0, y(tick), x0 + plotWidth, y(tick), tick == vertical.ticks.first ? Ink.rule : Ink.grid)
      svg.text(label, x0 - 8, y(tick) + 4, size: 12, .end, fill: Ink.soft)
    }
    var free = -Double.infinity
    for (tick, label) in zip(horizontal.ticks, horizontal.labels) {
      svg.line(x(tick), y0 + plotHeight, x(tick), y0 + plotHeight + 5, Ink.rule)
      // Custom ticks may be closer than the width of their labels.
      let half = TypeSetting.width(label, size: 12) / 2
      guard ticks == nil || x(tick) - half >= free else { continue }
      svg.text(label, x(tick), y0 + plotHeight + 20, size: 12, .middle, fill: Ink.soft)
      free = x(tick) + half + 4
    }
    for (index, one) in series.enumerated() { drawBand(in: &svg, one, Palette.paper(index), x, y) }
    for (index, curve) in points.enumerated() {
      let color = Palette.paper(index)
      guard marks == .curve else {
        for point in curve {
          if let point { svg.dot(x(point.x), y(point.y), radius: curve.count > 400 ? 1.8 : 3, color) }
        }
        continue
      }
      let dots = curve.compactMap { $0 }.count <= 24
      var run: [(x: Double, y: Double)] = []
      for point in curve + [nil] {
        if let point {
          run.append((x(point.x), y(point.y)))
          continue
        }
        svg.curve(run, color, width: 2.2)
        if dots || run.count == 1 { for place in run { svg.dot(place.x, place.y, radius: 3, color) } }
        run = []
      }
    }
    drawSpots(in: &svg, x, y)
    if namesEnds {
      // Names are at the right ends, moved apart to separate lines of text.
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
        svg.text(
          names[end.index], x0 + plotWidth + 10, place + 4, fill: Palette.paper(end.index).ink, bold: true)
      }
    }
    var height = y0 - top + plotHeight + 26
    if !xLabel.isEmpty {
      svg.text(xLabel, x0 + plotWidth / 2, top + height + 14, size: 12, .middle, fill: Ink.soft)
      height += 20
    }
    return (width, height)
  }

  /// Tooltips of the points; for many points only some.
  private func drawSpots(in svg: inout SVGBuilder, _ x: (Double) -> Double, _ y: (Double) -> Double) {
    let count = series.reduce(0) { $0 + $1.points.count }
    let step = max((count + FigureNumbers.mostSpots - 1) / FigureNumbers.mostSpots, 1)
    for (index, one) in series.enumerated() {
      let name = series.count > 1 || !one.name.isEmpty ? name(index) + ": " : ""
      for (place, point) in one.points.enumerated() where place % step == 0 || place == one.points.count - 1 {
        guard let point else { continue }
        let words = [(xLabel, "x", point.x), (yLabel, "y", point.y)].map { label, short, value in
          "\(label.isEmpty ? short : label) \(NumberText.short(value, 5))"
        }
        svg.spot(x(point.x), y(point.y), tip: name + words.joined(separator: ", "))
      }
    }
  }

  /// The band of a series; an error bar for a single point.
  private func drawBand(
    in svg: inout SVGBuilder, _ one: Series, _ color: Color, _ x: (Double) -> Double,
    _ y: (Double) -> Double
  ) {
    var run: [(x: Double, low: Double, high: Double)] = []
    for place in one.band + [nil] {
      if let place {
        run.append((x(place.x), y(place.low), y(place.high)))
        continue
      }
      if run.count == 1 {
        svg.line(run[0].x, run[0].low, run[0].x, run[0].high, color, width: 1.2)
      } else {
        svg.area(run.map { ($0.x, $0.high) } + run.reversed().map { ($0.x, $0.low) }, color, opacity: 0.18)
      }
      run = []
    }
  }
}

extension SVGBuilder {
  /// Coloured squares with names, in as many rows as needed. - Returns: their height.
  mutating func legend(_ names: [String], left: Double, top: Double, width: Double) -> Double {
    var (x, y) = (left, top)
    for (index, name) in names.enumerated() {
      let room = 17 + TypeSetting.width(name, size: 12) + 20
      if x > left, x + room > left + width { (x, y) = (left, y + 20) }
      rectangle(x, y + 1, 11, 11, fill: Palette.paper(index), radius: 2)
      text(name, x + 17, y + 11, size: 12)
      x += room
    }
    return y - top + 26
  }
}
