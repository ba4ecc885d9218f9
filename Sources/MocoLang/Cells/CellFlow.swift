// What the cells of a program have to do with each other: which one reads what which other has made.
//
// The rule is linear, since cells may declare a name again: a cell depends on the nearest cell above that defines or
// changes what it reads. What a cell reads is found in its syntax tree, through the functions that it calls; where a
// call cannot be followed, it counts as changing what it is given, so that a cell is run once too often rather than
// once too rarely.

/// What the cells of a program define, read and change, and what follows from it.
public struct CellFlow: Sendable {
  /// What one cell does with names of the program.
  public struct Cell: Sendable, Equatable {
    /// Names that it declares, in the order of the text.
    public internal(set) var defines: [String] = []
    /// Names that it takes from cells above, also through functions that it calls.
    public internal(set) var reads: Set<String> = []
    /// Names whose values are other ones after the cell: by assignment, `x[i] =`, a call that changes its argument,
    /// a training. It reads them too.
    public internal(set) var changes: Set<String> = []
    /// Names whose values from above it changes: `changes`, and those that it declares again afterwards.
    public internal(set) var changesGiven: Set<String> = []
    /// Whether its numbers depend on those drawn above: it draws, or sets the seed.
    public internal(set) var draws = false
    /// Whether it draws, or sets the seed, so that other numbers are drawn below; false where it depends on the seed alone.
    public internal(set) var movesChance = false
    /// Built-in functions and methods that it calls, also through functions of the program.
    public internal(set) var calls: Set<String> = []
    /// Paths that it names in calls and in `use`, as they are written: it reads these files, or writes them.
    public internal(set) var files: Set<String> = []
    /// Those that it writes.
    public internal(set) var changedFiles: Set<String> = []
    /// Everything that it reads or changes, files and random numbers among it.
    var touches: Set<String> = []
    /// Everything that it changes, in the same way.
    var alters: Set<String> = []
    /// The cells that it depends on directly, in order: the nearest above that define or change what it reads.
    public internal(set) var sources: [Int] = []

    /// A cell that does nothing with names.
    public init() {}
  }

  /// In the order of the program's cells.
  public let cells: [Cell]

  /// - Parameter context: what the program is checked with, before its own names are declared.
  public init(_ program: Program, _ context: CheckContext) {
    var walk = FlowWalk(program, context)
    var found = program.cells.map { walk.cell($0) }
    for index in found.indices {
      let wanted = found[index].reads.union(found[index].changes)
      var sources: Set<Int> = []
      for name in wanted {
        if let source = (0..<index).last(where: {
          found[$0].defines.contains(name) || found[$0].changes.contains(name)
        }) {
          sources.insert(source)
        }
      }
      found[index].sources = sources.sorted()
      found[index].touches = wanted
      found[index].alters = found[index].changes.union(found[index].changesGiven)
      found[index].draws = wanted.contains(FlowWalk.randomState)
      found[index].movesChance = found[index].changes.contains(FlowWalk.randomState)
      found[index].files = Set(wanted.compactMap(FlowWalk.path(ofFile:)))
      found[index].changedFiles = Set(found[index].changes.compactMap(FlowWalk.path(ofFile:)))
      found[index].reads = found[index].reads.filter { !FlowWalk.isHidden($0) }
    }
    for index in found.indices {
      found[index].changes = found[index].changes.filter { !FlowWalk.isHidden($0) }
      found[index].changesGiven = found[index].changesGiven.filter { !FlowWalk.isHidden($0) }
    }
    cells = found
  }

  /// The cells that must have run before a cell gives what it gives in the whole program, in order, without itself.
  public func needed(for cell: Int) -> [Int] {
    guard cells.indices.contains(cell) else { return [] }
    var needed: Set<Int> = []
    var open = cells[cell].sources
    while let next = open.popLast() {
      if needed.insert(next).inserted { open += cells[next].sources }
    }
    return needed.sorted()
  }

  /// Whether a cell may run before one above it, with the same results of both: neither changes or declares what the
  /// other uses.
  public func mayPass(_ cell: Int, _ above: Int) -> Bool {
    guard cells.indices.contains(cell), cells.indices.contains(above) else { return false }
    let (low, high) = (cells[cell], cells[above])
    let lowMakes = low.alters.union(low.defines)
    let highMakes = high.alters.union(high.defines)
    return lowMakes.isDisjoint(with: high.touches.union(highMakes)) && highMakes.isDisjoint(with: low.touches)
  }

  /// The cells whose results depend on some cells, in order, without those themselves.
  public func dependents(of changed: Set<Int>) -> [Int] {
    var reached = changed
    var result: [Int] = []
    for index in cells.indices where !changed.contains(index) {
      if cells[index].sources.contains(where: reached.contains) {
        reached.insert(index)
        result.append(index)
      }
    }
    return result
  }
}
