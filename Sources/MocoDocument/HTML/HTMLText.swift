import MocoBase

/// Untrusted text in HTML and XML.
package enum HTMLText {
  /// The text for the content of elements and for attributes in double quotes, also well-formed as XML 1.0.
  ///
  /// Control characters and characters that reorder lines are shown in a visible form. Line feeds and tabs are kept.
  package static func escaped(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy {
      $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
        && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'")
    }
    if isPlain { return text }
    var result = String.UnicodeScalarView()
    result.reserveCapacity(text.unicodeScalars.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      case "\n", "\t": result.append(scalar)
      case "\u{FFFE}", "\u{FFFF}": result.append("\u{FFFD}")
      default: result.append(TerminalText.replacement(scalar) ?? scalar)
      }
    }
    return String(result)
  }

  /// The name of a class or a language: letters, digits, `-`, `_`, `+`, `#`; everything else is left out.
  package static func word(_ text: String) -> String {
    String(
      text.unicodeScalars.filter {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
          || "-_+#".unicodeScalars.contains($0)
      }.map(Character.init))
  }
}
