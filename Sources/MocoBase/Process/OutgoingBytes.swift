#if canImport(Glibc)
  import Glibc
#endif

/// Bytes to be sent to a socket. The owner guards it.
package struct OutgoingBytes {
  /// The time when the other side last accepted bytes, or when bytes were added to an empty queue, in seconds of the
  /// process's clock.
  package private(set) var lastMove = ProcessClock.seconds
  private var bytes: [UInt8] = []
  private var sent = 0
  /// The approximate capacity that stays reserved.
  private static let kept = 1 << 20

  /// An empty queue.
  package init() {}

  /// Bytes that are not yet sent.
  package var waiting: Int { bytes.count - sent }

  /// Appends bytes.
  package mutating func add(_ more: [UInt8]) {
    if waiting == 0 { lastMove = ProcessClock.seconds }
    bytes += more
  }

  /// Sends as much as the socket accepts now, without waiting. - Returns: false if the connection has ended.
  package mutating func flush(to descriptor: Int32) -> Bool {
    while waiting > 0 {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
      }
      sent += count
      lastMove = ProcessClock.seconds
    }
    if waiting == 0 {
      bytes.removeAll(keepingCapacity: bytes.capacity < OutgoingBytes.kept)
      sent = 0
    } else if sent > OutgoingBytes.kept, sent > waiting {
      bytes.removeFirst(sent)
      sent = 0
    }
    return true
  }
}
