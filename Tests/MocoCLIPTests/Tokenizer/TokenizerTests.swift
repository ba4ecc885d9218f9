import MocoBase
import MocoCLIP
import Testing

@Suite struct TokenizerTests {
  let tokenizer: Tokenizer

  init() throws { tokenizer = try Tokenizer.shared(directory: Fixtures.tokenizer) }

  @Test(arguments: ["/Tests/Fixtures/golden/tokenizer/cases.json", "/Tests/Fixtures/tokenizer/cleaning.json"])
  func agreesWithThePublishedTokenizer(_ file: String) throws {
    let cases = try Json.parse(file: Fixtures.root + file)["cases"]?.arrayValue ?? []
    #expect(cases.count > 100)
    for item in cases where item["needs_mojibake_repair"]?.boolValue != true {
      let text = item["text"]?.stringValue ?? ""
      let ids = (item["ids"]?.arrayValue ?? []).compactMap(\.intValue)
      #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
      let decoded = item["decoded"]?.stringValue ?? ""
      #expect(try tokenizer.decode(ids).unicodeScalars.elementsEqual(decoded.unicodeScalars))
      if let clean = item["clean"]?.stringValue {
        #expect(
          tokenizer.clean(text).unicodeScalars.elementsEqual(clean.unicodeScalars), "\(text.debugDescription)"
        )
      }
    }
  }

  @Test func specialTokens() throws {
    #expect(tokenizer.startToken == 49406 && tokenizer.endToken == 49407 && tokenizer.vocabularySize == 49408)
    #expect(tokenizer.encode("<|StartOfText|>hi<|endoftext|>").first == 49406)
    #expect(try tokenizer.prompt("a", context: 77) == [49406, 320, 49407])
    #expect(try tokenizer.prompt("", context: 77) == [49406, 49407])
  }

  @Test func contextIsKept() throws {
    #expect(try tokenizer.prompt("a a a", context: 5).count == 5)
    #expect(errorCode { _ = try tokenizer.prompt("a a a a", context: 5) } == "E0603")
    #expect(errorMessage { _ = try tokenizer.prompt("a a a a", context: 5) }.contains("4 tokens"))
    #expect(try tokenizer.prompt("a a a a", context: 5, truncates: true) == [49406, 320, 320, 320, 49407])
    #expect(errorCode { _ = try tokenizer.prompt("a", context: 0, truncates: true) } == "E0603")
  }

  @Test func limitedVocabulary() throws {
    let small = try Tokenizer.shared(directory: Fixtures.tokenizer, limitedTo: 4096)
    #expect(small.vocabularySize == 4610 && small.startToken == 4608 && small.endToken == 4609)
    #expect(small.encode("photo").allSatisfy { $0 < 4608 })
    #expect(try small.decode(small.encode("a sneaker.")) == "a sneaker . ")
    let none = try Tokenizer.shared(directory: Fixtures.tokenizer, limitedTo: 0)
    #expect(none.encode("ab") == [64, 65 + 256])
    #expect(errorCode { _ = try Tokenizer(directory: Fixtures.tokenizer, limitedTo: 48_895) } == "E0607")
    #expect(errorCode { _ = try Tokenizer(directory: Fixtures.tokenizer, limitedTo: -1) } == "E0607")
  }

  @Test func idsOutsideTheVocabulary() {
    #expect(errorCode { _ = try tokenizer.decode([49408]) } == "E0607")
    #expect(errorCode { _ = try tokenizer.decode([-1]) } == "E0607")
    #expect(throws: Never.self) { try tokenizer.decode([]) }
  }

  @Test func halfACharacterDecodesToAReplacement() throws {
    let ids = tokenizer.encode("😀\u{1F9FF}")
    #expect(try tokenizer.decode([tokenizer.encode("é")[0]]).isEmpty == false)
    #expect(try tokenizer.pieces(ids).count == ids.count)
  }

  @Test func longWordsAndReferencesStayQuick() {
    // Both would take minutes with a quadratic method.
    #expect(tokenizer.encode(String(repeating: "ab", count: 100_000)).count > 10_000)
    let chain = "&" + String(repeating: "amp;", count: 50_000) + "lt;"
    #expect(tokenizer.clean(chain) == "<")
  }

  @Test func normalizationFormC() throws {
    #expect(tokenizer.clean("e\u{301}").unicodeScalars.map(\.value) == [0xE9])
    #expect(tokenizer.clean("q\u{307}\u{323}").unicodeScalars.map(\.value) == [0x71, 0x323, 0x307])
    #expect(tokenizer.clean("\u{1112}\u{1161}\u{11AB}").unicodeScalars.map(\.value) == [0xD55C])
    #expect(tokenizer.clean("\u{212B}").unicodeScalars.map(\.value) == [0xE5])
    #expect(tokenizer.clean("\u{958}").unicodeScalars.map(\.value) == [0x915, 0x93C])
  }

  @Test func brokenTablesAreNamed() throws {
    try Fixtures.inFolder { folder in
      #expect(errorCode { _ = try Tokenizer(directory: folder) } == "E0501")
      try AtomicFile.write("amp; 26\n", to: folder + "/html-entities.txt")
      try AtomicFile.write("C0 41 300\nxyz\n", to: folder + "/unicode-compositions.txt")
      #expect(errorMessage { _ = try Tokenizer(directory: folder) }.contains("line 2"))
      try AtomicFile.write("C0 41 300\n", to: folder + "/unicode-compositions.txt")
      try AtomicFile.write(Gzip.deflate(Array("i n\nt h\n".utf8)), to: folder + "/merges.txt.gz")
      #expect(errorMessage { _ = try Tokenizer(directory: folder) }.contains("only 2 merges"))
      #expect(try Tokenizer(directory: folder, limitedTo: 2).encode("in") == [72, 77 + 256])
      try AtomicFile.write(Gzip.deflate(Array("i n\nzz q\n".utf8)), to: folder + "/merges.txt.gz")
      #expect(errorMessage { _ = try Tokenizer(directory: folder, limitedTo: 2) }.contains("line 2"))
    }
  }
}
