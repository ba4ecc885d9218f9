extension Document {
  /// Entries below each other, each made of blocks.
  public struct List: Sendable {
    /// The mark before an entry.
    public enum Marker: Sendable, Equatable {
      /// Entries are only indented.
      case none
      case bullet
      /// 1, 2, 3, …
      case number
    }

    /// The blocks of each entry.
    public var items: [[Block]]
    /// The mark before each entry.
    public var marker: Marker
    /// Spaces before each line in a terminal.
    public var indent: Int

    /// Entries below each other.
    public init(_ items: [[Block]], marker: Marker = .bullet, indent: Int = 0) {
      self.items = items
      self.marker = marker
      self.indent = max(0, indent)
    }
  }
}
