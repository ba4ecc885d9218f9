/// Facts about built-in functions and methods for the analysis of cells, by name, in addition to their
/// effects.
public struct FlowFacts: Sendable {
  /// They print, show, read or run long, but do not change their arguments.
  public var keeping: Set<String>
  /// They write the files that they name, and do not change their arguments.
  public var writing: Set<String>
  /// Their result shares data with an argument or the receiver: a change to one changes the other.
  public var sharing: Set<String>
  /// They advance or set the random numbers of the program, unless a `seed` is passed.
  public var drawing: Set<String>
  /// They depend on the program's seed, unless a seed is passed.
  public var seeded: Set<String>

  /// Facts about the listed names. For other names the worst case is assumed, except that their results share
  /// nothing.
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

  /// Adds facts about further names.
  public mutating func add(_ other: FlowFacts) {
    keeping.formUnion(other.keeping)
    writing.formUnion(other.writing)
    sharing.formUnion(other.sharing)
    drawing.formUnion(other.drawing)
    seeded.formUnion(other.seeded)
  }

  /// Whether a call leaves its arguments unchanged.
  func keeps(_ name: String) -> Bool { keeping.contains(name) || writing.contains(name) }
}

extension FlowFacts {
  /// Facts about the functions that need neither files nor tensors.
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
