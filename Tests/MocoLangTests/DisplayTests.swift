import MocoBase
import MocoDocument
import MocoLang
import Testing

/// What the prompt shows of values: everything fits the width.
@Suite struct DisplayTests {
  /// A host object whose short form is long.
  private final class Long: HostObject {
    var typeName: String { "Long" }
    var shortDescription: String { "<long: " + String(repeating: "word ", count: 30) + ">" }
    func shortDescription(width: Int) -> String { "<long, \(width)>" }
  }

  /// One that knows no shorter form.
  private final class Plain: HostObject {
    var typeName: String { "Plain" }
    var shortDescription: String { "<plain: " + String(repeating: "word ", count: 30) + ">" }
  }

  private func shown(_ program: String, width: Int) throws -> [String] {
    let session = TestSession()
    session.interpreter.define("long", .host(Long()))
    session.interpreter.define("plain", .host(Plain()))
    let result = session.interpreter.run(SourceFile(name: "test", text: program), mode: .cell)
    #expect(result.diagnostics.map(\.message) == [])
    let text = session.interpreter.document(of: result.value, limits: DocumentLimits(width: width)).plain(
      width: width)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func numbersFillTheLinesBehindAName() throws {
    let program = "{alpha_long_name_of_key: [i for i in 0..<60], next: 1}"
    #expect(
      try shown(program, width: 60) == [
        "{",
        "  alpha_long_name_of_key: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,",
        "    11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,",
        "    25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,",
        "    39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,",
        "    53, 54, 55, 56, 57, 58, 59],",
        "  next: 1",
        "}",
      ])
    for width in 40...120 {
      let lines = try shown(program, width: width)
      #expect(lines.allSatisfy { $0.count <= width }, "\(width)")
      // No line ends before the next number would not fit.
      for (line, next) in zip(lines.dropFirst(), lines.dropFirst(2)) where next.hasPrefix("    ") {
        let word = next.dropFirst(4).prefix { $0 != " " }
        #expect(line.count + 1 + word.count > width, "\(width): \(line)")
      }
    }
  }

  @Test func numbersOfAListStandUnderTheFirst() throws {
    let lines = try shown("[i for i in 0..<30]", width: 40)
    #expect(lines.first == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,")
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix(" ") && !$0.hasPrefix("  ") && $0.count <= 40 })
    let long = try shown("[[i for i in 0..<1000], [1]]", width: 30)
    #expect(long.allSatisfy { $0.count <= 30 })
    #expect(long.contains { $0.contains("… 790 more,") })
  }

  @Test(arguments: [20, 40, 59, 60, 61]) func wideTextIsCutByItsColumns(_ width: Int) throws {
    let text = String(repeating: "日本", count: 40)
    let lines = try shown("{a: 1, n: \"\(text)\", m: [\"\(text)\"], short: \"日本\"}", width: width)
    #expect(lines.allSatisfy { DisplayWidth.of($0) <= width })
    #expect(lines.contains { $0.hasPrefix("  n: \"日本") && $0.hasSuffix("…,") })
    #expect(lines.contains("  short: \"日本\""))
  }

  @Test func wideTextFitsALineByItsColumns() throws {
    // 23 characters in 39 columns.
    let program = "{a: \"日本日本日本日本日本日本日本日本\"}"
    #expect(try shown(program, width: 38).count == 3)
    #expect(try shown(program, width: 39).count == 1)
  }

  @Test func longLinesOfObjectsAreBroken() throws {
    let lines = try shown("plain", width: 40)
    #expect(lines.count == 5 && lines.allSatisfy { $0.count <= 40 })
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  word ") })
  }

  @Test func objectsInCollectionsFit() throws {
    #expect(try shown("{a: long, b: 1}", width: 40) == ["{", "  a: <long, 34>,", "  b: 1", "}"])
    let lines = try shown("[plain, 1]", width: 40)
    #expect(lines == ["[", "  <plain: word word word word word wor…,", "  1", "]"])
  }
}
