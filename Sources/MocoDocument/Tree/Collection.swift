extension Document {
  /// A list or record of the language that does not fit one line.
  public struct Collection: Sendable {
    /// What holds the entries.
    public enum Kind: Sendable, Equatable {
      /// In square brackets.
      case list
      /// A list of numbers, which run on over the lines.
      case numbers
      /// In braces, with names.
      case record
    }

    /// One line of it, or many.
    public enum Entry: Sendable {
      /// - Parameters:
      ///   - name: as the language writes it, of a record's entry; else nil.
      ///   - value: a text of one line, or a collection.
      case value(name: String?, Block)
      /// What stands in the place of entries: `… 40 more`.
      case leftOut(String)
    }

    /// What holds the entries.
    public var kind: Kind
    /// In order.
    public var entries: [Entry]

    /// A collection of such entries.
    public init(_ kind: Kind, _ entries: [Entry]) {
      self.kind = kind
      self.entries = entries
    }
  }
}
