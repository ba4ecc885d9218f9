import MocoBase

/// The order of the written pages from `stdlib/docs/index.md`, with one section per kind of page.
struct ManualContents {
  /// A line of the contents.
  struct Entry: Equatable {
    /// The name of the page's file, without extension.
    var name: String
    var kind: ManualPage.Kind
    var summary: String
  }

  let entries: [Entry]

  /// Reads the tables of the page: `| name | summary |` below a heading of the second level.
  ///
  /// - Throws: E0502 for a section that is not a kind of page, and for duplicate names.
  init(_ markdown: String) throws {
    var entries: [Entry] = []
    var kind: ManualPage.Kind?
    for line in markdown.split(separator: "\n") {
      if line.hasPrefix("## ") {
        let heading = String(line.dropFirst(3))
        guard let known = ManualPage.Kind(rawValue: heading) else {
          throw Failure("E0502", "the contents have a section '\(heading)', which is not a kind of page")
        }
        kind = known
      }
      let cells = line.split(separator: "|", omittingEmptySubsequences: true).map {
        $0.trimmed
      }
      guard line.hasPrefix("|"), let kind, cells.count == 2, cells[0] != "page", !cells[0].hasPrefix("-")
      else { continue }
      guard !entries.contains(where: { $0.name == cells[0] }) else {
        throw Failure("E0502", "the contents list the page '\(cells[0])' more than once")
      }
      entries.append(Entry(name: cells[0], kind: kind, summary: cells[1]))
    }
    self.entries = entries
  }
}

extension Substring {
  /// Without white space at its ends.
  fileprivate var trimmed: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
