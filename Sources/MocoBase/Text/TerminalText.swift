/// Text from outside (names of files, classes and tensors, source, messages of other programs) as a terminal may be
/// given it. Everything that is written for people to read goes through here once; only what a program prints itself,
/// `print` of a String, stays as it is.
package enum TerminalText {
  /// The text with a visible character in the place of everything that steers a terminal or reorders what stands on
  /// it. Line feeds and tabs stay.
  ///
  /// - Parameter keepingColours: leaves colours (`ESC [ … m`) as they are, for what a figure has drawn.
  package static func safe(_ text: String, keepingColours: Bool = false) -> String {
    // What is plain in UTF-8 is most of what is written.
    let isPlain = text.utf8.allSatisfy { ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A || $0 == 0x09 }
    if isPlain { return text }
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if keepingColours, scalar == "\u{1B}", let end = colour(rest) {
        result.append(scalar)
        result.append(contentsOf: rest[..<end])
        rest = rest[end...]
      } else if scalar == "\n" || scalar == "\t" {
        result.append(scalar)
      } else {
        result.append(replacement(scalar) ?? scalar)
      }
    }
    return String(result)
  }

  /// What is shown in the place of a character; nil for one that does no harm.
  package static func replacement(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value)
    case 0x7F: "\u{2421}"
    // The controls of ISO 6429 in one byte, line and paragraph separators, embeddings, overrides and isolates.
    case 0x80..<0xA0, 0x2028...0x202E, 0x2066...0x2069: "\u{FFFD}"
    default: nil
    }
  }

  /// The end of the colour that begins here, behind its ESC.
  private static func colour(_ text: Substring.UnicodeScalarView) -> String.Index? {
    guard text.first == "[" else { return nil }
    var place = text.index(after: text.startIndex)
    while place < text.endIndex {
      let scalar = text[place]
      place = text.index(after: place)
      if scalar == "m" { return place }
      guard ("0"..."9").contains(scalar) || scalar == ";" else { return nil }
    }
    return nil
  }
}
