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
    (
      #"(?<!there )(?<!There )(?<!Why there )\b(is|are) no (tensor|image|data|file|record|number|token|text|list|class|notebook|parameter|label|value|literal|Int|JSON|page|kernel|multiple|square|method|valid|usable)\b"#,
      "is not a …"
    ),
    (#"\bfetch it again\b"#, "download it again"),
    (#""Looks""#, "Appearance"),
    (#"\bcannot be gone through\b"#, "cannot be iterated over, or name the values"),
    (#"\bwhat (can be|is) gone through\b"#, "iterable, or the values"),
    (#"\bthat many\b|\bso many (digits|values|bytes|elements|images|pixels|rows)\b"#, "this many"),
    (#"\bwith the distance to UTC\b"#, "with the UTC offset"),
    (#"\b(gives|give) what to compare\b"#, "returns the value to compare"),
    (#"\bnobody can move\b"#, "cannot be changed"),
    (#"\bno sweep sees\b"#, "a sweep cannot use"),
    (#"\bdo(es)? not chain\b"#, "cannot be chained"),
    (#"\bbinds (weaker|stronger)\b"#, "has lower (higher) precedence"),
    (#"\btakes what is left over\b"#, "collects the other elements"),
    (#"\ba name of its own\b|\bnames of their own\b"#, "its own name"),
    (#"\bwhat has to be worked out\b"#, "a computed value"),
    (#"\bcannot be told before\b"#, "cannot be evaluated before"),
    (#"\ba text by ISO\b"#, "an ISO 8601 String"),
    (#"\bcannot be had\b"#, "is not available"),
    (#"\bno (pipe|socket|thread|command|file) can be (made|started)\b"#, "cannot create a …"),
    (#"\bgoes on (with|to|from|over|after)\b"#, "continues, resumes"),
    (#"\bdo(es)? not fit any memory\b"#, "is too large for memory"),
    (#"\bwrites over it\b"#, "overwrites it"),
    (#"\bcannot take \\"#, "does not accept"),
    (#"\bas asked for\b"#, "as requested"),
    (#"\b(is|are) damaged\b"#, "is corrupted"),
    (#"\bsquashed\b"#, "resized without keeping the aspect ratio"),
    (#"\bthis moco (knows|reads|does not know|is too old)\b"#, "this version of moco supports"),
    (#"\bwhich is gone\b"#, "which no longer exists"),
    (#"\bleads? nowhere\b"#, "broken link"),
    (#"\bnothing to complain about\b"#, "no problems found"),
    (#"\bpassed over\b"#, "ignored, skipped"),
    (#"\bstands? in another order\b"#, "is in another order"),
    (#"\bgoes on (at|with|to|from) (epoch|step|the)\b"#, "continues"),
    (#"\bone (value |number )?a channel\b"#, "one per channel"),
    (#"\bcalled like a\b"#, "has the name of"),
    (#"\bwhose prompts are the same\b"#, "so their prompts are the same"),
    (#"\btaken whole\b"#, "used completely"),
    (#"\bfor whoever\b"#, "for accessibility"),
    (#"\bnot known here\b"#, "unknown"),
    (#"\bnothing here knows\b"#, "unknown"),
    (#"\b[Aa]sk for \d+ or (more|less|fewer)\b"#, "use 1 or more"),
    (#"\bit lies beside\b"#, "it is next to"),
    (#"\bas it stands\b"#, "as it is, or unchanged"),
    (#"\bonce more\b"#, "again"),
    (#"\btaken up again\b"#, "resumed"),
    (#"\bwithout a word\b"#, "silently, or with no message"),
    (#"\bin the place of\b"#, "instead of"),
    (#"\b(it|they) (stands?|lies?) (in|beside|below|above)\b"#, "is in, is listed in, is below"),
    (#"\bwhoever (takes|reads|opens|wants)\b"#, "name the reader, or use the imperative"),
    (#"\bto the letter\b"#, "exactly"),
    (#"\blooked at once\b"#, "used once"),
    (#"\bmade ready for\b"#, "prepared for"),
    (#"\banswers? rightly\b"#, "classifies correctly"),
    (#"\bways? of (speaking|photographing)\b"#, "style, or template group"),
    (
      #"\b(steps|images|lines|points|numbers|bits|rows) a (step|line|class|run|point|core|feature|sample|character)\b"#,
      "per …"
    ),
    (#"\bships? with moco\b"#, "comes with moco"),
    (#"\b(asked|told) about\b"#, "evaluated on, or a noun"),
    (#"\bone unit long\b"#, "of length 1"),
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
