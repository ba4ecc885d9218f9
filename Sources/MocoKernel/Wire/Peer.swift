import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// One connection. Its wire's lock guards it.
final class Peer {
  /// Subscriptions that one peer may have.
  static let mostSubscriptions = 1000

  let number: Int
  let channel: Channel
  let descriptor: Int32
  var decoder = ZMTPDecoder()
  /// Whether both sides have said what they are.
  var isReady = false
  /// What the peer calls itself: the same on the shell and on stdin.
  var identity: [UInt8] = []
  var subscriptions: [[UInt8]] = []
  /// Whether it is to be closed by the thread that reads from it.
  var isDropped = false
  let began = ProcessClock.seconds
  /// When it last took something.
  private(set) var lastProgress = ProcessClock.seconds

  private var output: [UInt8] = []
  private var sent = 0

  init(number: Int, channel: Channel, descriptor: Int32) {
    (self.number, self.channel, self.descriptor) = (number, channel, descriptor)
  }

  /// Bytes that it has not taken yet.
  var waiting: Int { output.count - sent }

  func subscribes(to topic: [UInt8]) -> Bool {
    isReady && subscriptions.contains { topic.starts(with: $0) }
  }

  func add(_ bytes: [UInt8]) {
    guard !isDropped else { return }
    if waiting == 0 { lastProgress = ProcessClock.seconds }
    output += bytes
  }

  /// Hands over what the peer takes now. - Returns: false where the connection is at its end.
  func flush() -> Bool {
    while waiting > 0 {
      let count = output.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
      }
      sent += count
      lastProgress = ProcessClock.seconds
    }
    if sent == output.count {
      output.removeAll(keepingCapacity: output.capacity < 1 << 20)
      sent = 0
    } else if sent > 1 << 20, sent > waiting {
      output.removeFirst(sent)
      sent = 0
    }
    return true
  }
}
