// H: height, W: width, C: channels.

/// An image in floats, nominally 0 … 1, one plane per channel.
public struct Planes: Sendable, Equatable {
  /// W.
  public let width: Int
  /// H.
  public let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// Shape: [C, H, W].
  public internal(set) var values: [Float]

  /// For callers that have already checked the sizes.
  package init(width: Int, height: Int, channels: Int, values: [Float]) {
    self.width = width
    self.height = height
    self.channels = channels
    self.values = values
  }

  /// The image divided by 255.
  public init(_ image: Image) {
    let count = image.width * image.height
    let channels = image.channels
    let values = [Float](unsafeUninitializedCapacity: count * channels) { out, used in
      image.bytes.withUnsafeBufferPointer { source in
        for channel in 0..<channels {
          for i in 0..<count { out[channel * count + i] = Float(source[i * channels + channel]) / 255 }
        }
      }
      used = count * channels
    }
    self.init(width: image.width, height: image.height, channels: channels, values: values)
  }

  /// The image in 8 bits: values are clamped to 0 … 1 and rounded.
  public func image() -> Image {
    let count = width * height
    let channels = channels
    let bytes = [UInt8](unsafeUninitializedCapacity: count * channels) { out, used in
      values.withUnsafeBufferPointer { source in
        for channel in 0..<channels {
          for i in 0..<count {
            let value = source[channel * count + i]
            // A value that is not a number becomes black.
            out[i * channels + channel] = value >= 1 ? 255 : value > 0 ? UInt8(value * 255 + 0.5) : 0
          }
        }
      }
      used = count * channels
    }
    return Image(checkedWidth: width, height: height, channels: channels, bytes: bytes)
  }

  /// The image with one channel or three (weights 0.299, 0.587, 0.114).
  public func converted(channels wanted: Int) -> Planes {
    guard wanted != channels, wanted == 1 || wanted == 3 else { return self }
    if wanted == 3 {
      return Planes(width: width, height: height, channels: 3, values: values + values + values)
    }
    return Planes(width: width, height: height, channels: 1, values: luminance())
  }

  /// Brightness of every pixel. Shape: [H, W].
  func luminance() -> [Float] {
    guard channels == 3 else { return values }
    let count = width * height
    return values.withUnsafeBufferPointer { source in
      (0..<count).map { 0.299 * source[$0] + 0.587 * source[count + $0] + 0.114 * source[2 * count + $0] }
    }
  }
}
