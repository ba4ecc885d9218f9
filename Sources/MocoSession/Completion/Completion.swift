/// What may stand in place of the characters before the cursor.
public struct Completion: Equatable, Sendable {
  /// Something that fits what was typed.
  public struct Candidate: Equatable, Sendable {
    /// What a candidate stands for.
    public enum Kind: String, Sendable {
      case variable, constant, function, module, field, method, label, keyword, path, key, word, command
    }

    /// What takes the place of what was typed.
    public var text: String
    /// What it stands for.
    public var kind: Kind
    /// The type of a value, or of what a method gives, where it is known without running anything.
    public var type: String?
    /// What it is, in a sentence.
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

  /// Nothing, where no candidates are given.
  public init(replaces: Int = 0, candidates: [Candidate] = []) {
    self.replaces = replaces
    self.candidates = candidates
  }

  /// The texts of the candidates.
  public var texts: [String] { candidates.map(\.text) }
}
