extension Document {
  /// Some characters in one style.
  public struct Run: Sendable, Equatable {
    /// What characters mean; a terminal colors only some of them.
    public enum Style: Sendable, Equatable {
      case plain
      case emphasis
      case strong
      /// A program within a sentence. A terminal without colors sets it in backticks.
      case code
      /// A value as the language writes it; a terminal shows it as it is.
      case literal
      case number
      /// The name of what follows.
      case label
      /// What a card is of; a terminal shows it as it is.
      case title
      case error
      /// Of less weight.
      case muted
      case color(Color)
    }

    /// As they are; nothing in them is markup.
    public var text: String
    /// What they mean.
    public var style: Style

    /// Characters in one style.
    public init(_ text: String, _ style: Style = .plain) {
      self.text = text
      self.style = style
    }
  }

  /// A paragraph: characters in their styles. Line feeds in them are kept.
  public struct Text: Sendable, Equatable {
    /// What becomes of a line that is longer than a terminal is wide. Pages break lines as they like.
    public enum Overflow: Sendable, Equatable {
      /// It is broken at blanks; further lines begin with so many blanks more than the first.
      case wrap(hanging: Int)
      /// The same, and words that are longer than a line are cut.
      case wrapAndCut(hanging: Int)
      /// It ends with an ellipsis.
      case cut
      /// The terminal breaks it.
      case keep
    }

    /// One behind the other, without blanks between.
    public var runs: [Run]
    /// What becomes of long lines in a terminal.
    public var overflow: Overflow
    /// Blanks before every line in a terminal.
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
  /// The runs of both, with the looks of the left one.
  public static func + (left: Document.Text, right: Document.Text) -> Document.Text {
    Document.Text(left.runs + right.runs, overflow: left.overflow, indent: left.indent)
  }
}
