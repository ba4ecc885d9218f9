import CCairo
import MocoBase
import MocoData
import MocoDocument
import MocoLang
import MocoPlot

/// A figure as pixels, drawn by cairo from the shapes of its SVG.
enum FigurePicture {
  /// - Parameters:
  ///   - width: in pixels; the height follows.
  /// - Returns: the picture, on white, and the characters of its text that no font contains, which are drawn as boxes.
  /// - Throws: E0505 if cairo or a font is missing; E0405.
  static func draw(_ drawing: Drawing, width: Int) throws -> (image: Image, missing: [Character]) {
    let scale = Double(width) / max(drawing.width, 1)
    let height = max(Int((drawing.height * scale).rounded()), 1)
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    // cairo needs 32 bits per pixel, and draws correctly up to 15 bits per side.
    guard !overflow, width <= 32_000, height <= 32_000, area <= 1 << 28 else {
      throw Failure(
        "E0513", "a picture of \(width) × \(height) pixels is too large", help: "use a smaller width",
        argument: "width")
    }
    var canvas: OpaquePointer?
    let status = moco_canvas_open(Int32(width), Int32(height), scale, &canvas)
    guard status == Int32(MOCO_CAIRO_OK.rawValue), let canvas else { throw failure(status) }
    defer { moco_canvas_close(canvas) }
    for shape in drawing.shapes { draw(shape, on: canvas) }
    guard moco_canvas_is_fine(canvas) else { throw failure(Int32(MOCO_CAIRO_FAILED.rawValue)) }
    var pixels = [UInt8](repeating: 0, count: area * 3)
    moco_canvas_pixels(canvas, &pixels)
    let image = try Image(width: width, height: height, channels: 3, bytes: pixels)
    return (image, missing(drawing, canvas))
  }

  private static func missing(_ drawing: Drawing, _ canvas: OpaquePointer) -> [Character] {
    var characters: Set<Character> = []
    for case .text(let words, _, _, _, _, _, _, _) in drawing.shapes {
      characters.formUnion(words.filter { !$0.isASCII && !$0.isWhitespace })
    }
    return characters.sorted().filter { !moco_canvas_has(canvas, String($0)) }
  }

  private static func failure(_ status: Int32) -> Failure {
    switch UInt32(bitPattern: status) {
    case MOCO_CAIRO_MISSING.rawValue:
      return Failure(
        "E0505", "a figure cannot be saved as PNG: the library cairo (libcairo.so.2) is not installed",
        help: "install it (apt-get install libcairo2), or save a .svg", argument: "path")
    case MOCO_CAIRO_NO_FONT.rawValue:
      return Failure(
        "E0505", "a figure cannot be saved as PNG: no font is installed",
        help: "install one (apt-get install fonts-dejavu-core), or save a .svg", argument: "path")
    default:
      return Failure(
        "E0405", "a figure could not be drawn: cairo is out of memory", help: "use a smaller width",
        argument: "width")
    }
  }

  private static func draw(_ shape: Drawing.Shape, on canvas: OpaquePointer) {
    switch shape {
    case .rectangle(let x, let y, let width, let height, let fill, let radius, let stroke, _):
      moco_canvas_rectangle(
        canvas, x, y, width, height, radius, fill.code, stroke.map { Int64($0.code) } ?? -1)
    case .line(let x1, let y1, let x2, let y2, let color, let width):
      moco_canvas_curve(canvas, [x1, y1, x2, y2], 2, color.code, width, false)
    case .curve(let points, let color, let width):
      let flat = points.flatMap { [$0.x, $0.y] }
      moco_canvas_curve(canvas, flat, Int32(clamping: points.count), color.code, width, true)
    case .area(let points, let color, let opacity):
      let flat = points.flatMap { [$0.x, $0.y] }
      moco_canvas_area(canvas, flat, Int32(clamping: points.count), color.code, opacity)
    case .dot(let x, let y, let radius, let color):
      moco_canvas_dot(canvas, x, y, radius, color.code)
    case .spot: break
    case .text(let words, let x, let y, let size, let anchor, let fill, let bold, let rotate):
      let share = anchor == .start ? 0.0 : anchor == .middle ? 0.5 : 1
      // The layout assumes the widths of Helvetica; a wider font is narrowed to them.
      let room = Drawing.room(words, size: size, bold: bold)
      moco_canvas_text(canvas, words.filter { $0 != "\0" }, x, y, size, share, room, fill.code, bold, rotate)
    case .image(let image, let x, let y, let width, let height):
      var pixels: [UInt8] = []
      pixels.reserveCapacity(image.width * image.height * 3)
      if image.channels == 3 {
        pixels = image.bytes
      } else {
        for byte in image.bytes { pixels += [byte, byte, byte] }
      }
      moco_canvas_image(
        canvas, pixels, Int32(clamping: image.width), Int32(clamping: image.height), x, y, width, height)
    }
  }
}

extension Color {
  /// 0xRRGGBB.
  fileprivate var code: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }
}
