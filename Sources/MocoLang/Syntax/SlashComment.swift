/// A comment that looks like the right side of Python's `//`: `27 // 2`, `(n // len(xs)) + 1`.
///
/// Only a close comment counts: at most one space before `//` and one after it.
public struct SlashComment: Sendable {
  /// From `//` to the end of the line.
  public let span: Span
  /// The operand before it, without further factors.
  public let left: String
  /// Whether a product or quotient continues to the left, so that `left` is not the entire operand.
  public let isPartOfProduct: Bool
  /// The first operand in the comment.
  public let right: String
  /// Whether more of the expression follows the first operand: `// 2 + 1`.
  public let goesOn: Bool
  /// The names that the comment reads; each must exist for this to be a division.
  public let names: [String]
  /// The names that the comment calls.
  public let calls: [String]
  /// Closing brackets that have no effect in a comment; `{` where a body would begin, or `,` as a separator.
  public let closers: [UInt8]
  /// Whether more text follows: then only brackets that stay open make it a division.
  public let hasTail: Bool

  /// The help text.
  var advice: String {
    isPartOfProduct || goesOn
      ? "write div(a, b) for integer division: div(27, 2) is 13" : "write div(\(left), \(right))"
  }
}

/// Reads the text of a comment as the rest of an expression.
struct SlashReader {
  private let bytes: ArraySlice<UInt8>
  private var at: Int
  private(set) var names: [String] = []
  private(set) var calls: [String] = []
  private(set) var closers: [UInt8] = []
  private(set) var goesOn = false
  /// More text comes after the expression and the brackets that it closes: `// 2, 3)`.
  private(set) var hasTail = false
  private(set) var firstOperand = 0..<0

  /// nil if the bytes do not begin with an operand, or do not continue like an expression.
  init?(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    at = bytes.startIndex
    guard bytes.count <= 120, operand() else { return nil }
    firstOperand = bytes.startIndex..<at
    while true {
      spaces()
      guard let length = operatorLength() else { break }
      at += length
      spaces()
      guard operand() else { return nil }
      goesOn = true
    }
    guard let byte = current else { return }
    switch byte {
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: ";"): break
    case UInt8(ascii: "{"): closers = [byte]
    default: return nil
    }
    if byte != UInt8(ascii: "{") { closers = openClosers() }
    while let byte = current, closers.contains(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";")
    {
      at += 1
      spaces()
    }
    hasTail = at < bytes.endIndex
    guard closers.isEmpty else { return }
    // Without a closing bracket, more text is an ordinary remark.
    if hasTail { return nil }
    if byte == UInt8(ascii: ",") { closers = [byte] }
  }

  /// The closing brackets from here on whose opening brackets are not in the comment.
  private func openClosers() -> [UInt8] {
    var found: [UInt8] = []
    var depth = 0
    for byte in bytes[at...] {
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        if depth > 0 { depth -= 1 } else { found.append(byte) }
      default: break
      }
    }
    return found
  }

  private var current: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

  private func byte(_ ahead: Int) -> UInt8? { at + ahead < bytes.endIndex ? bytes[at + ahead] : nil }

  private mutating func spaces() {
    while current == 0x20 || current == 0x09 || current == 0x0D { at += 1 }
  }

  private func operatorLength() -> Int? {
    guard let first = current else { return nil }
    switch first {
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "%"), UInt8(ascii: "@"): return 1
    case UInt8(ascii: "/"): return byte(1) == UInt8(ascii: "/") ? 2 : 1
    case UInt8(ascii: "a"): return isWord("and") ? 3 : nil
    case UInt8(ascii: "o"): return isWord("or") ? 2 : nil
    case UInt8(ascii: "*"): return byte(1) == UInt8(ascii: "*") ? 2 : 1
    case UInt8(ascii: "<"), UInt8(ascii: ">"): return byte(1) == UInt8(ascii: "=") ? 2 : 1
    case UInt8(ascii: "="), UInt8(ascii: "!"): return byte(1) == UInt8(ascii: "=") ? 2 : nil
    default: return nil
    }
  }

  private func isWord(_ word: StaticString) -> Bool {
    for index in 0..<word.utf8CodeUnitCount where byte(index) != word.utf8Start[index] { return false }
    return byte(word.utf8CodeUnitCount).map { !Lexer.isNameByte($0) } ?? false
  }

  private mutating func operand(_ depth: Int = 0) -> Bool {
    if current == UInt8(ascii: "-") { at += 1 }
    guard let first = current else { return false }
    if first == UInt8(ascii: "("), depth < 4 { return parenthesis(depth) }
    if first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") {
      number()
      // `3x` and `2nd` are words.
      return current.map { !Lexer.isNameByte($0) && $0 != UInt8(ascii: ".") } ?? true
    }
    guard Lexer.isNameStart(first) else { return false }
    let name = word()
    var isCalled = false
    while let byte = current {
      switch byte {
      case UInt8(ascii: "."):
        guard let next = self.byte(1), Lexer.isNameStart(next) else { return false }
        at += 1
        _ = word()
      case UInt8(ascii: "("), UInt8(ascii: "["):
        if byte == UInt8(ascii: "("), at - bytes.startIndex > 0, !isCalled { isCalled = true }
        guard skipBrackets() else { return false }
      default:
        note(name, isCalled: isCalled)
        return true
      }
    }
    note(name, isCalled: isCalled)
    return true
  }

  /// `(a + b)`: a single operand in brackets is an ordinary remark.
  private mutating func parenthesis(_ depth: Int) -> Bool {
    at += 1
    spaces()
    guard operand(depth + 1) else { return false }
    var count = 1
    spaces()
    while let length = operatorLength() {
      at += length
      spaces()
      guard operand(depth + 1) else { return false }
      spaces()
      count += 1
    }
    guard count > 1, current == UInt8(ascii: ")") else { return false }
    at += 1
    return true
  }

  private mutating func note(_ name: String, isCalled: Bool) {
    if isCalled { calls.append(name) } else { names.append(name) }
  }

  private mutating func number() {
    while let byte = current,
      byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "_")
    {
      at += 1
    }
    if current == UInt8(ascii: "."), let next = byte(1), next >= UInt8(ascii: "0"), next <= UInt8(ascii: "9")
    {
      at += 1
      number()
    }
  }

  private mutating func word() -> String {
    let start = at
    while let byte = current, Lexer.isNameByte(byte) { at += 1 }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  /// Skips `( … )` or `[ … ]`.
  private mutating func skipBrackets() -> Bool {
    var depth = 0
    while let byte = current {
      at += 1
      if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") { depth += 1 }
      if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") {
        depth -= 1
        if depth == 0 { return true }
      }
    }
    return false
  }
}

extension Lexer {
  /// Records the comment from `start` to `end` if it could be meant as a division.
  mutating func noteSlash(_ start: Int, _ end: Int, after tokens: [Token]) {
    guard slashes.count < 200, let last = tokens.last, start - Int(last.end) <= 1 else { return }
    switch last.kind {
    case .name, .int, .hugeInt, .float, .rightParen, .rightBracket: break
    default: return
    }
    var from = start + 2
    if from < end, bytes[from] == 0x20 { from += 1 }
    guard let reader = SlashReader(bytes[from..<end]) else { return }
    let first = operandStart(tokens)
    let before = first > 0 ? tokens[first - 1].kind : .end
    let left = file.text(in: Int(tokens[first].start)..<Int(last.end))
    slashes.append(
      SlashComment(
        span: file.span(start, end), left: left,
        isPartOfProduct: [.star, .slash, .percent, .at, .power, .minus].contains(before)
          || left.contains("\n") || left.utf8.count > 40,
        right: file.text(in: reader.firstOperand), goesOn: reader.goesOn, names: reader.names,
        calls: reader.calls, closers: reader.closers, hasTail: reader.hasTail))
  }

  /// Index of the first token of the operand that ends with the last token: `f(x)[0].size`.
  private func operandStart(_ tokens: [Token]) -> Int {
    var index = tokens.count - 1
    while index > 0 {
      let match = Int(tokens[index].match)
      if match >= 0, match < index { index = match }
      guard index > 0 else { break }
      let isBracket = tokens[index].kind == .leftParen || tokens[index].kind == .leftBracket
      let before = tokens[index - 1]
      if isBracket, !before.newlineBefore || before.end == tokens[index].start,
        [.name, .rightParen, .rightBracket].contains(before.kind), before.end == tokens[index].start
      {
        index -= 1
      } else if before.kind == .dot, index > 1 {
        index -= 2
      } else {
        break
      }
    }
    return index
  }
}
