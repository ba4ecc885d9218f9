/// Borrowed 8-bit pixels: rows in memory of another owner, channels interleaved.
struct PixelRows {
  /// The first pixel of the first row.
  let base: UnsafePointer<UInt8>
  /// Pixels of a row.
  let width: Int
  /// Rows.
  let height: Int
  /// Bytes of a pixel.
  let channels: Int
  /// Bytes from one row to the next.
  let stride: Int

  /// A rectangle that is known to be inside.
  func part(_ window: Window) -> PixelRows {
    PixelRows(
      base: base + window.top * stride + window.left * channels, width: window.width, height: window.height,
      channels: channels, stride: stride)
  }

  /// A copy.
  func image() -> Image {
    let row = width * channels
    let bytes = [UInt8](unsafeUninitializedCapacity: row * height) { out, used in
      if let target = out.baseAddress {
        for y in 0..<height { (target + y * row).initialize(from: base + y * stride, count: row) }
      }
      used = row * height
    }
    return Image(checkedWidth: width, height: height, channels: channels, bytes: bytes)
  }
}

extension Image {
  /// Lends the pixels.
  func withRows<Result>(_ body: (PixelRows) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer { bytes in
      // An image has at least one pixel, so that there is an address; one byte is used if there are none.
      guard let base = bytes.baseAddress else {
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { none in
          none.initialize(repeating: 0)
          guard let base = none.baseAddress else { return try withRows(body) }
          return try body(
            PixelRows(base: base, width: 0, height: 0, channels: channels, stride: 0))
        }
      }
      return try body(
        PixelRows(base: base, width: width, height: height, channels: channels, stride: width * channels))
    }
  }
}
