import MocoBase
import MocoLang
import MocoSession

/// Runs the cells of a program in order and records their results.
public struct NotebookRun {
  /// The results of the cells, by index; cells after a failed one have none.
  public private(set) var records: [Int: CellRecord] = [:]
  /// The end of the last cell that ran.
  public private(set) var status = Outcome.Status.fine
  /// The total duration.
  public private(set) var seconds = 0.0

  /// - Parameters:
  ///   - program: a program without errors, checked in the session.
  ///   - settings: replacements for literals of top-level `let`: `--set`.
  ///   - recorder: the session's delegate.
  ///   - before: called with the index of each cell before it runs.
  /// - Throws: E0307 for a setting with an unknown name.
  public init(
    _ program: CheckedProgram, in session: Session, recorder: NotebookRecorder,
    settings: [(name: String, text: String)] = [], before: (Int) -> Void = { _ in }
  ) throws {
    let tree = program.parsed.program
    let homes = try Self.homes(of: settings, in: tree)
    let start = ProcessClock.seconds
    defer { seconds = ProcessClock.seconds - start }
    var number = 0
    for (index, cell) in tree.cells.enumerated() where cell.kind == .code && !cell.statements.isEmpty {
      before(index)
      number += 1
      (records[index], status) = Self.run(
        index, of: program, in: session, recorder, settings: homes[index] ?? [], number: number)
      guard status == .fine else { break }
    }
  }

  /// A run with cells that ran elsewhere.
  init(records: [Int: CellRecord], status: Outcome.Status, seconds: Double) {
    (self.records, self.status, self.seconds) = (records, status, seconds)
  }

  /// Runs one cell. - Returns: its results, and its end.
  static func run(
    _ index: Int, of program: CheckedProgram, in session: Session, _ recorder: NotebookRecorder,
    settings: [(name: String, text: String)], number: Int
  ) -> (CellRecord, Outcome.Status) {
    recorder.begin()
    let outcome = session.run(cell: index, of: program, settings: settings)
    var record = recorder.record
    record.number = number
    record.seconds = outcome.seconds
    record.isFine = outcome.status == .fine
    return (record, outcome.status)
  }

  /// The cells that declare the settings.
  static func homes(
    of settings: [(name: String, text: String)], in program: Program
  ) throws -> [Int: [(name: String, text: String)]] {
    var result: [Int: [(name: String, text: String)]] = [:]
    var names: [String: [Int]] = [:]
    for (index, cell) in program.cells.enumerated() {
      for place in cell.statements where program.statements.indices.contains(place) {
        guard case .binding(let binding) = program.statements[place].kind, !binding.isMutable else {
          continue
        }
        for (name, _) in binding.pattern.names { names[name, default: []].append(index) }
      }
    }
    for setting in settings {
      guard let homes = names[setting.name] else {
        let near = Nearest.name(to: setting.name, among: Set(names.keys)).map { "did you mean \($0)? " } ?? ""
        throw Failure(
          "E0307", "\(program.file.name) has no top-level let \(setting.name) to set",
          help: near + "use the name of a let at the top level")
      }
      for home in homes { result[home, default: []].append(setting) }
    }
    return result
  }
}
