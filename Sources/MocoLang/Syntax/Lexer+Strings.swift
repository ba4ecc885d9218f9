extension Lexer {
  /// A line of a `"""` string: where its text begins, and the amount of white space before it in the source.
  private struct LineMark {
    let piece: Int
    let offset: Int
    let indentation: Int
    let isBlank: Bool
  }

  /// A string being read. Text is collected as bytes, because escapes produce scalars and the source provides
  /// bytes.
  private struct Builder {
    var pieces: [StringPiece] = []
    var texts: [Int: [UInt8]] = [:]
    var text: [UInt8] = []
    var marks: [LineMark] = []

    mutating func flush() {
      texts[pieces.count] = text
      pieces.append(.text(""))
      text = []
    }

    mutating func append(_ scalar: Unicode.Scalar) {
      text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  /// At `"`.
  mutating func string() -> Token {
    let start = position
    let isMultiline = byte(1) == UInt8(ascii: "\"") && byte(2) == UInt8(ascii: "\"")
    position += isMultiline ? 3 : 1
    var builder = Builder()
    var beginsOnOwnLine = false
    if isMultiline { beginsOnOwnLine = skipOpeningBreak(&builder) }
    var isClosed = false
    /// An interpolation was not closed, and that was reported.
    var isBroken = false

    while !atEnd, !isBroken {
      let current = byte()
      if current == UInt8(ascii: "\"") {
        if !isMultiline {
          position += 1
          isClosed = true
          break
        }
        if byte(1) == UInt8(ascii: "\""), byte(2) == UInt8(ascii: "\"") {
          // `""""`: the first quote is text.
          if byte(3) == UInt8(ascii: "\"") {
            builder.text.append(current)
            position += 1
            continue
          }
          position += 3
          isClosed = true
          break
        }
        builder.text.append(current)
        position += 1
      } else if current == 0x0A || (current == 0x0D && byte(1) == 0x0A) {
        if !isMultiline { break }
        position += current == 0x0A ? 1 : 2
        builder.text.append(0x0A)
        markLine(&builder)
      } else if current == UInt8(ascii: "\\") {
        if byte(1) == UInt8(ascii: "(") {
          builder.flush()
          guard let piece = interpolation(isMultiline: isMultiline) else {
            isBroken = true
            break
          }
          builder.pieces.append(piece)
        } else {
          escape(&builder, isMultiline: isMultiline)
        }
      } else {
        builder.text.append(current)
        position += 1
      }
    }

    if !isClosed, !isBroken {
      if isMultiline {
        endsInside = true
        report("E0102", "this string is never closed", start, start + 3, help: "close it with \"\"\"")
      } else {
        report(
          "E0102", "this string is not closed on its line", start, position,
          help: "close it with \"; put a string of several lines between \"\"\" and \"\"\"")
      }
    }
    builder.flush()
    if isMultiline { dedent(&builder, beginsOnOwnLine: beginsOnOwnLine) }
    var pieces: [StringPiece] = []
    for (index, piece) in builder.pieces.enumerated() {
      if let text = builder.texts[index] {
        if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
      } else {
        pieces.append(piece)
      }
    }
    strings.append(pieces)
    return Token(kind: .string, start: 0, end: 0, bits: UInt64(strings.count - 1))
  }

  // MARK: - Several lines

  /// Removes the line break directly after the opening quotes.
  private mutating func skipOpeningBreak(_ builder: inout Builder) -> Bool {
    var offset = 0
    while byte(offset) == 0x20 || byte(offset) == 0x09 || byte(offset) == 0x0D { offset += 1 }
    guard byte(offset) == 0x0A else { return false }
    position += offset + 1
    markLine(&builder)
    return true
  }

  private func markLine(_ builder: inout Builder) {
    var end = position
    while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 { end += 1 }
    let isBlank = end >= bytes.count || bytes[end] == 0x0A || bytes[end] == 0x0D
    builder.marks.append(
      LineMark(
        piece: builder.pieces.count, offset: builder.text.count, indentation: end - position, isBlank: isBlank
      ))
  }

  /// If the text begins on a new line, the common indentation of its lines is removed (including the line of
  /// the closing quotes), and so is the line break before closing quotes on their own line.
  private func dedent(_ builder: inout Builder, beginsOnOwnLine: Bool) {
    guard beginsOnOwnLine, let last = builder.marks.last else { return }
    let lastPiece = builder.pieces.count - 1
    let closesAlone =
      last.piece == lastPiece
      && builder.texts[lastPiece].map { $0.count == last.offset + last.indentation } ?? false
    var common = Int.max
    for (index, mark) in builder.marks.enumerated() {
      let isClosing = closesAlone && index == builder.marks.count - 1
      if !mark.isBlank || isClosing { common = min(common, mark.indentation) }
    }
    if common == Int.max { common = 0 }
    if closesAlone, var text = builder.texts[lastPiece] {
      text.removeSubrange(min(last.offset, text.count)..<text.count)
      if text.last == 0x0A { text.removeLast() }
      builder.texts[lastPiece] = text
      builder.marks.removeLast()
    }
    for mark in builder.marks.reversed() {
      guard var text = builder.texts[mark.piece] else { continue }
      let count = min(common, mark.indentation)
      guard count > 0, mark.offset + count <= text.count else { continue }
      text.removeSubrange(mark.offset..<mark.offset + count)
      builder.texts[mark.piece] = text
    }
  }

  // MARK: - Escapes

  private mutating func escape(_ builder: inout Builder, isMultiline: Bool) {
    let start = position
    let next = byte(1)
    switch next {
    case UInt8(ascii: "n"): builder.text.append(0x0A)
    case UInt8(ascii: "t"): builder.text.append(0x09)
    case UInt8(ascii: "r"): builder.text.append(0x0D)
    case UInt8(ascii: "0"): builder.text.append(0x00)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): builder.text.append(next)
    case UInt8(ascii: "u"):
      unicodeEscape(&builder)
      return
    case 0x0A where isMultiline:
      // A backslash at the end of a line joins it with the next.
      position += 2
      while byte() == 0x20 || byte() == 0x09 { position += 1 }
      return
    default:
      guard position + 1 < bytes.count, next != 0x0A, next != 0x0D else {
        report(
          "E0103", "there is nothing after this backslash", start, start + 1,
          help: "write \\\\ for a backslash")
        builder.text.append(UInt8(ascii: "\\"))
        position += 1
        return
      }
      let (_, length) = scalar(at: position + 1)
      position += 1 + length
      report(
        "E0103", "'\(file.text(in: start..<position))' is not an escape sequence", start, position,
        help: "use \\n \\t \\r \\0 \\\" \\\\ \\u{…} or \\(…), and \\\\ for a backslash")
      builder.text.append(contentsOf: bytes[start..<position])
      return
    }
    position += 2
  }

  /// `\u{1F600}`
  private mutating func unicodeEscape(_ builder: inout Builder) {
    let start = position
    position += 2
    var value: UInt32 = 0
    var digits = 0
    if byte() == UInt8(ascii: "{") {
      position += 1
      while digits <= 8, let digit = Character(Unicode.Scalar(byte())).hexDigitValue {
        if digits < 8 { value = value << 4 | UInt32(digit) }
        digits += 1
        position += 1
      }
      if byte() == UInt8(ascii: "}") {
        position += 1
        if digits > 0, digits <= 8, let scalar = Unicode.Scalar(value) {
          builder.append(scalar)
          return
        }
      }
    }
    report(
      "E0103", "'\(file.text(in: start..<position))' is not a Unicode escape", start, position,
      help: "write the code point in hexadecimal: \\u{1F600}")
    builder.append("\u{FFFD}")
  }

  // MARK: - Interpolation

  /// At `\(`; nil if it is not closed.
  private mutating func interpolation(isMultiline: Bool) -> StringPiece? {
    let start = position
    position += 2
    guard interpolationDepth < Lexer.maximumInterpolationDepth else {
      depthError = Diagnostic(
        "E0404", "interpolations are nested more than \(Lexer.maximumInterpolationDepth) levels deep",
        at: file.span(start, start + 2), help: ["assign the inner strings to variables"])
      skipLine()
      return .text("")
    }
    interpolationDepth += 1
    defer { interpolationDepth -= 1 }

    let inner = position
    let diagnosticCount = diagnostics.count
    let stringCount = strings.count
    let slashCount = slashes.count
    var result = lexTokens(inInterpolation: true, stopAtNewline: !isMultiline && !interpolationsMayWrap)
    if !result.closed {
      let wasClean = diagnostics.count == diagnosticCount
      if atEnd, wasClean { endsInside = true }
      if interpolationsMayWrap, !isMultiline {
        interpolationsMayWrap = false
        position = inner
        diagnostics.removeLast(max(0, diagnostics.count - diagnosticCount))
        strings.removeLast(max(0, strings.count - stringCount))
        slashes.removeLast(max(0, slashes.count - slashCount))
        result = lexTokens(inInterpolation: true, stopAtNewline: true)
      }
      if !result.closed {
        diagnostics.removeLast(max(0, diagnostics.count - diagnosticCount))
        // In `\(n // 2)` the bracket is inside a comment.
        let line = file.text(in: start..<min(position, bytes.count)).prefix { !$0.isNewline }
        report(
          "E0102", "this interpolation is not closed", start, start + 2,
          help: line.contains("//")
            ? "'//' begins a comment: write div(a, b) for integer division"
            : "close it with )")
        return nil
      }
    }
    var format: StringLiteral.FormatSpec?
    if byte() == UInt8(ascii: ":") {
      let from = position + 1
      position = from
      while !atEnd, byte() != UInt8(ascii: ")"), byte() != 0x0A, byte() != UInt8(ascii: "\"") {
        position += 1
      }
      format = .init(text: file.text(in: from..<position), span: file.span(from, position))
      if byte() != UInt8(ascii: ")") {
        report(
          "E0102", "this interpolation is not closed", start, start + 2, help: "close it with )")
        if byte() == UInt8(ascii: "\"") { position += 1 }
        return nil
      }
    }
    position += 1
    return .interpolation(tokens: result.tokens, format: format)
  }
}
