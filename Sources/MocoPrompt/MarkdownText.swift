import MocoPlot

/// The Markdown of doc comments as terminal text: headings, fenced programs, lists, `code`, **strong**.
package enum MarkdownText {
  package static func render(_ markdown: String, width: Int, colour: Bool) -> String {
    var lines: [String] = []
    var paragraph = ""
    var fence: [String]?
    func flush() {
      if !paragraph.isEmpty { lines += wrap(paragraph, width: width).map { inline($0, colour) } }
      paragraph = ""
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
      } else if trimmed.isEmpty {
        flush()
        if lines.last != "", !lines.isEmpty { lines.append("") }
      } else if trimmed.hasPrefix("#") {
        flush()
        let title = String(trimmed.drop { $0 == "#" || $0 == " " })
        lines.append(colour ? "\u{1B}[1m\(title)\u{1B}[0m" : title)
      } else if trimmed.hasPrefix("- ") || trimmed.hasPrefix("* ") || trimmed.hasPrefix("|") {
        flush()
        paragraph = String(trimmed)
        if trimmed.hasPrefix("|") { flush() }
      } else {
        paragraph += (paragraph.isEmpty ? "" : " ") + trimmed
      }
    }
    flush()
    if let program = fence { lines += program.map { "    " + $0 } }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  private static func wrap(_ text: String, width: Int) -> [String] {
    let hanging = text.hasPrefix("- ") || text.hasPrefix("* ")
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if DisplayWidth.of(longer) > width, !line.isEmpty {
        lines.append(line)
        line = (hanging ? "  " : "") + word
      } else {
        line = longer
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  private static func inline(_ text: String, _ colour: Bool) -> String {
    var result = ""
    var rest = text[...]
    while let mark = rest.firstIndex(where: { $0 == "`" || $0 == "*" }) {
      result += rest[..<mark]
      let token = rest[mark] == "`" ? "`" : "**"
      let after = rest[mark...].dropFirst(token.count)
      guard rest[mark...].hasPrefix(token), let close = after.ranges(of: token).first else {
        result.append(rest[mark])
        rest = rest[rest.index(after: mark)...]
        continue
      }
      let inner = after[..<close.lowerBound]
      result +=
        colour
        ? "\u{1B}[\(token == "`" ? "36" : "1")m\(inner)\u{1B}[0m"
        : String(token == "`" ? "`\(inner)`" : "\(inner)")
      rest = after[close.upperBound...]
    }
    return result + rest
  }
}
