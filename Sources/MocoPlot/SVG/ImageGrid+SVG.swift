extension ImageGrid {
  func draw(
    in svg: inout SVGBuilder, left: Double, top: Double, width: Double
  ) -> (width: Double, height: Double) {
    guard !items.isEmpty else {
      svg.text("no data", left, top + 14, fill: Ink.soft)
      return (width, 24)
    }
    let gap = 12.0
    let across = min(max(perRow ?? (items.count <= 6 ? items.count : 6), 1), items.count)
    let side = min(max((width - gap * Double(across - 1)) / Double(across), 24), 160)
    var y = top
    for start in stride(from: 0, to: items.count, by: across) {
      let shown = Array(items[start..<min(start + across, items.count)])
      let heights = shown.map { side * min(Double($0.image.height) / Double($0.image.width), 8) }
      let height = heights.max() ?? side
      let lines = shown.map { Array(TypeSetting.wrap($0.label, side, size: 12).prefix(3)) }
      for (index, item) in shown.enumerated() {
        let x = left + (side + gap) * Double(index)
        svg.image(item.image, x, y, side, heights[index])
        for (line, text) in lines[index].enumerated() {
          svg.text(text, x + side / 2, y + height + 15 + 15 * Double(line), size: 12, .middle)
        }
      }
      y += height + 15 * Double(lines.map(\.count).max() ?? 0) + gap
    }
    return (side * Double(across) + gap * Double(across - 1), y - top - gap + 4)
  }
}
