import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// One connection of a browser. Only the server's thread uses it.
final class Connection {
  let descriptor: Int32
  var input: [UInt8] = []
  /// Whether it receives events from now on, and the revision of its page.
  var isStream = false
  var seen = 0
  /// Whether it is closed once everything is sent.
  var ends = false
  /// The time of the last received or sent data.
  var lastMove: Double { max(lastCame, output.lastMove) }
  /// The start of the current request.
  var began: Double?

  private var lastCame = ProcessClock.seconds
  private var output = OutgoingBytes()

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Bytes that are not yet sent.
  var waiting: Int { output.waiting }

  func send(_ bytes: [UInt8]) { output.add(bytes) }

  /// Reads received data. - Returns: false at the end.
  func receive(_ buffer: inout [UInt8]) -> Bool {
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) }
    lastCame = ProcessClock.seconds
    if began == nil { began = lastCame }
    input += buffer[..<count]
    return true
  }

  /// Sends as much as it accepts now. - Returns: false at the end.
  func flush() -> Bool { output.flush(to: descriptor) && (waiting > 0 || !ends) }
}
