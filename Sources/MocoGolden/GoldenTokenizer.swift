import MocoBase
import MocoCLIP

/// tokenizer/*.json: texts, their token ids and the decoded ids. Compared exactly.
enum TokenizerSuite: GoldenSuite {
  static func find(in folder: GoldenFolder) -> [GoldenCheck] {
    folder.files.compactMap { file in
      guard let cases = file.json?["cases"]?.arrayValue, let first = cases.first, first["text"] != nil,
        first["ids"] != nil
      else { return nil }
      return GoldenCheck(name: file.stem, files: [file.relative]) { try check(cases, &$0) }
    }
  }

  private static func check(_ cases: [Json], _ lines: inout GoldenLines) throws {
    let tokenizer = try Tokenizer.shared(directory: GoldenPaths.tokenizer)
    var required = 0
    var wrongIds = 0
    var wrongTexts = 0
    var optional = 0
    var optionalRight = 0
    for item in cases {
      guard let text = item["text"]?.stringValue, let list = item["ids"]?.arrayValue else {
        throw GoldenFault("a case has no text or no ids")
      }
      let expected = list.compactMap(\.intValue)
      let idsAgree = tokenizer.encode(text) == expected
      var textAgrees = true
      if let decoded = item["decoded"]?.stringValue {
        // Scalars, not characters: canonically equal strings must not be treated as equal here.
        textAgrees = try tokenizer.decode(expected).unicodeScalars.elementsEqual(decoded.unicodeScalars)
      }
      if item["needs_mojibake_repair"]?.boolValue == true {
        optional += 1
        optionalRight += idsAgree ? 1 : 0
        continue
      }
      required += 1
      if !idsAgree { wrongIds += 1 }
      if !textAgrees { wrongTexts += 1 }
      if !idsAgree || !textAgrees { print("  \(text.debugDescription)") }
    }
    let note = optional == 0 ? "" : ", \(optionalRight) of \(optional) optional ones correct"
    lines.report("ids of \(required) texts\(note)", error: Double(wrongIds), tolerance: 0)
    lines.report("decoded texts", error: Double(wrongTexts), tolerance: 0)
  }
}
