/// One record of an event file (TFRecord): the length of its bytes, a checksum of the length, the bytes, a checksum of them.
package enum EventRecord {
  /// A record of these bytes.
  package static func framed(_ bytes: [UInt8]) -> [UInt8] {
    var head: [UInt8] = []
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { head += $0 }
    return head + checksum(head) + bytes + checksum(bytes)
  }

  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: masked(crc32c(bytes)).littleEndian) { Array($0) }
  }

  /// The masked checksum of the format, so that checksums of data with embedded checksums differ.
  static func masked(_ crc: UInt32) -> UInt32 { (crc >> 15 | crc << 17) &+ 0xA282_EAD8 }

  /// CRC-32C (RFC 3720, appendix B.4), with the polynomial of Castagnoli.
  package static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    table.withUnsafeBufferPointer { table in
      for byte in bytes { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8) }
    }
    return ~crc
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
  }
}
