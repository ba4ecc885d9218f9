import MocoBase

/// Untrusted text in Markdown (CommonMark, and GitHub's tables).
package enum MarkdownEscape {
  /// The text as Markdown that shows exactly these characters, within a paragraph.
  ///
  /// - Parameter lineBreak: the replacement of a line feed: a hard break in a paragraph, `<br>` in a table, a space
  ///   where there can be only one line.
  package static func escaped(_ text: String, lineBreak: String = "\\\n") -> String {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.map { escapedLine(TerminalText.safe(String($0))) }.joined(separator: lineBreak)
  }

  private static func escapedLine(_ line: String) -> String {
    let scalars = Array(line.unicodeScalars)
    var result = String.UnicodeScalarView()
    // A number at the beginning, followed by a dot or a bracket, would begin a list.
    let digits = scalars.prefix { ("0"..."9").contains($0) }.count
    for (place, scalar) in scalars.enumerated() {
      switch scalar {
      case "_":
        // Within a word it is not markup.
        let isInner =
          place > 0 && place + 1 < scalars.count && isWord(scalars[place - 1]) && isWord(scalars[place + 1])
        if !isInner { result.append("\\") }
      case "\\", "`", "*", "[", "]", "<", ">", "~", "|", "&", "$": result.append("\\")
      case "#", "=", ":": if place == 0 { result.append("\\") }
      // Before a space it would begin a list, before the same character a rule.
      case "-", "+": if place == 0, isEnd(scalars, 1) || scalars[1] == scalar { result.append("\\") }
      case ".", ")": if place > 0, place == digits, isEnd(scalars, place + 1) { result.append("\\") }
      case "\t":
        result.append(" ")
        continue
      default: break
      }
      result.append(scalar)
    }
    // Spaces at the beginning would make it code, spaces at the end a line break.
    return String(result).trimmed
  }

  private static func isEnd(_ scalars: [Unicode.Scalar], _ place: Int) -> Bool {
    place >= scalars.count || scalars[place] == " " || scalars[place] == "\t"
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9") ~= scalar
  }

  /// The text as a code span on one line.
  ///
  /// - Parameter inTable: escapes bars, which end a cell in GitHub's tables even within code.
  package static func code(_ text: String, inTable: Bool = false) -> String {
    let line = TerminalText.safe(String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }))
    guard line.contains(where: { $0 != " " }) else { return line }
    let fence = String(repeating: "`", count: longest("`", in: line) + 1)
    let pad =
      line.hasPrefix("`") || line.hasSuffix("`") || (line.hasPrefix(" ") && line.hasSuffix(" ")) ? " " : ""
    let code = fence + pad + line + pad + fence
    return inTable
      ? code.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") : code
  }

  /// The text as a fenced block.
  package static func block(_ text: String, language: String = "") -> String {
    let safe = TerminalText.safe(text)
    let fence = String(repeating: "`", count: max(3, longest("`", in: safe) + 1))
    return "\(fence)\(HTMLText.word(language))\n\(safe)\(safe.hasSuffix("\n") ? "" : "\n")\(fence)"
  }

  /// The length of the longest run of one character.
  private static func longest(_ character: Character, in text: String) -> Int {
    var (most, now) = (0, 0)
    for other in text {
      now = other == character ? now + 1 : 0
      most = max(most, now)
    }
    return most
  }
}

extension String {
  /// Without spaces at both ends.
  var trimmed: String {
    var rest = self[...]
    while rest.first == " " { rest.removeFirst() }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
