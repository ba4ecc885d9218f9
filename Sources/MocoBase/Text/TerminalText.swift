/// Text from outside (names of files, classes and tensors, source, messages of other programs) as a terminal may be
/// given it. Everything that is written for people to read goes through here once; only what a program prints itself,
/// `print` of a String, stays as it is.
package enum TerminalText {
  /// The text with a visible character in the place of everything that steers a terminal or reorders what stands on
  /// it. Line feeds and tabs stay.
  package static func safe(_ text: String) -> String {
    // What is plain in UTF-8 is most of what is written.
    let isPlain = text.utf8.allSatisfy { ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A || $0 == 0x09 }
    if isPlain { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" {
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
}
