extension Lexer {
  /// The token at the position, which is moved after it; nil if the text is not a token.
  mutating func next() -> Token? {
    let first = byte()
    if Lexer.isNameStart(first) || (first >= 0x80 && isNameStart(at: position)) { return word() }
    if first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") { return number() }
    if first == UInt8(ascii: "\"") { return string() }
    return punctuation(first)
  }

  // MARK: - Names

  @inline(__always)
  static func isNameStart(_ byte: UInt8) -> Bool {
    (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
  }

  @inline(__always)
  static func isNameByte(_ byte: UInt8) -> Bool {
    isNameStart(byte) || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
  }

  func isNameStart(at offset: Int) -> Bool {
    scalar(at: offset).0.properties.isAlphabetic
  }

  /// Letters, digits, `_`, and the marks that belong to a letter.
  func isNameContinue(at offset: Int) -> Bool {
    let properties = scalar(at: offset).0.properties
    if properties.isAlphabetic { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .decimalNumber: return true
    default: return false
    }
  }

  mutating func skipName() {
    while position < bytes.count {
      let current = bytes[position]
      if Lexer.isNameByte(current) {
        position += 1
      } else if current >= 0x80, isNameContinue(at: position) {
        position += scalar(at: position).1
      } else {
        return
      }
    }
  }

  private mutating func word() -> Token {
    let start = position
    skipName()
    let kind = position - start <= 8 ? Token.Kind.keywords[file.text(in: start..<position)] : nil
    return Token(kind: kind ?? .name, start: 0, end: 0)
  }

  // MARK: - Punctuation

  private mutating func take(_ count: Int, _ kind: Token.Kind) -> Token {
    position += count
    return Token(kind: kind, start: 0, end: 0)
  }

  /// A spelling of another language: reported, and read as the equivalent token.
  private mutating func foreign(_ count: Int, _ kind: Token.Kind, _ help: String) -> Token {
    let text = file.text(in: position..<position + count)
    report("E0105", "'\(text)' is not an operator here", position, position + count, help: help)
    return take(count, kind)
  }

  private mutating func punctuation(_ first: UInt8) -> Token? {
    let second = byte(1)
    let third = byte(2)
    func isAssign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "=") }
    switch first {
    case UInt8(ascii: "("): return take(1, .leftParen)
    case UInt8(ascii: ")"): return take(1, .rightParen)
    case UInt8(ascii: "["): return take(1, .leftBracket)
    case UInt8(ascii: "]"): return take(1, .rightBracket)
    case UInt8(ascii: "{"): return take(1, .leftBrace)
    case UInt8(ascii: "}"): return take(1, .rightBrace)
    case UInt8(ascii: ","): return take(1, .comma)
    case UInt8(ascii: ";"): return take(1, .semicolon)
    case UInt8(ascii: ":"):
      if isAssign(second) {
        return foreign(2, .assign, "write = to assign, let or var to declare")
      }
      return take(1, .colon)
    case UInt8(ascii: "."):
      if second == UInt8(ascii: ".") {
        if third == UInt8(ascii: ".") { return take(3, .closed) }
        if third == UInt8(ascii: "<") { return take(3, .halfOpen) }
        return take(2, .spread)
      }
      return take(1, .dot)
    case UInt8(ascii: "+"):
      return isAssign(second) ? take(2, .plusAssign) : take(1, .plus)
    case UInt8(ascii: "-"):
      if second == UInt8(ascii: ">") { return foreign(2, .arrow, arrowHelp) }
      return isAssign(second) ? take(2, .minusAssign) : take(1, .minus)
    case UInt8(ascii: "*"):
      if second == UInt8(ascii: "*") { return isAssign(third) ? take(3, .powerAssign) : take(2, .power) }
      return isAssign(second) ? take(2, .starAssign) : take(1, .star)
    case UInt8(ascii: "/"):
      return isAssign(second) ? take(2, .slashAssign) : take(1, .slash)
    case UInt8(ascii: "%"):
      return isAssign(second) ? take(2, .percentAssign) : take(1, .percent)
    case UInt8(ascii: "@"):
      return isAssign(second) ? take(2, .atAssign) : take(1, .at)
    case UInt8(ascii: "="):
      if second == UInt8(ascii: ">") { return take(2, .arrow) }
      if isAssign(second) {
        return isAssign(third) ? foreign(3, .equal, "write ==") : take(2, .equal)
      }
      return take(1, .assign)
    case UInt8(ascii: "!"):
      if isAssign(second) {
        return isAssign(third) ? foreign(3, .notEqual, "write !=") : take(2, .notEqual)
      }
      if isBehindOperand {
        report("E0105", "'!' is not an operator here", position, position + 1, help: "leave the ! out")
        position += 1
        return nil
      }
      return foreign(1, .not, "write not")
    case UInt8(ascii: "<"):
      if second == UInt8(ascii: ">") { return foreign(2, .notEqual, "write !=") }
      // `x <- 1`; a comparison with a negative number has no space after its sign.
      if second == UInt8(ascii: "-"), third == 0x20, position > 0, bytes[position - 1] == 0x20 {
        return foreign(2, .assign, "write = to assign, let or var to declare")
      }
      return isAssign(second) ? take(2, .lessOrEqual) : take(1, .less)
    case UInt8(ascii: ">"):
      return isAssign(second) ? take(2, .greaterOrEqual) : take(1, .greater)
    case UInt8(ascii: "|"):
      if second == UInt8(ascii: ">") { return take(2, .pipe) }
      if second == UInt8(ascii: "|") { return foreign(2, .or, "write or") }
    case UInt8(ascii: "&"):
      if second == UInt8(ascii: "&") { return foreign(2, .and, "write and") }
    case UInt8(ascii: "?"):
      if second == UInt8(ascii: "?") { return take(2, .coalesce) }
    case UInt8(ascii: "#"):
      report(
        "E0105", "'#' does not begin a comment", position, position + 1, help: "write // before a comment")
      skipLine()
      return nil
    case UInt8(ascii: "'") where !isBehindOperand:
      return quoted()
    default: break
    }
    return unexpected()
  }

  /// `'text'`: reported, and read as a string.
  private mutating func quoted() -> Token {
    let start = position
    position += 1
    while !atEnd, byte() != 0x0A, byte() != UInt8(ascii: "'") { position += 1 }
    let text = file.text(in: start + 1..<position)
    if byte() == UInt8(ascii: "'") { position += 1 }
    report(
      "E0105", "a single quote does not begin a string", start, start + 1,
      help: "write \"\(text.count > 40 || text.contains("\"") ? "…" : text)\": strings use double quotes"
    )
    strings.append([.text(text)])
    return Token(kind: .string, start: 0, end: 0, bits: UInt64(strings.count - 1))
  }

  /// Unexpected characters; consecutive ones are reported in one message.
  private mutating func unexpected() -> Token? {
    let start = position
    let (first, length) = scalar(at: position)
    position += length
    if first.properties.isWhitespace || first.value == 0xA0 || first.value == 0x200B || first.value == 0xFEFF
    {
      report(
        "E0105", "this is not an ordinary space (\(Lexer.name(of: first)))", start,
        position,
        help: "replace it with an ordinary space")
      return nil
    }
    var help: String?
    switch first {
    case "?": help = questionHelp(start)
    case "'": help = "write .T for the transpose"
    case "`", "“", "”", "„", "«", "»": help = "write strings in straight double quotes: \"…\""
    case "&": help = "write and, or * for masks"
    case "|":
      help =
        isBehind("=(,") ? "write x => x * 2 for a function" : "write or, + for masks, or |> for a pipeline"
    case "^": help = "write ** for a power"
    case "~": help = "write not, or .logical_not() for masks"
    case "\\": help = backslashHelp
    case "$": help = "leave the $ out: names have no prefix"
    case "×", "·": help = "write *"
    case "÷": help = "write /"
    case "−", "–", "—": help = "write - for the minus sign"
    case "≤": help = "write <="
    case "≥": help = "write >="
    case "≠": help = "write !="
    case "…": help = "write 1...n or 0..<n for a range"
    case "→", "⇒": help = "write x => x * 2 for a function"
    default: break
    }
    if help == nil {
      while !atEnd, byte() > 0x20, isMeaningless(at: position) { position += scalar(at: position).1 }
    }
    let text = file.text(in: start..<min(position, start + 40))
    let shown = first.value < 0x20 || first.value == 0x7F ? Lexer.name(of: first) : "'\(text)'"
    report("E0105", "unexpected character \(shown)", start, position, help: help)
    // The parser fails at the same position, and its message is dropped in favour of this one.
    return Token(kind: .invalid, start: 0, end: 0)
  }

  /// Whether the last byte before the position, except spaces and `|`, is one of these.
  private func isBehind(_ characters: String) -> Bool {
    var at = position - 2
    let most = max(0, at - 40)
    while at > most, bytes[at] == 0x20 || bytes[at] == UInt8(ascii: "|") { at -= 1 }
    return at >= 0 && characters.utf8.contains(bytes[at])
  }

  /// Whether a name, a number or a closing bracket is directly before the position.
  private var isBehindOperand: Bool { isBehindOperand(before: position) }

  private func isBehindOperand(before place: Int) -> Bool {
    guard place > 0 else { return false }
    let last = bytes[place - 1]
    return Lexer.isNameByte(last) || last == UInt8(ascii: ")") || last == UInt8(ascii: "]")
  }

  /// In `func f(x) -> Int {` the arrow is followed by a type; anything else is a function.
  private var arrowHelp: String {
    var at = position + 2
    while at < bytes.count, bytes[at] == 0x20 { at += 1 }
    let start = at
    while at < bytes.count, Lexer.isNameByte(bytes[at]) { at += 1 }
    let end = at
    while at < bytes.count, bytes[at] == 0x20 { at += 1 }
    let isType = end > start && at < bytes.count && bytes[at] == UInt8(ascii: "{")
    return isType ? "leave the type out: func name(…) { … }" : "write x => x * 2 for a function"
  }

  /// After `\`: a function in R, a line continuation, or the matrix division of Julia and MATLAB.
  private var backslashHelp: String {
    var at = position
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0D { at += 1 }
    if at >= bytes.count || bytes[at] == 0x0A {
      return "leave the \\ out: a line that ends in an operator continues on the next"
    }
    if byte() == UInt8(ascii: "("), !isBehindOperand(before: position - 1) {
      return "write x => x * 2 for a function; \\(x) is for strings"
    }
    return "write sgd([x], lr: 0.01) to minimise ((A @ x - b) ** 2).sum(): there is no matrix division"
  }

  private func questionHelp(_ start: Int) -> String {
    switch byte() {
    case UInt8(ascii: "."): return "check first: if x != nil { x.name }"
    case UInt8(ascii: ":"): return "write ??"
    case _ where start == 0 || bytes[start - 1] == 0x0A: return "write help(name)"
    default: return "write if condition { a } else { b }"
    }
  }

  private func isMeaningless(at offset: Int) -> Bool {
    let current = bytes[offset]
    if current >= 0x80 { return !isNameStart(at: offset) && !scalar(at: offset).0.properties.isWhitespace }
    switch current {
    case UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "~"), UInt8(ascii: "\\"), 0x7F: return true
    default: return false
    }
  }

  static func name(of scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  }
}
