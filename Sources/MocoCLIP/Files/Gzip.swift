import CSystem
import Glibc

/// gzip (RFC 1952), zlib (RFC 1950) and raw deflate (RFC 1951) streams through the system's zlib.
public enum Gzip {
  public enum Container: Int32, Sendable { case gzip = 0, zlib = 1, raw = 2 }

  /// Inflates `bytes`; several gzip members count as one stream.
  ///
  /// - Parameters:
  ///   - cap: the most bytes that may come out. A stream that would give more is refused, not swallowed.
  ///   - name: what messages call the stream (a path).
  /// - Throws: E0502 if the stream is corrupt, cut short or larger than `cap`.
  public static func inflate(
    _ bytes: UnsafeRawBufferPointer, container: Container = .gzip, cap: Int, name: String
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
      throw CLIPError.corrupt(name, "the compressed stream ends too early")
    case Int32(MOCO_INFLATE_TOO_LARGE.rawValue):
      throw CLIPError.corrupt(
        name, "it unpacks to more than \(cap) bytes",
        help: "give another file: this is probably of another kind")
    case Int32(MOCO_INFLATE_NO_MEMORY.rawValue):
      throw CLIPError(code: "E0405", "\(name): not enough memory to unpack it")
    default:
      throw CLIPError.corrupt(name, "it is not a gzip stream, or is damaged")
    }
  }

  /// Inflates a `.gz` file; at most `cap` bytes come out.
  ///
  /// - Throws: E0501, E0502.
  public static func inflateFile(_ path: String, cap: Int) throws -> [UInt8] {
    let file = try OpenedFile(path: path)
    return try file.withBytes { try inflate($0, cap: cap, name: path) }
  }

  /// Deflates `bytes` into one gzip member that holds no name and no time: equal input gives equal output.
  ///
  /// - Throws: E0405 if there is not enough memory.
  public static func deflate(_ bytes: [UInt8]) throws -> [UInt8] {
    var output: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = bytes.withUnsafeBufferPointer { moco_gzip($0.baseAddress, $0.count, &output, &count) }
    defer { free(output) }
    guard status == 0 else {
      throw CLIPError(code: "E0405", "not enough memory to pack \(bytes.count) bytes")
    }
    return [UInt8](UnsafeBufferPointer(start: output, count: count))
  }
}
