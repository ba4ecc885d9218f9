/// Formats a program: indentation by brackets, one space around operators and after commas, no trailing
/// spaces. Line breaks, comments, strings and text aligned in columns stay as written.
///
/// The result has exactly the tokens and comments of the source. If that would not hold, the text is returned
/// unchanged.
public enum Formatter {
  /// The formatted text; formatting it again does not change it.
  ///
  /// - Returns: nil if the source does not parse.
  public static func format(_ source: SourceFile, _ dialect: Dialect) -> String? {
    guard !Parser.parse(source, dialect).hasErrors else { return nil }
    let wanted = Layout(source, dialect).atoms
    var text = source.text
    // Text aligned in columns may move with the text before it, and then is no longer aligned.
    for _ in 0..<8 {
      let next = Layout(SourceFile(name: source.name, text: text), dialect).text()
      if next == text { break }
      text = next
    }
    let result = SourceFile(name: source.name, text: text)
    let found = Layout(result, dialect).atoms
    let isSame =
      found.count == wanted.count
      && zip(found, wanted).allSatisfy { $0.text == $1.text && ($0.breaks > 0) == ($1.breaks > 0) }
    return isSame && !Parser.parse(result, dialect).hasErrors ? text : source.text
  }
}

/// A source as lines of tokens and comments.
struct Layout {
  /// A token or a comment.
  struct Atom {
    /// nil for a comment.
    var kind: Token.Kind?
    var text: String
    /// The line breaks before it, or the spaces if there are none.
    var breaks: Int
    var blanks: Int
    /// The column in its source line, counted in scalars.
    var column: Int
  }

  private(set) var atoms: [Atom] = []
  private var lines: [Range<Int>] = []

  init(_ source: SourceFile, _ dialect: Dialect) {
    var lexer = Lexer(file: source, dialect: dialect)
    let tokens = lexer.run()
    let bytes = source.bytes
    var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var breaks = 0
    var blanks = 0
    var column = 0

    func scalars(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) } }
    func add(_ kind: Token.Kind?, _ range: Range<Int>) {
      atoms.append(
        Atom(
          kind: kind, text: String(decoding: bytes[range], as: UTF8.self), breaks: breaks, blanks: blanks,
          column: column))
      // A string of several lines: the text after it is on its last line.
      if let last = bytes[range].lastIndex(of: 0x0A) {
        column = scalars(last + 1..<range.upperBound)
      } else {
        column += scalars(range)
      }
      (breaks, blanks) = (0, 0)
    }

    for token in tokens {
      let end = token.kind == .end ? bytes.count : Int(token.start)
      while at < end {
        switch bytes[at] {
        case 0x0A:
          (breaks, blanks, column) = (breaks + 1, 0, 0)
          at += 1
        case UInt8(ascii: "/"), UInt8(ascii: "#"):
          var stop = bytes[at..<end].firstIndex(of: 0x0A) ?? end
          let next = stop
          while stop > at, bytes[stop - 1] == 0x20 || bytes[stop - 1] == 0x09 || bytes[stop - 1] == 0x0D {
            stop -= 1
          }
          add(nil, at..<stop)
          at = next
        default:
          blanks += 1
          column += 1
          at += 1
        }
      }
      guard token.kind != .end else { break }
      add(token.kind, token.range)
      at = Int(token.end)
    }
    for index in atoms.indices where index == 0 || atoms[index].breaks > 0 {
      if let last = lines.popLast() { lines.append(last.lowerBound..<index) }
      lines.append(index..<atoms.count)
    }
  }

  // MARK: Lines

  /// An open bracket: its kind, and the indentation of its line.
  private struct Open {
    var kind: Token.Kind
    var indentation: Int
  }

  func text() -> String {
    var result = ""
    var open: [Open] = []
    var previous: Token.Kind?
    for (number, line) in lines.enumerated() {
      guard let first = atoms[line].first else { continue }
      let indentation = indentation(of: line, open, after: previous)
      if number > 0 { result += String(repeating: "\n", count: min(first.breaks, 3)) }
      result += String(repeating: " ", count: indentation)
      for index in line {
        if index > line.lowerBound {
          result += String(repeating: " ", count: blanks(before: index, number, open))
        }
        let atom = atoms[index]
        result += atom.text
        guard let kind = atom.kind else { continue }
        if kind.opens { open.append(Open(kind: kind, indentation: indentation)) }
        if kind.closes { _ = open.popLast() }
        previous = kind
      }
    }
    return result.isEmpty ? "" : result + "\n"
  }

  private func indentation(of line: Range<Int>, _ open: [Open], after previous: Token.Kind?) -> Int {
    // A line that begins with closing brackets is aligned with the line that opened the last of them.
    let closers = atoms[line].prefix { $0.kind?.closes ?? false }.count
    if closers > 0 { return open.dropLast(closers - 1).last?.indentation ?? 0 }
    let base = open.last.map { $0.indentation + 2 } ?? 0
    // In parentheses and square brackets, lines continue without further indentation rules.
    if let kind = open.last?.kind, kind != .leftBrace { return base }
    let continues = previous.map { $0.continuesLine && $0 != .comma } ?? false
    let kind = atoms[line].first?.kind
    return continues || kind == .dot || kind == .pipe ? base + 2 : base
  }

  // MARK: Blanks

  private func blanks(before index: Int, _ line: Int, _ open: [Open]) -> Int {
    let (atom, last) = (atoms[index], atoms[index - 1])
    guard let kind = atom.kind, let previous = last.kind else {
      return max(atom.blanks, atom.kind == nil ? 1 : 0)
    }
    if atom.blanks > 1, isInColumn(atom, line) { return atom.blanks }
    let asWritten = min(atom.blanks, 1)
    let inIndex = open.last?.kind == .leftBracket
    switch (previous, kind) {
    case (_, .comma), (_, .semicolon), (_, .dot), (.dot, _): return 0
    case (_, .colon): return inIndex ? (previous == .comma ? 1 : asWritten) : 0
    case (.colon, _): return inIndex ? asWritten : 1
    case (.leftParen, _), (.leftBracket, _), (_, .rightParen), (_, .rightBracket): return 0
    // `{a: 1}` and `{ print(a) }` both keep their usual spacing.
    case (.leftBrace, _), (_, .rightBrace): return asWritten
    case (.comma, _), (.semicolon, _): return 1
    case (.spread, _): return 0
    case (_, .halfOpen), (.halfOpen, _), (_, .closed), (.closed, _): return asWritten
    case (_, .leftParen), (_, .leftBracket):
      if previous.isOperator { return isUnary(index - 1) ? 0 : 1 }
      if previous.isKeyword, !previous.isValue, !isMember(index - 1) { return 1 }
      // A space before them can be significant: `f (x)`, `show [1]`.
      return asWritten
    default:
      if previous.isOperator, isUnary(index - 1) { return previous == .not ? 1 : 0 }
      return 1
    }
  }

  /// Whether an operator has no left side.
  private func isUnary(_ index: Int) -> Bool {
    guard let kind = atoms[index].kind, kind == .minus || kind == .plus else { return false }
    guard index > 0, let before = atoms[index - 1].kind else { return true }
    switch before {
    case .int, .hugeInt, .float, .string, .name, .true, .false, .nil, .rightParen, .rightBracket, .rightBrace:
      return false
    default: return !(before.isKeyword && isMember(index - 1))
    }
  }

  /// After `.` a keyword is a name.
  private func isMember(_ index: Int) -> Bool { index > 0 && atoms[index - 1].kind == .dot }

  /// Whether a token on an adjacent line begins in the same column.
  private func isInColumn(_ atom: Atom, _ line: Int) -> Bool {
    [line - 1, line + 1].contains { number in
      guard lines.indices.contains(number), abs(number - line) == 1 else { return false }
      return atoms[lines[number]].dropFirst().contains { $0.column == atom.column }
    }
  }
}

extension Token.Kind {
  var opens: Bool { self == .leftParen || self == .leftBracket || self == .leftBrace }
  var closes: Bool { self == .rightParen || self == .rightBracket || self == .rightBrace }
  var isKeyword: Bool { rawValue >= Token.Kind.let.rawValue && rawValue <= Token.Kind.catch.rawValue }
  /// A keyword that is a value.
  var isValue: Bool { self == .true || self == .false || self == .nil }
  var isOperator: Bool {
    switch self {
    case .plus, .minus, .star, .slash, .percent, .at, .power, .equal, .notEqual, .less, .lessOrEqual,
      .greater,
      .greaterOrEqual, .assign, .plusAssign, .minusAssign, .starAssign, .slashAssign, .percentAssign,
      .atAssign,
      .powerAssign, .arrow, .pipe, .coalesce, .and, .or, .not, .in:
      true
    default: false
    }
  }
}
