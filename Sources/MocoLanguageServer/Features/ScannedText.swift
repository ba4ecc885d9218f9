import MocoLang
import MocoSession

/// The tokens of a text with the lines and characters that they begin at.
struct ScannedText {
  let scalars: [Unicode.Scalar]
  let scanner: SourceScanner
  /// The line of each scalar.
  private(set) var lines: [Int] = []
  /// The character of each scalar in its line.
  private(set) var characters: [Int] = []

  init(_ document: TextDocument, _ dialect: Dialect) {
    scalars = Array(document.text.unicodeScalars)
    scanner = SourceScanner(scalars, dialect)
    lines.reserveCapacity(scalars.count)
    characters.reserveCapacity(scalars.count)
    var (line, character) = (0, 0)
    for (index, scalar) in scalars.enumerated() {
      lines.append(line)
      characters.append(character)
      if isBreak(index) {
        (line, character) = (line + 1, 0)
      } else {
        character += units(scalar, document.encoding)
      }
    }
  }

  /// Whether a line ends with a scalar.
  func isBreak(_ index: Int) -> Bool {
    scalars[index] == "\n"
      || (scalars[index] == "\r" && !(index + 1 < scalars.count && scalars[index + 1] == "\n"))
  }

  func units(_ scalar: Unicode.Scalar, _ encoding: PositionEncoding) -> Int {
    switch encoding {
    case .utf8: UTF8.width(scalar)
    case .utf16: UTF16.width(scalar)
    case .utf32: 1
    }
  }
}
