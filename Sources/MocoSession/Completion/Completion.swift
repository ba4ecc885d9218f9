/// What may stand in place of the characters before the cursor.
public struct Completion: Equatable, Sendable {
  /// Something that fits what was typed.
  public struct Candidate: Equatable, Sendable {
    public enum Kind: String, Sendable {
      case variable, constant, function, module, field, method, label, keyword, path, key, word, command
    }

    /// What takes the place of what was typed.
    public var text: String
    public var kind: Kind
    /// The type of a value, or of what a method gives, where it is known without running anything.
    public var type: String?
    /// What it is, in a sentence.
    public var doc: String?

    public init(_ text: String, _ kind: Kind, type: String? = nil, doc: String? = nil) {
      self.text = text
      self.kind = kind
      self.type = type
      self.doc = doc
    }
  }

  /// Scalars before the cursor that a candidate replaces.
  public var replaces: Int
  public var candidates: [Candidate]

  public init(replaces: Int = 0, candidates: [Candidate] = []) {
    self.replaces = replaces
    self.candidates = candidates
  }

  public var texts: [String] { candidates.map(\.text) }
}
