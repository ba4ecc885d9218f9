// The data flow between the cells of a program: which cell reads the values of which other cell.
//
// Cells may declare a name again, so the order counts: a cell depends on the nearest cell above that defines
// or changes a name it reads. The names come from its syntax tree and from the functions that it calls. A
// call that cannot be followed counts as changing its arguments, so that a cell runs too often rather than
// too rarely.

/// What the cells of a program define, read and change, and the dependencies between them.
public struct CellFlow: Sendable {
  /// How one cell uses names of the program.
  public struct Cell: Sendable, Equatable {
    /// The names that it declares, in source order.
    public internal(set) var defines: [String] = []
    /// The names that it reads from cells above, also through functions that it calls.
    public internal(set) var reads: Set<String> = []
    /// The names whose values the cell changes: by assignment, `x[i] =`, a call that changes its argument, or
    /// a training. It also reads them.
    public internal(set) var changes: Set<String> = []
    /// The names from cells above whose values it changes: `changes`, and those that it declares again
    /// afterwards.
    public internal(set) var changesGiven: Set<String> = []
    /// Whether its numbers depend on random numbers drawn above: it draws, or sets the seed.
    public internal(set) var draws = false
    /// Whether it draws, or sets the seed, and so changes the numbers drawn below; false if it only depends
    /// on the seed.
    public internal(set) var movesChance = false
    /// Built-in functions and methods that it calls, also through functions of the program.
    public internal(set) var calls: Set<String> = []
    /// The paths in its calls and in `use`, as written: it reads or writes these files.
    public internal(set) var files: Set<String> = []
    /// The paths that it writes.
    public internal(set) var changedFiles: Set<String> = []
    /// Everything that it reads or changes, including files and random numbers.
    var touches: Set<String> = []
    /// Everything that it changes, including files and random numbers.
    var alters: Set<String> = []
    /// The cells that it depends on directly, in order: for each name, the nearest cell above that defines or
    /// changes it.
    public internal(set) var sources: [Int] = []

    /// A cell that uses no names.
    public init() {}
  }

  /// In the order of the program's cells.
  public let cells: [Cell]

  /// - Parameter context: the context of the check, without the program's own names.
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

  /// The cells that must run before a cell to give it the result that it has in the entire program, in order,
  /// without the cell itself.
  public func needed(for cell: Int) -> [Int] {
    guard cells.indices.contains(cell) else { return [] }
    var needed: Set<Int> = []
    var open = cells[cell].sources
    while let next = open.popLast() {
      if needed.insert(next).inserted { open += cells[next].sources }
    }
    return needed.sorted()
  }

  /// Whether a cell can run before one above it with the same results: neither changes or declares a name
  /// that the other uses.
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
