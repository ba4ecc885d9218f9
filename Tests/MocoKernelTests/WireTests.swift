import Foundation
import MocoKernel
import MocoTestSupport
import Testing

/// The sockets alone.
@Suite struct WireTests {
  /// Writes down who subscribes.
  ///
  /// - Safety: what changes is guarded by the lock.
  private final class Handler: WireHandler, @unchecked Sendable {
    private let lock = NSLock()
    private var subscribers: [Int] = []
    var isFull: Bool { false }

    func received(_ frames: [[UInt8]], on channel: Channel, from peer: Int) {}
    func subscribed(_ peer: Int, to topic: [UInt8]) { lock.withLock { subscribers.append(peer) } }
    func signalled(_ number: Int32) {}
    func turn() -> Double { 1 }

    func wait(for count: Int) {
      while lock.withLock({ subscribers.count }) < count { usleep(5_000) }
    }
  }

  private let piece = [UInt8](repeating: 7, count: 1 << 16)

  private func open(patience: Double) throws -> (wire: Wire, handler: Handler, port: Int) {
    let port = try #require(try RunningKernel.freePorts()[.iopub])
    let wire = try Wire(address: "127.0.0.1", ports: [.iopub: port])
    wire.patience = patience
    let handler = Handler()
    try wire.start(handler, takesSignals: false)
    return (wire, handler, port)
  }

  @Test func whoReadsNothingIsDroppedAndTheOthersGetEverything() throws {
    let (wire, handler, port) = try open(patience: 1)
    let sleeper = try ClientSocket(port: port, type: "SUB")
    sleeper.send([[1]])
    let reader = try ClientSocket(port: port, type: "SUB")
    reader.send([[1]])
    handler.wait(for: 2)
    let thread = Thread {
      for number in 0..<400 {
        wire.publish([[UInt8(number & 255)], self.piece])
        wire.waitForRoom()
      }
      wire.publish([[0], []])
    }
    thread.start()
    var numbers: [UInt8] = []
    while let frames = try reader.receive(), frames[1] != [] { numbers.append(frames[0][0]) }
    #expect(numbers == (0..<400).map { UInt8($0 & 255) } && wire.peerCount == 1)
    wire.close(within: 1)
    withExtendedLifetime(sleeper) {}
  }

  @Test func whoReadsSlowlyLosesNothing() throws {
    let (wire, handler, port) = try open(patience: 60)
    let reader = try ClientSocket(port: port, type: "SUB")
    reader.send([[1]])
    handler.wait(for: 1)
    let thread = Thread {
      for number in 0..<200 {
        wire.publish([[UInt8(number & 255)], self.piece])
        wire.waitForRoom()
      }
      wire.close(within: 60)
    }
    thread.start()
    var numbers: [UInt8] = []
    while let frames = try reader.receive() {
      numbers.append(frames[0][0])
      usleep(2_000)
    }
    // All of it came before the end.
    #expect(numbers == (0..<200).map { UInt8($0 & 255) } && !reader.isOpen)
  }

  @Test func aWaitForRoomCanBeGivenUp() throws {
    let (wire, handler, port) = try open(patience: 600)
    let sleeper = try ClientSocket(port: port, type: "SUB")
    sleeper.send([[1]])
    handler.wait(for: 1)
    for _ in 0..<400 { wire.publish([[1], piece]) }
    var asked = 0
    wire.waitForRoom {
      asked += 1
      return asked > 3
    }
    #expect(asked == 4 && wire.peerCount == 1)
    wire.close(within: 0)
  }
}
