// A watched program: which of its cells are up to date, and what has to run for the others.
//
// Nothing is rolled back, and nothing is guessed. Each run of a cell has a key: its words, and for every name that it
// reads or changes the run that produced it. A cell is fresh if its last run has the key that it would have now,
// and the cells that it depends on are fresh. Whatever happened to the file (cells edited, inserted, removed,
// moved, names declared again above), the keys determine what has to run.
//
// A run keeps its results, name by name. Before a cell runs, the names of the session are those that the cells above
// have declared, and no others. Values that the cell will change in place are copied first, so that the cells above
// keep their results. So a cell may run any number of times, in any order, and starts as in a run of the entire
// program. A value that cannot be copied is consumed: the cell that made it runs again before another cell can use it.

import MocoBase
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession

/// The cells of a watched program, and a session that runs them. One thread at a time.
package final class LiveNotebook {
  /// The maximum total bytes of copies; beyond it, cells change the originals, which are made again when needed.
  package static let mostCopies = 1 << 30

  /// The session that runs the cells.
  package let session: Session
  let recorder: NotebookRecorder
  /// In the order of the file.
  private(set) var cells: [LiveCell] = []
  /// The last version of the program without errors.
  private(set) var program: CheckedProgram?
  private(set) var notebook = Notebook()
  /// The errors of the current file; empty if there are none.
  package private(set) var problems: [Diagnostic] = []
  /// Values that replace literals and controls, by name: `--set`.
  package private(set) var settings: [String: String]
  /// The same from the command line.
  private let givenSettings: [String: String]
  /// The running cell.
  private(set) var running: LiveCell?
  var mostCopies = LiveNotebook.mostCopies

  private var lastCell = 0
  private var lastRun = 0
  private var copiedBytes = 0
  private let beginning: Runtime.Chance
  /// The number of changes of files that the program names, by their names in the program.
  private var fileChanges: [String: Int] = [:]
  private var moduleChanges = 0
  private var modulesChanged = false
  /// The last runs that have written files.
  private var fileWriters: [String: Int] = [:]

  /// - Parameters:
  ///   - settings: `--set`.
  ///   - recorder: the session's delegate, or the object that it forwards to.
  package init(session: Session, recorder: NotebookRecorder, settings: [(name: String, text: String)] = []) {
    self.session = session
    self.recorder = recorder
    self.settings = Dictionary(settings.map { ($0.name, $0.text) }, uniquingKeysWith: { $1 })
    givenSettings = self.settings
    beginning = session.runtime.chance
  }

  // MARK: - The file

  /// The file has changed. If it cannot run, everything stays unchanged, and `problems` contains the errors.
  package func load(_ source: SourceFile) {
    session.interpreter.setNames([:])
    let checked = session.check(source)
    guard !checked.hasErrors else {
      problems = checked.diagnostics
      return
    }
    let tree = checked.parsed.program
    do { notebook = try Notebook(tree) } catch { return fail(error) }
    guard notebook.cells.count == tree.cells.count else { return }
    problems = []
    program = checked
    let flow = CellFlow(tree, session.checkContext())
    let words = tree.words(session.interpreter.dialect)
    let marks = notebook.cells.indices.map { mark(notebook.cells[$0], words[$0]) }
    let places = CellMatching.places(of: marks, in: cells.map { mark($0.cell, $0.words) })
    cells = notebook.cells.indices.map { index in
      let live: LiveCell
      if let place = places[index] {
        live = cells[place]
        // A control that was moved on the page is reset if the cell that declares it is edited.
        if live.words != words[index] {
          for name in live.constants { settings[name] = givenSettings[name] }
        }
        live.cell = notebook.cells[index]
        if live.words == words[index] { move(live, from: live.words, to: words[index], in: source) }
        live.words = words[index]
        live.source = source
      } else {
        lastCell += 1
        live = LiveCell(id: lastCell, cell: notebook.cells[index], words: words[index], source: source)
      }
      live.flow = flow.cells[index]
      live.usesFiles = false
      live.constants = []
      for place in tree.cells[index].statements where tree.statements.indices.contains(place) {
        switch tree.statements[place].kind {
        case .use(let use): if case .path = use.source { live.usesFiles = true }
        case .binding(let binding) where !binding.isMutable:
          live.constants.formUnion(binding.pattern.names.map(\.name))
        default: break
        }
      }
      return live
    }
    countCopies()
  }

  /// The file cannot be read.
  package func fail(_ error: any Error) {
    if let diagnostic = error as? Diagnostic {
      problems = [diagnostic]
    } else if let failure = error as? Failure {
      problems = [Diagnostic(failure.code, failure.message, help: failure.help.map { [$0] } ?? [])]
    } else {
      problems = [Diagnostic("E0502", "\(error)")]
    }
  }

  /// The file has not changed since it was last read.
  package func recover() { problems = [] }

  private func mark(_ cell: Notebook.Cell, _ words: CellWords) -> CellMatching.Mark {
    CellMatching.Mark(
      text: cell.kind == .code ? "code\(words.text)" : "\(cell.kind.rawValue)\n\(cell.source)",
      title: cell.title)
  }

  /// Places in a cell's output move with its words.
  private func move(_ cell: LiveCell, from old: CellWords, to new: CellWords, in source: SourceFile) {
    let before = cell.source
    func moved(_ record: CellRecord) -> CellRecord? {
      guard record.outputs.contains(where: { if case .diagnostics = $0 { true } else { false } }) else {
        return nil
      }
      var record = record
      cell.hasMoved = true
      record.outputs = record.outputs.map { output in
        guard case .diagnostics(let found) = output else { return output }
        return .diagnostics(found.map { $0.moved(from: before, old.places, to: source, new.places) })
      }
      return record
    }
    if let run = cell.run, let record = moved(run.record) {
      cell.run = CellRun(
        id: run.id, key: run.key, record: record, names: run.names, chance: run.chance, bytes: run.bytes)
      cell.run?.gone = run.gone
    }
    if let failure = cell.failure, let record = moved(failure.record) {
      cell.failure = FailedRun(
        id: failure.id, key: failure.key, record: record, isInterrupted: failure.isInterrupted)
    }
  }

  // MARK: - Other changes

  /// The files to watch besides the program: those that the program names, and modules.
  package var files: Set<String> {
    cells.reduce(into: Set<String>()) { $0.formUnion($1.flow.files) }.subtracting(writtenFiles)
  }

  /// Files that cells write: their changes are made by the program itself.
  private var writtenFiles: Set<String> { cells.reduce(into: []) { $0.formUnion($1.flow.changedFiles) } }

  /// A file with this name in the program has changed.
  package func changed(file name: String) { fileChanges[name, default: 0] += 1 }

  /// A module has changed: cells that use module files run again.
  package func changedModule() {
    moduleChanges += 1
    modulesChanged = true
  }

  /// Sets a name that the program declares with `let`, like `--set`: a control, or a literal.
  ///
  /// - Throws: E0307 if the name does not exist, or a control does not accept the value; then nothing changes.
  package func set(_ name: String, _ text: String) throws {
    guard let cell = cells.last(where: { $0.constants.contains(name) }) else {
      throw Failure("E0307", "the program has no top-level let \(name) to set", help: "load the page again")
    }
    let control = (cell.shownControls).first { $0.name == name }
    settings[name] = try control?.accepted(text) ?? text
  }

  /// Requests a cell, and the cells above that it depends on.
  package func ask(_ id: Int) {
    guard let index = cells.firstIndex(where: { $0.id == id }), cells[index].isCode else { return }
    let fresh = freshness().fresh
    cells[index].isAsked = true
    // A request for an up-to-date cell means that it should run again.
    if fresh[index] || cells[index].failure != nil { forget(cells[index]) }
  }

  /// Requests all stale cells.
  package func askAll() {
    for cell in cells where cell.isCode {
      cell.isAsked = true
      if cell.failure != nil { cell.failure = nil }
    }
  }

  private func forget(_ cell: LiveCell) {
    (cell.failure, cell.run) = (nil, nil)
    countCopies()
  }

  private func countCopies() { copiedBytes = cells.reduce(0) { $0 + ($1.run?.bytes ?? 0) } }

  // MARK: - Scheduling

  private static let random = "random numbers"

  /// The fresh cells, the keys of runs whose inputs are available, and the cells that others depend on.
  private func freshness() -> (fresh: [Bool], keys: [RunKey?], sources: [Set<Int>]) {
    var fresh: [Bool] = []
    var keys: [RunKey?] = []
    var sources: [Set<Int>] = []
    /// The last cell that provides a name, a file, or the random numbers.
    var makers: [String: Int] = [:]
    let written = writtenFiles
    for (index, cell) in cells.enumerated() {
      var taken: Set<Int> = []
      var inputs: [String: Int] = [:]
      func take(_ name: String, orElse state: Int? = nil) {
        if let maker = makers[name] {
          taken.insert(maker)
          inputs[name] = cells[maker].run?.id
        } else if let state {
          inputs[name] = state
        }
      }
      guard cell.isCode else {
        fresh.append(true)
        keys.append(nil)
        sources.append([])
        continue
      }
      for name in cell.needs { take("name \(name)") }
      if cell.flow.draws { take(Self.random) }
      for file in cell.flow.files {
        take("file \(file)", orElse: written.contains(file) ? nil : -1 - (fileChanges[file] ?? 0))
      }
      if cell.usesFiles { inputs["modules"] = -1 - moduleChanges }
      let set = settings.filter { cell.constants.contains($0.key) }
      let key = RunKey(words: cell.words.text, inputs: inputs, settings: set)
      let isReady = taken.allSatisfy { fresh[$0] }
      keys.append(isReady ? key : nil)
      sources.append(taken)
      fresh.append(isReady && cell.run?.key == key)
      for name in cell.gives { makers["name \(name)"] = index }
      if cell.flow.movesChance { makers[Self.random] = index }
      for file in cell.flow.changedFiles { makers["file \(file)"] = index }
    }
    return (fresh, keys, sources)
  }

  /// The state of every cell, in order.
  package var states: [CellState] {
    let (fresh, keys, sources) = freshness()
    let wanted = wanted(fresh, sources)
    return cells.indices.map { index in
      let cell = cells[index]
      if !cell.isCode { return .prose }
      if cell === running { return .running }
      if fresh[index] { return .fresh }
      guard let key = keys[index] else { return .waiting(sources[index].filter { !fresh[$0] }.sorted()) }
      if let failure = cell.failure, failure.key == key, !wanted.contains(index) {
        return failure.isInterrupted ? .interrupted : .failed
      }
      return cell.isQuick || wanted.contains(index) ? .queued : .stale
    }
  }

  /// The same after requests and failures of fresh cells have been cleared.
  package var settled: [CellState] {
    let fresh = freshness().fresh
    for (index, cell) in cells.enumerated() where fresh[index] { (cell.isAsked, cell.failure) = (false, nil) }
    return states
  }

  /// The requested cells, and those that they need.
  private func wanted(_ fresh: [Bool], _ sources: [Set<Int>]) -> Set<Int> {
    var result: Set<Int> = []
    for index in cells.indices.reversed() where !fresh[index] && cells[index].isCode {
      if cells[index].isAsked { result.insert(index) }
      if result.contains(index) { result.formUnion(sources[index].filter { !fresh[$0] }) }
    }
    return result
  }

  /// Runs the next queued cell.
  ///
  /// - Parameter before: called with the cell before it runs.
  /// - Returns: false if there is none.
  @discardableResult
  package func step(before: (Int) -> Void = { _ in }) -> Bool {
    while true {
      let (fresh, keys, _) = freshness()
      let states = settled
      guard let index = states.firstIndex(of: .queued), let key = keys[index] else { return false }
      if useUpIsUndone(before: index, fresh) { continue }
      run(index, key, fresh, before)
      return true
    }
  }

  /// Whether an input of the cell is no longer available: then the cell that made it must run again.
  private func useUpIsUndone(before index: Int, _ fresh: [Bool]) -> Bool {
    let cell = cells[index]
    var isUndone = false
    func undo(_ maker: LiveCell) {
      maker.run = nil
      isUndone = true
      // Fast cells run automatically; others only if this one was requested.
      if cell.isAsked { maker.isAsked = true }
    }
    for name in cell.needs {
      guard let maker = cells[..<index].last(where: { $0.isCode && $0.gives.contains(name) }) else {
        continue
      }
      if maker.run?.gone.contains(name) == true { undo(maker) }
    }
    for file in cell.flow.files {
      guard let maker = cells[..<index].last(where: { $0.isCode && $0.flow.changedFiles.contains(file) }),
        let run = maker.run
      else { continue }
      if fileWriters[file] != run.id { undo(maker) }
    }
    return isUndone
  }

  // MARK: - Running

  private func run(_ index: Int, _ key: RunKey, _ fresh: [Bool], _ before: (Int) -> Void) {
    guard let program else { return }
    let cell = cells[index]
    var renewals: [ModuleRenewal] = []
    if modulesChanged {
      modulesChanged = false
      renewals = session.interpreter.renewModules()
    }
    lastRun += 1
    let id = lastRun
    let interpreter = session.interpreter
    let bytes = prepare(index, fresh)
    cell.failure = nil
    running = cell
    before(cell.id)
    recorder.begin()
    for renewal in renewals {
      // The earlier version stays in use.
      if case .failed(let diagnostic) = renewal.outcome { session.delegate.report([diagnostic]) }
    }
    session.beginAgain()
    let outcome = session.run(
      cell: index, of: program, settings: key.settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    session.beginAgain()
    running = nil
    var record = recorder.record
    record.number = cells[...index].count(where: \.isCode)
    record.seconds = outcome.seconds
    record.isFine = outcome.status == .fine
    cell.seconds = outcome.seconds
    for file in cell.flow.changedFiles { fileWriters[file] = id }
    guard outcome.status == .fine else {
      if case .left(let status) = outcome.status {
        record.append("the cell has ended the program with exit(\(status))\n", isError: true)
      }
      cell.failure = FailedRun(
        id: id, key: key, record: record, isInterrupted: outcome.status == .interrupted)
      withdraw(index)
      return
    }
    var names: [String: KeptName] = [:]
    for name in cell.gives { names[name] = interpreter.keep(name) }
    cell.run = CellRun(
      id: id, key: key, record: record, names: names,
      chance: cell.flow.movesChance ? session.runtime.chance : nil,
      bytes: bytes)
    cell.isAsked = false
    countCopies()
  }

  /// Clears the requests for a failed cell, and for the cells that depend on it.
  private func withdraw(_ index: Int) {
    let sources = freshness().sources
    var reached: Set<Int> = [index]
    for other in cells.indices.dropFirst(index) {
      if !sources[other].isDisjoint(with: reached) { reached.insert(other) }
      if reached.contains(other) { cells[other].isAsked = false }
    }
  }

  /// Sets the session to the inputs of a cell. - Returns: bytes of the copies that were made for it.
  private func prepare(_ index: Int, _ fresh: [Bool]) -> Int {
    var names: [String: KeptName] = [:]
    var makers: [String: CellRun] = [:]
    var chance = beginning
    for place in 0..<index where cells[place].isCode {
      let cell = cells[place]
      let run = fresh[place] ? cell.run : nil
      for name in cell.gives {
        names[name] = run?.gone.contains(name) == true ? nil : run?.names[name]
        makers[name] = run
      }
      if let after = run?.chance { chance = after }
    }
    let cell = cells[index]
    let changed = names.filter { cell.flow.changesGiven.contains($0.key) }
    var bytes = 0
    if !changed.isEmpty {
      let room = mostCopies - copiedBytes + (cell.run?.bytes ?? 0)
      if let copies = session.interpreter.copies(of: changed, limit: room) {
        names.merge(copies.names) { $1 }
        bytes = copies.bytes
      } else {
        for name in changed.keys { makers[name]?.gone.insert(name) }
      }
    }
    session.interpreter.setNames(names)
    session.runtime.chance = chance
    return bytes
  }
}

extension Diagnostic {
  /// The same with the places of another version of the file with the same words.
  fileprivate func moved(
    from old: SourceFile, _ before: [Range<Int>], to new: SourceFile, _ after: [Range<Int>]
  ) -> Diagnostic {
    func moved(_ offset: Int) -> Int {
      guard let index = before.lastIndex(where: { $0.lowerBound <= offset }), after.indices.contains(index)
      else { return offset }
      return after[index].lowerBound + offset - before[index].lowerBound
    }
    func moved(_ span: Span) -> Span {
      guard span.file === old, let first = before.first, let last = before.last,
        first.lowerBound <= span.start, span.end <= last.upperBound
      else { return span }
      return new.span(moved(span.start), moved(span.end))
    }
    var result = self
    result.primary = primary.map(moved)
    result.labels = labels.map { Label(moved($0.span), $0.text) }
    result.trace = trace.map { TraceEntry(function: $0.function, callSite: $0.callSite.map(moved)) }
    return result
  }
}

extension LiveNotebook {
  /// The identifiers of the cells, in order.
  package var cellIDs: [Int] { cells.map(\.id) }
  /// The last outcome of each cell, in order; nil for one that has not run.
  package var records: [CellRecord?] {
    _ = settled
    return cells.map { $0.failure?.record ?? $0.run?.record }
  }
  /// The maximum total bytes of copies; for tests.
  package var roomForCopies: Int {
    get { mostCopies }
    set { mostCopies = newValue }
  }
}
