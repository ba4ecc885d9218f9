/// What a value is, as a tree of blocks: each renderer decides how they look, and escapes what is dangerous where it
/// writes to. The words in a document are taken as they are; nothing in them is markup.
///
/// ```
/// let card = Document([.text("2 parameters"), .fields(.init([.init("weight", "[3, 4]"), .init("bias", "[3]")]))])
/// card.terminal(TerminalOptions(width: 60)); card.html(); card.markdown(); card.svg()
/// ```
public struct Document: Sendable {
  /// From top to bottom.
  public var blocks: [Block]

  /// A document of these blocks; none for an empty one.
  public init(_ blocks: [Block] = []) { self.blocks = blocks }

  /// A document of one paragraph.
  public init(_ text: Text) { self.init([.text(text)]) }

  /// One part of a document, below the one before it.
  public indirect enum Block: Sendable {
    /// A paragraph.
    case text(Text)
    /// A paragraph of pieces that stay whole: names, numbers with what they count.
    case items(Items)
    /// A heading; levels are 1…6.
    case heading(Text, level: Int)
    /// Names with what belongs to each.
    case fields(Fields)
    /// A list with or without marks.
    case list(List)
    /// A list or record of the language, over several lines.
    case collection(Collection)
    /// Rows and columns.
    case table(Table)
    /// A picture that draws itself.
    case figure(any DocumentFigure)
    /// Pixels.
    case image(Image)
    /// A program, or part of one; `language` as Markdown names it, empty for none.
    case code(String, language: String)
    /// What is read only when somebody asks for it; a terminal shows all of it.
    case fold(summary: Text, details: [Block])
    /// Text whose blanks and lines count, where no other block is right.
    case preformatted(String)
    /// An empty line in text; nothing on a page, which keeps its own distances.
    case gap
    /// The same content in two ways: for lines of text, and for a page that has tables and pictures.
    case adapted(lines: [Block], page: [Block])
  }
}

extension Document {
  /// The documents one below the other, with an empty line between them in text.
  public static func stacked(_ documents: [Document]) -> Document {
    var blocks: [Block] = []
    for document in documents where !document.blocks.isEmpty {
      if !blocks.isEmpty { blocks.append(.gap) }
      blocks += document.blocks
    }
    return Document(blocks)
  }
}
