import MocoKernel
import Testing

/// The bytes of the protocol, against bytes written down by hand after rfc.zeromq.org/spec/23.
@Suite struct ZMTPTests {
  @Test func theGreetingIsThatOfTheSpecification() {
    let bytes: [UInt8] =
      [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 0, 0x4E, 0x55, 0x4C, 0x4C] + [UInt8](repeating: 0, count: 48)
    #expect(ZMTP.greeting == bytes && bytes.count == 64)
  }

  @Test func aMessageIsFramesWithMoreAndAShortOrLongLength() {
    #expect(ZMTP.message([[], [7, 8], [9]]) == [1, 0, 1, 2, 7, 8, 0, 1, 9])
    let long = [UInt8](repeating: 5, count: 300)
    #expect(ZMTP.message([long]) == [2, 0, 0, 0, 0, 0, 0, 1, 0x2C] + long)
    #expect(ZMTP.message([[UInt8](repeating: 5, count: 255)]).prefix(2) == [0, 255])
  }

  @Test func readyHoldsItsProperties() {
    #expect(
      ZMTP.ready([("Socket-Type", Array("PUB".utf8))])
        == [4, 25, 5] + Array("READY".utf8) + [11] + Array("Socket-Type".utf8) + [0, 0, 0, 3]
        + Array("PUB".utf8))
  }

  @Test func whatComesInPiecesIsReadAsAWhole() throws {
    let long = [UInt8](repeating: 1, count: 70_000)
    let bytes =
      ZMTP.greeting + ZMTP.command("READY") + ZMTP.message([[1], long, []]) + ZMTP.message([[]])
      + [6, 0, 0, 0, 0, 0, 0, 0, 5, 4] + Array("PING".utf8)
    let events: [ZMTPDecoder.Event] = [
      .greeting, .command(name: "READY", body: []), .message([[1], long, []]), .message([[]]),
      .command(name: "PING", body: []),
    ]
    for size in [1, 3, 64, 9000, bytes.count] {
      var decoder = ZMTPDecoder()
      var found: [ZMTPDecoder.Event] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        decoder.feed(bytes[start..<min(start + size, bytes.count)])
        while let event = try decoder.next() { found.append(event) }
      }
      #expect(found == events, "in pieces of \(size)")
    }
  }

  private func fault(_ bytes: [UInt8], greeted: Bool = true) -> String? {
    var decoder = ZMTPDecoder()
    decoder.feed(greeted ? ZMTP.greeting + bytes : bytes)
    do {
      while try decoder.next() != nil {}
      return nil
    } catch { return error.text }
  }

  @Test func whatIsNotTheProtocolIsRefusedInWords() {
    #expect(
      fault(Array("GET / HTTP/1.1\r\n".utf8), greeted: false) == "does not use ZeroMQ's protocol")
    // The first frame of version 1: length and flags.
    #expect(fault([1, 0], greeted: false) == "does not use ZeroMQ's protocol")
    let two: [UInt8] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, 5]
    #expect(fault(two, greeted: false) == "uses a version of ZeroMQ's protocol before 3")
    var plain = ZMTP.greeting
    plain.replaceSubrange(12..<17, with: Array("PLAIN".utf8))
    #expect(fault(plain, greeted: false) == "requests the mechanism PLAIN, not NULL")
    #expect(fault([0x10, 0]) == "sent a frame with unknown flags")
    #expect(fault([4, 0]) == "sent a command without a name")
    #expect(fault([4, 2, 5, 65]) == "sent a command without a name")
  }

  /// A length alone costs nothing: what it promises is refused before it comes.
  @Test func aMessageHasALimit() {
    let refusal = "sent a message of more than 64 MB"
    #expect(fault([2, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) == refusal)
    #expect(fault([2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) == refusal)
    #expect(fault([2, 0, 0, 0, 0, 4, 0, 0, 1]) == refusal)
    let many = ZMTP.message([[UInt8]](repeating: [], count: 1025))
    #expect(fault(many) == "sent a message of more than 1024 frames")
  }

  /// Bytes of a right conversation, some of them changed or left out: events and faults, and no end of the process.
  @Test func damagedBytesAreEventsOrFaults() {
    let right =
      ZMTP.greeting + ZMTP.ready([("Socket-Type", Array("DEALER".utf8)), ("Identity", [1, 2, 3])])
      + ZMTP.message([[], Message.delimiter, [UInt8](repeating: 65, count: 300)])
      + ZMTP.command("PING", [0, 1])
    var random = SeededGenerator(state: 7)
    var (faults, events) = (0, 0)
    for _ in 0..<5000 {
      var bytes = right
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        if Bool.random(using: &random) {
          bytes[place] = UInt8.random(in: 0...255, using: &random)
        } else {
          bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
        }
      }
      var decoder = ZMTPDecoder()
      decoder.feed(bytes)
      do {
        while let event = try decoder.next() {
          events += 1
          if case .command("READY", let body) = event { _ = ZMTPDecoder.properties(body) }
          if case .message(let frames) = event { _ = try? Message(frames, Signer(key: [1])) }
        }
      } catch { faults += 1 }
    }
    #expect(faults > 500 && events > 500)
  }

  /// The same numbers in every run: Knuth's linear congruence.
  private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 33
    }
  }

  @Test func propertiesAreReadOrCut() {
    let body = Array(ZMTP.ready([("Socket-Type", [80]), ("Identity", [])]).dropFirst(8))
    #expect(ZMTPDecoder.properties(body) == ["socket-type": [80], "identity": []])
    #expect(ZMTPDecoder.properties([]) == [:])
    for length in [1, 5, 12, 15] { #expect(ZMTPDecoder.properties(Array(body.prefix(length))) == nil) }
    #expect(ZMTPDecoder.properties([1, 65, 0xFF, 0xFF, 0xFF, 0xFF]) == nil)
  }
}
