/// The candidates that may replace the characters before the cursor.
public struct Completion: Equatable, Sendable {
  /// A match for the typed text.
  public struct Candidate: Equatable, Sendable {
    /// The kind of a candidate.
    public enum Kind: String, Sendable {
      case variable, constant, function, module, field, method, label, keyword, path, key, word, command
    }

    /// The text that replaces the typed text.
    public var text: String
    /// Its kind.
    public var kind: Kind
    /// The type of a value, or of a method's result, if it is known without running anything.
    public var type: String?
    /// A description, in one sentence.
    public var doc: String?

    /// A candidate; see the fields.
    public init(_ text: String, _ kind: Kind, type: String? = nil, doc: String? = nil) {
      self.text = text
      self.kind = kind
      self.type = type
      self.doc = doc
    }
  }

  /// Scalars before the cursor that a candidate replaces.
  public var replaces: Int
  /// Sorted by their texts.
  public var candidates: [Candidate]

  /// No candidates by default.
  public init(replaces: Int = 0, candidates: [Candidate] = []) {
    self.replaces = replaces
    self.candidates = candidates
  }

  /// The texts of the candidates.
  public var texts: [String] { candidates.map(\.text) }
}
