/// A Protocol Buffers message, built field by field: the wire format of event files.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  /// An integer; negative ones take ten bytes, as int64 and int32 do.
  mutating func add(_ field: Int, _ value: Int) {
    tag(field, 0)
    append(varint: UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ field: Int, _ value: Double) {
    tag(field, 1)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
  }

  mutating func add(_ field: Int, _ value: Float) {
    tag(field, 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
  }

  mutating func add(_ field: Int, _ value: [UInt8]) {
    tag(field, 2)
    append(varint: UInt64(value.count))
    bytes += value
  }

  mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }
  mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, message.bytes) }

  /// Numbers one after the other.
  mutating func add(_ field: Int, packed values: [Double]) {
    tag(field, 2)
    append(varint: UInt64(8 * values.count))
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
  }

  private mutating func tag(_ field: Int, _ wire: Int) {
    append(varint: UInt64(truncatingIfNeeded: field << 3 | wire))
  }

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
