// A scanner for text that is still being typed. It never fails, reports what is open at the end, and needs no
// parse: the colours, the indentation and the completion of the prompt use it. Whether a block is complete
// is decided by the parser.

import MocoLang
import MocoRuntime

/// Scalars of a source text as coloured pieces.
package struct SourceScanner {
  /// The kind of a token, for colors and completion.
  package enum Kind: Equatable {
    case comment, string, escape, number, keyword, constant, name, call, label, command, `operator`, bracket
  }

  /// A sequence of scalars with one kind.
  package struct Token: Equatable {
    /// Its kind.
    package var kind: Kind
    /// Its scalars.
    package var range: Range<Int>
  }

  /// The construct that is open at the end of the text.
  package enum End: Equatable {
    case code
    case comment
    /// Inside a string that begins at the index.
    case string(Int)
  }

  /// In order, without whitespace.
  package private(set) var tokens: [Token] = []
  /// Open brackets from the outermost, as indices of the text.
  package private(set) var open: [Int] = []
  /// Index of every matched bracket to that of its partner.
  package private(set) var partners: [Int: Int] = [:]
  /// The construct around the end of the text.
  package private(set) var end = End.code

  /// Words of declarations, control and operators.
  package static let keywords = Set(Keyword.words(.declaration, .control, .operator))
  /// `true`, `nil` and their like.
  package static let constants = Set(Keyword.words(.constant))
  private enum Mode {
    case code
    case string(start: Int, triple: Bool)
    case interpolation(depth: Int)
  }

  /// Its verbs are ordinary names that begin a form at the start of a statement.
  private let dialect: Dialect

  /// Scans a text.
  ///
  /// - Parameter dialect: has the verbs that begin commands.
  package init(_ text: [Unicode.Scalar], _ dialect: Dialect) {
    self.dialect = dialect
    var modes: [Mode] = [.code]
    var at = 0
    while at < text.count {
      switch modes[modes.count - 1] {
      case .string(let start, let triple):
        at = string(text, at, start: start, triple: triple, &modes)
      case .code, .interpolation:
        at = code(text, at, &modes)
      }
    }
    for mode in modes.reversed() {
      if case .string(let start, _) = mode {
        end = .string(start)
        break
      }
      if case .interpolation = mode { break }
    }
    if end == .code, let last = tokens.last, last.kind == .comment, last.range.upperBound == text.count {
      end = .comment
    }
  }

  private mutating func add(_ kind: Kind, _ range: Range<Int>) {
    if !range.isEmpty { tokens.append(Token(kind: kind, range: range)) }
  }

  private mutating func string(
    _ text: [Unicode.Scalar], _ start: Int, start quote: Int, triple: Bool, _ modes: inout [Mode]
  ) -> Int {
    var at = start
    while at < text.count {
      let scalar = text[at]
      if scalar == "\\", at + 1 < text.count {
        add(.string, start..<at)
        if text[at + 1] == "(" {
          add(.escape, at..<(at + 2))
          modes.append(.interpolation(depth: 0))
        } else {
          add(.escape, at..<(at + 2))
        }
        return at + 2
      }
      if scalar == "\n", !triple {
        add(.string, start..<at)
        modes.removeLast()
        return at
      }
      if scalar == "\"" {
        if !triple {
          add(.string, start..<(at + 1))
          modes.removeLast()
          return at + 1
        }
        if at + 2 < text.count, text[at + 1] == "\"", text[at + 2] == "\"" {
          add(.string, start..<(at + 3))
          modes.removeLast()
          return at + 3
        }
      }
      at += 1
    }
    add(.string, start..<at)
    return at
  }

  private mutating func code(_ text: [Unicode.Scalar], _ start: Int, _ modes: inout [Mode]) -> Int {
    let scalar = text[start]
    var at = start + 1
    switch scalar {
    case " ", "\n", "\t":
      return at
    case "/" where at < text.count && text[at] == "/":
      while at < text.count, text[at] != "\n" { at += 1 }
      add(.comment, start..<at)
      return at
    case "\"":
      let triple = at + 1 < text.count && text[at] == "\"" && text[at + 1] == "\""
      at = triple ? at + 2 : at
      add(.string, start..<at)
      modes.append(.string(start: start, triple: triple))
      return at
    case "(", "[", "{":
      open.append(start)
      add(.bracket, start..<at)
      if case .interpolation(let depth) = modes[modes.count - 1] {
        modes[modes.count - 1] = .interpolation(depth: depth + 1)
      }
      return at
    case ")", "]", "}":
      if case .interpolation(let depth) = modes[modes.count - 1] {
        if depth == 0 {
          modes.removeLast()
          add(.escape, start..<at)
          return at
        }
        modes[modes.count - 1] = .interpolation(depth: depth - 1)
      }
      if let last = open.last, Self.pairs[text[last]] == scalar {
        partners[last] = start
        partners[start] = last
        open.removeLast()
      }
      add(.bracket, start..<at)
      return at
    case ":":
      if case .interpolation(depth: 0) = modes[modes.count - 1] {
        while at < text.count, text[at] != ")", text[at] != "\n", text[at] != "\"" { at += 1 }
        add(.escape, start..<at)
        return at
      }
      add(.operator, start..<at)
      return at
    default:
      break
    }
    if scalar.properties.isASCIIHexDigit, scalar.value < 58 {
      while at < text.count, Self.continuesNumber(text, at) { at += 1 }
      add(.number, start..<at)
      return at
    }
    if Self.startsName(scalar) {
      while at < text.count, Self.continuesName(text[at]) { at += 1 }
      add(kind(text, start..<at), start..<at)
      return at
    }
    add(.operator, start..<at)
    return at
  }

  private static let pairs: [Unicode.Scalar: Unicode.Scalar] = ["(": ")", "[": "]", "{": "}"]

  /// Whether a name may begin with a scalar.
  package static func startsName(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_"
      || (scalar.isASCII
        ? (65...90).contains(scalar.value) || (97...122).contains(scalar.value)
        : scalar.properties.isAlphabetic)
  }

  /// Whether a name may continue with a scalar.
  package static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
    startsName(scalar) || (48...57).contains(scalar.value)
      || (!scalar.isASCII && scalar.properties.generalCategory == .nonspacingMark)
  }

  /// Whether the text is a valid name after a dot.
  package static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, startsName(first) else { return false }
    return text.unicodeScalars.allSatisfy(continuesName)
  }

  private static func continuesNumber(_ text: [Unicode.Scalar], _ at: Int) -> Bool {
    let scalar = text[at]
    if continuesName(scalar) { return true }
    // A point before a digit belongs to a number, and a sign after an exponent.
    if scalar == "." {
      return at + 1 < text.count && (48...57).contains(text[at + 1].value) && text[at - 1] != "."
    }
    return (scalar == "-" || scalar == "+") && (text[at - 1] == "e" || text[at - 1] == "E")
      && !(at >= 2 && text[at - 2] == "x") && at + 1 < text.count && (48...57).contains(text[at + 1].value)
  }

  private func kind(_ text: [Unicode.Scalar], _ range: Range<Int>) -> Kind {
    let word = String(String.UnicodeScalarView(text[range]))
    let afterDot = tokens.last.map { text[$0.range.lowerBound] == "." && $0.range.count == 1 } ?? false
    var next = range.upperBound
    while next < text.count, text[next] == " " { next += 1 }
    let follower = next < text.count ? text[next] : " "
    if follower == ":", next == range.upperBound { return .label }
    if !afterDot {
      if Self.keywords.contains(word) { return .keyword }
      if Self.constants.contains(word) { return .constant }
      if dialect.form(word) != nil || dialect.declaration(word) != nil, follower != "(", follower != "=",
        follower != ".",
        startsStatement(text, range.lowerBound)
      {
        return .command
      }
    }
    if follower == "{", !afterDot, dialect.blockCalls.contains(word) { return .call }
    return next == range.upperBound && follower == "(" ? .call : .name
  }

  private func startsStatement(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
    var at = index - 1
    while at >= 0, text[at] == " " { at -= 1 }
    return at < 0 || text[at] == "\n" || text[at] == ";" || text[at] == "{"
      || (text[at] == "=" && (at == 0 || text[at - 1] != "="))
  }

  /// The indentation of the line with the innermost open bracket; nil if none is open, or inside a
  /// string.
  package static func openIndentation(_ text: [Unicode.Scalar], _ dialect: Dialect) -> Int? {
    let scanner = SourceScanner(text, dialect)
    if case .string = scanner.end { return nil }
    guard let open = scanner.open.last else { return nil }
    let line = text[..<open].lastIndex(of: "\n").map { $0 + 1 } ?? 0
    return text[line...].prefix { $0 == " " }.count
  }
}
