import MocoBase

/// What `character` of a position counts.
package enum PositionEncoding: String, CaseIterable, Sendable {
  case utf8 = "utf-8"
  case utf16 = "utf-16"
  case utf32 = "utf-32"

  /// The units of a scalar, by the first byte of its UTF-8; none for the bytes that follow.
  func units(_ byte: UInt8) -> Int {
    if self == .utf8 { return 1 }
    if byte & 0xC0 == 0x80 { return 0 }
    return self == .utf16 && byte >= 0xF0 ? 2 : 1
  }

  /// What a client and this server agree on: the client's first choice that is known, and UTF-16 where it has none.
  static func negotiated(_ offered: Json?) -> PositionEncoding {
    for case .string(let name) in offered?.arrayValue ?? [] {
      if let known = PositionEncoding(rawValue: name) { return known }
    }
    return .utf16
  }
}

/// A place in a text: line and unit in it, both from 0.
package struct Position: Equatable, Comparable, Sendable {
  /// From 0.
  package var line: Int
  /// Units from the beginning of the line.
  package var character: Int

  /// A place.
  package init(line: Int, character: Int) {
    self.line = line
    self.character = character
  }

  package static func < (left: Position, right: Position) -> Bool {
    (left.line, left.character) < (right.line, right.character)
  }

  /// - Throws: InvalidParams for what is not a position.
  init(_ json: Json?) throws(ResponseError) {
    guard let line = json?["line"]?.intValue, let character = json?["character"]?.intValue, line >= 0,
      character >= 0
    else { throw .params("a position is {line, character}, two numbers from 0") }
    self.init(line: line, character: character)
  }

  var json: Json { ["line": .int(line), "character": .int(character)] }
}
