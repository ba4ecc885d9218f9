import MocoBase

/// 8-bit pixels, rows from top to bottom, channels interleaved.
public struct Image: Sendable, Equatable {
  /// Pixels of a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// height × width × channels values.
  public let bytes: [UInt8]

  /// The maximum number of pixels of an image, Pillow's limit.
  public static let pixelLimit = 178_956_970

  /// - Throws: E0513 if a side is not positive, the channels are neither 1 nor 3, or the number of bytes does not match.
  public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) throws {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, channels == 1 || channels == 3, !overflow, area <= Image.pixelLimit,
      area * channels == bytes.count
    else {
      throw Failure(
        "E0513", "\(bytes.count) bytes do not match an image of \(width) × \(height) × \(channels)",
        help: "use at least one pixel and 1 or 3 channels")
    }
    self.init(checkedWidth: width, height: height, channels: channels, bytes: bytes)
  }

  /// For callers that have already checked the sizes.
  package init(checkedWidth width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }

  /// The image with one channel or three.
  ///
  /// Grey is repeated; colours have the weights 0.299, 0.587 and 0.114 (ITU-R BT.601), rounded as in Pillow.
  public func converted(channels wanted: Int) -> Image {
    guard wanted != channels, wanted == 1 || wanted == 3 else { return self }
    let count = width * height
    let result = [UInt8](unsafeUninitializedCapacity: count * wanted) { out, used in
      bytes.withUnsafeBufferPointer { source in
        if wanted == 3 {
          for i in 0..<count {
            out[3 * i] = source[i]
            out[3 * i + 1] = source[i]
            out[3 * i + 2] = source[i]
          }
        } else {
          for i in 0..<count {
            let red = UInt32(source[3 * i]) * 19595
            let green = UInt32(source[3 * i + 1]) * 38470
            let blue = UInt32(source[3 * i + 2]) * 7471
            out[i] = UInt8((red + green + blue + 0x8000) >> 16)
          }
        }
      }
      used = count * wanted
    }
    return Image(checkedWidth: width, height: height, channels: wanted, bytes: result)
  }

  /// A rectangle of the image.
  ///
  /// - Throws: E0513 if it is empty or not inside the image.
  public func cropped(_ window: Window) throws -> Image {
    try window.check(width: width, height: height)
    return part(window)
  }

  /// A rectangle that is known to be inside.
  package func part(_ window: Window) -> Image {
    if window.width == width && window.height == height { return self }
    let row = window.width * channels
    var result: [UInt8] = []
    result.reserveCapacity(row * window.height)
    for y in window.top..<window.top + window.height {
      let start = (y * width + window.left) * channels
      result.append(contentsOf: bytes[start..<start + row])
    }
    return Image(checkedWidth: window.width, height: window.height, channels: channels, bytes: result)
  }

  /// The mirror image, left to right.
  public func flipped() -> Image {
    let count = bytes.count
    let result = [UInt8](unsafeUninitializedCapacity: count) { out, used in
      bytes.withUnsafeBufferPointer { source in
        for y in 0..<height {
          for x in 0..<width {
            let from = (y * width + width - 1 - x) * channels
            let to = (y * width + x) * channels
            for channel in 0..<channels { out[to + channel] = source[from + channel] }
          }
        }
      }
      used = count
    }
    return Image(checkedWidth: width, height: height, channels: channels, bytes: result)
  }

  /// The image with `border` black pixels on every side.
  ///
  /// - Throws: E0513 for a border out of range.
  public func padded(_ border: Int) throws -> Image {
    guard border != 0 else { return self }
    guard border > 0, border < 1 << 15, (width + 2 * border) * (height + 2 * border) <= Image.pixelLimit
    else {
      throw Failure("E0513", "a border of \(border) pixels is out of range")
    }
    let outWidth = width + 2 * border
    let outHeight = height + 2 * border
    var result = [UInt8](repeating: 0, count: outWidth * outHeight * channels)
    let row = width * channels
    for y in 0..<height {
      let to = ((y + border) * outWidth + border) * channels
      result.replaceSubrange(to..<to + row, with: bytes[y * row..<(y + 1) * row])
    }
    return Image(checkedWidth: outWidth, height: outHeight, channels: channels, bytes: result)
  }
}

/// A rectangle of pixels.
public struct Window: Sendable, Hashable {
  /// The first row, from 0.
  public let top: Int
  /// The first column, from 0.
  public let left: Int
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int

  /// A rectangle; it is checked when it is cropped from an image.
  public init(top: Int, left: Int, height: Int, width: Int) {
    self.top = top
    self.left = left
    self.height = height
    self.width = width
  }

  /// - Throws: E0513 if the rectangle is empty or not inside an image of that size.
  package func check(width imageWidth: Int, height imageHeight: Int) throws {
    guard top >= 0, left >= 0, height > 0, width > 0, height <= imageHeight, width <= imageWidth,
      top <= imageHeight - height, left <= imageWidth - width
    else {
      throw Failure(
        "E0513",
        "the window at (\(left), \(top)) of \(width) × \(height) is not inside an image of \(imageWidth) × \(imageHeight)"
      )
    }
  }
}
