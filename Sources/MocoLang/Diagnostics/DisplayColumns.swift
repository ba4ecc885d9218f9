/// How many terminal columns a character takes, and source lines as they are shown in messages.
package enum DisplayColumns {
  /// 0 for marks that join the character before, 2 for East Asian wide characters and emoji, else 1.
  package static func width(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
      0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  package static let tabWidth = 4

  /// A source line made fit for a terminal: tabs become spaces, control characters pictures.
  package struct Line {
    /// What is shown, one entry a source scalar.
    package var cells: [(text: String, width: Int)] = []
    /// UTF-8 offset in the line → column; one more entry than bytes.
    package var columns: [Int] = []

    package init(_ bytes: ArraySlice<UInt8>) {
      columns.reserveCapacity(bytes.count + 1)
      var column = 0
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        let text: String
        let width: Int
        if scalar == "\t" {
          width = tabWidth - column % tabWidth
          text = String(repeating: " ", count: width)
        } else if scalar.value < 0x20 {
          width = 1
          text = String(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
        } else if scalar.value == 0x7F || (scalar.value >= 0x80 && scalar.value < 0xA0) || isDirection(scalar)
        {
          width = 1
          text = "\u{FFFD}"
        } else {
          width = DisplayColumns.width(of: scalar)
          text = String(scalar)
        }
        cells.append((text, width))
        for _ in 0..<UTF8.width(scalar) { columns.append(column) }
        column += width
      }
      columns.append(column)
    }

    package var width: Int { columns.last ?? 0 }

    package func column(atByte offset: Int) -> Int {
      columns[max(0, min(offset, columns.count - 1))]
    }

    /// The part between two columns.
    package func text(from first: Int, to last: Int) -> String {
      var text = ""
      var column = 0
      for cell in cells {
        if column >= last { break }
        if column >= first { text += cell.text }
        column += cell.width
      }
      return text
    }

    /// Characters that reorder text on a terminal could make an excerpt lie.
    private func isDirection(_ scalar: Unicode.Scalar) -> Bool {
      (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        || (0x2028...0x2029).contains(scalar.value)
    }
  }
}
