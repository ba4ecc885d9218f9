extension ImageGrid {
  func draw(
    in svg: inout SVGBuilder, left: Double, top: Double, width: Double
  ) -> (width: Double, height: Double) {
    guard !items.isEmpty else {
      svg.text("no data", left, top + 14, fill: Ink.soft)
      return (width, 24)
    }
    let gap = 12.0
    let across = min(max(perRow ?? (items.count <= 6 ? items.count : 6), 1), items.count)
    let side = min(max((width - gap * Double(across - 1)) / Double(across), 24), 160)
    var y = top
    for start in stride(from: 0, to: items.count, by: across) {
      let shown = Array(items[start..<min(start + across, items.count)])
      let heights = shown.map { side * min(Double($0.image.height) / Double($0.image.width), 8) }
      let height = heights.max() ?? side
      let lines = shown.map { Array(TypeSetting.wrap($0.label, side, size: 12).prefix(3)) }
      for (index, item) in shown.enumerated() {
        let x = left + (side + gap) * Double(index)
        svg.image(item.image, x, y, side, heights[index])
        for (line, text) in lines[index].enumerated() {
          svg.text(text, x + side / 2, y + height + 15 + 15 * Double(line), size: 12, .middle)
        }
      }
      y += height + 15 * Double(lines.map(\.count).max() ?? 0) + gap
    }
    return (side * Double(across) + gap * Double(across - 1), y - top - gap + 4)
  }
}

/// Portable Network Graphics (ISO/IEC 15948) without compression: stored deflate blocks in a zlib stream.
enum PNG {
  static func encode(_ image: PlotImage) -> [UInt8] {
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

/// RFC 4648, section 4.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for at in stride(from: 0, to: bytes.count, by: 3) {
      let b = (0..<3).map { at + $0 < bytes.count ? bytes[at + $0] : 0 }
      let quads = [b[0] >> 2, (b[0] & 3) << 4 | b[1] >> 4, (b[1] & 15) << 2 | b[2] >> 6, b[2] & 63]
      for (index, quad) in quads.enumerated() {
        result.append(index <= bytes.count - at ? digits[Int(quad)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
