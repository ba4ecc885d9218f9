import CSystem
import MocoTensor

/// A zip archive, mapped into memory; its directory is validated as a whole when it is opened.
///
/// Stored entries are lent as they lie in the file. Their checksums are not computed: weights are read where
/// they are needed, and a sum over gigabytes would touch all of them.
package final class ZipArchive: Sendable {
  package enum Compression: Sendable { case stored, deflated }

  package struct Entry: Sendable {
    package let name: String
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

  package let path: String
  package let entries: [Entry]
  let file: MappedFile
  private let places: [String: Int]

  /// - Throws: E0501 if there is no file; E0502 if it is cut short, damaged or hostile; E0605 for encryption
  ///   and rare compressions.
  package init(path: String) throws {
    let file = try MappedFile(path: path)
    self.path = path
    self.file = file
    entries = try file.withBytes { try ZipDirectory($0, path: path).entries }
    places = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// Whether a file begins as a zip archive does.
  package static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
  }

  package func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

  /// Lends a stored entry's bytes; they must not escape from `body`. nil for a compressed one.
  func withStored<Result>(
    _ entry: Entry, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows
    -> Result?
  {
    guard entry.compression == .stored else { return nil }
    // The range was checked against the file when the archive was opened.
    return try file.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[entry.range])) }
  }

  /// An entry's bytes, unpacked and checked against its checksum.
  ///
  /// - Throws: E0502 if it is damaged or has more than `limit` bytes, E0405 without memory.
  package func read(_ entry: Entry, limit: Int = ZipArchive.inflateLimit) throws -> [UInt8] {
    let name = "\(path) (\(entry.name))"
    guard entry.size <= limit else {
      throw CLIPError.corrupt(
        name, "it has \(entry.size) bytes, more than the \(limit) such an entry may have",
        help: "give a file that torch.save wrote: this is probably another kind of file")
    }
    // Inflating holds two copies for a moment.
    try MemoryAccountant.reserve(2 * entry.size)
    defer { MemoryAccountant.release(2 * entry.size) }
    let bytes = try file.withBytes { whole -> [UInt8] in
      let packed = UnsafeRawBufferPointer(rebasing: whole[entry.range])
      switch entry.compression {
      case .stored: return [UInt8](packed)
      case .deflated: return try Gzip.inflate(packed, container: .raw, cap: entry.size, name: name)
      }
    }
    guard bytes.count == entry.size else {
      throw CLIPError.corrupt(name, "it unpacks to \(bytes.count) bytes, not to \(entry.size)")
    }
    guard bytes.withUnsafeBytes({ moco_crc32($0.baseAddress, $0.count) }) == entry.crc else {
      throw CLIPError.corrupt(name, "its checksum is wrong")
    }
    return bytes
  }
}
