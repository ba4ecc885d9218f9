import MocoBase
import MocoData
import MocoMethods

// Saving and resuming a training.

extension Trainer {
  /// Saves a checkpoint of the current state.
  func save() throws {
    guard let path = options.checkpoint else { return }
    try Checkpoint.save(path: path, model: model, trainer: self)
    savedStep = step
  }

  /// Saves the progress since the last checkpoint.
  func saveInterrupted() {
    guard let path = options.checkpoint else { return }
    if savedStep == step {
      interruptedCheckpoint = .written(path)
      return
    }
    do {
      try Cancellation.suspended { try Checkpoint.save(path: path, model: model, trainer: self) }
      savedStep = step
      interruptedCheckpoint = .written(path)
    } catch {
      interruptedCheckpoint = .failed(path, (error as? Failure)?.message ?? "\(error)")
    }
  }

  /// The position for a checkpoint, with the unfinished epoch's sums.
  var position: Json {
    var object = JsonObject([
      ("step", .int(step)), ("epoch", .int(step / plan.stepsPerEpoch)), ("sums", sums.json),
    ])
    if let stop, stop.by == .patience { object["stop"] = stop.json }
    if let best { object["best"] = best.json }
    if let average, let weight = average.weight {
      object["average"] = [
        "weight": .double(weight), "epoch": averagedEpoch.map { .int($0) } ?? .null,
      ]
    }
    return .object(object)
  }

  /// Restores a saved position. The optimizer's state is restored by the checkpoint.
  ///
  /// - Parameters:
  ///   - plan: how the training continues.
  ///   - records: the finished epochs.
  ///   - best: the best epoch so far.
  ///   - average: the average of the parameters so far.
  func resume(
    at position: SavedPosition, plan: TrainingPlan, records: [EpochRecord], best: BestState? = nil,
    average: AverageState? = nil
  ) {
    step = position.step
    sums = EpochSums(position.sums)
    self.plan = plan
    self.records = records
    batches = nil
    good = nil
    stop = position.stop
    self.best = best
    lastValues = nil
    self.average = average
    averagedEpoch = position.average?.epoch
    isEpochOpen = false
    // An epoch that was incomplete at the old end continues.
    if !isFinished, let last = records.last, last.step == step, step % plan.stepsPerEpoch != 0 {
      sums = EpochSums(last, steps: step % plan.stepsPerEpoch)
      self.records.removeLast()
    }
    // An interrupt may have come before the last epoch was evaluated.
    if options.keepBest != nil, let last = self.records.last { isEpochOpen = last.validation == nil }
    if let rule = options.average, !rule.countsSteps, let last = self.records.last,
      averagedEpoch != last.index
    {
      isEpochOpen = true
    }
  }

  /// Digest and parts of the training data, computed for the first checkpoint.
  func dataIdentity() throws -> DataIdentity {
    if let known = knownIdentity { return known }
    let made = try data.identity()
    knownIdentity = made
    return made
  }

  /// The hash of the CLIP model, cached while none of it is trained.
  func clipHash() throws -> String {
    if let known = knownClipHash { return known }
    let hash = try model.clip.contentHash()
    if !model.trainsVision, model.clip.trainableParameters.isEmpty { knownClipHash = hash }
    return hash
  }
}
