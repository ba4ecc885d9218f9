import CProcess
import MocoBase
import MocoLang
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// Runs the cells of a program like `NotebookRun`, and those that depend on a control again for each of its
/// values.
///
/// Every state starts with the program before the first control: in a copy of the process, with identical models,
/// data and random numbers, without running anything again. The outputs of a state equal those of a run
/// with `--set`.
public struct StateRun {
  /// Options for running the states of a page.
  public struct Options {
    /// Maximum number of states.
    public var most = 500
    /// Number of copies of the process at the same time.
    public var jobs = 1
    /// Called in each copy before it works.
    public var copyBegins: () -> Void = {}
    /// Called with the estimated cost before the states run.
    public var says: (String) -> Void = { _ in }

    /// One state after the other.
    public init() {}
  }

  /// The results of the cells with the declared or set values of the controls.
  public private(set) var run: NotebookRun
  /// The outputs of other states; nil if no control has other values.
  public private(set) var states: PageStates?

  private let plan: StatePlan
  private let program: CheckedProgram
  private let session: Session
  private let homes: [Int: [(name: String, text: String)]]
  private let options: Options
  /// The numbers of the cells that run, by index.
  private var numbers: [Int: Int] = [:]
  /// The outputs of cells that ran once.
  private var once: [Int: String] = [:]
  private var records: [Int: CellRecord] = [:]
  private var status = Outcome.Status.fine

  /// - Parameters:
  ///   - program: a program without errors, checked in the session.
  ///   - settings: values of top-level `let`s: `--set`.
  ///   - recorder: the session's delegate.
  ///   - before: called with the index of each cell before it runs.
  /// - Throws: E0307 for a setting with an unknown name; E1005 for too many states, or if
  ///   the values of one control depend on another's; E0406 when interrupted.
  public init(
    _ program: CheckedProgram, in session: Session, recorder: NotebookRecorder,
    settings: [(name: String, text: String)] = [], options: Options = Options(),
    before: (Int) -> Void = { _ in }
  ) throws {
    let tree = program.parsed.program
    let start = ProcessClock.seconds
    homes = try NotebookRun.homes(of: settings, in: tree)
    plan = StatePlan(tree, session.checkContext())
    (self.program, self.session, self.options) = (program, session, options)
    run = NotebookRun(records: [:], status: .fine, seconds: 0)
    for (index, cell) in tree.cells.enumerated() where cell.kind == .code && !cell.statements.isEmpty {
      numbers[index] = numbers.count + 1
    }
    try runAll(recorder, before)
    run = NotebookRun(records: records, status: status, seconds: ProcessClock.seconds - start)
  }

  private mutating func runAll(_ recorder: NotebookRecorder, _ before: (Int) -> Void) throws {
    for (place, index) in plan.first.enumerated() {
      before(index)
      run(default: index, recorder)
      guard status == .fine else {
        // Cells above it run too, as in the order of the program.
        let failed = status
        for above in plan.rest where above < index {
          before(above)
          run(default: above, recorder)
          if status != .fine { return forget(below: above, among: plan.first.prefix(place + 1)) }
        }
        status = failed
        return
      }
    }
    guard plan.controls.contains(where: { plan.rest.contains($0.cell) }) else {
      return try runRest(recorder, before) { _ in }
    }
    for index in plan.first { once[index] = records[index].map(NotebookPage.outputs) ?? "" }
    let now = self
    let keeper = try StateKeeper { now.work($0) }
    defer { keeper.end() }
    try runRest(recorder, before) { try now.checkCount(of: $0) }
    if status == .interrupted { return }
    if case .left = status { return }
    let known = self.known
    guard !known.isEmpty else { return }
    options.says(cost(known))
    let found = try keeper.results(of: known)
    states = try collected(found, known)
  }

  private mutating func runRest(
    _ recorder: NotebookRecorder, _ before: (Int) -> Void, _ check: ([Int: Control]) throws -> Void
  ) throws {
    for index in plan.rest {
      before(index)
      run(default: index, recorder)
      try check(known)
      if status != .fine {
        return forget(below: index, among: plan.first[...])
      }
    }
  }

  /// Cells below a failed one have no outputs.
  private mutating func forget(below failed: Int, among cells: ArraySlice<Int>) {
    for index in cells where index > failed { records[index] = nil }
  }

  private mutating func run(default index: Int, _ recorder: NotebookRecorder) {
    let (record, end) = runCell(index, recorder, [:])
    records[index] = record
    status = end
  }

  private func runCell(
    _ index: Int, _ recorder: NotebookRecorder, _ set: [String: String]
  ) -> (CellRecord, Outcome.Status) {
    let settings =
      (homes[index] ?? []).filter { set[$0.name] == nil }
      + set.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return NotebookRun.run(
      index, of: program, in: session, recorder, settings: settings, number: numbers[index] ?? 0)
  }

  // MARK: - How many

  /// The declared controls with a finite number of values, by their indices in the plan.
  private var known: [Int: Control] {
    var found: [Int: Control] = [:]
    for (place, control) in plan.controls.enumerated() {
      let declared = records[control.cell]?.controls.last { $0.name == control.name }
      if let declared, declared.stateCount != nil { found[place] = declared }
    }
    return found
  }

  private func count(_ group: Set<Int>, _ known: [Int: Control]) -> Int {
    group.reduce(1) { product, place in
      let (value, overflow) = product.multipliedReportingOverflow(by: known[place]?.stateCount ?? 1)
      return overflow ? Int.max : value
    }
  }

  private func checkCount(of known: [Int: Control]) throws {
    let groups = plan.groups(Set(known.keys))
    let total = groups.reduce(0) { sum, group in
      let (value, overflow) = sum.addingReportingOverflow(count(group, known))
      return overflow ? Int.max : value
    }
    guard total > options.most else { return }
    let words = groups.map { group in
      group.sorted().compactMap { place in known[place].map { "\($0.name) \($0.stateCount ?? 1)" } }.joined(
        separator: " × ")
    }
    throw Failure(
      "E1005",
      "the controls of \(program.source.name) have \(total == Int.max ? "too many" : String(total)) states, but a page "
        + "supports \(options.most): \(words.joined(separator: " + "))",
      help:
        "use a larger slider step or fewer images in a picker, declare independent controls "
        + "in separate cells, or use --controls default for a page without active controls")
  }

  /// `12 states of 3 cells, about 8 s`
  private func cost(_ known: [Int: Control]) -> String {
    let places = Set(known.keys)
    var states = 0
    var seconds = 0.0
    var cells: Set<Int> = []
    for group in plan.groups(places) {
      states += count(group, known)
      var moved: Set<Int> = []
      for cell in plan.cells(of: group, places) {
        moved.formUnion(plan.declared(in: cell, group))
        if !(plan.dependence[cell] ?? []).isDisjoint(with: places) { cells.insert(cell) }
        seconds += Double(count(moved, known)) * (records[cell]?.seconds ?? 0)
      }
    }
    let time = DurationText.precise(max(seconds / Double(max(1, min(options.jobs, states))), 0.1))
    return
      "\(NumberText.counted(states, "state")) of \(NumberText.counted(cells.count, "cell")), about \(time)"
  }

  // MARK: - In the copies

  /// Runs all values, in a copy of the process that has waited since the first cell that depends on a control.
  private func work(_ known: [Int: Control]) -> StateWork {
    StateWork(
      plan: plan, known: known, jobs: options.jobs, copyBegins: options.copyBegins,
      begin: { [session] in
        let recorder = NotebookRecorder()
        session.delegate = recorder
        return recorder
      },
      run: { [self] index, recorder, set in runCell(index, recorder, set) })
  }

  // MARK: - What came of it

  private func collected(_ found: [StateResult], _ known: [Int: Control]) throws -> PageStates {
    if let fault = found.compactMap(\.fault).first {
      throw Failure(
        "E1005", fault,
        help:
          "use control values that do not depend on another control, or use --controls default for a page without active controls"
      )
    }
    var states = PageStates(values: [], cells: [:], outputs: [])
    for (_, control) in known.sorted(by: { $0.key < $1.key }) {
      states.values.append((control.name, (0..<(control.stateCount ?? 0)).map { control.state(at: $0) }))
    }
    var places: [String: Int] = [:]
    func place(of html: String) -> Int {
      if let place = places[html] { return place }
      places[html] = states.outputs.count
      states.outputs.append(html)
      return states.outputs.count - 1
    }
    let ends = found.filter(\.isEnd)
    for index in numbers.keys.sorted() {
      let own = self.own(index, known)
      // Cells below one that has ended the run have no outputs: they depend on the controls of that cell too.
      var above = ends.filter { $0.cell < index }
      var controls = Set(own)
      for end in above { controls.formUnion(self.own(end.cell, known)) }
      if count(controls, known) > StateRun.mostPlaces {
        controls = Set(own)
        above.removeAll { !controls.isSuperset(of: self.own($0.cell, known)) }
      }
      guard !controls.isEmpty else { continue }
      var shown: [[Int]: String] = own.isEmpty ? [[]: once[index] ?? ""] : [:]
      for result in found where result.cell == index && shown[result.values] == nil {
        shown[result.values] = result.html
      }
      let order = controls.sorted()
      states.cells[index] = PageStates.Cell(
        controls: order.compactMap { known[$0]?.name },
        places: (0..<count(controls, known)).map { state in
          let values = self.values(state, order, known)
          let hasEnded = above.contains { end in
            end.values == self.own(end.cell, known).map { values[$0] ?? 0 }
          }
          return place(of: hasEnded ? "" : shown[own.map { values[$0] ?? 0 }] ?? "")
        })
    }
    return states
  }

  /// Maximum number of combinations in the table of one cell.
  private static let mostPlaces = 20_000

  /// The known controls that a cell depends on, in order.
  private func own(_ cell: Int, _ known: [Int: Control]) -> [Int] {
    (plan.dependence[cell] ?? []).filter { known[$0] != nil }.sorted()
  }

  /// The indices of the values of some controls in a combination; the last one varies fastest.
  private func values(_ state: Int, _ controls: [Int], _ known: [Int: Control]) -> [Int: Int] {
    var rest = state
    var values: [Int: Int] = [:]
    for control in controls.reversed() {
      let count = max(1, known[control]?.stateCount ?? 1)
      values[control] = rest % count
      rest /= count
    }
    return values
  }
}
