import MocoBase
import MocoData
import MocoMethods
import MocoTensor

extension CheckpointTraining {
  /// The best epoch of a checkpoint, with its parameters.
  ///
  /// - Throws: E0708 if the training kept the best epoch and this one does not, or vice versa, with
  ///   another metric or on other data; and for corrupted data.
  static func best(_ file: CheckpointFile, _ trainer: Trainer, _ position: SavedPosition) throws -> BestState?
  {
    let saved = try file.json("training")?["keep_best"]?.stringValue
    guard let keepBest = trainer.options.keepBest else {
      guard saved == nil else {
        throw Failure(
          "E0708", "\(file.path) was saved by a training that keeps its best epoch, but this one does not",
          help: "pass keep_best: with the same data")
      }
      return nil
    }
    guard let saved else {
      throw Failure(
        "E0708", "\(file.path) was saved by a training that does not keep its best epoch, but this one does",
        help: "leave out keep_best")
    }
    guard saved == keepBest.metric.rawValue else {
      throw Failure(
        "E0708",
        "\(file.path) was saved by a training that selects epochs by \(saved), but this one uses \(keepBest.metric.rawValue)",
        help: "resume with metric: \"\(saved)\"")
    }
    if !file.isOfThisValidation { try checkValidation(file, keepBest) }
    guard let (epoch, waited) = position.best else { return nil }
    return BestState(
      epoch: epoch, values: try values("best.", "its best epoch", file, trainer), waited: waited)
  }

  /// The average of the parameters in a checkpoint; nil if its training had none yet.
  ///
  /// - Throws: E0708 for corrupted data, and for epochs that would be counted more than once.
  static func average(
    _ file: CheckpointFile, _ trainer: Trainer, _ position: SavedPosition, _ plan: TrainingPlan
  ) throws -> AverageState? {
    guard let rule = trainer.options.average, let saved = position.average else { return nil }
    // The end of the old training, within an epoch, was treated as the end of that epoch.
    if !rule.countsSteps, position.step < plan.steps, position.step % plan.stepsPerEpoch != 0,
      let epoch = saved.epoch, epoch > position.step / plan.stepsPerEpoch
    {
      throw Failure(
        "E0708",
        "\(file.path) was saved by a training that ended within epoch \(epoch), and its average already includes that end",
        help: "load the parameters with restore and train again, with a duration in epochs")
    }
    return AverageState(
      values: try values("average.", "its average", file, trainer), weight: saved.weight)
  }

  /// The tensors of all parameters under a prefix.
  private static func values(
    _ prefix: String, _ what: String, _ file: CheckpointFile, _ trainer: Trainer
  ) throws -> [Tensor] {
    try trainer.model.parameters.map { parameter in
      guard let tensor = try file.tensor(prefix + parameter.name),
        tensor.shape == parameter.variable.value.shape, try allFinite(tensor)
      else {
        throw Failure(
          "E0708", "\(file.path) is corrupted: \(parameter.name) of \(what) is missing",
          help: "use an earlier checkpoint")
      }
      return tensor
    }
  }

  private static func checkValidation(_ file: CheckpointFile, _ keepBest: KeepBest) throws {
    let identity = try keepBest.data.identity()
    guard file.file.metadata("keep_best") != identity.hash else { return }
    let parts = try file.json("keep_best_parts").map { identity.differences(from: $0) } ?? []
    throw Failure(
      "E0708",
      "\(file.path) was saved by a training that evaluated its epochs on other data"
        + (parts.isEmpty ? "" : ": " + parts.joined(separator: "; ")),
      help: "resume with the same keep_best")
  }
}
