import CSystem
import Glibc

/// gzip (RFC 1952), zlib (RFC 1950) and raw deflate (RFC 1951) streams through the system's zlib.
public enum Gzip {
  /// The container of the deflated bytes. The raw values are those of the C shim.
  public enum Container: Int32, Sendable { case gzip = 0, zlib = 1, raw = 2 }

  /// Inflates `bytes`; several gzip members count as one stream.
  ///
  /// - Parameters:
  ///   - cap: the maximum decompressed size in bytes. A larger stream is rejected, not truncated.
  ///   - name: the name of the stream in messages (a path).
  ///   - excess: the message for a larger stream, if the caller has a better one.
  /// - Throws: E0502 if the stream is corrupted, truncated or larger than `cap`.
  public static func inflate(
    _ bytes: UnsafeRawBufferPointer, container: Container = .gzip, cap: Int, name: String,
    excess: String? = nil
  ) throws -> [UInt8] {
    var output: UnsafeMutablePointer<UInt8>?
    var count = 0
    let input = bytes.bindMemory(to: UInt8.self).baseAddress
    let status = moco_inflate(input, bytes.count, container.rawValue, max(cap, 0), &output, &count)
    defer { free(output) }
    switch status {
    case Int32(MOCO_INFLATE_OK.rawValue):
      return [UInt8](UnsafeBufferPointer(start: output, count: count))
    case Int32(MOCO_INFLATE_TRUNCATED.rawValue):
      throw Failure.corrupt(name, "the compressed stream is truncated")
    case Int32(MOCO_INFLATE_TOO_LARGE.rawValue):
      throw Failure.corrupt(
        name, excess ?? "it decompresses to more than \(cap) bytes",
        help: "use another file; this one is probably of another kind")
    case Int32(MOCO_INFLATE_NO_MEMORY.rawValue):
      throw Failure("E0405", "\(name): not enough memory to decompress it")
    default:
      throw Failure.corrupt(name, "it is not a gzip stream, or it is corrupted")
    }
  }

  /// The first bytes of a decompressed stream: `count`, or fewer if it ends or is corrupted earlier.
  public static func beginning(
    _ bytes: UnsafeRawBufferPointer, container: Container = .gzip, count: Int
  ) -> [UInt8] {
    let input = bytes.bindMemory(to: UInt8.self).baseAddress
    return [UInt8](unsafeUninitializedCapacity: max(count, 0)) { buffer, used in
      used = moco_inflate_beginning(input, bytes.count, container.rawValue, buffer.baseAddress, buffer.count)
    }
  }

  /// The maximum ratio of decompressed to compressed size: the limit of deflate.
  public static let bestRatio = 1032

  /// Inflates a `.gz` file to at most `cap` bytes.
  ///
  /// - Throws: E0501, E0502.
  public static func inflateFile(_ path: String, cap: Int) throws -> [UInt8] {
    let file = try OpenedFile(path: path)
    return try file.withBytes { try inflate($0, cap: cap, name: path) }
  }

  /// Deflates `bytes` into one gzip member without name and time, or another container: equal input gives
  /// equal output, with one version of zlib.
  ///
  /// - Parameter level: from 1 (fast) to 9 (small).
  /// - Throws: E0405 if there is not enough memory.
  public static func deflate(
    _ bytes: [UInt8], container: Container = .gzip, level: Int = 9
  ) throws -> [UInt8] {
    var output: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = bytes.withUnsafeBufferPointer {
      moco_deflate(
        $0.baseAddress, $0.count, container.rawValue, Int32(min(max(level, 1), 9)), &output, &count)
    }
    defer { free(output) }
    guard status == 0 else {
      throw Failure("E0405", "not enough memory to compress \(bytes.count) bytes")
    }
    return [UInt8](UnsafeBufferPointer(start: output, count: count))
  }
}
