/// Makes text from outside (names of files, classes and tensors, source, messages of other programs) safe for a
/// terminal. All messages for users pass through here once; only the printed output of a program,
/// `print` of a String, is not changed.
package enum TerminalText {
  /// The text with a visible character instead of each character that controls a terminal or reorders its
  /// text. Line feeds and tabs are kept.
  package static func safe(_ text: String) -> String {
    // Most text is plain in UTF-8.
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

  /// The replacement of a character; nil for a harmless one.
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
