/// Single characters that are replaced by others: typographic quotes, ligatures, full and half width forms, line
/// breaks, code page leftovers; and characters without text.
enum CharacterRepair {
  static func replaced(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let scalar = text[index]
      index += 1
      switch scalar.value {
      case 0x0D:
        // \r\n is one line break.
        if index < text.count && text[index] == "\n" { index += 1 }
        result.append("\n")
      case 0x2028, 0x2029: result.append("\n")
      case 0x80...0x9F: append(Windows1252.character(scalar.value), to: &result)
      case 0x132...0x1F3, 0xFB00...0xFB06, 0x3000, 0xFF01...0xFFEE, 0x2BC, 0x2018...0x201F:
        append(scalar, to: &result)
      default: result.append(scalar)
      }
    }
    return result
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout [Unicode.Scalar]) {
    switch scalar.value {
    case 0x2BC, 0x2018...0x201B: result.append("'")
    case 0x201C...0x201F: result.append("\"")
    case 0x3000: result.append(" ")
    case 0xFF01...0xFF5E:
      if let plain = Unicode.Scalar(scalar.value - 0xFEE0) { append(plain, to: &result) }
    case 0xFF5F...0xFFEE:
      if let plain = halfWidth[scalar.value] {
        result.append(contentsOf: plain)
      } else {
        result.append(scalar)
      }
    default:
      if let parts = ligatures[scalar.value] {
        result.append(contentsOf: parts)
      } else {
        result.append(scalar)
      }
    }
  }

  private static let ligatures: [UInt32: [Unicode.Scalar]] = [
    0x132: ["I", "J"], 0x133: ["i", "j"], 0x149: ["'", "n"],
    0x1C4: ["D", "\u{17D}"], 0x1C5: ["D", "\u{17E}"], 0x1C6: ["d", "\u{17E}"],
    0x1C7: ["L", "J"], 0x1C8: ["L", "j"], 0x1C9: ["l", "j"],
    0x1CA: ["N", "J"], 0x1CB: ["N", "j"], 0x1CC: ["n", "j"],
    0x1F1: ["D", "Z"], 0x1F2: ["D", "z"], 0x1F3: ["d", "z"],
    0xFB00: ["f", "f"], 0xFB01: ["f", "i"], 0xFB02: ["f", "l"], 0xFB03: ["f", "f", "i"],
    0xFB04: ["f", "f", "l"], 0xFB05: ["\u{17F}", "t"], 0xFB06: ["s", "t"],
  ]

  /// Half-width forms and their compatibility equivalents (Unicode's chart "Halfwidth and Fullwidth Forms").
  private static let halfWidth: [UInt32: [Unicode.Scalar]] = {
    var table: [UInt32: [Unicode.Scalar]] = [
      0xFF5F: ["\u{2985}"], 0xFF60: ["\u{2986}"], 0xFF9E: ["\u{3099}"], 0xFF9F: ["\u{309A}"],
      0xFFA0: ["\u{1160}"], 0xFFE0: ["\u{A2}"], 0xFFE1: ["\u{A3}"], 0xFFE2: ["\u{AC}"],
      0xFFE3: [" ", "\u{304}"], 0xFFE4: ["\u{A6}"], 0xFFE5: ["\u{A5}"], 0xFFE6: ["\u{20A9}"],
      0xFFE8: ["\u{2502}"], 0xFFE9: ["\u{2190}"], 0xFFEA: ["\u{2191}"], 0xFFEB: ["\u{2192}"],
      0xFFEC: ["\u{2193}"], 0xFFED: ["\u{25A0}"], 0xFFEE: ["\u{25CB}"],
    ]
    let kana = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
    for (offset, scalar) in kana.unicodeScalars.enumerated() { table[0xFF61 + UInt32(offset)] = [scalar] }
    let consonants: [UInt32] = [
      0x1100, 0x1101, 0x11AA, 0x1102, 0x11AC, 0x11AD, 0x1103, 0x1104, 0x1105, 0x11B0, 0x11B1, 0x11B2,
      0x11B3, 0x11B4, 0x11B5, 0x111A, 0x1106, 0x1107, 0x1108, 0x1121, 0x1109, 0x110A, 0x110B, 0x110C,
      0x110D, 0x110E, 0x110F, 0x1110, 0x1111, 0x1112,
    ]
    for (offset, code) in consonants.enumerated() {
      table[0xFFA1 + UInt32(offset)] = Unicode.Scalar(code).map { [$0] }
    }
    // The vowels are in groups of six, with gaps of two.
    for offset: UInt32 in 0..<21 {
      table[0xFFC2 + offset / 6 * 8 + offset % 6] = Unicode.Scalar(0x1161 + offset).map { [$0] }
    }
    return table
  }()

  /// Colour and cursor codes of terminals: ESC [ numbers letter.
  static func withoutTerminalEscapes(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.contains("\u{1B}") else { return text }
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      if text[index] == "\u{1B}", index + 1 < text.count, text[index + 1] == "[" {
        var end = index + 2
        while end < text.count, text[end] == ";" || text[end].properties.generalCategory == .decimalNumber {
          end += 1
        }
        if end < text.count, text[end].isASCII, text[end].properties.isAlphabetic {
          index = end + 1
          continue
        }
      }
      result.append(text[index])
      index += 1
    }
    return result
  }

  /// Control characters without meaning in a text; tab, line feed and form feed are kept.
  static func withoutControls(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.filter { scalar in
      switch scalar.value {
      case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: false
      default: true
      }
    }
  }
}
