import MocoBase
import MocoDocument

/// A figure as shapes, for SVG and for pictures.
package struct Drawing: Sendable {
  /// The anchor of a text, with SVG's values of `text-anchor`.
  package enum Anchor: String, Sendable {
    case start, middle, end
  }

  /// Lengths are in pixels, x to the right and y down.
  package enum Shape: Sendable {
    case rectangle(
      x: Double, y: Double, width: Double, height: Double, fill: Color, radius: Double, stroke: Color?,
      tip: String)
    case line(x1: Double, y1: Double, x2: Double, y2: Double, Color, width: Double)
    /// With round joins and caps.
    case curve([(x: Double, y: Double)], Color, width: Double)
    /// A closed, transparent polygon.
    case area([(x: Double, y: Double)], Color, opacity: Double)
    case dot(x: Double, y: Double, radius: Double, Color)
    /// An invisible shape with a tooltip.
    case spot(x: Double, y: Double, width: Double, height: Double, tip: String)
    /// `y` is the baseline; `rotate` is in degrees around (x, y).
    case text(
      String, x: Double, y: Double, size: Double, Anchor, fill: Color, bold: Bool, rotate: Double)
    case image(PlotImage, x: Double, y: Double, width: Double, height: Double)
  }

  /// Width in integer pixels.
  package let width: Double
  /// Height in integer pixels.
  package let height: Double
  /// The accessible name of the drawing; empty for none.
  package let title: String
  /// Whether there is a white background behind the shapes.
  package let background: Bool
  /// The shapes, in order: later ones cover earlier ones.
  package let shapes: [Shape]
}

extension Drawing {
  /// Pixels for a text in the layout, slightly more than its width in Helvetica.
  package static func room(_ text: String, size: Double, bold: Bool) -> Double {
    TypeSetting.width(text, size: size, bold: bold)
  }

  /// The complete SVG 1.1 document.
  /// - Parameter shown: displayed width in pixels; nil for the width of the layout.
  func svg(width shown: Double? = nil) -> String {
    let (w, h) = (n(width), n(height))
    let (across, down) = (n(shown ?? width), n(shown.map { height * $0 / max(width, 1) } ?? height))
    var text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(across)\" height=\"\(down)\" viewBox=\"0 0 \(w) \(h)\""
    text += " role=\"img\" font-family=\"\(Ink.font)\" font-size=\"13\" fill=\"\(Ink.text.hex)\">\n"
    if !title.isEmpty { text += "<title>\(HTMLText.escaped(title.plain))</title>\n" }
    if background { text += "<rect width=\"\(w)\" height=\"\(h)\" rx=\"6\" fill=\"#ffffff\"/>\n" }
    for shape in shapes { text += shape.svg }
    return text + "</svg>\n"
  }
}

extension Drawing.Shape {
  fileprivate var svg: String {
    switch self {
    case .rectangle(let x, let y, let width, let height, let fill, let radius, let stroke, let tip):
      var text = "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\""
      if radius > 0 { text += " rx=\"\(n(radius))\"" }
      text += " fill=\"\(fill.hex)\""
      if let stroke { text += " stroke=\"\(stroke.hex)\"" }
      return text + (tip.isEmpty ? "/>\n" : "><title>\(HTMLText.escaped(tip.plain))</title></rect>\n")
    case .line(let x1, let y1, let x2, let y2, let color, let width):
      return "<path d=\"M\(n(x1)) \(n(y1))L\(n(x2)) \(n(y2))\" stroke=\"\(color.hex)\" "
        + "stroke-width=\"\(n(width))\"/>\n"
    case .curve(let points, let color, let width):
      return "<path d=\"\(path(points))\" fill=\"none\" stroke=\"\(color.hex)\" stroke-width=\"\(n(width))\""
        + " stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n"
    case .area(let points, let color, let opacity):
      return "<path d=\"\(path(points))Z\" fill=\"\(color.hex)\" fill-opacity=\"\(n(opacity))\"/>\n"
    case .dot(let x, let y, let radius, let color):
      return "<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(color.hex)\"/>\n"
    case .spot(let x, let y, let width, let height, let tip):
      return "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" fill=\"none\""
        + " pointer-events=\"all\"><title>\(HTMLText.escaped(tip.plain))</title></rect>\n"
    case .text(let words, let x, let y, let size, let anchor, let fill, let bold, let rotate):
      var text = "<text x=\"\(n(x))\" y=\"\(n(y))\""
      if size != 13 { text += " font-size=\"\(n(size))\"" }
      if anchor != .start { text += " text-anchor=\"\(anchor.rawValue)\"" }
      if fill != Ink.text { text += " fill=\"\(fill.hex)\"" }
      if bold { text += " font-weight=\"600\"" }
      if rotate != 0 { text += " transform=\"rotate(\(n(rotate)) \(n(x)) \(n(y)))\"" }
      return text + ">\(HTMLText.escaped(words.plain))</text>\n"
    case .image(let image, let x, let y, let width, let height):
      return "<image x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\""
        + " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\""
        + " href=\"data:image/png;base64,\(Base64.encode(PNG.encode(image)))\"/>\n"
    }
  }

  private func path(_ points: [(x: Double, y: Double)]) -> String {
    var path = ""
    for (index, point) in points.enumerated() {
      path += "\(index == 0 ? "M" : "L")\(n(point.x)) \(n(point.y))"
    }
    return path
  }
}

private func n(_ value: Double) -> String { SVGNumber.text(value) }
