import MocoBase

/// A run of characters in one style.
package struct StyledRun {
  /// The characters, on one line and without control characters.
  package var text: String
  /// Color of the text; nil for the terminal's default.
  package var foreground: Color?
  /// Color of the background; nil for the terminal's default.
  package var background: Color?
  /// Whether it is bold (SGR 1); only if there are colors.
  package var bold = false
  /// Whether it is faint (SGR 2); only if there are colors.
  package var dim = false

  /// The characters with the colors of text and background; nil for the terminal's default.
  package init(
    _ text: String, _ foreground: Color? = nil, on background: Color? = nil, bold: Bool = false,
    dim: Bool = false
  ) {
    self.text = text
    self.foreground = foreground
    self.background = background
    self.bold = bold
    self.dim = dim
  }
}

/// A line of runs.
package typealias StyledLine = [StyledRun]

extension TerminalOptions {
  /// The lines as text, each truncated to the width, with escape sequences if there are colors.
  package func encode(_ lines: [StyledLine]) -> String {
    var result = ""
    for line in lines.map(clipped) {
      result += color == .none ? bare(line) : colored(line)
      result += "\n"
    }
    if result.hasSuffix("\n") { result.removeLast() }
    return result
  }

  /// A line truncated to the width.
  package func clipped(_ line: StyledLine) -> StyledLine {
    var room = width
    var result: StyledLine = []
    for run in line {
      let columns = DisplayWidth.of(run.text)
      if columns <= room {
        result.append(run)
        room -= columns
        continue
      }
      if room > 0 {
        var cut = run
        cut.text = run.text.cut(room, glyphs)
        result.append(cut)
      }
      break
    }
    return result
  }

  private func bare(_ line: StyledLine) -> String {
    var text = line.map(\.text).joined()
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }

  private func colored(_ line: StyledLine) -> String {
    var result = ""
    for run in line where !run.text.isEmpty {
      var codes: [String] = []
      if run.bold { codes.append("1") }
      if run.dim { codes.append("2") }
      if let color = run.foreground { codes.append(code(color, 38)) }
      if let color = run.background { codes.append(code(color, 48)) }
      result += codes.isEmpty ? run.text : "\u{1B}[\(codes.joined(separator: ";"))m\(run.text)\u{1B}[0m"
    }
    while result.hasSuffix(" ") { result.removeLast() }
    return result
  }

  /// The parameters of the escape sequence for a color.
  ///
  /// - Parameter layer: 38 for text, 48 for the background.
  package func code(_ value: Color, _ layer: Int) -> String {
    color == .truecolor
      ? "\(layer);2;\(value.red);\(value.green);\(value.blue)" : "\(layer);5;\(value.ansi256)"
  }
}
