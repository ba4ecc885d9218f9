/// Source text → tokens. Never fails: text that it cannot read is reported and left out or replaced by the
/// likely meaning, so that the parser receives as much of the program as possible.
///
/// Strings are lexed to pieces here, because only the lexer knows where an interpolation ends: its tokens are
/// a separate list.
struct Lexer {
  enum StringPiece: Sendable {
    case text(String)
    case interpolation(tokens: [Token], format: StringLiteral.FormatSpec?)
  }

  struct CellMarker: Sendable {
    let offset: Int
    let head: CellHead
  }

  let file: SourceFile
  let dialect: Dialect
  let bytes: [UInt8]
  var position = 0
  var diagnostics: [Diagnostic] = []
  var strings: [[StringPiece]] = []
  /// Documentation by the offset of the token after it.
  var docs: [Int32: String] = [:]
  var fileDoc: String?
  var cells: [CellMarker] = []
  /// Whether the text ends inside something that may continue on the next line.
  var endsInside = false
  /// Offsets of brackets that are open at the end, outermost first.
  var openAtEnd: [Int] = []
  /// Comments that look like a division.
  var slashes: [SlashComment] = []
  /// The position of the first bracket error: messages of the parser after it are not reliable.
  var firstBracketError: Int?

  var interpolationDepth = 0
  /// Kept separately, because messages from inside an unclosed string are dropped.
  var depthError: Diagnostic?
  /// Cleared when an interpolation ran to the end of the file: the end is then searched only on the same
  /// line, so that a file full of them takes linear time.
  var interpolationsMayWrap = true

  private var pendingDoc: [String] = []
  private var pendingDocEnd = 0
  private var sawToken = false

  static let maximumInterpolationDepth = 24
  static let maximumDiagnostics = 40

  init(file: SourceFile, dialect: Dialect) {
    self.file = file
    self.dialect = dialect
    self.bytes = file.bytes
  }

  /// All tokens of the file, ended by one of kind `.end`.
  mutating func run() -> [Token] {
    if bytes.count >= SourceFile.maximumSize {
      report("E0404", "this file is too large: \(bytes.count) bytes", 0, 0, help: "split it into modules")
      return [Token(kind: .end, start: 0, end: 0)]
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    if byte(0) == UInt8(ascii: "#") && byte(1) == UInt8(ascii: "!") { skipLine() }
    if let offset = file.invalidOffset {
      report(
        "E0100", "this file is not valid UTF-8", offset, offset + 3,
        help: "save it as UTF-8; this is the first invalid byte")
    }
    let tokens = lexTokens(inInterpolation: false, stopAtNewline: false).tokens
    if let depthError { diagnostics.append(depthError) }
    return tokens
  }

  // MARK: - Helpers

  @inline(__always)
  func byte(_ ahead: Int = 0) -> UInt8 {
    let index = position + ahead
    return index < bytes.count ? bytes[index] : 0
  }

  var atEnd: Bool { position >= bytes.count }

  mutating func skipLine() {
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
  }

  mutating func report(_ code: String, _ message: String, _ start: Int, _ end: Int, help: String? = nil) {
    guard diagnostics.count < Lexer.maximumDiagnostics else { return }
    diagnostics.append(
      Diagnostic(code, message, at: file.span(start, end), help: help.map { [$0] } ?? []))
  }

  /// The scalar at an offset and its length in bytes. The text is valid UTF-8, see `SourceFile`.
  func scalar(at offset: Int) -> (Unicode.Scalar, Int) {
    guard offset < bytes.count else { return ("\u{FFFD}", 1) }
    let first = bytes[offset]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard offset + length <= bytes.count else { return ("\u{FFFD}", 1) }
    var value = UInt32(first) & (length == 4 ? 0x07 : length == 3 ? 0x0F : 0x1F)
    for index in 1..<length { value = value << 6 | UInt32(bytes[offset + index] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  // MARK: - The loop

  /// Lexes to the end of the file, or of an interpolation: to its `)` or `:`, where the position stays.
  mutating func lexTokens(inInterpolation: Bool, stopAtNewline: Bool) -> (tokens: [Token], closed: Bool) {
    var tokens: [Token] = []
    var open: [Int] = []
    var newline = false
    var cell = false

    func finish(_ lexer: inout Lexer, closed: Bool) -> (tokens: [Token], closed: Bool) {
      let kind: Token.Kind = inInterpolation ? .interpolationEnd : .end
      let offset = Int32(clamping: lexer.position)
      tokens.append(
        Token(kind: kind, start: offset, end: offset, newlineBefore: newline, cellBefore: cell))
      return (tokens, closed)
    }

    while true {
      // Space, comments, line breaks.
      let current = byte()
      if atEnd {
        if !inInterpolation { reportUnclosed(open, tokens) }
        return finish(&self, closed: false)
      }
      if current == 0x20 || current == 0x09 || current == 0x0D {
        position += 1
        continue
      }
      if current == 0x0A {
        if stopAtNewline { return finish(&self, closed: false) }
        newline = true
        position += 1
        continue
      }
      if current == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "/") {
        let start = position
        if comment(topLevel: !inInterpolation && open.isEmpty) {
          cell = true
        } else if !newline {
          noteSlash(start, position, after: tokens)
        }
        continue
      }
      if current == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
        blockComment()
        continue
      }
      if inInterpolation, open.isEmpty, current == UInt8(ascii: ")") || current == UInt8(ascii: ":") {
        return finish(&self, closed: true)
      }

      let start = position
      guard var token = next() else { continue }
      token.start = Int32(clamping: start)
      token.end = Int32(clamping: position)
      token.newlineBefore = newline
      token.cellBefore = cell
      newline = false
      cell = false
      attachDoc(to: token)
      let index = tokens.count
      switch token.kind {
      case .leftParen, .leftBracket, .leftBrace:
        open.append(index)
      case .rightParen, .rightBracket, .rightBrace:
        if let partner = close(token, &open, tokens) {
          token.match = Int32(clamping: partner)
          tokens[partner].match = Int32(clamping: index)
        }
      default: break
      }
      tokens.append(token)
    }
  }

  private func opens(_ opener: Token.Kind, _ closer: Token.Kind) -> Bool {
    switch closer {
    case .rightParen: opener == .leftParen
    case .rightBracket: opener == .leftBracket
    default: opener == .leftBrace
    }
  }

  /// Index of the bracket that `token` closes; brackets in between are reported as never closed.
  private mutating func close(_ token: Token, _ open: inout [Int], _ tokens: [Token]) -> Int? {
    guard let last = open.last else {
      report(
        "E0107", "'\(token.kind.spelling)' has no opening bracket", token.range.lowerBound,
        token.range.upperBound,
        help: "remove it, or add the opening bracket")
      noteBracketError(token.range.lowerBound)
      return nil
    }
    if opens(tokens[last].kind, token.kind) {
      open.removeLast()
      return last
    }
    // An outer bracket may be meant: `f(a, [1, 2)`. The search covers only a few brackets, so the time stays
    // linear.
    for (depth, index) in open.reversed().enumerated().prefix(64) where opens(tokens[index].kind, token.kind)
    {
      let unclosed = tokens[last]
      if diagnostics.count < Lexer.maximumDiagnostics {
        diagnostics.append(
          Diagnostic(
            "E0106", "'\(unclosed.kind.spelling)' is not closed",
            at: file.span(unclosed.range.lowerBound, unclosed.range.upperBound),
            labels: [
              .init(
                file.span(token.range.lowerBound, token.range.upperBound),
                "'\(token.kind.spelling)' comes before the matching bracket")
            ]))
      }
      noteBracketError(unclosed.range.lowerBound)
      open.removeLast(depth + 1)
      return index
    }
    let opener = tokens[last]
    if diagnostics.count < Lexer.maximumDiagnostics {
      diagnostics.append(
        Diagnostic(
          "E0107",
          "'\(token.kind.spelling)' does not close '\(opener.kind.spelling)'",
          at: file.span(token.range.lowerBound, token.range.upperBound),
          labels: [.init(file.span(opener.range.lowerBound, opener.range.upperBound), "opened here")]))
    }
    noteBracketError(min(token.range.lowerBound, opener.range.lowerBound))
    // Most likely a typing error: one message is enough.
    open.removeLast()
    return last
  }

  private mutating func noteBracketError(_ offset: Int) {
    firstBracketError = min(firstBracketError ?? offset, offset)
  }

  private mutating func reportUnclosed(_ open: [Int], _ tokens: [Token]) {
    openAtEnd = open.map { tokens[$0].range.lowerBound }
    guard let last = open.last else { return }
    var token = tokens[last]
    let closer = token.kind == .leftParen ? ")" : token.kind == .leftBracket ? "]" : "}"
    var labels: [Diagnostic.Label] = []
    var help = "close it with \(closer)"
    if token.kind == .leftBrace, let (brace, outside) = braceLeftByIndentation(tokens) {
      token = tokens[brace]
      let place = tokens[outside].range
      labels = [
        .init(file.span(place.lowerBound, place.upperBound), "the indentation puts this outside")
      ]
      help = "close it with } before line \(file.line(at: place.lowerBound) + 1)"
      openAtEnd.append(token.range.lowerBound)
    }
    if diagnostics.count < Lexer.maximumDiagnostics {
      diagnostics.append(
        Diagnostic(
          "E0106", "'\(token.kind.spelling)' is never closed",
          at: file.span(token.range.lowerBound, token.range.upperBound), labels: labels, help: [help]))
    }
    noteBracketError(token.range.lowerBound)
  }

  /// Braces are matched from the inside, so a missing `}` leaves the outermost brace open. The intended one
  /// is the first brace whose block contains a line that is indented no deeper than the brace's own line.
  /// Returns that brace and that line.
  private func braceLeftByIndentation(_ tokens: [Token]) -> (brace: Int, outside: Int)? {
    /// nil if the block is not indented and gives no information.
    var open: [(token: Int, indentation: Int?)] = []
    var indentation = 0
    for (index, token) in tokens.enumerated() where token.kind != .end {
      if index == 0 || token.newlineBefore {
        indentation = self.indentation(at: token.range.lowerBound)
        if let top = open.last, tokens[top.token].kind == .leftBrace, let own = top.indentation {
          let isClosing = token.kind == .rightBrace
          if isClosing ? indentation < own : indentation <= own {
            if isClosing || index > top.token + 1 { return (top.token, index) }
            open[open.count - 1].indentation = nil
          }
        }
      }
      switch token.kind {
      case .leftParen, .leftBracket, .leftBrace: open.append((index, indentation))
      case .rightParen, .rightBracket, .rightBrace: _ = open.popLast()
      default: break
      }
    }
    return nil
  }

  /// White space before the first character of the line of an offset.
  private func indentation(at offset: Int) -> Int {
    var start = offset
    while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
    return offset - start
  }

  // MARK: - Comments

  /// At `//`. True for a cell marker.
  private mutating func comment(topLevel: Bool) -> Bool {
    let start = position
    skipLine()
    var end = position
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    let isDoc =
      end - start >= 3 && bytes[start + 2] == UInt8(ascii: "/")
      && !(end - start >= 4 && bytes[start + 3] == UInt8(ascii: "/"))
    if isDoc {
      // A blank line between two groups of `///` lines: only the last group belongs to the declaration.
      if !pendingDoc.isEmpty, file.line(at: start) != file.line(at: pendingDocEnd) + 1 { flushDoc() }
      var from = start + 3
      if from < end, bytes[from] == 0x20 { from += 1 }
      pendingDoc.append(file.text(in: from..<end))
      pendingDocEnd = start
      return false
    }
    let text = file.text(in: min(start + 2, end)..<end)
    guard topLevel, let head = CellHead(comment: text) else { return false }
    flushDoc()
    pendingDoc = []
    cells.append(CellMarker(offset: start, head: head))
    return true
  }

  /// The first group of `///` lines before any code also documents the file.
  private mutating func flushDoc() {
    if !sawToken, fileDoc == nil, !pendingDoc.isEmpty { fileDoc = pendingDoc.joined(separator: "\n") }
    pendingDoc = []
  }

  /// Whether the text ends with `///` lines for a declaration that is still to come.
  var endsInDoc: Bool {
    guard !pendingDoc.isEmpty else { return false }
    return file.line(at: pendingDocEnd) + 1 >= file.lineCount
  }

  private mutating func attachDoc(to token: Token) {
    if !pendingDoc.isEmpty {
      docs[token.start] = pendingDoc.joined(separator: "\n")
      flushDoc()
    }
    sawToken = true
  }

  private mutating func blockComment() {
    let start = position
    position += 2
    while !atEnd, !(byte() == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/")) { position += 1 }
    position = min(position + 2, bytes.count)
    report(
      "E0105", "block comments /* … */ are not supported", start, start + 2,
      help: "begin every line of the comment with //")
  }
}
