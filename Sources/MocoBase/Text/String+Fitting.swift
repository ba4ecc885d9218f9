/// The alignment of text within a width.
public enum Alignment: Sendable {
  case left, right, center
}

extension String {
  /// The same words on one line, without control characters.
  package var plain: String {
    if utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) { return self }
    let line = unicodeScalars.map { "\n\t\r".unicodeScalars.contains($0) ? " " : $0 }
    return TerminalText.safe(String(String.UnicodeScalarView(line)))
  }

  /// Cut to a number of columns, with an ellipsis if something is cut.
  package func cut(_ width: Int, _ glyphs: Glyphs = .unicode) -> String {
    if DisplayWidth.of(self) <= width { return self }
    let mark = glyphs == .unicode ? "…" : width > 3 ? ".." : ""
    let room = width - mark.utf16.count
    guard room > 0 else { return width > 0 ? String(mark.prefix(width)) : "" }
    var result = DisplayColumns.prefix(self, room)
    while result.hasSuffix(" ") { result.removeLast() }
    return result + mark
  }

  /// Exactly `width` columns: cut or padded.
  package func fitted(_ width: Int, _ alignment: Alignment = .left, _ glyphs: Glyphs = .unicode) -> String {
    let text = cut(width, glyphs)
    let room = max(width - DisplayWidth.of(text), 0)
    switch alignment {
    case .left: return text + String(repeating: " ", count: room)
    case .right: return String(repeating: " ", count: room) + text
    case .center:
      return String(repeating: " ", count: room / 2) + text + String(repeating: " ", count: room - room / 2)
    }
  }
}
