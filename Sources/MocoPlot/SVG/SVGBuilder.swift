import MocoBase
import MocoDocument

/// Options for drawing a figure.
public struct SVGOptions: Sendable, Equatable {
  /// Width in pixels; the height follows from the content. Heat maps, tables and image grids may use another
  /// width.
  public var width: Double
  /// White background behind the figure; `false` for a transparent one.
  public var background: Bool

  /// Options; the width is clamped to 240 … 8000, NaN and infinity become 720.
  public init(width: Double = 720, background: Bool = true) {
    self.width = width.isFinite ? min(max(width, 240), 8000) : 720
    self.background = background
  }
}

enum Ink {
  static let text = Color(0x1d2b2f)
  static let soft = Color(0x5c6b70)
  static let rule = Color(0xb9c3c6)
  static let grid = Color(0xe6ebec)
  static let font = "Inter, 'Helvetica Neue', Helvetica, 'Liberation Sans', Arial, sans-serif"
}

/// Collects the shapes of a drawing, in order.
struct SVGBuilder {
  typealias Anchor = Drawing.Anchor

  private(set) var shapes: [Drawing.Shape] = []

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: Color, radius: Double = 0,
    stroke: Color? = nil, tip: String = ""
  ) {
    shapes.append(
      .rectangle(
        x: x, y: y, width: max(width, 0), height: max(height, 0), fill: fill, radius: radius, stroke: stroke,
        tip: tip))
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: Color, width: Double = 1
  ) {
    shapes.append(.line(x1: x1, y1: y1, x2: x2, y2: y2, color, width: width))
  }

  mutating func curve(_ points: [(x: Double, y: Double)], _ color: Color, width: Double) {
    if points.count > 1 { shapes.append(.curve(points, color, width: width)) }
  }

  mutating func area(_ points: [(x: Double, y: Double)], _ color: Color, opacity: Double) {
    if points.count > 2 { shapes.append(.area(points, color, opacity: opacity)) }
  }

  mutating func dot(_ x: Double, _ y: Double, radius: Double, _ color: Color) {
    shapes.append(.dot(x: x, y: y, radius: radius, color))
  }

  /// An area with a tooltip, at least a few pixels wide.
  mutating func spot(_ x: Double, _ y: Double, _ width: Double, _ height: Double, tip: String) {
    guard [x, y, width, height].allSatisfy(\.isFinite), !tip.isEmpty else { return }
    shapes.append(.spot(x: x, y: y, width: max(width, 1), height: max(height, 1), tip: tip))
  }

  /// A point with its numbers as the tooltip.
  mutating func spot(_ x: Double, _ y: Double, tip: String) { spot(x - 6, y - 6, 12, 12, tip: tip) }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = 13, _ anchor: Anchor = .start,
    fill: Color = Ink.text, bold: Bool = false, rotate: Double = 0
  ) {
    guard !text.isEmpty else { return }
    shapes.append(.text(text.plain, x: x, y: y, size: size, anchor, fill: fill, bold: bold, rotate: rotate))
  }

  mutating func image(_ image: PlotImage, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    shapes.append(.image(image, x: x, y: y, width: width, height: height))
  }
}

/// Text widths in Helvetica or a font with the same metrics.
enum TypeSetting {
  // Advance widths of U+0020…U+007E in thousandths of an em (Adobe Helvetica font metrics).
  private static let advances: [Int] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556,
    556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500,
    667,
    556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333,
    556,
    556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500,
    722,
    500, 500, 500, 334, 260, 334, 584,
  ]

  /// - Returns: pixels, slightly more because the reader's font may be wider.
  static func width(_ text: String, size: Double = 13, bold: Bool = false) -> Double {
    var sum = 0
    for character in text.plain {
      if let ascii = character.asciiValue, ascii >= 32, ascii < 127 {
        sum += advances[Int(ascii) - 32]
      } else {
        sum += DisplayWidth.of(character) * 580
      }
    }
    return Double(sum) / 1000 * size * (bold ? 1.09 : 1.03)
  }

  static func cut(_ text: String, _ width: Double, size: Double = 13) -> String {
    let text = text.plain
    if self.width(text, size: size) <= width { return text }
    var result = text
    while !result.isEmpty, self.width(result + "…", size: size) > width { result.removeLast() }
    return result + "…"
  }

  /// Wraps words to lines of at most `width` pixels; a longer word is not split.
  static func wrap(_ text: String, _ width: Double, size: Double = 13) -> [String] {
    var lines: [String] = []
    for word in text.plain.split(separator: " ") {
      if let last = lines.last, self.width(last + " " + word, size: size) <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

extension Figure {
  /// The figure as a self-contained SVG document, by default with a suitable width.
  public func svg(_ options: SVGOptions? = nil) -> String { drawing(options).svg() }

  /// The same, shown this many pixels wide.
  public func svg(shownAt width: Double) -> String { drawing().svg(width: width) }

  /// The figure as shapes.
  /// - Parameter words: the accessible name if it has no title.
  package func drawing(_ options: SVGOptions? = nil, called words: String = "") -> Drawing {
    let options = options ?? SVGOptions(width: naturalWidth)
    let margin = 24.0
    var svg = SVGBuilder()
    let size = draw(in: &svg, left: margin, top: margin, width: options.width - 2 * margin)
    return Drawing(
      width: (size.width + 2 * margin).rounded(.up), height: (size.height + 2 * margin - 4).rounded(.up),
      title: title.isEmpty ? words : title, background: options.background, shapes: svg.shapes)
  }

  /// Draws title, content and caption. - Returns: their size.
  func draw(
    in svg: inout SVGBuilder, left: Double, top: Double, width: Double
  ) -> (width: Double, height: Double) {
    var y = top
    if !title.isEmpty {
      svg.text(title.plain, left, y + 14, size: 17, bold: true)
      y += 34
    }
    var size: (width: Double, height: Double)
    switch content {
    case .line(let chart): size = chart.draw(in: &svg, left: left, top: y, width: width)
    case .bars(let chart): size = chart.draw(in: &svg, left: left, top: y, width: width)
    case .histogram(let chart): size = chart.draw(in: &svg, left: left, top: y, width: width)
    case .heatmap(let map): size = map.draw(in: &svg, left: left, top: y, width: width)
    case .images(let grid): size = grid.draw(in: &svg, left: left, top: y, width: width)
    case .table(let table): size = table.draw(in: &svg, left: left, top: y)
    case .grid(let grid): size = grid.draw(in: &svg, left: left, top: y, width: width)
    }
    size.width = max(size.width, TypeSetting.width(title, size: 17, bold: true), caption.isEmpty ? 0 : 240)
    y += size.height
    if !caption.isEmpty {
      y += 10
      for line in TypeSetting.wrap(caption, size.width, size: 12) {
        y += 17
        svg.text(line, left, y - 4, size: 12, fill: Ink.soft)
      }
    }
    return (size.width, y - top)
  }

  /// The default width in pixels.
  private var naturalWidth: Double {
    if case .grid(let grid) = content { return 500 * Double(grid.across) + 48 }
    return 720
  }
}
