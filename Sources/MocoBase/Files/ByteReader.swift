/// Reads little-endian numbers and pieces from untrusted bytes; nil if they are truncated.
package struct ByteReader {
  /// All bytes, including those already read. The caller keeps them alive.
  package let bytes: UnsafeRawBufferPointer
  /// Offset of the next byte, 0 … `bytes.count`.
  package private(set) var position: Int

  /// - Parameter position: must not be beyond the end; reads there return nil.
  package init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = min(max(position, 0), bytes.count)
  }

  /// Bytes from `position` to the end.
  package var left: Int { bytes.count - position }

  /// The next little-endian number of the type; nil if fewer bytes are left, which stay unread.
  package mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
    let size = MemoryLayout<Number>.size
    guard left >= size else { return nil }
    defer { position += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
  }

  /// The next byte; nil at the end.
  package mutating func byte() -> UInt8? { number(UInt8.self) }

  /// The next `count` bytes.
  package mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= left else { return nil }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// The bytes up to the next line feed, which is skipped.
  package mutating func line() -> UnsafeRawBufferPointer? {
    let rest = bytes[position...]
    guard let end = rest.firstIndex(of: 0x0A) else { return nil }
    defer { position = end + 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<end])
  }
}
