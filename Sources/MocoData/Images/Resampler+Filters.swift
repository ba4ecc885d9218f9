import MocoBase
import MocoCLIP

/// The weight of a filter by distance, as Pillow has them.
///
/// Bicubic: R. Keys, *Cubic convolution interpolation for digital image processing*, 1981, with a = −1/2.
/// Lanczos: C. Lanczos's window with three lobes. Hamming: R. Hamming's window on one lobe.
struct FilterShape {
  /// Distance in output pixels beyond which the weight is 0.
  let support: Double
  let weight: (Double) -> Double

  /// nil for `nearest`, which has no weights.
  init?(_ filter: ResampleFilter) {
    switch filter {
    case .nearest: return nil
    case .box: (support, weight) = (0.5, { $0 > -0.5 && $0 <= 0.5 ? 1 : 0 })
    case .bilinear: (support, weight) = (1, { max(1 - abs($0), 0) })
    case .hamming: (support, weight) = (1, FilterShape.hamming)
    case .bicubic: (support, weight) = (2, FilterShape.cubic)
    case .lanczos: (support, weight) = (3, FilterShape.lanczos)
    }
  }

  private static func cubic(_ value: Double) -> Double {
    let a = -0.5
    let x = abs(value)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }

  private static func hamming(_ value: Double) -> Double {
    let x = abs(value)
    if x == 0 { return 1 }
    if x >= 1 { return 0 }
    let (sine, cosine) = ExactMath.sineCosine(turns: x / 2)
    return sine / (x * .pi) * (0.54 + 0.46 * cosine)
  }

  private static func lanczos(_ value: Double) -> Double {
    func sinc(_ x: Double) -> Double { x == 0 ? 1 : ExactMath.sineCosine(turns: x / 2).0 / (x * .pi) }
    return value >= -3 && value < 3 ? sinc(value) * sinc(value / 3) : 0
  }
}

extension Resampler {
  /// The part `window` of `image` in another size, by nearest neighbour.
  static func nearest(_ image: PixelRows, width outWidth: Int, height outHeight: Int, window: Window) -> Image
  {
    let columns = nearestPlaces(image.width, outWidth, window.left..<window.left + window.width)
    let rows = nearestPlaces(image.height, outHeight, window.top..<window.top + window.height)
    let channels = image.channels
    var bytes: [UInt8] = []
    bytes.reserveCapacity(columns.count * rows.count * channels)
    for row in rows {
      for column in columns {
        let at = row * image.stride + column * channels
        for channel in 0..<channels { bytes.append(image.base[at + channel]) }
      }
    }
    return Image(checkedWidth: columns.count, height: rows.count, channels: channels, bytes: bytes)
  }

  /// The input positions of `range` of the output positions. Steps are accumulated, as in Pillow: their
  /// rounding decides ties.
  private static func nearestPlaces(_ inSize: Int, _ outSize: Int, _ range: Range<Int>) -> [Int] {
    let step = Double(inSize) / Double(outSize)
    var at = step * 0.5
    var places: [Int] = []
    for position in 0..<range.upperBound {
      if position >= range.lowerBound { places.append(min(max(Int(at), 0), inSize - 1)) }
      at += step
    }
    return places
  }
}
