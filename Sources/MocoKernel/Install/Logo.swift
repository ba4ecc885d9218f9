import MocoDocument

/// The picture that launchers show: an m of two arches on a square, whose corners are round in the drawing.
package enum Logo {
  /// The stroke's half width and the arches' radius, on a square of 64.
  private static let (stroke, arch) = (3.0, 7.5)
  private static let (ground, ink): (UInt32, UInt32) = (0x33_3F_73, 0xF6_F2_E6)

  /// As SVG.
  package static let svg = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img">
    <title>moco</title>
    <rect width="64" height="64" rx="14" fill="#333f73"/>
    <path d="M17 46V28.5a7.5 7.5 0 0 1 15 0V46M32 28.5a7.5 7.5 0 0 1 15 0V46" fill="none" stroke="#f6f2e6" \
    stroke-width="6" stroke-linecap="round"/>
    </svg>

    """

  /// As PNG of 64 × 64.
  package static var png: [UInt8] {
    let (paper, pen) = (Color(ground), Color(ink))
    var bytes: [UInt8] = []
    for y in 0..<64 {
      for x in 0..<64 {
        let (px, py) = (Double(x) + 0.5, Double(y) + 0.5)
        let ink = coverage(distanceToStrokes(px, py) - stroke)
        func mixed(_ a: UInt8, _ b: UInt8) -> UInt8 {
          UInt8((Double(a) * (1 - ink) + Double(b) * ink).rounded())
        }
        bytes += [
          mixed(paper.red, pen.red), mixed(paper.green, pen.green), mixed(paper.blue, pen.blue),
        ]
      }
    }
    guard let image = PixelImage(width: 64, height: 64, channels: 3, bytes: bytes) else { return [] }
    return PNG.encode(image)
  }

  /// The coverage of a pixel, by the distance of its centre from the edge.
  private static func coverage(_ distance: Double) -> Double { min(max(0.5 - distance, 0), 1) }

  private static func distanceToStrokes(_ x: Double, _ y: Double) -> Double {
    var nearest = Double.infinity
    for stem in [17.0, 32, 47] {
      let dy = y < 28.5 ? 28.5 - y : max(y - 46, 0)
      nearest = min(nearest, ((x - stem) * (x - stem) + dy * dy).squareRoot())
    }
    for center in [24.5, 39.5] where y <= 28.5 {
      let (dx, dy) = (x - center, y - 28.5)
      nearest = min(nearest, abs((dx * dx + dy * dy).squareRoot() - arch))
    }
    return nearest
  }
}
