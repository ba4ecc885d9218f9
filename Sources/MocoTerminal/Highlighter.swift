import MocoLang
import MocoSession

/// Styles of source text on a terminal, as parameters of the escape sequence `ESC [ … m`.
///
/// Only the sixteen basic colours are used, because users have configured them to be readable.
package enum Highlighter {
  static func style(_ kind: SourceScanner.Kind) -> String {
    switch kind {
    case .comment: "90"
    case .string: "32"
    case .escape: "36"
    case .number: "36"
    case .keyword: "35"
    case .constant: "36"
    case .command: "1;35"
    case .call: "94"
    case .label: "33"
    case .name, .operator, .bracket: ""
    }
  }

  /// One style for every scalar; the bracket at or before the cursor and its partner are highlighted.
  static func styles(_ text: [Unicode.Scalar], _ dialect: Dialect, cursor: Int? = nil) -> [String] {
    var styles = Array(repeating: "", count: text.count)
    // A command of the prompt and a question for help are not source.
    if let first = text.first(where: { $0 != " " }), first == "%" || first == "?" {
      for index in text.indices {
        if text[index] == " " { if index > 0 { break } else { continue } }
        styles[index] = "1;35"
      }
      return styles
    }
    let scanner = SourceScanner(text, dialect)
    for token in scanner.tokens {
      let style = style(token.kind)
      for index in token.range { styles[index] = style }
    }
    if let cursor {
      for index in [cursor, cursor - 1] {
        guard let partner = scanner.partners[index] else { continue }
        styles[index] = "1;4"
        styles[partner] = "1;4"
        break
      }
    }
    return styles
  }

  /// A source text with its colours, for listings.
  package static func colored(_ text: String, _ dialect: Dialect) -> String {
    let scalars = Array(text.unicodeScalars)
    let styles = styles(scalars, dialect)
    var result = ""
    var current = ""
    for (scalar, style) in zip(scalars, styles) {
      if style != current {
        if !current.isEmpty { result += "\u{1B}[0m" }
        if !style.isEmpty { result += "\u{1B}[\(style)m" }
        current = style
      }
      result.unicodeScalars.append(scalar)
    }
    return current.isEmpty ? result : result + "\u{1B}[0m"
  }
}
