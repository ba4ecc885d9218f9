import MocoBase
import MocoPlot
import MocoSession

/// The Markdown of doc comments as terminal text: headings, fenced programs, lists, tables, `code`,
/// **strong**.
package enum MarkdownText {
  package static func render(_ markdown: String, width: Int, colour: Bool) -> String {
    var lines: [String] = []
    var paragraph = ""
    var table: [[String]] = []
    var fence: [String]?
    func flush() {
      if !paragraph.isEmpty {
        let hanging = paragraph.hasPrefix("- ") || paragraph.hasPrefix("* ") ? 2 : 0
        lines += wrap(runs(paragraph, colour), width: width, hanging: hanging).map { painted($0, colour) }
      }
      paragraph = ""
      if !table.isEmpty { lines += laidOut(table, width: width, colour) }
      table = []
    }
    for raw in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      let line = String(raw)
      let trimmed = line.drop { $0 == " " }
      if trimmed.hasPrefix("```") {
        if let program = fence {
          let text = program.joined(separator: "\n")
          let shown = colour ? Highlighter.coloured(text) : text
          lines += shown.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
          fence = nil
        } else {
          flush()
          fence = []
        }
      } else if fence != nil {
        fence?.append(line)
      } else if line.hasPrefix("    "), paragraph.isEmpty, !trimmed.isEmpty {
        // Four blanks in front, and no sentence that they could belong to: a program.
        flush()
        let text = String(line.dropFirst(4))
        lines.append("    " + (colour ? Highlighter.coloured(text) : text))
      } else if trimmed.isEmpty {
        flush()
        if lines.last != "", !lines.isEmpty { lines.append("") }
      } else if trimmed.hasPrefix("#") {
        flush()
        let title = String(trimmed.drop { $0 == "#" || $0 == " " })
        lines.append(colour ? "\u{1B}[1m\(title)\u{1B}[0m" : title)
      } else if trimmed.hasPrefix("|") {
        if !paragraph.isEmpty { flush() }
        table.append(cells(trimmed))
      } else if trimmed.hasPrefix("- ") || trimmed.hasPrefix("* ") {
        flush()
        paragraph = String(trimmed)
      } else {
        if !table.isEmpty { flush() }
        paragraph += (paragraph.isEmpty ? "" : " ") + trimmed
      }
    }
    flush()
    if let program = fence { lines += program.map { "    " + $0 } }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  // MARK: - Styles

  private enum Style { case plain, code, strong }

  /// Characters of one style.
  private struct Run {
    var text: String
    var style: Style
  }

  private static func width(_ runs: [Run]) -> Int { runs.reduce(0) { $0 + DisplayWidth.of($1.text) } }

  /// The text with its marks read: without colour, code keeps its backticks.
  private static func runs(_ text: String, _ colour: Bool) -> [Run] {
    var result: [Run] = []
    var plain = ""
    var rest = text[...]
    while let mark = rest.firstIndex(where: { $0 == "`" || $0 == "*" }) {
      plain += rest[..<mark]
      let token = rest[mark] == "`" ? "`" : "**"
      let after = rest[mark...].dropFirst(token.count)
      guard rest[mark...].hasPrefix(token), let close = after.ranges(of: token).first else {
        plain.append(rest[mark])
        rest = rest[rest.index(after: mark)...]
        continue
      }
      if !plain.isEmpty { result.append(Run(text: plain, style: .plain)) }
      plain = ""
      let inner = String(after[..<close.lowerBound])
      result.append(
        token == "`"
          ? Run(text: colour ? inner : "`\(inner)`", style: .code) : Run(text: inner, style: .strong))
      rest = after[close.upperBound...]
    }
    plain += rest
    if !plain.isEmpty { result.append(Run(text: plain, style: .plain)) }
    return result
  }

  private static func painted(_ runs: [Run], _ colour: Bool) -> String {
    runs.map { run in
      guard colour, run.style != .plain, !run.text.isEmpty else { return run.text }
      return "\u{1B}[\(run.style == .code ? "36" : "1")m\(run.text)\u{1B}[0m"
    }.joined()
  }

  /// Lines broken at blanks, each with the styles of its words.
  private static func wrap(_ runs: [Run], width: Int, hanging: Int = 0) -> [[Run]] {
    // Words, and the style of the blank before each.
    var words: [(runs: [Run], blank: Style)] = []
    var startsWord = true
    var blank = Style.plain
    for run in runs {
      for (place, part) in run.text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
        if place > 0 {
          startsWord = true
          blank = run.style
        }
        if part.isEmpty { continue }
        let piece = Run(text: String(part), style: run.style)
        if startsWord || words.isEmpty {
          words.append(([piece], blank))
        } else {
          words[words.count - 1].runs.append(piece)
        }
        startsWord = false
      }
    }
    func add(_ run: Run, to line: inout [Run]) {
      if let last = line.last, last.style == run.style {
        line[line.count - 1].text += run.text
      } else {
        line.append(run)
      }
    }
    var lines: [[Run]] = []
    var line: [Run] = []
    var used = 0
    for word in words {
      let size = self.width(word.runs)
      if line.isEmpty {
        used = size
      } else if used + 1 + size > width {
        lines.append(line)
        line = hanging > 0 ? [Run(text: String(repeating: " ", count: hanging), style: .plain)] : []
        used = hanging + size
      } else {
        add(Run(text: " ", style: word.blank), to: &line)
        used += 1 + size
      }
      for run in word.runs { add(run, to: &line) }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  // MARK: - Tables

  /// The cells of `| a | b |`; a bar in code is none between cells.
  private static func cells(_ line: Substring) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isCode = false
    var isEscaped = false
    for character in line.dropFirst() {
      if character == "|", !isCode, !isEscaped {
        cells.append(cell.trimmed)
        cell = ""
        continue
      }
      if character == "|", isEscaped { cell.removeLast() }
      if character == "`" { isCode.toggle() }
      isEscaped = character == "\\"
      cell.append(character)
    }
    if !cell.trimmed.isEmpty { cells.append(cell.trimmed) }
    return cells
  }

  /// Columns as wide as their cells; the last one takes what is left and is wrapped.
  private static func laidOut(_ rows: [[String]], width: Int, _ colour: Bool) -> [String] {
    func isRule(_ row: [String]) -> Bool {
      !row.isEmpty && row.allSatisfy { $0.contains("-") && $0.allSatisfy { $0 == "-" || $0 == ":" } }
    }
    let hasHead = rows.count > 1 && isRule(rows[1])
    let shown = rows.filter { !isRule($0) }.map { $0.map { runs($0, colour) } }
    let count = shown.map(\.count).max() ?? 0
    guard count > 0 else { return [] }
    var sizes = (0..<count).map { column in
      shown.map { $0.indices.contains(column) ? self.width($0[column]) : 0 }.max() ?? 0
    }
    let before = sizes.dropLast().reduce(0) { $0 + $1 + 2 }
    let room = max(12, width - before)
    sizes[count - 1] = min(sizes[count - 1], room)
    let isLong = before + sizes[count - 1] > width
    var lines: [String] = []
    for (place, row) in shown.enumerated() {
      let isHead = place == 0 && hasHead
      var line = ""
      var rest: [String] = []
      for column in 0..<count {
        var cell = row.indices.contains(column) ? row[column] : []
        if isHead, colour { cell = cell.map { Run(text: $0.text, style: .strong) } }
        if column == count - 1 {
          let parts = wrap(cell, width: room).map { painted($0, colour) }
          line += parts.first ?? ""
          // Where even the other columns are too wide, the rest begins on the left.
          let margin = String(repeating: " ", count: isLong ? 2 : before)
          rest = parts.dropFirst().map { margin + $0 }
        } else {
          let pad = String(repeating: " ", count: max(0, sizes[column] - self.width(cell)) + 2)
          line += painted(cell, colour) + pad
        }
      }
      while line.hasSuffix(" ") { line.removeLast() }
      lines.append(line)
      lines += rest
      if isHead, !colour {
        lines.append(sizes.map { String(repeating: "-", count: $0) }.joined(separator: "  "))
      }
    }
    return lines
  }
}
