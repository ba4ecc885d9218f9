extension BarChart {
  /// The name of a series, with a default.
  func name(_ index: Int) -> String {
    series[index].name.isEmpty ? "series \(index + 1)" : series[index].name
  }

  func draw(
    in svg: inout SVGBuilder, left: Double, top: Double, width: Double
  ) -> (width: Double, height: Double) {
    let all = series.flatMap(\.values).filter(\.isFinite)
    guard !all.isEmpty else {
      svg.text("no data", left, top + 14, fill: Ink.soft)
      return (width, 24)
    }
    let several = series.count > 1
    let count = max(categories.count, series.map(\.values.count).max() ?? 0)
    let names = (0..<count).map {
      TypeSetting.cut(categories.indices.contains($0) ? categories[$0] : "", width / 3)
    }
    let texts = texts()
    let nameWidth = names.map { TypeSetting.width($0) }.max() ?? 0
    let textWidth = texts.flatMap { $0 }.map { TypeSetting.width($0, size: 12) }.max() ?? 0
    let ends = zip(series, series.map(\.values)).flatMap { one, values in
      values.enumerated().map { index, value in
        value
          + (one.deviations.indices.contains(index) && one.deviations[index].isFinite
            ? one.deviations[index] : 0)
      }
    }
    let axis = Axis(all + ends.filter(\.isFinite) + [0], roomy: false, count: 6)
    let x0 = left + nameWidth + (nameWidth > 0 ? 12 : 0)
    let plotWidth = max(width - (x0 - left) - textWidth - 10, 40)
    func x(_ value: Double) -> Double { x0 + min(max(axis.share(value), 0), 1) * plotWidth }
    let bar = several ? 15.0 : 20.0
    let group = bar * Double(series.count) + (several ? 14 : 8)
    var y = top
    if several {
      y += svg.legend(series.indices.map { name($0).plain }, left: x0, top: y, width: width - (x0 - left))
    }
    let bottom = y + group * Double(count)
    for (tick, label) in zip(axis.ticks, axis.labels) {
      svg.line(x(tick), y, x(tick), bottom, tick == 0 ? Ink.rule : Ink.grid)
      svg.text(label, x(tick), bottom + 17, size: 12, .middle, fill: Ink.soft)
    }
    for row in 0..<count {
      let start = y + group * Double(row) + (group - bar * Double(series.count)) / 2
      svg.text(names[row], x0 - 10, start + bar * Double(series.count) / 2 + 4.5, .end)
      for (index, one) in series.enumerated() where one.values.indices.contains(row) {
        let value = one.values[row]
        guard value.isFinite else { continue }
        let top = start + bar * Double(index)
        let (from, to) = (x(min(value, 0)), x(max(value, 0)))
        svg.rectangle(from, top + 1, to - from, bar - 2, fill: Palette.paper(index), radius: 2)
        let words = [categories.indices.contains(row) ? categories[row] : "", several ? name(index) : ""]
        svg.spot(
          from, top, max(to - from, 4), bar,
          tip: words.filter { !$0.isEmpty }.joined(separator: " · ") + ": " + texts[index][row])
        var end = to
        if one.deviations.indices.contains(row), one.deviations[row].isFinite, one.deviations[row] > 0 {
          let (low, high) = (x(value - one.deviations[row]), x(value + one.deviations[row]))
          svg.line(low, top + bar / 2, high, top + bar / 2, Ink.text, width: 1.2)
          svg.line(low, top + bar / 2 - 3.5, low, top + bar / 2 + 3.5, Ink.text, width: 1.2)
          svg.line(high, top + bar / 2 - 3.5, high, top + bar / 2 + 3.5, Ink.text, width: 1.2)
          end = max(end, high)
        }
        svg.text(texts[index][row], end + 6, top + bar / 2 + 4.5, size: 12)
      }
    }
    var height = bottom - top + 22
    if !valueLabel.isEmpty {
      svg.text(valueLabel, x0 + plotWidth / 2, top + height + 14, size: 12, .middle, fill: Ink.soft)
      height += 20
    }
    return (width, height)
  }
}
