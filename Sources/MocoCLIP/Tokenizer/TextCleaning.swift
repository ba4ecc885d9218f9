/// The cleaning of CLIP's training captions: repair of common errors, HTML references twice,
/// white space folded, lower case.
///
/// The repair matches the default settings of the text fixer that CLIP used, except for its guess of incorrectly
/// decoded text (mojibake), which is not implemented.
struct TextCleaner: Sendable {
  let tables: TextTables

  func clean(_ text: String) -> [Unicode.Scalar] {
    let scalars = Array(text.unicodeScalars)
    if scalars.allSatisfy({ $0.value >= 0x20 && $0.value < 0x7F && $0 != "&" }) {
      return lowercased(foldWhiteSpace(scalars))
    }
    let references = HTMLReferences(tables: tables)
    let repaired = repair(scalars)
    let resolved = references.resolved(references.resolved(repaired))
    return lowercased(foldWhiteSpace(resolved))
  }

  // MARK: Repair

  /// Repairs line by line. A `<` anywhere means that the text may be HTML source: from that line on,
  /// references are left as they are.
  private func repair(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var resolvesReferences = true
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count && text[end] != "\n" { end += 1 }
      if end < text.count { end += 1 }
      let line = Array(text[start..<end])
      if line.contains("<") { resolvesReferences = false }
      result.append(contentsOf: repairLine(line, resolvesReferences: resolvesReferences))
      start = end
    }
    return result
  }

  private func repairLine(_ line: [Unicode.Scalar], resolvesReferences: Bool) -> [Unicode.Scalar] {
    let references = HTMLReferences(tables: tables)
    let composer = CanonicalComposer(tables: tables)
    var line = line
    // A pass may reveal something that another step can repair. A few passes reach a fixed point; the
    // bound prevents an endless loop.
    for _ in 0..<64 {
      let before = line
      if resolvesReferences { line = references.resolvedStrictly(line) }
      line = CharacterRepair.replaced(line)
      line = CharacterRepair.withoutControls(CharacterRepair.withoutTerminalEscapes(line))
      line = composer.composed(line)
      if line == before { break }
    }
    return line
  }

  // MARK: Folding

  /// Every run of white space becomes one space; white space at the ends is removed.
  private func foldWhiteSpace(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var isPending = false
    for scalar in text {
      if scalar.properties.isWhitespace {
        isPending = !result.isEmpty
      } else {
        if isPending { result.append(" ") }
        isPending = false
        result.append(scalar)
      }
    }
    return result
  }

  /// Full lower-case mapping, with the rule for a sigma that ends a word (Unicode Standard, table 3-17).
  private func lowercased(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for (index, scalar) in text.enumerated() {
      if scalar.value < 0x80 {
        let isCapital = scalar >= "A" && scalar <= "Z"
        result.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
      } else if scalar == "\u{3A3}" {
        result.append(endsWord(text, at: index) ? "\u{3C2}" : "\u{3C3}")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  private func endsWord(_ text: [Unicode.Scalar], at index: Int) -> Bool {
    let before = text[..<index].last { !$0.properties.isCaseIgnorable }
    guard let before, before.properties.isCased else { return false }
    let after = text[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return !(after?.properties.isCased ?? false)
  }
}
