#if canImport(Glibc)
  import Glibc
#endif

/// What a socket has still to take. Whoever owns it guards it.
package struct OutgoingBytes {
  /// When the other side last took something, or was last given something while it owed nothing, in seconds of the
  /// process's clock.
  package private(set) var lastMove = ProcessClock.seconds
  private var bytes: [UInt8] = []
  private var sent = 0
  /// What stays reserved, or is let go of, is about this much.
  private static let kept = 1 << 20

  /// Nothing yet.
  package init() {}

  /// Bytes that it has not taken yet.
  package var waiting: Int { bytes.count - sent }

  /// Puts bytes behind the others.
  package mutating func add(_ more: [UInt8]) {
    if waiting == 0 { lastMove = ProcessClock.seconds }
    bytes += more
  }

  /// Hands over what the socket takes now, without waiting. - Returns: false where the connection is at its end.
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
