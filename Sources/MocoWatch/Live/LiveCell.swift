import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession

/// The inputs of a run of a cell: the same inputs give the same results.
struct RunKey: Equatable {
  /// The words of the cell.
  var words: String
  /// For each name that it reads or changes, the run that produced the value; negative numbers for states of files.
  var inputs: [String: Int]
  /// The settings of the names that it declares.
  var settings: [String: String]
}

/// A completed run of a cell, and its results.
final class CellRun {
  let id: Int
  let key: RunKey
  let record: CellRecord
  /// The values of the names that it declares or changes.
  let names: [String: KeptName]
  /// The state of the random numbers afterwards.
  let chance: Runtime.Chance?
  /// Bytes of the copies made for it.
  let bytes: Int
  /// Names whose values a later cell has changed in place: only another run can restore them.
  var gone: Set<String> = []

  init(
    id: Int, key: RunKey, record: CellRecord, names: [String: KeptName], chance: Runtime.Chance?, bytes: Int
  ) {
    (self.id, self.key, self.record, self.names, self.chance, self.bytes) =
      (id, key, record, names, chance, bytes)
  }
}

/// A run that failed or was interrupted: only its output is kept.
struct FailedRun {
  let id: Int
  let key: RunKey
  let record: CellRecord
  let isInterrupted: Bool
}

/// A cell of the watched program, over all its edits.
final class LiveCell {
  /// Unique while the program is watched.
  let id: Int
  /// Its contents in the file.
  var cell: Notebook.Cell
  /// Its words, and their positions.
  var words: CellWords
  var source: SourceFile
  /// Its reads and writes of names.
  var flow = CellFlow.Cell()
  /// Whether it uses a module that is a file.
  var usesFiles = false
  /// Names of its `let`s, which can be set.
  var constants: Set<String> = []
  /// Its last completed run.
  var run: CellRun?
  /// The later run, if it failed.
  var failure: FailedRun?
  /// The duration of its last run in seconds.
  var seconds: Double?
  /// Whether places in its output have changed since it was last shown.
  var hasMoved = false
  /// Whether it was requested.
  var isAsked = false

  init(id: Int, cell: Notebook.Cell, words: CellWords, source: SourceFile) {
    (self.id, self.cell, self.words, self.source) = (id, cell, words, source)
  }

  /// Whether there is something to run.
  var isCode: Bool { cell.kind == .code && !words.places.isEmpty }

  /// Functions that take long, and therefore run only on request.
  static let slow: Set<String> = ["train", "step"]

  /// Whether it runs automatically: it trains nothing, and its last run took less than a second.
  var isQuick: Bool { flow.calls.isDisjoint(with: Self.slow) && (seconds ?? 0) < 1 }

  /// The controls that it declared last, even if it has failed since.
  var shownControls: [Control] {
    if let failed = failure?.record.controls, !failed.isEmpty { return failed }
    return run?.record.controls ?? []
  }

  /// The names that it depends on.
  var needs: Set<String> { flow.reads.union(flow.changes) }
  /// The names that it provides to other cells.
  var gives: Set<String> { flow.changes.union(flow.defines) }
}

/// The state of a cell.
package enum CellState: Equatable, Sendable {
  /// There is nothing to run.
  case prose
  /// Its output is the result of the current program.
  case fresh
  /// It is queued: automatically, or on request.
  case queued
  /// It runs only on request.
  case stale
  /// It must run after these cells: their indices.
  case waiting([Int])
  case running
  /// Its last run failed, and would fail again.
  case failed
  case interrupted
}
