import MocoBase

/// Portable Network Graphics (ISO/IEC 15948): filtered rows in one zlib stream.
package enum PNG {
  /// The bytes of a file of color type 0 (one channel) or 2 (three), eight bits per channel.
  package static func encode(_ image: PixelImage) -> [UInt8] {
    let raw = filtered(image)
    // The bytes are stored uncompressed only if memory runs out.
    let stream = (try? Gzip.deflate(raw, container: .zlib)) ?? stored(raw)
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header =
      bigEndian(UInt32(truncatingIfNeeded: image.width)) + bigEndian(UInt32(truncatingIfNeeded: image.height))
      + [8, image.channels == 1 ? 0 : 2, 0, 0, 0]
    file += chunk("IHDR", header)
    file += chunk("IDAT", stream)
    file += chunk("IEND", [])
    return file
  }

  /// Each row after the number of its filter: of the five in the format, the one whose bytes, as signed
  /// numbers, have the smallest sum of magnitudes; the first in case of a tie.
  private static func filtered(_ image: PixelImage) -> [UInt8] {
    let (stride, step) = (image.width * image.channels, image.channels)
    var raw: [UInt8] = []
    raw.reserveCapacity((stride + 1) * image.height)
    var above = [UInt8](repeating: 0, count: stride)
    var rows = [[UInt8]](repeating: above, count: 5)
    for row in 0..<image.height {
      let line = Array(image.bytes[(row * stride)..<((row + 1) * stride)])
      var sums = [0, 0, 0, 0, 0]
      for x in 0..<stride {
        let value = line[x]
        let left = x >= step ? line[x - step] : 0
        let up = above[x]
        let corner = x >= step ? above[x - step] : 0
        let mean = UInt8(truncatingIfNeeded: (Int(left) + Int(up)) / 2)
        let guesses = (UInt8(0), left, up, mean, paeth(left, up, corner))
        rows[0][x] = value &- guesses.0
        rows[1][x] = value &- guesses.1
        rows[2][x] = value &- guesses.2
        rows[3][x] = value &- guesses.3
        rows[4][x] = value &- guesses.4
        for kind in 0..<5 { sums[kind] += Int(Int8(bitPattern: rows[kind][x]).magnitude) }
      }
      var best = 0
      for kind in 1..<5 where sums[kind] < sums[best] { best = kind }
      raw.append(UInt8(best))
      raw += rows[best]
      above = line
    }
    return raw
  }

  /// The neighbor that is nearest to left + up - corner; in case of a tie the first in this order.
  private static func paeth(_ left: UInt8, _ up: UInt8, _ corner: UInt8) -> UInt8 {
    let guess = Int(left) + Int(up) - Int(corner)
    let (a, b, c) = (abs(guess - Int(left)), abs(guess - Int(up)), abs(guess - Int(corner)))
    return a <= b && a <= c ? left : b <= c ? up : corner
  }

  /// A zlib stream without compression.
  private static func stored(_ raw: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var at = 0
    while at < raw.count {
      let size = min(raw.count - at, 65535)
      stream.append(at + size == raw.count ? 1 : 0)
      stream += [UInt8(size & 255), UInt8(size >> 8), UInt8(~size & 255), UInt8(~size >> 8 & 255)]
      stream += raw[at..<(at + size)]
      at += size
    }
    return stream + bigEndian(adler32(raw))
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

extension PNG {
  /// Pixels across and down, from the header of a file; nil if it is not a PNG.
  package static func size(_ file: [UInt8]) -> (width: Int, height: Int)? {
    guard file.count >= 24, file.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return nil }
    func number(_ place: Int) -> Int { file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
  }
}
