import MocoBase

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
  private var output = OutgoingBytes()

  init(number: Int, channel: Channel, descriptor: Int32) {
    (self.number, self.channel, self.descriptor) = (number, channel, descriptor)
  }

  /// Bytes that it has not taken yet.
  var waiting: Int { output.waiting }
  /// When it last took something.
  var lastProgress: Double { output.lastMove }

  func subscribes(to topic: [UInt8]) -> Bool {
    isReady && subscriptions.contains { topic.starts(with: $0) }
  }

  func add(_ bytes: [UInt8]) {
    guard !isDropped else { return }
    output.add(bytes)
  }

  /// Hands over what the peer takes now. - Returns: false where the connection is at its end.
  func flush() -> Bool { output.flush(to: descriptor) }
}
