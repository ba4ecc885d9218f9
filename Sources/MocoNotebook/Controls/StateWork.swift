import CProcess
import MocoBase
import MocoLang
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// The output of a cell in one state.
struct StateResult {
  /// Its index.
  var cell: Int
  /// The indices of the values of the controls that it depends on, in the order of the controls.
  var values: [Int]
  var html: String
  /// Whether the run has ended in this cell: by an error, or by `exit`.
  var isEnd = false
  /// Why the states cannot be run; nil if they can.
  var fault: String?

  init(cell: Int, values: [Int], html: String, isEnd: Bool, fault: String? = nil) {
    (self.cell, self.values, self.html, self.isEnd, self.fault) = (cell, values, html, isEnd, fault)
  }

  init?(_ json: Json) {
    guard let cell = json["cell"]?.intValue, let values = json["values"]?.arrayValue,
      let html = json["html"]?.stringValue
    else { return nil }
    self.init(
      cell: cell, values: values.compactMap(\.intValue), html: html, isEnd: json["end"]?.boolValue ?? false,
      fault: json["fault"]?.stringValue)
  }

  var line: String {
    var fields: [(String, Json)] = [
      ("cell", .int(cell)), ("values", .array(values.map { .int($0) })), ("html", .string(html)),
      ("end", .bool(isEnd)),
    ]
    if let fault { fields.append(("fault", .string(fault))) }
    return Json.object(JsonObject(fields)).serialized() + "\n"
  }
}

/// Runs the values of controls in copies of the process. Each copy continues from the state of its parent.
struct StateWork {
  let plan: StatePlan
  let known: [Int: Control]
  let jobs: Int
  let copyBegins: () -> Void
  /// Prepares the session in a copy.
  let begin: () -> NotebookRecorder
  let run: (Int, NotebookRecorder, [String: String]) -> (CellRecord, Outcome.Status)

  /// Exit codes of copies.
  enum End: Int32 {
    case fine = 0
    case failed = 1
    case interrupted = 2
  }

  /// Runs all states. - Parameter descriptor: the file for result lines.
  func run(to descriptor: Int32) -> End {
    let places = Set(known.keys)
    let recorder = begin()
    for group in plan.groups(places) {
      let end = copies([[:]], isTop: false) { _ in
        go(plan.cells(of: group, places)[...], group, [:], recorder, descriptor, isTop: true)
      }
      if end != .fine { return end }
    }
    return .fine
  }

  /// Runs cells from the current state; if one declares controls, copies of the process continue for each of their
  /// values.
  private func go(
    _ cells: ArraySlice<Int>, _ group: Set<Int>, _ values: [Int: Int], _ recorder: NotebookRecorder,
    _ descriptor: Int32, isTop: Bool
  ) -> End {
    var rest = cells
    while let cell = rest.popFirst() {
      let declared = plan.declared(in: cell, group)
      guard !declared.isEmpty else {
        switch run(cell, recorder, values, descriptor) {
        case .some(let end): return end
        case nil: continue
        }
      }
      var combinations: [[Int: Int]] = [values]
      for control in declared {
        let count = known[control]?.stateCount ?? 1
        combinations = combinations.flatMap { before in
          (0..<count).map { before.merging([control: $0]) { $1 } }
        }
      }
      return copies(combinations, isTop: isTop) { values in
        if let end = run(cell, recorder, values, descriptor) { return end }
        return go(rest, group, values, recorder, descriptor, isTop: false)
      }
    }
    return .fine
  }

  /// Runs one cell and writes its output. - Returns: nil if the next may run.
  private func run(
    _ cell: Int, _ recorder: NotebookRecorder, _ values: [Int: Int], _ descriptor: Int32
  ) -> End? {
    var set: [String: String] = [:]
    for (control, value) in values where plan.controls[control].cell == cell {
      set[plan.controls[control].name] = known[control]?.state(at: value)
    }
    let (record, status) = run(cell, recorder, set)
    if status == .interrupted { return .interrupted }
    let own = (plan.dependence[cell] ?? []).filter { known[$0] != nil }.sorted()
    let result = StateResult(
      cell: cell, values: own.map { values[$0] ?? 0 }, html: NotebookPage.outputs(record),
      isEnd: status != .fine, fault: fault(record, cell))
    guard Self.write(result.line, to: descriptor) else { return .failed }
    return status == .fine ? nil : .fine
  }

  /// Checks that a control has the same values in this state as in the first.
  private func fault(_ record: CellRecord, _ cell: Int) -> String? {
    for (place, control) in known where plan.controls[place].cell == cell {
      guard let now = record.controls.last(where: { $0.name == control.name }) else {
        let isRefused = record.outputs.contains { output in
          if case .diagnostics(let found) = output { return found.contains { $0.code == "E0307" } }
          return false
        }
        if isRefused { return "the values of the control '\(control.name)' depend on another control" }
        continue
      }
      let count = control.namedCount ?? 0
      if now.namedCount != count
        || (0..<count).contains(where: { now.state(at: $0) != control.state(at: $0) })
      {
        return "the values of the control '\(control.name)' depend on another control"
      }
    }
    return nil
  }

  // MARK: - Copies

  /// Runs a closure in a copy of the process for each of some values, several at a time at the top level.
  private func copies(_ values: [[Int: Int]], isTop: Bool, _ work: ([Int: Int]) -> End) -> End {
    var running = 0
    var result = End.fine
    func wait() {
      var status: Int32 = 0
      while waitpid(-1, &status, 0) < 0 { if errno != EINTR { break } }
      running -= 1
      let code = (status & 0x7f) == 0 ? (status >> 8) & 0xff : End.failed.rawValue
      let end = End(rawValue: code) ?? .failed
      if result == .fine { result = end }
    }
    for value in values {
      let child = cp_fork()
      if child == 0 {
        copyBegins()
        _exit(work(value).rawValue)
      }
      guard child > 0 else {
        result = .failed
        break
      }
      running += 1
      while running >= (isTop ? max(1, jobs) : 1) { wait() }
      if result != .fine { break }
    }
    while running > 0 { wait() }
    return result
  }

  /// Appends a line to a file that copies share. - Returns: whether all of it was written.
  private static func write(_ line: String, to descriptor: Int32) -> Bool {
    var text = line
    return text.withUTF8 { bytes in
      // One call in append mode, so that lines of copies do not mix.
      while true {
        let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        if count < 0, errno == EINTR { continue }
        return count == bytes.count
      }
    }
  }
}
