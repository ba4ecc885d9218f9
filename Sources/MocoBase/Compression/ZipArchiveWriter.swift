import CSystem

/// Writes a zip archive (PKWARE APPNOTE 6.3.9) without times, so that equal input gives equal bytes, and without the large
/// form (ZIP64): at most 4 GiB and 65,535 entries.
package struct ZipArchiveWriter {
  private let file: AtomicFile
  private var directory: [UInt8] = []
  private var names = Set<String>()
  private var place = 0

  /// Writes the archive to `file`, from its beginning.
  package init(_ file: AtomicFile) { self.file = file }

  /// Adds an entry.
  ///
  /// - Throws: E0504 if it cannot be written; E0505 for a duplicate or too long name, and for more than
  ///   the archive holds.
  package mutating func add(_ name: String, _ bytes: [UInt8], isCompressed: Bool) throws {
    let title = Array(name.utf8)
    guard title.count <= 0xFFFF else {
      throw Failure(
        "E0505",
        "cannot write \(file.path): the name of an entry has \(title.count) bytes; the limit of zip is 65535",
        help: "give it a shorter name")
    }
    guard names.insert(name).inserted else {
      throw Failure(
        "E0505", "cannot write \(file.path): duplicate entry \(name)",
        help: "give each entry a unique name")
    }
    let body = isCompressed ? try Gzip.deflate(bytes, container: .raw, level: 6) : bytes
    guard bytes.count < 0xFFFF_FFFF, place + body.count + title.count + 30 < 0xFFFF_FFFF,
      names.count <= 0xFFFE
    else {
      throw Failure(
        "E0505", "cannot write \(file.path): it exceeds the limits of zip, 4 GiB and 65534 entries",
        help: "write a .safetensors file, or several files")
    }
    let crc = bytes.withUnsafeBytes { moco_crc32($0.baseAddress, $0.count) }
    // Version, flags (names in UTF-8), method, time, the 1st of January 1980, checksum, sizes, lengths of name and extra.
    var facts: [UInt8] = []
    append(UInt16(20), to: &facts)
    append(UInt16(title.allSatisfy { $0 < 0x80 } ? 0 : 0x0800), to: &facts)
    append(UInt16(isCompressed ? 8 : 0), to: &facts)
    append(UInt16(0), to: &facts)
    append(UInt16(0x21), to: &facts)
    append(crc, to: &facts)
    append(UInt32(clamping: body.count), to: &facts)
    append(UInt32(clamping: bytes.count), to: &facts)
    append(UInt16(clamping: title.count), to: &facts)
    append(UInt16(0), to: &facts)
    var head: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    head += facts
    head += title
    try file.write(head)
    try file.write(body)
    directory += [0x50, 0x4B, 0x01, 0x02, 20, 0]
    directory += facts
    // Comment, disk, attributes of both kinds.
    directory += [UInt8](repeating: 0, count: 10)
    append(UInt32(clamping: place), to: &directory)
    directory += title
    place += head.count + body.count
  }

  /// Writes the directory, which ends the archive.
  ///
  /// - Throws: E0504; E0505 for more than the archive holds.
  package mutating func finish() throws {
    guard place + directory.count < 0xFFFF_FFFF else {
      throw Failure(
        "E0505", "cannot write \(file.path): it exceeds the limits of zip, 4 GiB and 65534 entries",
        help: "write a .safetensors file, or several files")
    }
    var end = directory + [0x50, 0x4B, 0x05, 0x06, 0, 0, 0, 0]
    append(UInt16(clamping: names.count), to: &end)
    append(UInt16(clamping: names.count), to: &end)
    append(UInt32(clamping: directory.count), to: &end)
    append(UInt32(clamping: place), to: &end)
    append(UInt16(0), to: &end)
    try file.write(end)
  }

  private func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }
}
