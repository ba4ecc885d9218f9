import MocoBase
import MocoLanguageServer
import Testing

/// Positions in texts, and texts that are changed piece by piece.
@Suite struct DocumentTests {
  private static let words = [
    "a", "let x = 1", "\n", "\r\n", "\r", "\t", "é", "e\u{301}", "😀", "👩‍👩‍👧", "𝄞", "日本", " ", "// %% Ω", "\"",
    "\u{2028}",
    "\u{0}", "\u{FEFF}",
  ]

  /// What the protocol says of a position, written without regard to speed.
  private static func offset(_ text: String, _ position: Position, _ encoding: PositionEncoding) -> Int {
    let scalars = Array(text.unicodeScalars)
    var (line, at, offset) = (0, 0, 0)
    while line < position.line {
      guard at < scalars.count else { return text.utf8.count }
      let scalar = scalars[at]
      offset += UTF8.width(scalar)
      at += 1
      if scalar == "\n" || (scalar == "\r" && !(at < scalars.count && scalars[at] == "\n")) { line += 1 }
    }
    var units = 0
    while at < scalars.count, scalars[at] != "\n", scalars[at] != "\r" {
      let scalar = scalars[at]
      units += encoding == .utf8 ? UTF8.width(scalar) : encoding == .utf16 ? UTF16.width(scalar) : 1
      if units > position.character { break }
      offset += UTF8.width(scalar)
      at += 1
    }
    return offset
  }

  private static func text(_ chance: inout Philox, _ most: Int) -> String {
    (0..<Int.random(in: 0..<most, using: &chance)).map { _ in
      words[Int.random(in: 0..<words.count, using: &chance)]
    }.joined()
  }

  @Test(arguments: PositionEncoding.allCases) func randomEditsGiveTheWholeText(encoding: PositionEncoding) {
    var chance = Philox(seed: 11, stream: "edits")
    for _ in 0..<300 {
      var whole = Self.text(&chance, 40)
      var document = TextDocument(whole, encoding: encoding)
      for _ in 0..<8 {
        let ends = (0..<2).map { _ in
          Position(
            line: Int.random(in: 0..<8, using: &chance), character: Int.random(in: 0..<20, using: &chance))
        }.sorted()
        let new = Self.text(&chance, 6)
        let places = ends.map { Self.offset(whole, $0, encoding) }
        #expect(ends.map(document.offset(of:)) == places)
        document.replace(ends[0], ends[1], with: new)
        var bytes = Array(whole.utf8)
        bytes.replaceSubrange(places[0]..<max(places[0], places[1]), with: new.utf8)
        whole = String(decoding: bytes, as: UTF8.self)
        let again = TextDocument(whole, encoding: encoding)
        #expect(document.bytes == again.bytes)
        #expect(document.lineStarts == again.lineStarts)
      }
    }
  }

  /// A position that a text has comes back from its offset.
  @Test(arguments: PositionEncoding.allCases) func positionsComeBack(encoding: PositionEncoding) {
    var chance = Philox(seed: 12, stream: "edits")
    for _ in 0..<300 {
      let text = Self.text(&chance, 30)
      let document = TextDocument(text, encoding: encoding)
      var offset = 0
      for scalar in text.unicodeScalars {
        let position = document.position(at: offset)
        // Between `\r` and `\n` there is no position.
        if document.bytes[offset] != 0x0A || offset == 0 || document.bytes[offset - 1] != 0x0D {
          #expect(document.offset(of: position) == offset)
        }
        offset += UTF8.width(scalar)
      }
      #expect(document.offset(of: document.position(at: offset)) == offset)
    }
  }

  @Test func charactersCountInWhatWasAgreed() {
    let text = "é😀e\u{301}x\r\ny"
    for (encoding, wanted) in [(PositionEncoding.utf8, 9), (.utf16, 5), (.utf32, 4)] {
      let document = TextDocument(text, encoding: encoding)
      let place = document.position(at: text.utf8.count - 4)
      #expect(place == Position(line: 0, character: wanted))
      #expect(document.offset(of: Position(line: 0, character: 999)) == 10)
      #expect(document.offset(of: Position(line: 1, character: 1)) == 13)
      #expect(document.offset(of: Position(line: 7, character: 0)) == 13)
    }
    // Inside of a character it is the beginning.
    #expect(TextDocument(text, encoding: .utf16).offset(of: Position(line: 0, character: 2)) == 2)
    #expect(TextDocument(text, encoding: .utf8).offset(of: Position(line: 0, character: 4)) == 2)
  }

  @Test(arguments: [
    ("/a/b c/ö.moco", "file:///a/b%20c/%C3%B6.moco"), ("/a#b?c%d", "file:///a%23b%3Fc%25d"),
    ("/", "file:///"),
    ("/a+b@c:d", "file:///a%2Bb%40c%3Ad"), (#"/\xff"#, "file:///%FF"),
  ]) func addresses(path: String, address: String) {
    #expect(FileAddress.address(path) == address)
    #expect(FileAddress.path(address) == path)
  }

  @Test func addressesOfOthers() {
    #expect(FileAddress.path("untitled:Untitled-1") == nil)
    #expect(FileAddress.path("file://server/share/a.moco") == nil)
    #expect(FileAddress.path("file://localhost/a.moco") == "/a.moco")
    #expect(FileAddress.path("FILE:///a%2fb") == "/a/b")
    #expect(FileAddress.path("file:///100%") == "/100%")
    #expect(FileAddress.path("file:///%FF") == #"/\xff"#)
  }
}
