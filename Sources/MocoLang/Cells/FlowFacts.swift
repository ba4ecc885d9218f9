/// What the analysis of cells knows of built-in functions and methods besides their effects, by name.
public struct FlowFacts: Sendable {
  /// They print, show, read or take long, but leave what they are given as it is.
  public var keeping: Set<String>
  /// They write the files that they name, and leave their arguments as they are.
  public var writing: Set<String>
  /// What they give shares what they were given, or their receiver: changing the one changes the other.
  public var sharing: Set<String>
  /// They advance, or set, the random numbers of the program, unless they are given a `seed`.
  public var drawing: Set<String>
  /// They depend on the program's seed, unless they are given one.
  public var seeded: Set<String>

  /// Facts of the names that are listed; of others the worst is assumed, except that their results share nothing.
  public init(
    keeping: Set<String> = [], writing: Set<String> = [], sharing: Set<String> = [],
    drawing: Set<String> = [], seeded: Set<String> = []
  ) {
    self.keeping = keeping
    self.writing = writing
    self.sharing = sharing
    self.drawing = drawing
    self.seeded = seeded
  }

  /// Adds facts of further names.
  public mutating func add(_ other: FlowFacts) {
    keeping.formUnion(other.keeping)
    writing.formUnion(other.writing)
    sharing.formUnion(other.sharing)
    drawing.formUnion(other.drawing)
    seeded.formUnion(other.seeded)
  }

  /// Whether a call leaves what it is given as it is.
  func keeps(_ name: String) -> Bool { keeping.contains(name) || writing.contains(name) }
}

extension FlowFacts {
  /// Of the functions that need neither files nor tensors.
  static var language: FlowFacts {
    func names(_ functions: [NativeFunction]) -> Set<String> { Set(functions.map(\.name)) }
    let sharing =
      CoreBuiltins.sequences + CoreBuiltins.functional + CoreBuiltins.records
      + CoreBuiltins.gathering + CoreBuiltins.changes
    return FlowFacts(
      keeping: names(CoreBuiltins.output + CoreBuiltins.control + CoreBuiltins.clock).union(["exit", "log"]),
      sharing: names(sharing).subtracting(["len", "range", "sum", "copy", "count", "index_of", "has"]),
      drawing: names(CoreBuiltins.chance))
  }
}
