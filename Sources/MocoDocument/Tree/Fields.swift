extension Document {
  /// Names with their values, one line per value.
  public struct Fields: Sendable, Equatable {
    /// How a terminal shows them.
    public enum Layout: Sendable, Equatable {
      /// Values are aligned in a column: `width   16`.
      case aligned
      /// `width: 16`
      case inline
    }

    /// A name and its values.
    public struct Field: Sendable, Equatable {
      /// One line.
      public var name: String
      /// At least one; the others are below the first.
      public var values: [Text]
      /// How its long lines are handled; nil for the setting of all fields.
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
    /// The layout in a terminal; pages have their own layout.
    public var layout: Layout
    /// Spaces before each line in a terminal.
    public var indent: Int
    /// How long lines are handled, including names.
    public var overflow: Text.Overflow

    /// Fields below each other.
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
