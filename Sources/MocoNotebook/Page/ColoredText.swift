import MocoDocument

/// Terminal text as HTML: colors and weights are kept, other escape sequences are removed.
enum ColoredText {
  /// A class for each of the eight colors, in the order of their codes.
  private static let colors = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

  /// The text for `pre`. A carriage return restarts the line, as on a terminal.
  static func html(_ text: String) -> String {
    var result = ""
    var classes: [String] = []
    for (part, style) in parts(text) {
      classes = style
      let words = HTMLText.escaped(part)
      result += classes.isEmpty ? words : "<span class=\"\(classes.joined(separator: " "))\">\(words)</span>"
    }
    return result
  }

  /// The text without escape sequences.
  static func plain(_ text: String) -> String { parts(text).map(\.text).joined() }

  private static func parts(_ text: String) -> [(text: String, style: [String])] {
    var result: [(text: String, style: [String])] = []
    var style: Set<String> = []
    var current = String.UnicodeScalarView()
    func finish() {
      if !current.isEmpty { result.append((String(current), style.sorted())) }
      current = String.UnicodeScalarView()
    }
    var scalars = text.unicodeScalars.makeIterator()
    var pending: Unicode.Scalar?
    while let scalar = pending ?? scalars.next() {
      pending = nil
      switch scalar {
      case "\r":
        pending = scalars.next()
        // CR LF ends a line; CR alone restarts it.
        if pending != "\n", pending != nil {
          finish()
          dropLine(&result)
        }
      case "\u{1B}":
        guard let next = scalars.next() else { break }
        if next == "[" {
          var parameters = ""
          while let scalar = scalars.next() {
            if "@"..."~" ~= scalar {
              if scalar == "m" {
                finish()
                apply(parameters, &style)
              }
              break
            }
            parameters.unicodeScalars.append(scalar)
          }
        } else if next == "]" {
          // A terminal title or link, up to BEL or ESC \.
          while let scalar = scalars.next(), scalar != "\u{07}" {
            if scalar == "\u{1B}" {
              _ = scalars.next()
              break
            }
          }
        }
      default: current.append(scalar)
      }
    }
    finish()
    return result
  }

  /// Removes the last line.
  private static func dropLine(_ parts: inout [(text: String, style: [String])]) {
    while let last = parts.popLast() {
      if let end = last.text.lastIndex(of: "\n") {
        parts.append((String(last.text[...end]), last.style))
        return
      }
    }
  }

  private static func apply(_ parameters: String, _ style: inout Set<String>) {
    var codes = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    if codes.isEmpty { codes = [0] }
    var index = 0
    while index < codes.count {
      switch codes[index] {
      case 0: style = []
      case 1: style.insert("bold")
      case 2: style.insert("dim")
      case 3: style.insert("italic")
      case 4: style.insert("underline")
      case 22: style.subtract(["bold", "dim"])
      case 30...37, 90...97:
        style = style.filter { !$0.hasPrefix("color-") }
        style.insert("color-" + (codes[index] == 90 ? "grey" : colors[codes[index] % 10]))
      case 38, 48:
        // Palette and RGB colors have no class.
        index += index + 1 < codes.count && codes[index + 1] == 2 ? 4 : 2
      case 39: style = style.filter { !$0.hasPrefix("color-") }
      default: break
      }
      index += 1
    }
  }
}
