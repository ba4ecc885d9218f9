/// The tokens of a cell, without comments and spaces. They decide whether a cell has changed.
public struct CellWords: Sendable, Equatable {
  /// The tokens in order, each after a line break or a space, with the documentation of declarations.
  public let text: String
  /// Their range in the file, in bytes.
  public let places: [Range<Int>]

  /// Cells with the same tokens are equal, wherever they are in the file.
  public static func == (a: CellWords, b: CellWords) -> Bool { a.text == b.text }
}

extension Program {
  /// The tokens of each cell, in order.
  public func words(_ dialect: Dialect) -> [CellWords] {
    var lexer = Lexer(file: file, dialect: dialect)
    let tokens = lexer.run().filter { $0.kind != .end }
    var at = tokens.startIndex
    return cells.map { cell in
      var text = ""
      var places: [Range<Int>] = []
      while at < tokens.endIndex, Int(tokens[at].start) < Int(cell.span.end) {
        let token = tokens[at]
        at += 1
        if let doc = lexer.docs[token.start] { text += "\n///\(doc)" }
        text += (token.newlineBefore ? "\n" : " ") + file.text(in: token.range)
        places.append(token.range)
      }
      // The comment that documents the entire file.
      if cell.span.start == cells.first?.span.start, let doc { text = "///\(doc)\n" + text }
      return CellWords(text: text, places: places)
    }
  }
}
