extension Document {
  /// Blocks one below the other, each an entry.
  public struct List: Sendable {
    /// What stands before an entry.
    public enum Marker: Sendable, Equatable {
      /// Entries are only set in.
      case none
      case bullet
      /// 1, 2, 3, …
      case number
    }

    /// The blocks of each entry.
    public var items: [[Block]]
    /// The mark before each entry.
    public var marker: Marker
    /// Blanks before each line in a terminal.
    public var indent: Int

    /// Entries one below the other.
    public init(_ items: [[Block]], marker: Marker = .bullet, indent: Int = 0) {
      self.items = items
      self.marker = marker
      self.indent = max(0, indent)
    }
  }
}
