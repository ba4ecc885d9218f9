import Foundation
import MocoBase
import Testing

/// What the kernel's and the page's connections have still to send.
@Suite struct OutgoingBytesTests {
  private func pair() throws -> [Int32] {
    var ends: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    return ends
  }

  private func taken(_ descriptor: Int32, _ most: Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: most)
    let count = recv(descriptor, &buffer, most, Int32(MSG_DONTWAIT))
    return count > 0 ? Array(buffer[..<count]) : []
  }

  /// More than the socket holds goes in pieces, in order, while more comes.
  @Test func everythingArrivesInOrder() throws {
    let ends = try pair()
    defer { for end in ends { close(end) } }
    var output = OutgoingBytes()
    do {
      let sent = output.flush(to: ends[0])
      #expect(sent)
    }
    let first = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    let second = [UInt8](repeating: 9, count: 500_000)
    output.add(first)
    #expect(output.waiting == first.count)
    do {
      let sent = output.flush(to: ends[0])
      #expect(sent)
    }
    #expect(output.waiting > 0 && output.waiting < first.count)
    var got = taken(ends[1], 100_000)
    output.add(second)
    while got.count < first.count + second.count {
      do {
        let sent = output.flush(to: ends[0])
        #expect(sent)
      }
      let more = taken(ends[1], 1 << 20)
      #expect(!more.isEmpty)
      if more.isEmpty { break }
      got += more
    }
    #expect(got == first + second)
    #expect(output.waiting == 0)
    output.add([1, 2])
    let whole = output.flush(to: ends[0])
    #expect(whole && taken(ends[1], 9) == [1, 2])
  }

  @Test func whoHasGoneIsTold() throws {
    let ends = try pair()
    defer { close(ends[0]) }
    var output = OutgoingBytes()
    output.add([1])
    close(ends[1])
    do {
      let sent = output.flush(to: ends[0])
      #expect(!sent)
    }
    #expect(output.waiting == 1)
  }

  @Test func silenceIsCountedFromTheLastMove() throws {
    let ends = try pair()
    defer { for end in ends { close(end) } }
    var output = OutgoingBytes()
    let before = output.lastMove
    while ProcessClock.seconds <= before { usleep(1000) }
    output.add([UInt8](repeating: 0, count: 8_000_000))
    let begun = output.lastMove
    #expect(begun > before)
    _ = output.flush(to: ends[0])
    let moved = output.lastMove
    #expect(moved >= begun && output.waiting > 0)
    while ProcessClock.seconds <= moved { usleep(1000) }
    output.add([1])
    do {
      let sent = output.flush(to: ends[0])
      #expect(sent)
    }
    #expect(output.lastMove == moved)
  }
}
