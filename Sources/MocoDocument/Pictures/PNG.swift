/// Portable Network Graphics (ISO/IEC 15948) without compression: stored deflate blocks in a zlib stream.
package enum PNG {
  /// The bytes of a file of color type 0 (one channel) or 2 (three), eight bits a channel.
  package static func encode(_ image: PixelImage) -> [UInt8] {
    var raw: [UInt8] = []
    let stride = image.width * image.channels
    raw.reserveCapacity((stride + 1) * image.height)
    for row in 0..<image.height {
      raw.append(0)
      raw += image.bytes[(row * stride)..<((row + 1) * stride)]
    }
    var stream: [UInt8] = [0x78, 0x01]
    var at = 0
    while at < raw.count {
      let size = min(raw.count - at, 65535)
      stream.append(at + size == raw.count ? 1 : 0)
      stream += [UInt8(size & 255), UInt8(size >> 8), UInt8(~size & 255), UInt8(~size >> 8 & 255)]
      stream += raw[at..<(at + size)]
      at += size
    }
    stream += bigEndian(adler32(raw))
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header =
      bigEndian(UInt32(truncatingIfNeeded: image.width)) + bigEndian(UInt32(truncatingIfNeeded: image.height))
      + [8, image.channels == 1 ? 0 : 2, 0, 0, 0]
    file += chunk("IHDR", header)
    file += chunk("IDAT", stream)
    file += chunk("IEND", [])
    return file
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return bigEndian(UInt32(truncatingIfNeeded: data.count)) + body + bigEndian(crc32(body))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }

  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }

  private static let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { crcTable[Int(($0 ^ UInt32($1)) & 255)] ^ ($0 >> 8) }
  }
}
