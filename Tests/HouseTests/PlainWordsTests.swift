import Foundation
import Testing

/// Texts that people read use the field's words: what once read as a translation does not come back.
@Suite struct PlainWordsTests {
  /// A phrase that is not to be used, and what to write instead. `glossary.md` explains the terms.
  private static let words: [(pattern: String, instead: String)] = [
    (#"\b[Mm]end(s|ed|ing)?\b"#, "fix"),
    (#"\bheed(s|ed)?\b"#, "use, or ignore where it is not used"),
    (#"\banew\b"#, "again"),
    (#"\bthrown away\b"#, "discarded"),
    (#"\bbrought in\b"#, "imported"),
    (#"\bin a circle\b"#, "in a cycle"),
    (#"\bto be had\b"#, "available"),
    (#"\bwrongly\b"#, "incorrectly, or say what is not valid"),
    (#"missing or doubled"#, "missing or duplicated"),
    (#"\bstands? (twice|behind)\b"#, "appears twice, comes after"),
    (#"\bgiven twice\b"#, "given more than once"),
    (#"does not fit an? (Int|64-bit)"#, "is out of range for Int"),
    (#"\bcannot be (indexed|assigned|set) so\b"#, "cannot be … this way"),
    (#"\bno elements to go through\b"#, "cannot be iterated over"),
    (#"\b(hangs|hang) on\b"#, "depends on"),
    (#"\b(sub-folder|shots|images|folder) a class\b"#, "for each class, per class"),
    (#"\b(images|steps) a second\b"#, "per second"),
    (#"\bdeviation 1\b(?<!standard deviation 1)"#, "standard deviation"),
    (#"\banswered right\b"#, "classified correctly"),
    (#"(?<!there )(?<!There )(?<!Why there )\b(is|are) no (tensor|image|data|file|record|number|token|text|list|class|notebook|parameter|label|value|literal|Int|JSON|page|kernel|multiple|square|method|valid|usable)\b"#,
      "is not a …"),
    (#"\bfetch it again\b"#, "download it again"),
    (#""Looks""#, "Appearance"),
  ]

  /// What stands in quotation marks in Swift.
  private static func strings(_ source: String) -> [String] {
    source.matches(of: #/"""(?s:.*?)"""|"(?:\\.|[^"\\\n])*"/#).map { String($0.output) }
  }

  private static func faults(_ text: String) throws -> [String] {
    try words.flatMap { pattern, instead in
      let expression = try NSRegularExpression(pattern: pattern)
      return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { match in
        Range(match.range, in: text).map { "'\(text[$0])': write \(instead)" }
      }
    }
  }

  @Test func thePhrasesAreFound() throws {
    #expect(try Self.faults("Mend it: the value is no number") != [])
    #expect(try Self.faults("there is no number; it is no longer here") == [])
    #expect(try Self.faults("mean 0 and deviation 1").count == 1)
    #expect(try Self.faults("mean 0 and standard deviation 1") == [])
    #expect(Self.strings(#"f("a \"b\" c", 1) // "d""#) == [#""a \"b\" c""#, #""d""#])
  }

  @Test func textsOfTheProgramAreFree() throws {
    for path in Checkout.swiftFiles(in: "Sources") {
      for text in Self.strings(try Checkout.text(path)) {
        for fault in try Self.faults(text) { Issue.record("\(path): \(fault), in \(text.prefix(200))") }
      }
    }
  }

  @Test func pagesAreFree() throws {
    for folder in ["stdlib", "docs", "."] {
      let root = Checkout.root.appending(path: folder).path
      let names = try FileManager.default.subpathsOfDirectory(atPath: folder == "." ? root + "/docs" : root)
      for name in folder == "." ? ["README.md"] : names.sorted() where name.hasSuffix(".md") {
        for fault in try Self.faults(try Checkout.text("\(folder)/\(name)")) {
          Issue.record("\(folder)/\(name): \(fault)")
        }
      }
    }
  }
}
