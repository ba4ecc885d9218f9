// error[E0203]: shapes do not match for @: 512 columns on the left, 10 rows on the right
//   --> exp.moco:14:18
//    |
// 14 | let logits = img @ text
//    |              --- ^ ---- [10, 512]
//    |              [32, 512]
//    = help: transpose the right side: img @ text.T gives [32, 10]

import MocoBase

extension Diagnostic {
  /// The message as it is shown, without a line break at the end.
  /// - Parameters:
  ///   - color: with ANSI escape sequences.
  ///   - width: the columns of the terminal. All lines are wrapped or cut to it. Without it texts are not
  ///     wrapped, and source lines of more than 110 columns are cut around the marks.
  public func render(color: Bool = false, width: Int? = nil) -> String {
    let paint = Paint(isOn: color)
    let tint = severity == .error ? Paint.red : severity == .warning ? Paint.yellow : Paint.cyan
    let columns = width.map { max(20, $0) }
    var lines: [String] = []
    let head = code.isEmpty ? severity.rawValue : "\(severity.rawValue)[\(code)]"
    let title =
      columns == nil
      ? Diagnostic.visible(message)
      : Diagnostic.fitted(message, columns: columns, first: head.count + 2, hanging: 2)
    lines.append(paint.bold(tint, head) + paint.bold(nil, ": " + title))

    var gutter = 0
    if let primary {
      let excerpt = Excerpt(diagnostic: self, primary: primary, paint: paint, tint: tint, columns: columns)
      gutter = excerpt.gutter
      lines += excerpt.lines()
    }
    let margin = String(repeating: " ", count: gutter + 1)
    func add(_ word: String, _ shown: String, _ text: String) {
      let first = gutter + 3 + word.count
      lines.append(
        margin + paint.bold(Paint.blue, "=") + " " + shown
          + Diagnostic.fitted(text, columns: columns, first: first, hanging: gutter + 3))
    }
    for note in notes { add("note: ", "note: ", note) }
    for text in help { add("help: ", paint.color(Paint.cyan, "help") + ": ", text) }
    for line in traceLines() { add("", "", line) }
    return lines.joined(separator: "\n")
  }

  /// - Parameter first: columns that are already used in the first line.
  private static func fitted(_ text: String, columns: Int?, first: Int, hanging: Int) -> String {
    let text = visible(text)
    if let columns {
      return DisplayColumns.wrapped(text, columns: columns, first: first, hanging: hanging).joined(
        separator: "\n")
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false).joined(
      separator: "\n" + String(repeating: " ", count: hanging))
  }

  /// Text from a program must not control the terminal.
  static func visible(_ text: String) -> String { TerminalText.safe(text) }

  // MARK: - The trace

  /// Innermost first. Repeated calls are counted, and a long middle is left out.
  private func traceLines() -> [String] {
    var lines: [String] = []
    var last: String?
    var repeats = 0
    func place(_ span: Span?) -> String {
      guard let span else { return "" }
      let position = span.file.position(at: span.start)
      return " at \(span.file.name):\(position.line):\(position.column)"
    }
    func flush() {
      if repeats > 0 { lines.append("      … \(repeats) more time\(repeats == 1 ? "" : "s")") }
      repeats = 0
    }
    for entry in trace {
      let text = "in \(entry.function), called" + place(entry.callSite)
      if text == last {
        repeats += 1
        continue
      }
      flush()
      lines.append(text)
      last = text
    }
    flush()
    let shown = 12
    if lines.count > shown {
      let left = lines.count - shown
      lines = lines.prefix(shown / 2) + ["      … \(left) more"] + lines.suffix(shown / 2)
    }
    return lines
  }
}

/// ANSI colours, or none.
struct Paint {
  static let red = "31"
  static let yellow = "33"
  static let blue = "34"
  static let cyan = "36"

  let isOn: Bool

  func color(_ code: String, _ text: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

  func bold(_ code: String?, _ text: String) -> String {
    guard isOn else { return text }
    return "\u{1B}[1\(code.map { ";" + $0 } ?? "")m\(text)\u{1B}[0m"
  }
}
