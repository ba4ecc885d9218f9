import MocoDocument

extension Document.Block {
  /// The first line of a card: what it is of.
  static func title(_ words: String, overflow: Document.Text.Overflow = .cut) -> Document.Block {
    .text(Document.Text(words, .title, overflow: overflow))
  }

  /// A line of a card, set in.
  static func line(_ words: String, overflow: Document.Text.Overflow = .cut) -> Document.Block {
    .text(Document.Text(words, overflow: overflow, indent: 2))
  }

  /// `classes: coat, dress, bag`, set in, broken between names.
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
