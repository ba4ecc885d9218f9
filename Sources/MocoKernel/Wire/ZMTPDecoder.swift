/// Decodes the data of one peer, in pieces of any size.
package struct ZMTPDecoder {
  /// A decoded item.
  package enum Event: Equatable {
    case greeting
    case command(name: String, body: [UInt8])
    case message([[UInt8]])
  }

  /// Why the rest of a peer's data cannot be read.
  package struct Fault: Error, Equatable {
    /// A text that follows "a peer".
    package var text: String
  }

  /// Bytes of a message.
  package static let mostBytes = 64 << 20
  /// Frames of a message.
  package static let mostFrames = 1024

  private var buffer: [UInt8] = []
  /// The number of bytes of the buffer that were read.
  private var start = 0
  private var isGreeted = false
  private var frames: [[UInt8]] = []
  /// Bytes in `frames`.
  private var size = 0

  /// At the beginning of a connection.
  package init() {}

  /// Adds received bytes.
  package mutating func feed(_ bytes: some Collection<UInt8>) {
    if start > 0, start == buffer.count || start > 1 << 16 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer += bytes
  }

  private var count: Int { buffer.count - start }

  /// The next item; nil if more bytes are needed.
  package mutating func next() throws(Fault) -> Event? {
    guard isGreeted else { return try greeting() }
    while let frame = try frame() {
      if frame.flags & ZMTP.Flag.command != 0 { return try command(frame.body) }
      size += frame.body.count
      frames.append(frame.body)
      guard size <= ZMTPDecoder.mostBytes else { throw tooLong() }
      guard frames.count <= ZMTPDecoder.mostFrames else {
        throw Fault(text: "sent a message of more than \(ZMTPDecoder.mostFrames) frames")
      }
      if frame.flags & ZMTP.Flag.more == 0 {
        defer {
          frames = []
          size = 0
        }
        return .message(frames)
      }
    }
    return nil
  }

  private mutating func greeting() throws(Fault) -> Event? {
    guard count > 0 else { return nil }
    // Another protocol is detected by its first byte, without waiting for 64.
    guard buffer[start] == 0xFF else { throw Fault(text: "does not use ZeroMQ's protocol") }
    guard count >= 11 else { return nil }
    guard buffer[start + 9] & 1 == 1 else { throw Fault(text: "does not use ZeroMQ's protocol") }
    guard buffer[start + 10] >= 3 else { throw Fault(text: "uses a version of ZeroMQ's protocol before 3") }
    guard count >= 64 else { return nil }
    let mechanism = buffer[(start + 12)..<(start + 32)].prefix { $0 != 0 }
    guard mechanism.elementsEqual("NULL".utf8) else {
      throw Fault(text: "requests the mechanism \(String(decoding: mechanism, as: UTF8.self)), not NULL")
    }
    start += 64
    isGreeted = true
    return .greeting
  }

  /// One frame; nil if it is incomplete.
  private mutating func frame() throws(Fault) -> (flags: UInt8, body: [UInt8])? {
    guard count >= 2 else { return nil }
    let flags = buffer[start]
    guard flags & ~ZMTP.Flag.all == 0 else { throw Fault(text: "sent a frame with unknown flags") }
    var head = 2
    var length = Int(buffer[start + 1])
    if flags & ZMTP.Flag.long != 0 {
      head = 9
      guard count >= head else { return nil }
      let long = buffer[(start + 1)..<(start + 9)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard long <= UInt64(ZMTPDecoder.mostBytes) else { throw tooLong() }
      length = Int(long)
    }
    guard count >= head + length else { return nil }
    let body = Array(buffer[(start + head)..<(start + head + length)])
    start += head + length
    return (flags, body)
  }

  private func command(_ body: [UInt8]) throws(Fault) -> Event {
    guard let length = body.first, body.count > Int(length) else {
      throw Fault(text: "sent a command without a name")
    }
    let name = String(decoding: body[1..<(1 + Int(length))], as: UTF8.self)
    return .command(name: name, body: Array(body[(1 + Int(length))...]))
  }

  private func tooLong() -> Fault {
    Fault(text: "sent a message of more than \(ZMTPDecoder.mostBytes >> 20) MB")
  }

  /// The properties of a `READY`; nil if they are truncated.
  package static func properties(_ body: [UInt8]) -> [String: [UInt8]]? {
    var result: [String: [UInt8]] = [:]
    var rest = body[...]
    while let length = rest.popFirst() {
      let name = rest.prefix(Int(length))
      rest = rest.dropFirst(Int(length))
      guard name.count == Int(length), rest.count >= 4 else { return nil }
      let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      let value = rest.dropFirst(4).prefix(size)
      guard value.count == size else { return nil }
      rest = rest.dropFirst(4 + size)
      // Names of properties are case-insensitive.
      result[String(decoding: name, as: UTF8.self).lowercased()] = Array(value)
    }
    return result
  }
}
