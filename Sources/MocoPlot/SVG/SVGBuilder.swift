/// How a figure is drawn on paper.
public struct SVGOptions: Sendable, Equatable {
  /// Pixels across; the height follows from the content. Heat maps, tables and image grids may take another
  /// width.
  public var width: Double
  /// Paper behind the figure; `false` leaves it transparent.
  public var background: Bool

  public init(width: Double = 720, background: Bool = true) {
    self.width = width.isFinite ? min(max(width, 240), 8000) : 720
    self.background = background
  }
}

enum Ink {
  static let text = Colour(0x1d2b2f)
  static let soft = Colour(0x5c6b70)
  static let rule = Colour(0xb9c3c6)
  static let grid = Colour(0xe6ebec)
  static let font = "Inter, 'Helvetica Neue', Helvetica, 'Liberation Sans', Arial, sans-serif"
}

/// Elements of an SVG 1.1 document, in order.
struct SVGBuilder {
  enum Anchor: String {
    case start, middle, end
  }

  private(set) var body = ""

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: Colour, radius: Double = 0,
    stroke: Colour? = nil, tip: String = ""
  ) {
    body += "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(max(width, 0)))\" height=\"\(n(max(height, 0)))\""
    if radius > 0 { body += " rx=\"\(n(radius))\"" }
    body += " fill=\"\(fill.hex)\""
    if let stroke { body += " stroke=\"\(stroke.hex)\"" }
    body += tip.isEmpty ? "/>\n" : "><title>\(tip.xml)</title></rect>\n"
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: Colour, width: Double = 1
  ) {
    body +=
      "<path d=\"M\(n(x1)) \(n(y1))L\(n(x2)) \(n(y2))\" stroke=\"\(colour.hex)\" stroke-width=\"\(n(width))\"/>\n"
  }

  mutating func curve(_ points: [(x: Double, y: Double)], _ colour: Colour, width: Double) {
    guard points.count > 1 else { return }
    var path = ""
    for (index, point) in points.enumerated() {
      path += "\(index == 0 ? "M" : "L")\(n(point.x)) \(n(point.y))"
    }
    body += "<path d=\"\(path)\" fill=\"none\" stroke=\"\(colour.hex)\" stroke-width=\"\(n(width))\""
    body += " stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n"
  }

  mutating func dot(_ x: Double, _ y: Double, radius: Double, _ colour: Colour) {
    body += "<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(colour.hex)\"/>\n"
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = 13, _ anchor: Anchor = .start,
    fill: Colour = Ink.text, bold: Bool = false, rotate: Double = 0
  ) {
    guard !text.isEmpty else { return }
    body += "<text x=\"\(n(x))\" y=\"\(n(y))\""
    if size != 13 { body += " font-size=\"\(n(size))\"" }
    if anchor != .start { body += " text-anchor=\"\(anchor.rawValue)\"" }
    if fill != Ink.text { body += " fill=\"\(fill.hex)\"" }
    if bold { body += " font-weight=\"600\"" }
    if rotate != 0 { body += " transform=\"rotate(\(n(rotate)) \(n(x)) \(n(y)))\"" }
    body += ">\(text.xml)</text>\n"
  }

  mutating func image(_ image: PlotImage, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    body += "<image x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\""
    body += " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\""
    body += " href=\"data:image/png;base64,\(Base64.encode(PNG.encode(image)))\"/>\n"
  }

  /// The whole document.
  func document(width: Double, height: Double, title: String, _ options: SVGOptions) -> String {
    let (w, h) = (n(width.rounded(.up)), n(height.rounded(.up)))
    var text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(w)\" height=\"\(h)\" viewBox=\"0 0 \(w) \(h)\""
    text += " role=\"img\" font-family=\"\(Ink.font)\" font-size=\"13\" fill=\"\(Ink.text.hex)\">\n"
    if !title.isEmpty { text += "<title>\(title.xml)</title>\n" }
    if options.background { text += "<rect width=\"\(w)\" height=\"\(h)\" rx=\"6\" fill=\"#ffffff\"/>\n" }
    return text + body + "</svg>\n"
  }
}

/// A coordinate with at most two decimals.
private func n(_ value: Double) -> String {
  guard value.isFinite else { return "0" }
  var text = Numbers.fixed(value, 2)
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text
}

extension String {
  /// Escaped for element content and attributes; characters that XML 1.0 does not allow are left out.
  var xml: String {
    var result = String.UnicodeScalarView()
    for scalar in plain.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "\u{FFFE}", "\u{FFFF}": break
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

/// Widths of text set in Helvetica or a face of the same metrics.
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

  /// - Returns: pixels, a little generous because the reader's font may be wider.
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

  /// Words in lines of at most `width` pixels; a single longer word is kept whole.
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
  /// The figure as a self-contained SVG document.
  public func svg(_ options: SVGOptions = SVGOptions()) -> String {
    var svg = SVGBuilder()
    let margin = 24.0
    var top = margin
    if !title.isEmpty {
      svg.text(title.plain, margin, top + 14, size: 17, bold: true)
      top += 34
    }
    var size: (width: Double, height: Double)
    switch content {
    case .line(let chart):
      size = chart.draw(in: &svg, left: margin, top: top, width: options.width - 2 * margin)
    case .bars(let chart):
      size = chart.draw(in: &svg, left: margin, top: top, width: options.width - 2 * margin)
    case .heatmap(let map):
      size = map.draw(in: &svg, left: margin, top: top, width: options.width - 2 * margin)
    case .images(let grid):
      size = grid.draw(in: &svg, left: margin, top: top, width: options.width - 2 * margin)
    case .table(let table): size = table.draw(in: &svg, left: margin, top: top)
    }
    size.width = max(size.width, TypeSetting.width(title, size: 17, bold: true), caption.isEmpty ? 0 : 240)
    top += size.height
    if !caption.isEmpty {
      top += 10
      for line in TypeSetting.wrap(caption, size.width, size: 12) {
        top += 17
        svg.text(line, margin, top - 4, size: 12, fill: Ink.soft)
      }
    }
    return svg.document(width: size.width + 2 * margin, height: top + margin - 4, title: title, options)
  }

  /// The figure as a fragment of HTML: a `figure` element around inline SVG, or a `table`.
  public func html() -> String {
    if case .table(let table) = content { return table.html(title: title, caption: caption) }
    return "<figure>\n\(svg())</figure>\n"
  }
}
