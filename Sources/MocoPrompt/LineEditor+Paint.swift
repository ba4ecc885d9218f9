import CEditline

#if canImport(Glibc)
  import Glibc
#endif

extension LineEditor {
  /// Draws the settled buffer once more, in colour. libedit's picture of the screen knows only bare
  /// characters, so nothing may move: the cursor goes back to where it was.
  func paint(final: Bool = false) {
    guard options.colour, options.highlight else { return }
    let snapshot = current
    guard !snapshot.text.isEmpty, snapshot.text.count < 20_000 else { return }
    let screen = LineEditor.screenSize()
    let layout = ScreenLayout(snapshot.text, promptWidth: hang, columns: screen.columns)
    // Of a block taller than the screen libedit shows the tail; rows above it cannot be reached.
    guard layout.rows <= screen.rows else { return }
    let styles = bufferStyles(snapshot, cursor: final ? nil : snapshot.cursor)
    var output = "\u{1B}7\u{1B}[?25l"
    let rowsUp = layout.places[snapshot.cursor].row
    if rowsUp > 0 { output += "\u{1B}[\(rowsUp)A" }
    var row = 0
    var column = -1
    var style = ""
    for (index, scalar) in snapshot.text.enumerated() {
      let place = layout.places[index]
      if scalar == "\n" || scalar == "\t" || scalar.value < 32 || ScreenLayout.width(scalar) == 0 { continue }
      if place.row != row || place.column != column {
        output += "\r"
        if place.row > row { output += "\u{1B}[\(place.row - row)B" }
        if place.column > 0 { output += "\u{1B}[\(place.column)C" }
        row = place.row
      }
      if styles[index] != style {
        style = styles[index]
        output += style.isEmpty ? "\u{1B}[0m" : "\u{1B}[0;\(style)m"
      }
      output.unicodeScalars.append(scalar)
      column = place.column + ScreenLayout.width(scalar)
      if column >= screen.columns { column = -1 }
    }
    output += "\u{1B}[0m\u{1B}8\u{1B}[?25h"
    write(output)
  }

  /// Styles of the text, set over the buffer with its hangs.
  private func bufferStyles(_ snapshot: Snapshot, cursor: Int?) -> [String] {
    var text: [Unicode.Scalar] = []
    var indices: [Int] = []
    var skipping = 0
    var textCursor: Int?
    for (index, scalar) in snapshot.text.enumerated() {
      if index == cursor { textCursor = text.count }
      if skipping > 0, scalar == " " {
        skipping -= 1
        continue
      }
      skipping = scalar == "\n" ? hang : 0
      text.append(scalar)
      indices.append(index)
    }
    if cursor == snapshot.text.count { textCursor = text.count }
    var result = Array(repeating: "", count: snapshot.text.count)
    for (index, style) in zip(indices, Highlighter.styles(text, cursor: textCursor)) { result[index] = style }
    return result
  }
}
