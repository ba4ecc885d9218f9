import MocoLang

/// The cells of a program to run for each value of its controls.
///
/// A cell depends on the controls that are declared in it, or in a cell that it uses. Cells that depend
/// on none run once, before the others if the result is the same.
struct StatePlan {
  /// The controls with a finite number of values, in the order of the program.
  let controls: [Program.DeclaredControl]
  /// Cells that run once, in order.
  let first: [Int]
  /// The other cells, in order: those that depend on a control, and those that cannot run before them.
  let rest: [Int]
  private let flow: CellFlow
  /// The indices of `controls` that cells depend on; without cells that depend on none.
  let dependence: [Int: Set<Int>]

  init(_ program: Program, _ context: CheckContext) {
    let flow = CellFlow(program, context)
    controls = program.controls(context).filter(\.goesThrough)
    var dependence: [Int: Set<Int>] = [:]
    for (place, control) in controls.enumerated() {
      for cell in [control.cell] + flow.dependents(of: [control.cell]) {
        dependence[cell, default: []].insert(place)
      }
    }
    var first: [Int] = []
    var rest: [Int] = []
    for (index, cell) in program.cells.enumerated() where cell.kind == .code && !cell.statements.isEmpty {
      if dependence[index] == nil, rest.allSatisfy({ flow.mayPass(index, $0) }) {
        first.append(index)
      } else {
        rest.append(index)
      }
    }
    (self.first, self.rest, self.dependence, self.flow) = (first, rest, dependence, flow)
  }

  /// The sets of controls whose values are combined. A cell that depends on a subset of another cell's controls
  /// belongs to that set.
  ///
  /// - Parameter known: the declared controls; others are fixed.
  func groups(_ known: Set<Int>) -> [Set<Int>] {
    var sets: [Set<Int>] = []
    for cell in rest {
      let wanted = (dependence[cell] ?? []).intersection(known)
      if !wanted.isEmpty, !sets.contains(wanted) { sets.append(wanted) }
    }
    return sets.filter { one in !sets.contains { $0 != one && one.isSubset(of: $0) } }
  }

  /// The cells that run for a group, in an order with the same results as in the program: a cell comes before others that
  /// depend on more controls if possible, so that it runs less often.
  func cells(of group: Set<Int>, _ known: Set<Int>) -> [Int] {
    func wanted(_ cell: Int) -> Set<Int> { (dependence[cell] ?? []).intersection(known) }
    var result: [Int] = []
    for cell in rest where wanted(cell).isSubset(of: group) {
      var place = result.count
      while place > 0, !wanted(result[place - 1]).isSubset(of: wanted(cell)),
        flow.mayPass(cell, result[place - 1])
      {
        place -= 1
      }
      result.insert(cell, at: place)
    }
    return result
  }

  /// The controls of a group that a cell declares.
  func declared(in cell: Int, _ group: Set<Int>) -> [Int] {
    group.filter { controls[$0].cell == cell }.sorted()
  }
}
