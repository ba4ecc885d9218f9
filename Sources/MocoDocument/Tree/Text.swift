extension Document {
  /// Some characters in one style.
  public struct Run: Sendable, Equatable {
    /// The meaning of characters; a terminal colors only some of them.
    public enum Style: Sendable, Equatable {
      case plain
      case emphasis
      case strong
      /// Code in a sentence. A terminal without colors shows it in backticks.
      case code
      /// A value in the notation of the language; a terminal shows it unchanged.
      case literal
      case number
      /// The name of what follows.
      case label
      /// The subject of a card; a terminal shows it unchanged.
      case title
      case error
      /// Less important.
      case muted
      case color(Color)
    }

    /// The characters; nothing in them is markup.
    public var text: String
    /// The meaning of the characters.
    public var style: Style

    /// Characters in one style.
    public init(_ text: String, _ style: Style = .plain) {
      self.text = text
      self.style = style
    }
  }

  /// A paragraph of runs with styles. Line feeds in them are kept.
  public struct Text: Sendable, Equatable {
    /// How a line that is longer than the terminal's width is handled. Pages break lines themselves.
    public enum Overflow: Sendable, Equatable {
      /// It is broken at spaces; the other lines begin with this many more spaces than the first.
      case wrap(hanging: Int)
      /// The same, and words that are longer than a line are truncated.
      case wrapAndCut(hanging: Int)
      /// It is truncated and ends with an ellipsis.
      case cut
      /// The terminal breaks it.
      case keep
    }

    /// The runs, without spaces between them.
    public var runs: [Run]
    /// How long lines are handled in a terminal.
    public var overflow: Overflow
    /// Spaces before every line in a terminal.
    public var indent: Int

    /// A paragraph of runs.
    public init(_ runs: [Run], overflow: Overflow = .wrap(hanging: 2), indent: Int = 0) {
      self.runs = runs
      self.overflow = overflow
      self.indent = max(0, indent)
    }

    /// A paragraph in one style.
    public init(
      _ text: String, _ style: Run.Style = .plain, overflow: Overflow = .wrap(hanging: 2), indent: Int = 0
    ) {
      self.init(text.isEmpty ? [] : [Run(text, style)], overflow: overflow, indent: indent)
    }

    /// The characters without their styles.
    public var string: String { runs.count == 1 ? runs[0].text : runs.reduce(into: "") { $0 += $1.text } }

    /// Whether there is no character.
    public var isEmpty: Bool { runs.allSatisfy(\.text.isEmpty) }
  }
}

extension Document.Text: ExpressibleByStringInterpolation {
  /// A plain paragraph.
  public init(stringLiteral text: String) { self.init(text) }
}

extension Document.Text {
  /// The runs of both, with the layout of the left one.
  public static func + (left: Document.Text, right: Document.Text) -> Document.Text {
    Document.Text(left.runs + right.runs, overflow: left.overflow, indent: left.indent)
  }
}
