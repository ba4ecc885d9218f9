/// Pixels of one picture, row by row, 1 (grey) or 3 (red, green, blue) bytes each.
public struct PixelImage: Sendable, Equatable {
  /// Pixels across, at least 1.
  public let width: Int
  /// Pixels down, at least 1.
  public let height: Int
  /// 1 for gray, 3 for red, green and blue.
  public let channels: Int
  /// Shape: [height, width, channels].
  public let bytes: [UInt8]

  /// - Returns: `nil` when the number of bytes is not width × height × channels, or channels is neither 1 nor
  ///   3.
  public init?(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    guard width > 0, height > 0, channels == 1 || channels == 3 else { return nil }
    let (area, tooWide) = width.multipliedReportingOverflow(by: height)
    let (size, tooLarge) = area.multipliedReportingOverflow(by: channels)
    guard !tooWide, !tooLarge, size == bytes.count else { return nil }
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }

  /// The pixel at a position; the nearest pixel for positions outside.
  package func color(_ x: Int, _ y: Int) -> Color {
    let at = (min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)) * channels
    return channels == 1
      ? Color(bytes[at], bytes[at], bytes[at]) : Color(bytes[at], bytes[at + 1], bytes[at + 2])
  }
}
