/// A description of a value as a tree of blocks: each renderer decides how they look, and escapes what is dangerous in
/// its output format. The text of a document is plain text; nothing in it is markup.
///
/// ```
/// let card = Document([.text("2 parameters"), .fields(.init([.init("weight", "[3, 4]"), .init("bias", "[3]")]))])
/// card.terminal(TerminalOptions(width: 60)); card.html(); card.markdown(); card.svg()
/// ```
public struct Document: Sendable {
  /// From top to bottom.
  public var blocks: [Block]

  /// A document of these blocks; no blocks for an empty document.
  public init(_ blocks: [Block] = []) { self.blocks = blocks }

  /// A document of one paragraph.
  public init(_ text: Text) { self.init([.text(text)]) }

  /// One part of a document, below the one before it.
  public indirect enum Block: Sendable {
    /// A paragraph.
    case text(Text)
    /// A paragraph of pieces that are not broken: names, numbers with their units.
    case items(Items)
    /// A heading; levels are 1…6.
    case heading(Text, level: Int)
    /// Names with their values.
    case fields(Fields)
    /// A list with or without marks.
    case list(List)
    /// A list or record of the language on several lines.
    case collection(Collection)
    /// Rows and columns.
    case table(Table)
    /// A picture that draws itself.
    case figure(any DocumentFigure)
    /// Pixels.
    case image(Image)
    /// Code; `language` is its name in Markdown, empty for none.
    case code(String, language: String)
    /// Blocks that are hidden until the reader opens them; a terminal shows all of them.
    case fold(summary: Text, details: [Block])
    /// Text whose spaces and lines are kept, if no other block is suitable.
    case preformatted(String)
    /// An empty line in text; nothing on a page, which has its own spacing.
    case gap
    /// The same content in two forms: for lines of text, and for a page with tables and pictures.
    case adapted(lines: [Block], page: [Block])
  }
}

extension Document {
  /// The documents below each other, with an empty line between them in text.
  public static func stacked(_ documents: [Document]) -> Document {
    var blocks: [Block] = []
    for document in documents where !document.blocks.isEmpty {
      if !blocks.isEmpty { blocks.append(.gap) }
      blocks += document.blocks
    }
    return Document(blocks)
  }
}
