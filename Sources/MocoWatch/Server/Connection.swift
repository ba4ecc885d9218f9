import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// One connection of a browser. The server's thread alone uses it.
final class Connection {
  let descriptor: Int32
  var input: [UInt8] = []
  /// Whether it gets events from here on, and the revision of the page that it knows.
  var isStream = false
  var seen = 0
  /// Whether it is closed once everything is sent.
  var ends = false
  /// When something last came, or was taken.
  var lastMove: Double { max(lastCame, output.lastMove) }
  /// When the request that is read began to come.
  var began: Double?

  private var lastCame = ProcessClock.seconds
  private var output = OutgoingBytes()

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Bytes that it has not taken yet.
  var waiting: Int { output.waiting }

  func send(_ bytes: [UInt8]) { output.add(bytes) }

  /// Reads what has come. - Returns: false at the end.
  func receive(_ buffer: inout [UInt8]) -> Bool {
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) }
    lastCame = ProcessClock.seconds
    if began == nil { began = lastCame }
    input += buffer[..<count]
    return true
  }

  /// Hands over what it takes now. - Returns: false where it is at its end.
  func flush() -> Bool { output.flush(to: descriptor) && (waiting > 0 || !ends) }
}
