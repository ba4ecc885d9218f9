import MocoBase
import MocoDocument
import Testing

/// Documents as JSON: what is read again is rendered as the document itself.
@Suite struct StoredDocumentTests {
  private func again(_ document: Document) throws -> Document {
    let text = document.stored.serialized()
    return try Document(stored: try Json.parse(text), name: "a record") { _ in nil }
  }

  /// Without drawings, which are of other targets.
  private static func blocks(_ words: String) -> [Document.Block] {
    Samples.everywhere(words).filter { if case .figure = $0 { false } else { true } }
  }

  @Test(arguments: Samples.nasty + ["", "plain"])
  func everyRenderingStaysTheSame(_ words: String) throws {
    let document = Document(Self.blocks(words))
    let read = try again(document)
    #expect(read.html() == document.html())
    #expect(read.markdown() == document.markdown())
    for width in [20, 60, 100] {
      #expect(read.plain(width: width) == document.plain(width: width))
      let colors = TerminalOptions(width: width, color: .truecolor)
      #expect(read.terminal(colors) == document.terminal(colors))
    }
    #expect(read.stored.serialized() == document.stored.serialized())
  }

  @Test func looksAreKept() throws {
    let overflows: [Document.Text.Overflow] = [
      .wrap(hanging: 0), .wrap(hanging: 7), .wrapAndCut(hanging: 3), .cut, .keep,
    ]
    for overflow in overflows {
      let text = Document.Text("a long line of some words that do not fit", overflow: overflow, indent: 3)
      let document = Document([
        .text(text),
        .items(
          Document.Items(
            "lead", [text, "b"], separator: " · ", leadIsItem: true, indent: 1, hanging: 4, mostLines: 2,
            overflow: overflow)),
        .fields(
          Document.Fields(
            [.init("name", [text], overflow: overflow)], layout: .inline, indent: 5, overflow: overflow)),
        .table(Document.Table(.matrix, rows: [.cells([.init("1", .number)])], cellWidth: 9, indent: 2)),
      ])
      #expect(try again(document).plain(width: 24) == document.plain(width: 24))
    }
  }

  /// A drawing that cannot be stored is kept as its text; what is nested without end too.
  @Test func whatCannotBeStoredIsText() throws {
    let drawing = Document([.figure(Samples.Leaf(title: "Loss"))])
    #expect(try again(drawing).plain() == drawing.plain())
    var block = Document.Block.text("inner")
    for _ in 0..<200 { block = .collection(.init(.list, [.value(name: nil, block)])) }
    #expect(try again(Document([block])).plain().contains("inner"))
  }

  @Test func otherThingsAreRefused() throws {
    let json = Document(Self.blocks("x")).stored
    var later = try #require(json.objectValue)
    later["version"] = 2
    let refused: [Json] = [
      .object(later), .null, [], ["format": "other"], ["format": "moco-document", "version": 1],
      ["format": "moco-document", "version": 1, "blocks": [["kind": "video"]]],
      ["format": "moco-document", "version": 1, "blocks": [["kind": "text"]]],
      ["format": "moco-document", "version": 1, "blocks": [["kind": "text", "text": ["runs": [[1]]]]]],
      ["format": "moco-document", "version": 1, "blocks": [["kind": "figure", "figure": [:]]]],
      [
        "format": "moco-document", "version": 1,
        "blocks": [
          [
            "kind": "image", "alternative": "",
            "pixels": ["width": 1_000_000_000, "height": 1_000_000_000, "channels": 3, "bytes": "AAAA"],
          ]
        ],
      ],
    ]
    for json in refused {
      #expect(throws: Failure.self, "\(json.serialized())") {
        _ = try Document(stored: json, name: "a record") { _ in nil }
      }
    }
  }

  @Test func base64IsReadBack() {
    for count in 0..<20 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 250) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }
    for text in ["A", "A=AA", "AAA", "AA=", "====", "AA A"] { #expect(Base64.decode(text) == nil, "\(text)") }
  }
}
