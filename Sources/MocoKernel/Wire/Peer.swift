import MocoBase

/// One connection. Its wire's lock guards it.
final class Peer {
  /// The maximum subscriptions of one peer.
  static let mostSubscriptions = 1000

  let number: Int
  let channel: Channel
  let descriptor: Int32
  var decoder = ZMTPDecoder()
  /// Whether the handshake is complete.
  var isReady = false
  /// The peer's identity: the same on the shell and on stdin.
  var identity: [UInt8] = []
  var subscriptions: [[UInt8]] = []
  /// Whether it is to be closed by the thread that reads from it.
  var isDropped = false
  let began = ProcessClock.seconds
  private var output = OutgoingBytes()

  init(number: Int, channel: Channel, descriptor: Int32) {
    (self.number, self.channel, self.descriptor) = (number, channel, descriptor)
  }

  /// Bytes that are not yet sent.
  var waiting: Int { output.waiting }
  /// The time of the last successful send.
  var lastProgress: Double { output.lastMove }

  func subscribes(to topic: [UInt8]) -> Bool {
    isReady && subscriptions.contains { topic.starts(with: $0) }
  }

  func add(_ bytes: [UInt8]) {
    guard !isDropped else { return }
    output.add(bytes)
  }

  /// Sends as much as the peer accepts now. - Returns: false if the connection has ended.
  func flush() -> Bool { output.flush(to: descriptor) }
}
