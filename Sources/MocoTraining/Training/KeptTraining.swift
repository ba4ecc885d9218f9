import MocoBase
import MocoMethods

/// Where a training keeps itself without being asked to, so that its program, begun again after it was cut, goes on from
/// there to the same bits.
///
/// A signal writes it, and so does an epoch's end when the last writing is long ago. A training that has ended is kept too,
/// where doing it again would take long.
public struct KeptTraining: Sendable {
  /// The file, a checkpoint as others.
  public let path: String
  /// Seconds of training after which the next end of an epoch is kept.
  public var every = 300.0
  /// Seconds from which on a training is kept when it has ended.
  public var least = 1.0

  /// Kept in that file.
  public init(path: String) { self.path = path }
}

extension Trainer {
  /// Takes up what an earlier try of the same training has kept.
  ///
  /// - Returns: false where there is none, and the training begins at its beginning.
  /// - Throws: E0501, E0502, E0708 for a file that is not of this training or would not go on to the same bits. Model and
  ///   trainer may have taken its values.
  public func takeUpKept() throws -> Bool {
    guard let kept = options.kept, FileSystem.kind(kept.path) == .file else { return false }
    let notes = try Checkpoint.restore(path: kept.path, model: model, trainer: self, base: base).notes
    // That nothing is left to do is all that may be said of it.
    if let note = notes.first, notes.count > 1 || !isFinished {
      throw Failure("E0708", "the training does not go on to the same bits: \(note)")
    }
    return true
  }

  /// What was kept at an epoch's end, or when the training has ended. Without room for it the training goes on.
  func keepEpoch(_ observer: TrainingObserver) {
    guard let kept = options.kept else { return }
    let passed = ProcessClock.seconds - (keptAt ?? beganAt)
    guard isFinished ? ProcessClock.seconds - beganAt >= kept.least : passed >= kept.every else { return }
    keptAt = ProcessClock.seconds
    do { try keep(kept) } catch { observer.onNotKept?((error as? Failure)?.message ?? "\(error)") }
  }

  /// Keeps what was learned before a signal ends the training.
  func keepInterrupted() {
    guard let kept = options.kept else { return }
    do {
      try Cancellation.suspended { try keep(kept) }
      if interruptedCheckpoint == nil { interruptedCheckpoint = .kept }
    } catch {
      if interruptedCheckpoint == nil {
        interruptedCheckpoint = .failed(kept.path, (error as? Failure)?.message ?? "\(error)")
      }
    }
  }

  private func keep(_ kept: KeptTraining) throws {
    try FileSystem.createFolder(FileSystem.parent(of: kept.path))
    try Checkpoint.save(path: kept.path, model: model, trainer: self)
  }
}
