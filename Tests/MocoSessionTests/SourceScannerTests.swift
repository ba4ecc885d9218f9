import MocoSession
import Testing

@Suite struct SourceScannerTests {
  private func kinds(_ text: String) -> [(String, SourceScanner.Kind)] {
    let scalars = Array(text.unicodeScalars)
    return SourceScanner(scalars).tokens.map { token in
      (String(String.UnicodeScalarView(scalars[token.range])), token.kind)
    }
  }

  @Test func tellsWordsApart() {
    let found = kinds("let größe = f(3.5e-2, top_k: nil) // end")
    let expected: [(String, SourceScanner.Kind)] = [
      ("let", .keyword), ("größe", .name), ("=", .operator), ("f", .call), ("(", .bracket),
      ("3.5e-2", .number),
      (",", .operator), ("top_k", .label), (":", .operator), ("nil", .constant), (")", .bracket),
      ("// end", .comment),
    ]
    #expect(found.map(\.0) == expected.map(\.0))
    #expect(found.map(\.1) == expected.map(\.1))
  }

  @Test func rangesAreNoNumbers() {
    #expect(kinds("0..<10").map(\.0) == ["0", ".", ".", "<", "10"])
    #expect(kinds("1...3").map(\.1).first == .number)
    #expect(kinds("0x1F 1_000").map(\.0) == ["0x1F", "1_000"])
  }

  @Test func interpolationsAreCode() {
    let found = kinds(#""a \(f("b"):.3f) c""#)
    #expect(found.map(\.0) == ["\"", "a ", "\\(", "f", "(", "\"", "b\"", ")", ":.3f", ")", " c\""])
    #expect(found.map(\.1)[3] == .call)
  }

  @Test func knowsWhatIsOpen() {
    #expect(SourceScanner(Array("f(a, [1, {".unicodeScalars)).open == [1, 5, 9])
    #expect(SourceScanner(Array("print(\"abc".unicodeScalars)).end == .string(6))
    #expect(SourceScanner(Array("1 // x".unicodeScalars)).end == .comment)
    #expect(SourceScanner(Array("\"\"\"one\ntwo".unicodeScalars)).end == .string(0))
    #expect(SourceScanner(Array("\"one\ntwo".unicodeScalars)).end == .code)
    #expect(SourceScanner(Array("(a[1])".unicodeScalars)).partners == [0: 5, 5: 0, 2: 4, 4: 2])
  }

  @Test func commandFormsStandFirst() {
    #expect(kinds("train mix on data").first?.1 == .command)
    #expect(kinds("let r = evaluate mix on test")[3].1 == .command)
    #expect(kinds("data.train").last?.1 == .name)
    #expect(kinds("train(mix)").first?.1 == .call)
  }

  @Test func neverTraps() {
    let pieces = ["\"", "\\", "(", ")", "{", "}", ":", "\n", "a", "1", ".", "e", "/", "é", "\"\"\""]
    var state: UInt64 = 1
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      let scalars = Array(text.unicodeScalars)
      let scanner = SourceScanner(scalars)
      var last = 0
      for token in scanner.tokens {
        #expect(token.range.lowerBound >= last && token.range.upperBound <= scalars.count, "\(text)")
        last = token.range.upperBound
      }
    }
  }
}
