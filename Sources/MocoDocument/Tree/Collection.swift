extension Document {
  /// A list or record of the language that does not fit one line.
  public struct Collection: Sendable {
    /// The kind of the collection.
    public enum Kind: Sendable, Equatable {
      /// In square brackets.
      case list
      /// A list of numbers, with as many per line as fit.
      case numbers
      /// In braces, with names.
      case record
    }

    /// An entry, or a mark for many that are left out.
    public enum Entry: Sendable {
      /// - Parameters:
      ///   - name: the name of a record's entry, as in the language; otherwise nil.
      ///   - value: one line of text, or a collection.
      case value(name: String?, Block)
      /// The text in place of omitted entries: `… 40 more`.
      case leftOut(String)
    }

    /// The kind of the collection.
    public var kind: Kind
    /// In order.
    public var entries: [Entry]

    /// A collection of these entries.
    public init(_ kind: Kind, _ entries: [Entry]) {
      self.kind = kind
      self.entries = entries
    }
  }
}
