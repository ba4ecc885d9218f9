/// What Tab may put in place of the characters before the cursor.
public struct Completion: Equatable {
  /// Scalars before the cursor that a candidate replaces.
  public var replaces: Int
  public var candidates: [String]

  public init(replaces: Int = 0, candidates: [String] = []) {
    self.replaces = replaces
    self.candidates = candidates
  }
}
