import MocoBase
import MocoDocument

extension BarChart {
  func lines(_ options: TextOptions) -> [StyledLine] {
    let all = series.flatMap(\.values).filter(\.isFinite)
    guard !all.isEmpty else { return noData }
    let unicode = options.glyphs == .unicode
    let low = min(all.min() ?? 0, 0).tame
    let high = max(all.max() ?? 0, 0).tame
    let span = high > low ? high - low : 1
    let several = series.count > 1
    let count = max(categories.count, series.map(\.values.count).max() ?? 0)
    let names = (0..<count).map { categories.indices.contains($0) ? categories[$0].plain : "" }
    let texts = texts(plusMinus: unicode ? " ± " : " +- ")
    let nameWidth = min(names.map { DisplayWidth.of($0) }.max() ?? 0, options.width / 3)
    let textWidth = texts.flatMap { $0 }.map { DisplayWidth.of($0) }.max() ?? 0
    let room = max(options.width - nameWidth - textWidth - 3, 4)

    var lines: [StyledLine] = []
    if several {
      var legend: StyledLine = [StyledRun(String(repeating: " ", count: nameWidth + 2))]
      for (index, one) in series.enumerated() {
        legend.append(StyledRun(unicode ? "■ " : Self.fill(index) + " ", Palette.terminal(index)))
        legend.append(StyledRun((one.name.isEmpty ? "series \(index + 1)" : one.name.plain) + "   "))
      }
      lines.append(legend)
    }
    for row in 0..<count {
      if several, row > 0 { lines.append([]) }
      for (index, one) in series.enumerated() {
        let value = one.values.indices.contains(row) ? one.values[row] : .nan
        let name = index == 0 ? names[row].fitted(nameWidth, .right, options.glyphs) : ""
        var line: StyledLine = [
          StyledRun(name.fitted(nameWidth, .right)), StyledRun(unicode ? " │" : " |", dim: true),
        ]
        let from = min(max((min(value, 0) - low) / span, 0), 1) * Double(room)
        let to = min(max((max(value, 0) - low) / span, 0), 1) * Double(room)
        if value.isFinite {
          line.append(
            StyledRun(
              unicode ? Self.block(from, to) : Self.asciiBlock(from, to, several ? Self.fill(index) : "#"),
              Palette.terminal(index)))
        }
        let text = texts[index].indices.contains(row) ? texts[index][row] : ""
        line.append(StyledRun(" " + text))
        lines.append(line)
      }
    }
    if !valueLabel.isEmpty {
      lines.append([
        StyledRun(String(repeating: " ", count: nameWidth + 2)),
        StyledRun(valueLabel.plain.cut(room, options.glyphs), dim: true),
      ])
    }
    return lines
  }

  /// The text next to each bar, by series and category.
  func texts(plusMinus: String = " ± ") -> [[String]] {
    let digits = digits ?? SharedDigits.count(series.flatMap(\.values))
    return series.map { one in
      let values = SharedDigits.texts(one.values, digits: digits)
      return values.enumerated().map { index, text in
        guard one.deviations.indices.contains(index), one.deviations[index].isFinite else { return text }
        return text + plusMinus + NumberText.fixed(one.deviations[index], digits)
      }
    }
  }

  /// Columns `from` to `to`, the right end in eighths of a column.
  private static func block(_ from: Double, _ to: Double) -> String {
    let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let start = from.whole()
    let length = max(to - Double(start), 0)
    let whole = length.rounded(.down).whole()
    let rest = min(((length - Double(whole)) * 8).whole(), 7)
    let bar = String(repeating: "█", count: whole) + eighths[rest]
    return String(repeating: " ", count: start) + (bar.isEmpty ? "▏" : bar)
  }

  private static func asciiBlock(_ from: Double, _ to: Double, _ fill: String) -> String {
    let start = from.whole()
    let length = max(to.whole() - start, 0)
    return String(repeating: " ", count: start) + String(repeating: fill, count: length)
  }

  private static func fill(_ series: Int) -> String { ["#", "=", "+", "o", "x", "*"][series % 6] }
}
