import Testing

/// Where the compiler is told to trust the code, the code says why it may: a comment with `- Safety:` above the
/// declaration.
@Suite struct SafetyTests {
  private static let marks = ["@unchecked Sendable", "nonisolated(unsafe)", "unowned(unsafe)"]

  /// The lines that have such a mark and no reason above them.
  private static func unexplained(_ source: String) -> [Int] {
    var found: [Int] = []
    var comment = ""
    for (number, line) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let text = line.drop { $0 == " " }
      if text.hasPrefix("//") {
        comment += text
        continue
      }
      if marks.contains(where: { line.contains($0) }), !comment.contains("- Safety:") {
        found.append(number + 1)
      }
      // Attributes may stand between a comment and what it is about.
      if !text.hasPrefix("@") || text.contains(" class ") || text.contains(" struct ") { comment = "" }
    }
    return found
  }

  @Test func aReasonIsFoundAboveTheDeclaration() {
    let source = """
      /// - Safety: set once.
      @available(*, deprecated)
      final class A: @unchecked Sendable {
        nonisolated(unsafe) let b = c
      }

      // - Safety: of another declaration.
      let d = 1
      struct E: @unchecked Sendable {}
      """
    #expect(Self.unexplained(source) == [4, 9])
  }

  @Test func everyUnsafeDeclarationHasItsReason() throws {
    for file in Checkout.swiftFiles(in: "Sources") + Checkout.swiftFiles(in: "Tests")
    where !file.hasPrefix("Tests/HouseTests/") {
      for line in Self.unexplained(try Checkout.text(file)) {
        Issue.record("\(file):\(line) trusts the code without a reason: write `- Safety: …` above it")
      }
    }
  }
}
