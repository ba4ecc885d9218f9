import MocoDocument

extension Document.Block {
  /// The first line of a card: its title.
  static func title(_ words: String, overflow: Document.Text.Overflow = .cut) -> Document.Block {
    .text(Document.Text(words, .title, overflow: overflow))
  }

  /// An indented line of a card.
  static func line(_ words: String, overflow: Document.Text.Overflow = .cut) -> Document.Block {
    .text(Document.Text(words, overflow: overflow, indent: 2))
  }

  /// `classes: coat, dress, bag`, indented, broken between names.
  static func names(
    _ label: String, _ names: [String], separator: String = ", ", mostLines: Int? = nil,
    overflow: Document.Text.Overflow = .cut
  ) -> Document.Block {
    .items(
      Document.Items(
        Document.Text(label.isEmpty ? "" : label + ": ", .label), names.map { Document.Text($0) },
        separator: separator, indent: 2, mostLines: mostLines, overflow: overflow))
  }
}
