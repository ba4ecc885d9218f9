// Drawing of the block. Wrapping of a line that is wider than the screen is left to the terminal,
// so that it can be copied as one line and is wrapped again by the terminal when its width changes.

import CEditline
import MocoBase
import MocoLang
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

extension LineEditor {
  /// A row of the screen, with its colours.
  struct Row: Equatable {
    var text: String
    /// Whether it begins a line of the block; otherwise it continues the full row above.
    var begins: Bool
  }

  struct Drawn {
    var text: [Unicode.Scalar]
    var cursor: Int
    var rows: [Row]
    var place: ScreenLayout.Place
    var columns: Int
    var screenRows: Int
    /// The first row that is shown, if the block is taller than the screen.
    var window: Int?
  }

  /// Clears from the beginning of a row on. Not in one step: a terminal may treat a screen that is cleared from its
  /// first cell as one to keep in its scrollback.
  private static let clear = "\u{1B}7\u{1B}[K\u{1B}[B\u{1B}[J\u{1B}8"

  static let tallHint = "the block is taller than the screen; press ^X ^E for an editor"

  // MARK: Drawing

  /// Draws the changes since the last drawing.
  /// - Parameter final: whether to draw the block as it stays on the screen: complete, and without highlights at
  ///   the cursor.
  func draw(final: Bool = false) {
    let snapshot = current
    let screen = LineEditor.screenSize()
    var ghost = final ? [] : suggestion(for: snapshot)
    var layout = ScreenLayout(snapshot.text + ghost, promptWidth: hang, columns: screen.columns)
    if !ghost.isEmpty, layout.rows >= screen.rows {
      ghost = []
      suggested?.rest = []
      layout = ScreenLayout(snapshot.text, promptWidth: hang, columns: screen.columns)
    }
    var rows = blockRows(snapshot, ghost, layout, columns: screen.columns, final: final)
    let cursor = final ? snapshot.text.count : snapshot.cursor
    var next = Drawn(
      text: snapshot.text + ghost, cursor: cursor, rows: rows, place: layout.places[cursor],
      columns: screen.columns,
      screenRows: screen.rows)
    if let drawn, drawn.columns != screen.columns || drawn.screenRows != screen.rows { erase() }
    if !final {
      let below = status.isEmpty ? (rows.count > screen.rows ? LineEditor.tallHint : "") : status
      let note = below.isEmpty ? nil : noteRow(below, columns: screen.columns)
      if rows.count + (note == nil ? 0 : 1) > screen.rows {
        return drawWindow(next, note: note)
      }
      if let note { rows.append(note) }
      next.rows = rows
    }
    if drawn?.window != nil {
      write("\u{1B}[H" + LineEditor.clear)
      drawn = nil
    }
    drawRows(next)
    drawn = next
  }

  /// The rows of the block around the cursor that fit.
  private func drawWindow(_ next: Drawn, note: Row?) {
    var next = next
    let room = max(next.screenRows - (note == nil ? 0 : 1), 1)
    var top = drawn?.window ?? max(next.rows.count - room, 0)
    top = min(top, next.place.row, max(next.rows.count - room, 0))
    top = max(top, next.place.row - room + 1)
    next.window = top
    let shown = Array(next.rows.dropFirst(top).prefix(room)) + (note.map { [$0] } ?? [])
    var output = "\u{1B}[?25l"
    var known: [Row] = []
    if let drawn, drawn.window != nil {
      known = drawn.rows
    } else {
      // The rows above the block move to the terminal's scrollback.
      output += toRow(0) + LineEditor.clear + String(repeating: "\r\n", count: max(next.screenRows - 1, 0))
      known = Array(repeating: Row(text: "", begins: true), count: next.screenRows)
    }
    for (index, row) in shown.enumerated() where index >= known.count || known[index].text != row.text {
      output += "\u{1B}[\(index + 1);1H\u{1B}[2K" + row.text
    }
    if shown.count < known.count { output += "\u{1B}[\(shown.count + 1);1H\u{1B}[J" }
    output += "\u{1B}[\(next.place.row - top + 1);\(next.place.column + 1)H\u{1B}[?25h"
    write(output)
    next.rows = shown
    drawn = next
  }

  /// Writes the changed lines, and below them the moved ones.
  private func drawRows(_ next: Drawn) {
    let (lines, known) = (LineEditor.lines(next.rows), LineEditor.lines(drawn?.rows ?? []))
    var from = 0
    while from < min(lines.count, known.count), lines[from] == known[from] { from += 1 }
    var to = lines.count
    let staysPut = lines.count == known.count && zip(lines, known).allSatisfy { $0.count == $1.count }
    if staysPut {
      while to > from, lines[to - 1] == known[to - 1] { to -= 1 }
    } else {
      from = min(from, lines.count - 1)
    }
    if from == to, drawn?.place == next.place { return }
    var at = drawn?.place.row ?? 0
    var output = "\u{1B}[?25l"
    if from < to {
      let first = lines[..<from].reduce(0) { $0 + $1.count }
      // A new row may require scrolling.
      output += from > 0 && from >= known.count ? toRow(first - 1) + "\r\n" : toRow(first)
      output += lines[from..<to].map(LineEditor.written).joined(separator: "\u{1B}[K\r\n")
      output += staysPut ? "\u{1B}[K" : "\u{1B}[J"
      at = first + lines[from..<to].reduce(0) { $0 + $1.count } - 1
    }
    output += LineEditor.move(from: at, to: next.place.row) + "\r"
    output += (next.place.column > 0 ? "\u{1B}[\(next.place.column)C" : "") + "\u{1B}[?25h"
    write(output)
  }

  /// Rows joined to lines.
  private static func lines(_ rows: [Row]) -> [[Row]] {
    var lines: [[Row]] = []
    for row in rows {
      if row.begins || lines.isEmpty { lines.append([row]) } else { lines[lines.count - 1].append(row) }
    }
    return lines
  }

  private static func written(_ line: [Row]) -> String {
    line.enumerated().map { index, row in
      // A full row alone does not start the next one: a space does, and is removed again.
      index > 0 && row.text.isEmpty ? " \r" : row.text
    }.joined()
  }

  private static func move(from: Int, to: Int) -> String {
    from == to ? "" : to > from ? "\u{1B}[\(to - from)B" : "\u{1B}[\(from - to)A"
  }

  /// To the beginning of a row that is drawn.
  private func toRow(_ row: Int) -> String { LineEditor.move(from: drawn?.place.row ?? 0, to: row) + "\r" }

  // MARK: Leaving and coming back

  /// Draws the entire block as it stays on the screen, and moves the terminal's cursor below it.
  /// - Parameters:
  ///   - mark: the text written after the block.
  ///   - newline: whether the cursor moves to the next row; otherwise the caller does that.
  func leaveBlock(_ mark: String = "", newline: Bool = true) {
    draw(final: true)
    write(mark + (newline ? "\r\n" : ""))
    drawn = nil
  }

  /// Clears the block from the screen, also if the screen has been resized and the terminal has
  /// wrapped the block again.
  func erase() {
    guard let drawn else { return }
    if drawn.window != nil {
      write("\u{1B}[H" + LineEditor.clear)
    } else {
      let screen = LineEditor.screenSize()
      let layout = ScreenLayout(drawn.text, promptWidth: hang, columns: screen.columns)
      let row = min(layout.places[min(drawn.cursor, drawn.text.count)].row, screen.rows - 1)
      write("\r" + LineEditor.move(from: row, to: 0) + LineEditor.clear)
    }
    self.drawn = nil
  }

  func clearScreen() -> Outcome {
    write("\u{1B}[H\u{1B}[2J")
    drawn = nil
    return .done
  }

  // MARK: Rows

  /// - Parameter ghost: the dim text after the block.
  private func blockRows(
    _ snapshot: Snapshot, _ ghost: [Unicode.Scalar], _ layout: ScreenLayout, columns: Int, final: Bool
  ) -> [Row] {
    let styles = styles(snapshot, final: final) + Array(repeating: "2", count: ghost.count)
    let text = snapshot.text + ghost
    var rows = [Row(text: promptText, begins: true)]
    var style = ""
    func goTo(_ row: Int) {
      while rows.count <= row {
        if !style.isEmpty { rows[rows.count - 1].text += "\u{1B}[0m" }
        style = ""
        rows.append(Row(text: "", begins: false))
      }
    }
    for (index, scalar) in text.enumerated() {
      let (place, after) = (layout.places[index], layout.places[index + 1])
      // A wide character that does not fit leaves a space.
      if place.row == rows.count, place.column == 0, index > 0, text[index - 1] != "\n",
        ScreenLayout.width(scalar) > 1, isShort(layout.places[index - 1], text[index - 1], columns)
      {
        rows[rows.count - 1].text += " "
      }
      if ScreenLayout.width(scalar) > 0 { goTo(place.row) }
      if scalar == "\n" {
        if !style.isEmpty { rows[rows.count - 1].text += "\u{1B}[0m" }
        style = ""
        rows.append(Row(text: "", begins: true))
        continue
      }
      let shown = LineEditor.shown(
        scalar, width: (after.row - place.row) * columns + after.column - place.column)
      if shown.isEmpty { continue }
      if styles[index] != style, ScreenLayout.width(scalar) > 0 {
        style = styles[index]
        rows[rows.count - 1].text += style.isEmpty ? "\u{1B}[0m" : "\u{1B}[0;\(style)m"
      }
      rows[rows.count - 1].text.unicodeScalars.append(contentsOf: shown)
    }
    goTo(layout.places.last?.row ?? 0)
    if !style.isEmpty { rows[rows.count - 1].text += "\u{1B}[0m" }
    return rows
  }

  /// Whether a row that ends in this character is not full.
  private func isShort(_ place: ScreenLayout.Place, _ scalar: Unicode.Scalar, _ columns: Int) -> Bool {
    place.column + ScreenLayout.width(scalar) < columns
  }

  /// The text written for a character. A combining mark is written after its base character.
  private static func shown(_ scalar: Unicode.Scalar, width: Int) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    if scalar == "\t" {
      result.append(contentsOf: String(repeating: " ", count: max(width, 0)).unicodeScalars)
    } else if scalar.value < 32 || scalar.value == 127 {
      result.append("^")
      result.append(Unicode.Scalar(scalar.value ^ 0x40) ?? "?")
    } else if let replacement = TerminalText.replacement(scalar) {
      result.append(replacement)
    } else if ce_width(Int32(bitPattern: scalar.value)) >= 0 {
      result.append(scalar)
    }
    return result
  }

  private var promptText: String {
    guard options.color else { return options.prompt }
    let bare = options.prompt.last == " " ? String(options.prompt.dropLast()) : options.prompt
    return "\u{1B}[1;36m\(bare)\u{1B}[0m" + options.prompt.dropFirst(bare.count)
  }

  /// A line below the block; for a search the end is shown, because that changes.
  private func noteRow(_ text: String, columns: Int) -> Row {
    let scalars = TerminalText.safe(text).unicodeScalars.filter {
      ScreenLayout.width($0) > 0 && $0.value >= 32
    }
    var width = 0
    let fits: (Unicode.Scalar) -> Bool = { scalar in
      width += ScreenLayout.width(scalar)
      return width < columns
    }
    let shown =
      status.isEmpty
      ? Array(scalars.prefix(while: fits)) : Array(scalars.reversed().prefix(while: fits).reversed())
    let line = String(String.UnicodeScalarView(shown))
    return Row(text: options.color ? "\u{1B}[2m\(line)\u{1B}[0m" : line, begins: true)
  }

  /// Styles of the text, applied to the buffer with its hangs.
  private func styles(_ snapshot: Snapshot, final: Bool) -> [String] {
    var result = Array(repeating: "", count: snapshot.text.count)
    guard options.color, options.highlight, snapshot.text.count < 20_000 else { return result }
    var text: [Unicode.Scalar] = []
    var indices: [Int] = []
    var skipping = 0
    var cursor: Int?
    for (index, scalar) in snapshot.text.enumerated() {
      if index == snapshot.cursor { cursor = text.count }
      if skipping > 0, scalar == " " {
        skipping -= 1
        continue
      }
      skipping = scalar == "\n" ? hang : 0
      text.append(scalar)
      indices.append(index)
    }
    if snapshot.cursor == snapshot.text.count { cursor = text.count }
    let styles = Highlighter.styles(text, options.dialect, cursor: final || marked != nil ? nil : cursor)
    for (index, style) in zip(indices, styles) { result[index] = style }
    if !final, let marked {
      for index in marked.clamped(to: result.indices) { result[index] = "4" }
    }
    return result
  }
}
