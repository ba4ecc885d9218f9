import CSystem
import MocoBase

/// Writes zip archives, for tests: also such that no honest program writes.
package struct ZipWriter {
  package struct Entry {
    package var name: String
    package var bytes: [UInt8]
    package var isDeflated: Bool
    /// What the directory says instead of the truth.
    package var size: Int?
    package var packed: Int?
    package var offset: Int?
    package var method: UInt16?
    package var flags: UInt16 = 0
    package var crc: UInt32?
    package var localName: String?
  }

  package var entries: [Entry] = []
  /// Whether sizes and places stand in the 64-bit fields.
  package var isLarge = false
  package var comment: [UInt8] = []

  package init() {}

  package mutating func add(_ name: String, _ bytes: [UInt8], deflated: Bool = false) {
    entries.append(Entry(name: name, bytes: bytes, isDeflated: deflated))
  }

  package mutating func add(_ name: String, _ text: String) { add(name, Array(text.utf8)) }

  package func data() throws -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      // A gzip member is ten bytes, raw deflate, eight bytes.
      let body =
        entry.isDeflated ? Array(try Gzip.deflate(entry.bytes).dropFirst(10).dropLast(8)) : entry.bytes
      let method = entry.method ?? (entry.isDeflated ? 8 : 0)
      let crc = entry.crc ?? entry.bytes.withUnsafeBytes { moco_crc32($0.baseAddress, $0.count) }
      let name = Array(entry.name.utf8)
      let localName = Array((entry.localName ?? entry.name).utf8)
      let offset = file.count
      let size = entry.size ?? entry.bytes.count
      let packed = entry.packed ?? body.count
      // PyTorch pads the extra field so that numbers begin at a multiple of 64.
      let padding = (64 - (offset + 30 + localName.count + 4) % 64) % 64
      file +=
        ZipWriter.bytes(UInt32(0x0403_4B50)) + ZipWriter.bytes(UInt16(20)) + ZipWriter.bytes(entry.flags)
      file += ZipWriter.bytes(method) + [0, 0, 0, 0] + ZipWriter.bytes(crc)
      file +=
        ZipWriter.bytes(UInt32(truncatingIfNeeded: packed))
        + ZipWriter.bytes(UInt32(truncatingIfNeeded: size))
      file += ZipWriter.bytes(UInt16(localName.count)) + ZipWriter.bytes(UInt16(padding + 4)) + localName
      file +=
        [0x46, 0x42] + ZipWriter.bytes(UInt16(padding)) + [UInt8](repeating: 0x5A, count: padding) + body

      let place = entry.offset ?? offset
      var extra: [UInt8] = []
      if isLarge {
        extra = ZipWriter.bytes(UInt16(1)) + ZipWriter.bytes(UInt16(24)) + ZipWriter.bytes(Int64(size))
        extra += ZipWriter.bytes(Int64(packed)) + ZipWriter.bytes(Int64(place))
      }
      func short(_ value: Int) -> [UInt8] {
        ZipWriter.bytes(isLarge ? UInt32.max : UInt32(truncatingIfNeeded: value))
      }
      directory += ZipWriter.bytes(UInt32(0x0201_4B50)) + [20, 0, 20, 0] + ZipWriter.bytes(entry.flags)
      directory +=
        ZipWriter.bytes(method) + [0, 0, 0, 0] + ZipWriter.bytes(crc) + short(packed) + short(size)
      directory += ZipWriter.bytes(UInt16(name.count)) + ZipWriter.bytes(UInt16(extra.count))
      directory += [UInt8](repeating: 0, count: 10) + short(place) + name + extra
    }
    let start = file.count
    file += directory
    if isLarge {
      let end = file.count
      file += ZipWriter.bytes(UInt32(0x0606_4B50)) + ZipWriter.bytes(UInt64(44)) + [45, 0, 45, 0]
      file += [UInt8](repeating: 0, count: 8) + ZipWriter.bytes(UInt64(entries.count))
      file += ZipWriter.bytes(UInt64(entries.count)) + ZipWriter.bytes(UInt64(directory.count))
      file += ZipWriter.bytes(UInt64(start))
      file +=
        ZipWriter.bytes(UInt32(0x0706_4B50)) + [0, 0, 0, 0] + ZipWriter.bytes(UInt64(end)) + [1, 0, 0, 0]
    }
    let count = isLarge ? UInt16.max : UInt16(truncatingIfNeeded: entries.count)
    file +=
      ZipWriter.bytes(UInt32(0x0605_4B50)) + [0, 0, 0, 0] + ZipWriter.bytes(count) + ZipWriter.bytes(count)
    file += ZipWriter.bytes(isLarge ? UInt32.max : UInt32(directory.count))
    file += ZipWriter.bytes(isLarge ? UInt32.max : UInt32(start))
    file += ZipWriter.bytes(UInt16(comment.count)) + comment
    return file
  }

  package static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
