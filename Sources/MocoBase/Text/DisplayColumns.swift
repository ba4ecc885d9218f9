/// Cuts and wraps texts to a number of terminal columns, and formats source lines for messages.
package enum DisplayColumns {
  /// The longest prefix of a text that fits in a number of columns.
  package static func prefix(_ text: some StringProtocol, _ columns: Int) -> String {
    var used = 0
    var result = ""
    for character in text {
      used += DisplayWidth.of(character)
      if used > columns { break }
      result.append(character)
    }
    return result
  }

  /// A text cut to a number of columns, with an ellipsis if something is cut.
  package static func cut(_ text: String, to columns: Int, mark: String = "…") -> String {
    DisplayWidth.of(text) <= columns ? text : prefix(text, max(0, columns - DisplayWidth.of(mark))) + mark
  }

  /// Lines of at most `columns` columns, broken at spaces; all but the first begin with `hanging` spaces, and
  /// the first has `first` columns less. A word that is longer than a line is not split, unless its
  /// characters are wide: those may be split anywhere.
  package static func wrapped(_ text: String, columns: Int, first: Int = 0, hanging: Int = 0) -> [String] {
    var lines: [String] = []
    let columns = max(1, columns)
    let margin = min(hanging, columns / 2)
    for (place, part) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let own = part.prefix { $0 == " " }.count
      let indent = min(margin + own, columns / 2)
      var line = place == 0 ? "" : String(repeating: " ", count: margin)
      var used = place == 0 ? first : margin
      var isEmpty = true
      func next() {
        while line.hasSuffix(" ") { line.removeLast() }
        lines.append(line)
        line = String(repeating: " ", count: indent)
        used = indent
        isEmpty = true
      }
      line += String(repeating: " ", count: own)
      used += own
      for var word in part.dropFirst(own).split(separator: " ", omittingEmptySubsequences: false) {
        var size = DisplayWidth.of(word)
        if !isEmpty {
          if used + 1 + size > columns {
            next()
          } else {
            line += " "
            used += 1
          }
        }
        while used + size > columns, word.unicodeScalars.contains(where: { DisplayWidth.of($0) == 2 }) {
          let piece = prefix(word, columns - used)
          if piece.isEmpty, used <= indent { break }
          line += piece
          word = word.dropFirst(piece.count)
          size = DisplayWidth.of(word)
          next()
        }
        line += word
        used += size
        isEmpty = false
      }
      while line.hasSuffix(" ") { line.removeLast() }
      lines.append(line)
    }
    return lines
  }

  /// At most a number of lines of at most `columns` columns: text that is longer than a line, or continues after
  /// the last one, is cut with an ellipsis. No lines for a text without words.
  package static func wrapped(
    _ text: String, columns: Int, lines most: Int, glyphs: Glyphs = .unicode
  ) -> [String] {
    guard text.contains(where: { $0 != " " }), most > 0 else { return [] }
    var lines = wrapped(text, columns: columns)
    if lines.count > most { lines[(most - 1)...] = [lines[(most - 1)...].joined(separator: " ")] }
    return lines.map { $0.cut(columns, glyphs) }
  }

  /// Pieces separated by spaces, on lines of at most `columns` columns: a piece is not split
  /// if it fits on a line.
  package static func joined(_ pieces: [String], columns: Int, hanging: Int = 0) -> String {
    let firm = pieces.map { $0.map { $0 == " " ? "\u{A0}" : String($0) }.joined() }
    let lines = wrapped(firm.joined(separator: " "), columns: columns, hanging: hanging)
    return lines.map { $0.contains("\u{A0}") ? String($0.map { $0 == "\u{A0}" ? " " : $0 }) : $0 }.joined(
      separator: "\n")
  }

  /// Columns from one tab stop to the next in a displayed source line.
  package static let tabWidth = 4

  /// A source line for a terminal: tabs become spaces, control characters become visible symbols.
  package struct Line {
    /// The displayed text, one entry per source scalar.
    package var cells: [(text: String, width: Int)] = []
    /// UTF-8 offset in the line → column; one more entry than bytes.
    package var columns: [Int] = []

    /// The line of these UTF-8 bytes, without its line end.
    package init(_ bytes: ArraySlice<UInt8>) {
      columns.reserveCapacity(bytes.count + 1)
      var column = 0
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        let text: String
        let width: Int
        if scalar == "\t" {
          width = tabWidth - column % tabWidth
          text = String(repeating: " ", count: width)
        } else if let shown = TerminalText.replacement(scalar) {
          width = 1
          text = String(shown)
        } else {
          width = DisplayWidth.of(scalar)
          text = String(scalar)
        }
        cells.append((text, width))
        for _ in 0..<UTF8.width(scalar) { columns.append(column) }
        column += width
      }
      columns.append(column)
    }

    /// Columns of the entire line.
    package var width: Int { columns.last ?? 0 }

    /// The column at which the scalar with this byte begins; an offset outside the line counts as its
    /// nearer end.
    package func column(atByte offset: Int) -> Int {
      columns[max(0, min(offset, columns.count - 1))]
    }

    /// The part between two columns; spaces replace a wide character that is cut in two.
    package func text(from first: Int, to last: Int) -> String {
      var text = ""
      var column = 0
      for cell in cells {
        let end = column + cell.width
        if column >= last, cell.width > 0 { break }
        if column >= first, end <= last {
          // A combining character is left out with its base character.
          if cell.width > 0 || column > first || first == 0 { text += cell.text }
        } else if end > first {
          text += String(repeating: " ", count: min(end, last) - max(column, first))
        }
        column = end
      }
      return text
    }
  }
}
