// error[E0203]: cannot multiply these matrices: 512 is not 10
//   --> exp.moco:14:18
//    |
// 14 | let logits = img @ text
//    |              --- ^ ---- [10, 512]
//    |              [32, 512]
//    = help: transpose the right side: img @ text.T gives [32, 10]

extension Diagnostic {
  /// The message as it is shown, without a line break at the end.
  /// - Parameters:
  ///   - colour: with ANSI escape sequences.
  ///   - width: excerpts of longer lines are cut around the marks.
  public func render(colour: Bool = false, width: Int = 110) -> String {
    let paint = Paint(isOn: colour)
    let tint = severity == .error ? Paint.red : severity == .warning ? Paint.yellow : Paint.cyan
    var lines: [String] = []
    let head = code.isEmpty ? severity.rawValue : "\(severity.rawValue)[\(code)]"
    lines.append(paint.bold(tint, head) + paint.bold(nil, ": " + Diagnostic.visible(message)))

    var gutter = 0
    if let primary {
      let excerpt = Excerpt(
        diagnostic: self, primary: primary, paint: paint, tint: tint, width: max(40, width))
      gutter = excerpt.gutter
      lines += excerpt.lines()
    }
    let margin = String(repeating: " ", count: gutter + 1)
    let hanging = "\n" + margin + "  "
    for note in notes {
      lines.append(margin + paint.bold(Paint.blue, "=") + " note: " + indent(note, hanging))
    }
    for text in help {
      lines.append(
        margin + paint.bold(Paint.blue, "=") + " " + paint.colour(Paint.cyan, "help") + ": "
          + indent(text, hanging))
    }
    for line in traceLines() { lines.append(margin + paint.bold(Paint.blue, "=") + " " + line) }
    return lines.joined(separator: "\n")
  }

  private func indent(_ text: String, _ hanging: String) -> String {
    Diagnostic.visible(text).split(separator: "\n", omittingEmptySubsequences: false).joined(
      separator: hanging)
  }

  /// Text that came from a program must not steer the terminal.
  static func visible(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      ($0.value >= 0x20 && $0.value < 0x7F) || $0.value >= 0xA0 || $0 == "\n"
    }
    if isPlain { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" {
        result.unicodeScalars.append(scalar)
      } else if scalar.value < 0x20 {
        result.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
      } else if scalar.value >= 0x7F && scalar.value < 0xA0 {
        result += "\u{FFFD}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  // MARK: - The trace

  /// Innermost first; a call that repeats itself is counted, and a long middle is left out.
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

  func colour(_ code: String, _ text: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

  func bold(_ code: String?, _ text: String) -> String {
    guard isOn else { return text }
    return "\u{1B}[1\(code.map { ";" + $0 } ?? "")m\(text)\u{1B}[0m"
  }
}
