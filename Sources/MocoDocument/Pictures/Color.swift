#if canImport(Glibc)
  import Glibc
#endif

/// A color of eight bits per channel, sRGB.
public struct Color: Sendable, Hashable {
  /// The red channel of sRGB, 0…255.
  public var red: UInt8
  /// The green channel of sRGB, 0…255.
  public var green: UInt8
  /// The blue channel of sRGB, 0…255.
  public var blue: UInt8

  /// A color of three channels, each 0…255.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// The color `0xRRGGBB`; other bits are ignored.
  public init(_ hex: UInt32) {
    self.init(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
  }

  /// `#rrggbb`, as in SVG and CSS.
  public var hex: String {
    let digits = Array("0123456789abcdef")
    var text = "#"
    for byte in [red, green, blue] {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }

  /// Relative luminance, 0…1 (WCAG 2.1, section 1.4.3).
  package var luminance: Double {
    0.2126 * Color.linear(red) + 0.7152 * Color.linear(green) + 0.0722 * Color.linear(blue)
  }

  /// Black or white, whichever has more contrast on this color: at least 4.5.
  package var readable: Color { luminance > 0.179 ? Color(0x000000) : Color(0xffffff) }

  /// The color, or a darker version of it, with a contrast of at least 4.5 for text on white.
  package var ink: Color {
    var color = self
    while 1.05 / (color.luminance + 0.05) < 4.5 { color = color.mixed(with: Color(0x000000), 0.05) }
    return color
  }

  /// The index of the nearest color of the 256-colour palette (6×6×6 cube or grey ramp).
  package var ansi256: Int {
    func level(_ byte: UInt8) -> Int { byte < 48 ? 0 : byte < 115 ? 1 : (Int(byte) - 35) / 40 }
    let steps = [0, 95, 135, 175, 215, 255]
    let (r, g, b) = (level(red), level(green), level(blue))
    let gray = (Int(red) + Int(green) + Int(blue)) / 3
    let grayIndex = gray < 4 ? 16 : gray > 246 ? 231 : 232 + min((gray - 3) / 10, 23)
    let grayLevel = gray < 4 ? 0 : gray > 246 ? 255 : 8 + 10 * (grayIndex - 232)
    func distance(_ x: Int, _ y: Int, _ z: Int) -> Int {
      let (dr, dg, db) = (x - Int(red), y - Int(green), z - Int(blue))
      return dr * dr + dg * dg + db * db
    }
    return distance(steps[r], steps[g], steps[b]) <= distance(grayLevel, grayLevel, grayLevel)
      ? 16 + 36 * r + 6 * g + b : grayIndex
  }

  /// The mixture of the color and another one with weight `t`, in Oklab so that the steps look even.
  package func mixed(with other: Color, _ t: Double) -> Color {
    let (a, b) = (oklab, other.oklab)
    return Color(oklab: (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t, a.2 + (b.2 - a.2) * t))
  }

  // Oklab: Björn Ottosson, "A perceptual color space for image processing", 2020.
  private var oklab: (Double, Double, Double) {
    let (r, g, b) = (Color.linear(red), Color.linear(green), Color.linear(blue))
    let l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    let m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    let s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
      0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
    )
  }

  private init(oklab lab: (Double, Double, Double)) {
    let l = lab.0 + 0.3963377774 * lab.1 + 0.2158037573 * lab.2
    let m = lab.0 - 0.1055613458 * lab.1 - 0.0638541728 * lab.2
    let s = lab.0 - 0.0894841775 * lab.1 - 1.2914855480 * lab.2
    let (l3, m3, s3) = (l * l * l, m * m * m, s * s * s)
    self.init(
      Color.byte(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3),
      Color.byte(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3),
      Color.byte(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3))
  }

  private static func linear(_ byte: UInt8) -> Double {
    let c = Double(byte) / 255
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
  }

  private static func byte(_ linear: Double) -> UInt8 {
    let clipped = min(max(linear, 0), 1)
    let c = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * pow(clipped, 1 / 2.4) - 0.055
    return UInt8(min(max(c * 255, 0), 255).rounded())
  }
}

extension Color {
  /// Perceived brightness, 0…1 (Rec. 601 luma).
  package var gray: Double { (0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)) / 255 }
}
