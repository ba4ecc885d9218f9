import MocoLanguageServer
import Testing

@Suite struct FramingTests {
  private func items(_ text: String, piece: Int = .max) -> [MessageReader.Item] {
    var reader = MessageReader()
    var found: [MessageReader.Item] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = min(piece, rest.count)
      reader.push(rest.prefix(count))
      rest = rest.dropFirst(count)
      while let item = reader.next() { found.append(item) }
    }
    return found
  }

  private func contents(_ text: String, piece: Int = .max) -> [String] {
    items(text, piece: piece).map { item in
      switch item {
      case .content(let bytes): String(decoding: bytes, as: UTF8.self)
      case .fault: "fault"
      }
    }
  }

  @Test(arguments: [1, 2, 3, 7, 100]) func piecesOfAnySize(piece: Int) {
    let text =
      "Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n[1]"
      + "Content-Type: a; charset=utf8\r\nCONTENT-LENGTH:   4  \r\n\r\nnull"
    #expect(contents(text, piece: piece) == ["{}", "[1]", "null"])
  }

  /// A header that cannot be read is told once, and the next one is found.
  @Test(arguments: [
    "Content-Length: x", "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length:",
    "Content-Type: a", "no colon at all", "Content-Length: 4\r\nContent-Type: a; charset=utf-16", "",
    "Content-Length: 0x10", "Content-Length: 1 2",
  ]) func faults(header: String) {
    for piece in [1, 5, Int.max] {
      let found = contents(header + "\r\n\r\nrubbish {}Content-Length: 2\r\n\r\n{}", piece: piece)
      #expect(found == ["fault", "{}"])
    }
  }

  @Test func anEndlessHeader() {
    let found = contents(String(repeating: "x", count: 100_000) + "Content-Length: 2\r\n\r\n[]", piece: 999)
    #expect(found == ["fault", "[]"])
  }

  @Test func aContentThatIsTooLongIsSkipped() {
    var reader = MessageReader()
    let count = MessageReader.maximumContent + 5
    reader.push("Content-Length: \(count)\r\n\r\n".utf8)
    guard case .fault(let fault)? = reader.next() else {
      Issue.record("no fault")
      return
    }
    #expect(fault.contains("\(count)"))
    var left = count
    let piece = [UInt8](repeating: 0x20, count: 1 << 22)
    while left > 0 {
      reader.push(piece.prefix(left))
      left -= min(left, piece.count)
      #expect(reader.next() == nil)
    }
    #expect(reader.isBetweenMessages)
    reader.push("Content-Length: 2\r\n\r\n{}".utf8)
    #expect(reader.next() == .content(Array("{}".utf8)))
  }

  @Test func theEndInsideOfAMessageIsSeen() {
    var reader = MessageReader()
    #expect(reader.isBetweenMessages)
    reader.push("Content-Length: 5\r\n\r\n{}".utf8)
    #expect(reader.next() == nil)
    #expect(!reader.isBetweenMessages)
  }
}
