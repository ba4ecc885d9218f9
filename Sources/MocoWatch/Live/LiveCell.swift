import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession

/// What a run of a cell has begun with: with the same again it would give the same again.
struct RunKey: Equatable {
  /// The words of the cell.
  var words: String
  /// For what it reads or changes, the run that has made it; negative numbers for states of files.
  var inputs: [String: Int]
  /// What is set of the names that it declares.
  var settings: [String: String]
}

/// A run of a cell that came to its end, and what it has left.
final class CellRun {
  let id: Int
  let key: RunKey
  let record: CellRecord
  /// What the names stand for that it declares or changes.
  let names: [String: KeptName]
  /// Where the random numbers stood afterwards.
  let chance: Runtime.Chance?
  /// Bytes of the copies that it was run on.
  let bytes: Int
  /// Names whose values a later cell has changed in place: they cannot be had again but by another run.
  var gone: Set<String> = []

  init(
    id: Int, key: RunKey, record: CellRecord, names: [String: KeptName], chance: Runtime.Chance?, bytes: Int
  ) {
    (self.id, self.key, self.record, self.names, self.chance, self.bytes) =
      (id, key, record, names, chance, bytes)
  }
}

/// A run that failed or was interrupted: nothing of it stays but what it said.
struct FailedRun {
  let id: Int
  let key: RunKey
  let record: CellRecord
  let isInterrupted: Bool
}

/// A cell of the watched program, over all its edits.
final class LiveCell {
  /// Its own for as long as the program is watched.
  let id: Int
  /// What stands in the file.
  var cell: Notebook.Cell
  /// Its words, and where they stand.
  var words: CellWords
  var source: SourceFile
  /// What it does with names.
  var flow = CellFlow.Cell()
  /// Whether it uses a module that is a file.
  var usesFiles = false
  /// Names of its `let`s, which can be set.
  var constants: Set<String> = []
  /// Its last run that came to its end.
  var run: CellRun?
  /// The run after that, where it failed.
  var failure: FailedRun?
  /// Seconds that its last run took.
  var seconds: Double?
  /// Whether places in what it has said are other ones since it was last shown.
  var hasMoved = false
  /// Whether somebody has asked for it.
  var isAsked = false

  init(id: Int, cell: Notebook.Cell, words: CellWords, source: SourceFile) {
    (self.id, self.cell, self.words, self.source) = (id, cell, words, source)
  }

  /// Whether there is something to run.
  var isCode: Bool { cell.kind == .code && !words.places.isEmpty }

  /// Functions that take long by their nature, and so wait to be asked.
  static let slow: Set<String> = ["train", "step"]

  /// Whether it runs by itself: it trains nothing, and its last run took less than a second.
  var isQuick: Bool { flow.calls.isDisjoint(with: Self.slow) && (seconds ?? 0) < 1 }

  /// The controls that it has declared last, also where it has failed since.
  var shownControls: [Control] {
    if let failed = failure?.record.controls, !failed.isEmpty { return failed }
    return run?.record.controls ?? []
  }

  /// What it depends on.
  var needs: Set<String> { flow.reads.union(flow.changes) }
  /// What other cells may have from it.
  var gives: Set<String> { flow.changes.union(flow.defines) }
}

/// How it stands with a cell.
package enum CellState: Equatable, Sendable {
  /// There is nothing to run.
  case prose
  /// What is shown is what the program as it stands gives.
  case fresh
  /// It is to run: by itself, or because somebody has asked.
  case queued
  /// It waits to be asked.
  case stale
  /// It cannot run before these cells have: their places.
  case waiting([Int])
  case running
  /// Its last run failed, and would again.
  case failed
  case interrupted
}
