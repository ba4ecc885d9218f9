extension Document {
  /// Names with what belongs to each, a line a value.
  public struct Fields: Sendable, Equatable {
    /// How a terminal sets them.
    public enum Layout: Sendable, Equatable {
      /// Values stand under each other: `width   16`.
      case aligned
      /// `width: 16`
      case inline
    }

    /// A name and its values.
    public struct Field: Sendable, Equatable {
      /// One line.
      public var name: String
      /// At least one; further ones stand below the first.
      public var values: [Text]
      /// What becomes of its long lines; nil for what becomes of all.
      public var overflow: Text.Overflow?

      /// A name with several values.
      public init(_ name: String, _ values: [Text], overflow: Text.Overflow? = nil) {
        self.name = name
        self.values = values
        self.overflow = overflow
      }

      /// A name with one value.
      public init(_ name: String, _ value: Text, overflow: Text.Overflow? = nil) {
        self.init(name, [value], overflow: overflow)
      }
    }

    /// From top to bottom.
    public var fields: [Field]
    /// The layout in a terminal; pages have one of their own.
    public var layout: Layout
    /// Blanks before each line in a terminal.
    public var indent: Int
    /// What becomes of long lines, names and all.
    public var overflow: Text.Overflow

    /// Fields one below the other.
    public init(
      _ fields: [Field], layout: Layout = .aligned, indent: Int = 2,
      overflow: Text.Overflow = .wrap(hanging: 2)
    ) {
      self.fields = fields
      self.layout = layout
      self.indent = max(0, indent)
      self.overflow = overflow
    }
  }
}
