import MocoCLIP

/// Pixels of 8 bits, rows from top to bottom, channels side by side.
public struct Image: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// height × width × channels values.
  public let bytes: [UInt8]

  /// - Throws: E0513 if a side is not positive, the channels are neither 1 nor 3, or the bytes do not fit.
  public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) throws {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    let (size, overflow2) = area.multipliedReportingOverflow(by: channels)
    guard width > 0, height > 0, channels == 1 || channels == 3, !overflow, !overflow2, size == bytes.count else {
      throw CLIPError(
        code: "E0513", "\(width) × \(height) × \(channels) with \(bytes.count) bytes is no image",
        help: "an image has at least one pixel and 1 or 3 channels")
    }
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }

  /// For callers that have just computed fitting sizes.
  init(checkedWidth width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }
}
