import MocoLang

/// Columns that text takes on a terminal.
public enum DisplayWidth {
  /// The columns of a string; control characters count nothing.
  public static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// The columns of one character: 0, 1 or 2.
  public static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // U+FE0F asks for the emoji picture, which is two columns wide.
      if scalar.value == 0xFE0F, width == 1 { return 2 }
      width = max(width, of(scalar))
    }
    return width
  }

  /// The columns of one scalar: East Asian Width W and F, and emoji, take two (Unicode Annex 11).
  public static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x20 || (value >= 0x7F && value < 0xA0) { return 0 }
    if value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x2E80...0x303E, 0x3041...0x33FF,
      0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18AFF, 0x1B000...0x1B2FF,
      0x1F004...0x1F004, 0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320,
      0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3,
      0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440...0x1F440, 0x1F442...0x1F4FC,
      0x1F4FF...0x1F53D, 0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A, 0x1F595...0x1F596,
      0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC, 0x1F6D0...0x1F6D2,
      0x1F6D5...0x1F6D7, 0x1F6DC...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB,
      0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }
}

/// Where text stands in the room it is given.
public enum Alignment: Sendable {
  case left, right, centre
}

extension String {
  /// The same words on one line, and nothing that steers a terminal.
  var plain: String {
    if utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) { return self }
    let line = unicodeScalars.map { "\n\t\r".unicodeScalars.contains($0) ? " " : $0 }
    return TerminalText.safe(String(String.UnicodeScalarView(line)))
  }

  /// Cut to a number of columns, with an ellipsis where something is lost.
  func cut(_ width: Int, _ glyphs: Glyphs = .unicode) -> String {
    if DisplayWidth.of(self) <= width { return self }
    let mark = glyphs == .unicode ? "…" : width > 3 ? ".." : ""
    let room = width - mark.utf16.count
    guard room > 0 else { return width > 0 ? String(mark.prefix(width)) : "" }
    var used = 0
    var result = ""
    for character in self {
      let columns = DisplayWidth.of(character)
      if used + columns > room { break }
      used += columns
      result.append(character)
    }
    while result.hasSuffix(" ") { result.removeLast() }
    return result + mark
  }

  /// Exactly `width` columns: cut or padded.
  func fitted(_ width: Int, _ alignment: Alignment = .left, _ glyphs: Glyphs = .unicode) -> String {
    let text = cut(width, glyphs)
    let room = max(width - DisplayWidth.of(text), 0)
    switch alignment {
    case .left: return text + String(repeating: " ", count: room)
    case .right: return String(repeating: " ", count: room) + text
    case .centre:
      return String(repeating: " ", count: room / 2) + text + String(repeating: " ", count: room - room / 2)
    }
  }

  /// Broken between words into lines of at most `width` columns and at most `lines` lines, the last one cut.
  func wrapped(_ width: Int, lines: Int, _ glyphs: Glyphs = .unicode) -> [String] {
    var result: [String] = []
    var line = ""
    var words = split(separator: " ").map(String.init)[...]
    while let word = words.first {
      let longer = line.isEmpty ? word : line + " " + word
      if DisplayWidth.of(longer) <= width || line.isEmpty && result.count + 1 == lines {
        line = longer
        words.removeFirst()
      } else if line.isEmpty {
        result.append(word.cut(width, glyphs))
        words.removeFirst()
      } else if result.count + 1 == lines {
        line = longer
        words.removeFirst()
      } else {
        result.append(line)
        line = ""
      }
      if result.count == lines { break }
    }
    if !line.isEmpty, result.count < lines { result.append(line.cut(width, glyphs)) }
    return result
  }
}
