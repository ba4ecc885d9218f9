import CSystem

/// A zip archive; its directory is validated as a whole when it is opened, entries are read when they are asked for.
///
/// Parts of stored entries can be read alone. Their checksums are not computed: weights are read where
/// they are needed, and a sum over gigabytes would touch all of them.
package final class ZipArchive: Sendable {
  /// How an entry's bytes are kept: as they are (method 0 of the zip format) or deflated (method 8).
  package enum Compression: Sendable { case stored, deflated }

  /// One file of the archive, as the central directory lists it.
  package struct Entry: Sendable {
    /// The path within the archive, as it is written there: valid UTF-8, and no other entry's.
    package let name: String
    /// How its bytes are kept; parts of a stored entry can be read alone.
    package let compression: Compression
    /// Bytes once it is unpacked.
    package let size: Int
    let crc: UInt32
    /// Where its own header begins, and where its bytes lie.
    let header: Int
    let range: Range<Int>
  }

  /// The most bytes that one compressed entry may have, 1 GiB.
  package static let inflateLimit = 1 << 30

  /// The path that the archive was opened by; messages name it.
  package let path: String
  /// All entries in the order of the central directory.
  package let entries: [Entry]
  /// The archive's file, which stays open as long as the archive is in use.
  package let file: OpenedFile
  private let places: [String: Int]

  /// - Throws: E0501 if there is no file; E0502 if it is cut short, damaged or hostile; E0605 for encryption
  ///   and rare compressions.
  package init(path: String) throws {
    let file = try OpenedFile(path: path)
    self.path = path
    self.file = file
    entries = try ZipDirectory(file).entries
    places = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// Whether a file begins as a zip archive does, also one without entries.
  package static func isZip(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06])
  }

  /// The entry of just this name; nil if there is none.
  package func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

  /// Where in the file a stored entry goes on behind its first `count` bytes; nil for a compressed one.
  package func place(_ entry: Entry, skipping count: Int) -> Int? {
    // The range was checked against the file when the archive was opened.
    entry.compression == .stored ? entry.range.lowerBound + count : nil
  }

  /// The first bytes of an entry, unpacked: `count`, or fewer where it ends or is damaged before.
  ///
  /// - Throws: E0502 if the file has changed.
  package func beginning(_ entry: Entry, _ count: Int) throws -> [UInt8] {
    let range = entry.range.lowerBound..<min(entry.range.upperBound, entry.range.lowerBound + count)
    switch entry.compression {
    case .stored: return try file.bytes(range)
    case .deflated:
      // Packed bytes are never more than what they unpack to by more than a few in a thousand.
      let packed = entry.range.lowerBound..<min(entry.range.upperBound, entry.range.lowerBound + 2 * count)
      return try file.withBytes(packed) { Gzip.beginning($0, container: .raw, count: min(count, entry.size)) }
    }
  }

  /// An entry's bytes, unpacked and checked against its checksum.
  ///
  /// - Throws: E0502 if it is damaged or has more than `limit` bytes, E0405 without memory.
  package func read(_ entry: Entry, limit: Int = ZipArchive.inflateLimit) throws -> [UInt8] {
    let name = "\(path) (\(entry.name))"
    guard entry.size <= limit else {
      throw Failure.corrupt(
        name, "it has \(entry.size) bytes, more than the \(limit) such an entry may have",
        help: "give a file that torch.save wrote: this is probably another kind of file")
    }
    // Inflating holds two copies for a moment.
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
      throw Failure.corrupt(name, "it unpacks to \(bytes.count) bytes, not to \(entry.size)")
    }
    guard bytes.withUnsafeBytes({ moco_crc32($0.baseAddress, $0.count) }) == entry.crc else {
      throw Failure.corrupt(name, "its checksum is wrong")
    }
    return bytes
  }
}
