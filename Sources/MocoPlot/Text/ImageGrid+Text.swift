import MocoDocument

extension ImageGrid {
  func lines(_ options: TextOptions) -> [StyledLine] {
    guard !items.isEmpty else { return noData }
    // Pixels across a picture; a coloured character has 1 × 2 pixels, a braille one 2 × 4 dots.
    let wanted = min(perRow ?? Int.max, items.count)
    let gap = 2
    let widest = items.map(\.image.width).max() ?? 1
    let asked = self.columns ?? options.imageWidth
    let suited = max(options.color == .none ? 24 : min(widest, 32), 12)
    let natural = max(min(asked ?? suited, options.width), 1)
    var across = max(min(wanted, (options.width + gap) / (natural + gap)), 1)
    if let perRow { across = max(min(perRow, items.count), 1) }
    let most = asked ?? (items.count == 1 ? 32 : natural)
    let columns = max(min((options.width + gap) / across - gap, most), asked == nil ? 4 : 1)
    var lines: [StyledLine] = []
    for start in stride(from: 0, to: items.count, by: across) {
      if start > 0 { lines.append([]) }
      let shown = Array(items[start..<min(start + across, items.count)])
      let pictures = shown.map { $0.image.lines(columns: columns, options) }
      let height = pictures.map(\.count).max() ?? 0
      for line in 0..<height {
        var runs: StyledLine = []
        for (index, picture) in pictures.enumerated() {
          if index > 0 { runs.append(StyledRun(String(repeating: " ", count: gap))) }
          runs += line < picture.count ? picture[line] : [StyledRun(String(repeating: " ", count: columns))]
        }
        lines.append(runs)
      }
      if shown.contains(where: { !$0.label.isEmpty }) {
        var runs: StyledLine = []
        for (index, item) in shown.enumerated() {
          if index > 0 { runs.append(StyledRun(String(repeating: " ", count: gap))) }
          runs.append(StyledRun(item.label.plain.fitted(columns, .center, options.glyphs)))
        }
        lines.append(runs)
      }
    }
    return lines
  }
}
