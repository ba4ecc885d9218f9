#if canImport(Glibc)
  import Glibc
#endif

/// A colour of eight bits a channel, sRGB.
public struct Colour: Sendable, Hashable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// `0xRRGGBB`.
  public init(_ hex: UInt32) {
    self.init(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
  }

  /// `#rrggbb`, as SVG and CSS write it.
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
  var luminance: Double {
    0.2126 * Colour.linear(red) + 0.7152 * Colour.linear(green) + 0.0722 * Colour.linear(blue)
  }

  /// Black or white, whichever reads better on this colour.
  var readable: Colour { luminance > 0.22 ? Colour(0x14201f) : Colour(0xffffff) }

  /// The index of the nearest entry of the 256-colour palette (6×6×6 cube or grey ramp).
  var ansi256: Int {
    func level(_ byte: UInt8) -> Int { byte < 48 ? 0 : byte < 115 ? 1 : (Int(byte) - 35) / 40 }
    let steps = [0, 95, 135, 175, 215, 255]
    let (r, g, b) = (level(red), level(green), level(blue))
    let grey = (Int(red) + Int(green) + Int(blue)) / 3
    let greyIndex = grey < 4 ? 16 : grey > 246 ? 231 : 232 + min((grey - 3) / 10, 23)
    let greyLevel = grey < 4 ? 0 : grey > 246 ? 255 : 8 + 10 * (greyIndex - 232)
    func distance(_ x: Int, _ y: Int, _ z: Int) -> Int {
      let (dr, dg, db) = (x - Int(red), y - Int(green), z - Int(blue))
      return dr * dr + dg * dg + db * db
    }
    return distance(steps[r], steps[g], steps[b]) <= distance(greyLevel, greyLevel, greyLevel)
      ? 16 + 36 * r + 6 * g + b : greyIndex
  }

  /// The colour a share `t` of the way to another, mixed in Oklab so that the steps look even.
  func mixed(with other: Colour, _ t: Double) -> Colour {
    let (a, b) = (oklab, other.oklab)
    return Colour(oklab: (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t, a.2 + (b.2 - a.2) * t))
  }

  // Oklab: Björn Ottosson, "A perceptual color space for image processing", 2020.
  private var oklab: (Double, Double, Double) {
    let (r, g, b) = (Colour.linear(red), Colour.linear(green), Colour.linear(blue))
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
      Colour.byte(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3),
      Colour.byte(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3),
      Colour.byte(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3))
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

/// A way from numbers 0…1 to colours.
struct Colormap: Sendable {
  let stops: [Colour]

  /// Light to dark, for paper.
  static let paper = Colormap(stops: [0xf4f7f5, 0xc5e1d8, 0x74b9b3, 0x2c7f92, 0x163d5c].map { Colour($0) })
  /// Dark to light, for terminals: small values recede into the background.
  static let terminal = Colormap(
    stops: [0x1c2530, 0x1d4a5d, 0x1f7f86, 0x5dbb98, 0xf2e694].map { Colour($0) })
  /// Negative, none, positive; for paper.
  static let paperSigned = Colormap(
    stops: [0x1f5a8c, 0x8fb9d6, 0xf6f5f2, 0xeeb184, 0xb14a12].map { Colour($0) })
  static let terminalSigned = Colormap(
    stops: [0x6bb4ee, 0x2a6494, 0x23272e, 0x9a5420, 0xf7a35c].map { Colour($0) })

  func callAsFunction(_ t: Double) -> Colour {
    guard t.isFinite, let first = stops.first else { return stops.first ?? Colour(0) }
    let place = min(max(t, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), max(stops.count - 2, 0))
    guard stops.count > 1 else { return first }
    return stops[index].mixed(with: stops[index + 1], place - Double(index))
  }
}

/// Colours that tell series apart, on paper and on a dark or light terminal.
enum Palette {
  static let paper: [Colour] = [
    0x1f6f8b, 0xd9701e, 0x3a8f5c, 0xb03a63, 0x6f56a6, 0x8a6a1f, 0x4b5563, 0x0f9aa7,
  ].map { Colour($0) }
  static let terminal: [Colour] = [
    0x4fb3d0, 0xf0954a, 0x62bd85, 0xe0709a, 0xa08be0, 0xcfae56, 0x9aa5b1, 0x40d0d8,
  ].map { Colour($0) }

  static func paper(_ index: Int) -> Colour { paper[index % paper.count] }
  static func terminal(_ index: Int) -> Colour { terminal[index % terminal.count] }
}
