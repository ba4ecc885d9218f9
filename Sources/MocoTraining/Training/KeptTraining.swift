import MocoBase
import MocoMethods

/// The automatic checkpoint of a training: if its program is restarted after an interruption, it continues from
/// there bit for bit.
///
/// It is written on a signal, and at the end of an epoch if the last one is old. A finished training is kept too,
/// if repeating it would take long.
public struct KeptTraining: Sendable {
  /// The file, a normal checkpoint.
  public let path: String
  /// Seconds of training after which the next end of an epoch is saved.
  public var every = 300.0
  /// Minimum duration in seconds for saving a finished training.
  public var least = 1.0

  /// Kept in that file.
  public init(path: String) { self.path = path }
}

extension Trainer {
  /// Resumes an earlier attempt of the same training.
  ///
  /// - Returns: false if there is none, and the training starts from the beginning.
  /// - Throws: E0501, E0502, E0708 for a file of another training or one that would not continue bit for bit. Model and
  ///   trainer may have its values then.
  public func takeUpKept() throws -> Bool {
    guard let kept = options.kept, FileSystem.kind(kept.path) == .file else { return false }
    let notes = try Checkpoint.restore(path: kept.path, model: model, trainer: self, base: base).notes
    // The only allowed note is that nothing is left to do.
    if let note = notes.first, notes.count > 1 || !isFinished {
      throw Failure("E0708", "the training does not continue bit for bit: \(note)")
    }
    return true
  }

  /// Saves at the end of an epoch or of the training. If that fails, the training continues.
  func keepEpoch(_ observer: TrainingObserver) {
    guard let kept = options.kept else { return }
    let passed = ProcessClock.seconds - (keptAt ?? beganAt)
    guard isFinished ? ProcessClock.seconds - beganAt >= kept.least : passed >= kept.every else { return }
    keptAt = ProcessClock.seconds
    do { try keep(kept) } catch { observer.onNotKept?((error as? Failure)?.message ?? "\(error)") }
  }

  /// Saves the training before a signal ends it.
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
