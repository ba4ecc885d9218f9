import MocoLang

/// `x = !ls`, `let x = !ls` and `var x = !ls`: the lines that a command of the shell prints, as a List of Strings.
package struct ShellAssignment: Equatable {
  /// The name before `=`.
  package var name: String
  /// `let`, `var`, or nil if the name is alone.
  package var keyword: String?
  /// The command after `!`.
  package var command: String
  /// As it was typed.
  package var text: String

  /// - Returns: nil if a block is not such an assignment.
  package init?(_ block: String) {
    guard let equals = block.firstIndex(of: "=") else { return nil }
    let right = String(block[block.index(after: equals)...]).trimmed
    guard right.hasPrefix("!"), !right.contains("\n") else { return nil }
    let words = block[..<equals].split(whereSeparator: \.isWhitespace).map(String.init)
    guard let last = words.last, SourceScanner.isName(last), !SourceScanner.keywords.contains(last) else {
      return nil
    }
    switch words.count {
    case 1: keyword = nil
    case 2 where words[0] == "let" || words[0] == "var": keyword = words[0]
    default: return nil
    }
    name = last
    text = block.trimmed
    command = String(right.dropFirst()).trimmed
  }

  /// The lines of a command's output, without the newline that ends each.
  package static func lines(_ output: [UInt8]) -> [String] {
    var lines = output.split(separator: 10, omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
    }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
