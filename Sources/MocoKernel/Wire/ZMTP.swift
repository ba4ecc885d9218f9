// The protocol of ZeroMQ's sockets over TCP, as far as a kernel needs it: rfc.zeromq.org/spec/23 (version 3.0, without
// encryption), with the pings and subscriptions of version 3.1.

/// The bytes sent to a peer.
package enum ZMTP {
  /// The greeting of 64 bytes from both sides: signature, version 3.0, mechanism NULL, not a server, filler.
  package static let greeting: [UInt8] =
    [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 0] + Array("NULL".utf8) + [UInt8](repeating: 0, count: 48)

  /// Bits of a frame's first byte.
  enum Flag {
    static let more: UInt8 = 1
    static let long: UInt8 = 2
    static let command: UInt8 = 4
    static let all: UInt8 = 7
  }

  /// A message of several frames.
  package static func message(_ frames: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(frames.reduce(0) { $0 + $1.count + 9 })
    for (index, frame) in frames.enumerated() {
      append(frame, flags: index + 1 < frames.count ? Flag.more : 0, to: &bytes)
    }
    return bytes
  }

  /// A command: `READY`, `PONG`, `ERROR`.
  package static func command(_ name: String, _ body: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    append([UInt8(truncatingIfNeeded: name.utf8.count)] + name.utf8 + body, flags: Flag.command, to: &bytes)
    return bytes
  }

  /// The properties of a side: names of at most 255 bytes, and values.
  package static func ready(_ properties: [(name: String, value: [UInt8])]) -> [UInt8] {
    var body: [UInt8] = []
    for (name, value) in properties {
      body.append(UInt8(truncatingIfNeeded: name.utf8.count))
      body += name.utf8
      body += bigEndian(UInt64(value.count), bytes: 4)
      body += value
    }
    return command("READY", body)
  }

  private static func append(_ frame: [UInt8], flags: UInt8, to bytes: inout [UInt8]) {
    if frame.count < 256 {
      bytes.append(flags)
      bytes.append(UInt8(frame.count))
    } else {
      bytes.append(flags | Flag.long)
      bytes += bigEndian(UInt64(frame.count), bytes: 8)
    }
    bytes += frame
  }

  private static func bigEndian(_ value: UInt64, bytes count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }
}
