import MocoBase
import MocoData
import MocoMethods
import MocoTensor

extension CheckpointTraining {
  /// The best epoch that a checkpoint holds, with its parameters.
  ///
  /// - Throws: E0708 where the training kept the best epoch and this one does not, or the other way round, by
  ///   another measure or on other data; and for damage.
  static func best(_ file: CheckpointFile, _ trainer: Trainer, _ position: SavedPosition) throws -> BestState?
  {
    let saved = try file.json("training")?["keep_best"]?.stringValue
    guard let keepBest = trainer.options.keepBest else {
      guard saved == nil else {
        throw Failure(
          "E0708", "\(file.path) was saved by a training that keeps its best epoch, this one does not",
          help: "give keep_best: the data it had")
      }
      return nil
    }
    guard let saved else {
      throw Failure(
        "E0708", "\(file.path) was saved by a training that does not keep its best epoch, this one does",
        help: "leave keep_best out")
    }
    guard saved == keepBest.metric.rawValue else {
      throw Failure(
        "E0708",
        "\(file.path) was saved by a training that judged epochs by \(saved), this one by \(keepBest.metric.rawValue)",
        help: "resume with metric: \"\(saved)\"")
    }
    if !file.isOfThisValidation { try checkValidation(file, keepBest) }
    guard let (epoch, waited) = position.best else { return nil }
    let values = try trainer.model.parameters.map { parameter in
      guard let tensor = try file.tensor("best." + parameter.name),
        tensor.shape == parameter.variable.value.shape, try allFinite(tensor)
      else {
        throw Failure(
          "E0708", "\(file.path) is damaged: it lacks \(parameter.name) of its best epoch",
          help: "use an earlier checkpoint")
      }
      return tensor
    }
    return BestState(epoch: epoch, values: values, waited: waited)
  }

  private static func checkValidation(_ file: CheckpointFile, _ keepBest: KeepBest) throws {
    let identity = try keepBest.data.identity()
    guard file.file.metadata("keep_best") != identity.hash else { return }
    let parts = try file.json("keep_best_parts").map { identity.differences(from: $0) } ?? []
    throw Failure(
      "E0708",
      "\(file.path) was saved by a training that judged its epochs on other data"
        + (parts.isEmpty ? "" : ": " + parts.joined(separator: "; ")),
      help: "resume with the same keep_best")
  }
}
