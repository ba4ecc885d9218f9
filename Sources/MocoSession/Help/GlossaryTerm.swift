import MocoBase

/// A row of the glossary: `| token, embedding | a piece of a text … |`.
package struct GlossaryTerm: Equatable, Sendable {
  /// The words of the first cell.
  package let title: String
  /// The second cell, in Markdown.
  package let meaning: String

  /// The names that the title lists.
  package var names: [String] { title.split(separator: ", ").map(String.init) }

  /// The rows of a page's tables.
  package static func all(in markdown: String) -> [GlossaryTerm] {
    markdown.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| ") else { return nil }
      let cells = line.dropFirst(2).split(separator: " |").map { String($0).trimmed }
      guard cells.count >= 2, cells[0] != "term" else { return nil }
      return GlossaryTerm(title: cells[0], meaning: cells[1])
    }
  }
}
