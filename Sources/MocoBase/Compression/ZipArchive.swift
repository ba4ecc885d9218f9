import CSystem

/// A zip archive; its directory is validated when it is opened, entries are read on request.
///
/// Parts of stored entries can be read alone. Their checksums are not computed: weights are read when
/// they are needed, and a sum over gigabytes would touch all of them.
package final class ZipArchive: Sendable {
  /// How an entry's bytes are stored: uncompressed (method 0 of the zip format) or deflated (method 8).
  package enum Compression: Sendable { case stored, deflated }

  /// One file of the archive, as the central directory lists it.
  package struct Entry: Sendable {
    /// The path within the archive, unchanged: valid UTF-8, and unique.
    package let name: String
    /// How its bytes are stored; parts of a stored entry can be read alone.
    package let compression: Compression
    /// The decompressed size in bytes.
    package let size: Int
    let crc: UInt32
    /// The offset of its own header, and of its bytes.
    let header: Int
    let range: Range<Int>
  }

  /// The maximum size of one compressed entry, 1 GiB.
  package static let inflateLimit = 1 << 30

  /// The path with which the archive was opened, for messages.
  package let path: String
  /// All entries in the order of the central directory.
  package let entries: [Entry]
  /// The archive's file, which stays open while the archive is in use.
  package let file: OpenedFile
  private let places: [String: Int]

  /// - Throws: E0501 if there is no file; E0502 if it is truncated, corrupted or hostile; E0605 for encryption
  ///   and unsupported compression methods.
  package init(path: String) throws {
    let file = try OpenedFile(path: path)
    self.path = path
    self.file = file
    entries = try ZipDirectory(file).entries
    places = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// Whether a file begins like a zip archive, also one without entries.
  package static func isZip(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06])
  }

  /// The entry with exactly this name; nil if there is none.
  package func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

  /// The offset in the file of a stored entry after its first `count` bytes; nil for a compressed one.
  package func place(_ entry: Entry, skipping count: Int) -> Int? {
    // The range was checked against the file when the archive was opened.
    entry.compression == .stored ? entry.range.lowerBound + count : nil
  }

  /// The first bytes of an entry, decompressed: `count`, or fewer if it ends or is corrupted earlier.
  ///
  /// - Throws: E0502 if the file has changed.
  package func beginning(_ entry: Entry, _ count: Int) throws -> [UInt8] {
    let range = entry.range.lowerBound..<min(entry.range.upperBound, entry.range.lowerBound + count)
    switch entry.compression {
    case .stored: return try file.bytes(range)
    case .deflated:
      // Compressed bytes exceed the decompressed ones by at most a few per thousand.
      let packed = entry.range.lowerBound..<min(entry.range.upperBound, entry.range.lowerBound + 2 * count)
      return try file.withBytes(packed) { Gzip.beginning($0, container: .raw, count: min(count, entry.size)) }
    }
  }

  /// An entry's bytes, decompressed and verified by its checksum.
  ///
  /// - Throws: E0502 if it is corrupted or has more than `limit` bytes, E0405 without memory.
  package func read(_ entry: Entry, limit: Int = ZipArchive.inflateLimit) throws -> [UInt8] {
    let name = "\(path) (\(entry.name))"
    guard entry.size <= limit else {
      throw Failure.corrupt(
        name, "it has \(entry.size) bytes, more than the limit of \(limit)",
        help: "use a file written by torch.save; this one is probably of another kind")
    }
    // Inflating needs two copies for a moment.
    try MemoryAccountant.reserve(2 * entry.size)
    defer { MemoryAccountant.release(2 * entry.size) }
    let bytes: [UInt8]
    switch entry.compression {
    case .stored: bytes = try file.bytes(entry.range)
    case .deflated:
      bytes = try file.withBytes(entry.range) {
        try Gzip.inflate($0, container: .raw, cap: entry.size, name: name)
      }
    }
    guard bytes.count == entry.size else {
      throw Failure.corrupt(name, "it decompresses to \(bytes.count) bytes, expected \(entry.size)")
    }
    guard bytes.withUnsafeBytes({ moco_crc32($0.baseAddress, $0.count) }) == entry.crc else {
      throw Failure.corrupt(name, "checksum mismatch")
    }
    return bytes
  }
}
