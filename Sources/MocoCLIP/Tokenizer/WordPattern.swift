/// Splits cleaned text into the pieces that are encoded one by one: the two special tokens, English
/// contractions, runs of letters, single digits and other numerals, runs of anything else except white space.
enum WordPattern {
  enum Kind { case start, end, word }

  static func forEachWord(
    _ text: [Unicode.Scalar], _ body: (Kind, ArraySlice<Unicode.Scalar>) -> Void
  ) {
    var index = 0
    while index < text.count {
      let scalar = text[index]
      if scalar == "<", let (kind, length) = special(text[index...]) {
        body(kind, text[index..<index + length])
        index += length
      } else if scalar == "'", let length = contraction(text[index...]) {
        body(.word, text[index..<index + length])
        index += length
      } else {
        let group = group(scalar)
        guard group != .space else {
          index += 1
          continue
        }
        var end = index + 1
        if group != .number { while end < text.count && self.group(text[end]) == group { end += 1 } }
        body(.word, text[index..<end])
        index = end
      }
    }
  }

  /// Whether a scalar belongs to a run of letters.
  static func isLetter(_ scalar: Unicode.Scalar) -> Bool { group(scalar) == .letter }

  private enum Group { case letter, number, space, other }

  private static func group(_ scalar: Unicode.Scalar) -> Group {
    if scalar.value < 0x80 {
      switch scalar {
      case "a"..."z", "A"..."Z": return .letter
      case "0"..."9": return .number
      case " ", "\t"..."\r": return .space
      default: return .other
      }
    }
    // The combining iota is not a letter, but another case of one; where case is ignored it is nothing at
    // all.
    if scalar == "\u{345}" { return .space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return scalar.properties.isWhitespace ? .space : .other
    }
  }

  private static let startMark = Array("<|startoftext|>".unicodeScalars)
  private static let endMark = Array("<|endoftext|>".unicodeScalars)

  /// The special token that starts here. A token with other forms of the letter s is split off, but is a word.
  private static func special(_ text: ArraySlice<Unicode.Scalar>) -> (Kind, Int)? {
    for (mark, kind) in [(startMark, Kind.start), (endMark, Kind.end)] where text.count >= mark.count {
      let piece = text.prefix(mark.count)
      guard zip(piece, mark).allSatisfy({ matches($0, $1) }) else { continue }
      return (piece.elementsEqual(mark) ? kind : .word, mark.count)
    }
    return nil
  }

  private static let contractions = ["s", "t", "re", "ve", "m", "ll", "d"].map { Array($0.unicodeScalars) }

  /// Length of the contraction that starts here, including the apostrophe.
  private static func contraction(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
    let rest = text.dropFirst()
    for ending in contractions where rest.count >= ending.count {
      if zip(rest, ending).allSatisfy({ matches($0, $1) }) { return 1 + ending.count }
    }
    return nil
  }

  /// Case is ignored; the long s is an s.
  private static func matches(_ scalar: Unicode.Scalar, _ letter: Unicode.Scalar) -> Bool {
    if scalar == letter { return true }
    if scalar == "\u{17F}" { return letter == "s" }
    return scalar >= "A" && scalar <= "Z" && scalar.value + 32 == letter.value
  }
}
