import MocoBase
import MocoCLIP
import MocoData
import MocoMethods
import MocoTensor

/// Validation data for the evaluation of every epoch. The training ends with the
/// parameters of the best epoch, the first in case of a tie.
public struct KeepBest: Sendable {
  /// The metric for epochs.
  public enum Metric: String, Sendable, CaseIterable {
    /// Accuracy: higher is better.
    case accuracy
    /// The mean of −log p of the correct class: lower is better.
    case nll

    func isBetter(_ value: Double, than other: Double) -> Bool {
      self == .accuracy ? value > other : value < other
    }
  }

  /// The validation data.
  public let data: DataSplit
  /// The metric.
  public let metric: Metric

  /// Evaluates epochs on `data`.
  public init(data: DataSplit, metric: Metric = .accuracy) {
    self.data = data
    self.metric = metric
  }

  /// - Throws: E0709 for a split without images, E0710 for classes that the model does not have.
  func check(_ model: any Classifier) throws {
    guard data.count > 0 else {
      throw Failure(
        "E0709", "cannot select the best epoch: the split \"\(data.name)\" has no images",
        help: "use a split with images for keep_best", argument: "keep_best")
    }
    _ = try model.question(about: data.classes, data: "split \"\(data.name)\" of keep_best")
  }

  /// The metric on the validation data.
  ///
  /// - Throws: the errors of the evaluation.
  package func value(_ model: any Classifier) throws -> Double {
    let report = try Evaluator.evaluate(model, on: data)
    switch metric {
    case .accuracy: return report.accuracy
    case .nll: return report.confidence?.negativeLogLikelihood ?? .nan
    }
  }
}

/// An epoch that was better than all earlier ones.
public struct BestEpoch: Sendable, Equatable {
  /// From 1.
  public let epoch: Int
  /// The number of steps at its end.
  public let step: Int
  /// The metric's value at its end.
  public let value: Double
}

/// The best epoch of a training so far.
///
/// - Safety: its tensors are private copies that are not written to.
public struct BestState: @unchecked Sendable {
  /// The epoch.
  public let epoch: BestEpoch
  /// The parameters at its end, in the order of the model's.
  let values: [Tensor]
  /// The number of epochs since.
  var waited = 0

  var json: Json {
    [
      "epoch": .int(epoch.epoch), "step": .int(epoch.step), "value": .double(epoch.value),
      "waited": .int(waited),
    ]
  }
}

/// An early end of a training.
public struct TrainingStop: Sendable, Equatable {
  /// The cause of an early end.
  public enum By: String, Sendable {
    /// A callback of the program.
    case eachEpoch = "each_epoch"
    case eachStep = "each_step"
    /// This many epochs without improvement.
    case patience
  }

  /// The cause.
  public let by: By
  /// The number of steps at this point.
  public let step: Int
  /// From 1.
  public let epoch: Int

  var json: Json { ["by": .string(by.rawValue), "step": .int(step), "epoch": .int(epoch)] }

  init(by: By, step: Int, epoch: Int) { (self.by, self.step, self.epoch) = (by, step, epoch) }

  init?(_ json: Json) {
    guard let by = json["by"]?.stringValue.flatMap({ By(rawValue: $0) }), let step = json["step"]?.intValue,
      let epoch = json["epoch"]?.intValue
    else { return nil }
    self.init(by: by, step: step, epoch: epoch)
  }
}

extension Trainer {
  /// Evaluates the last epoch, once.
  func validate() throws {
    guard let keepBest = options.keepBest, let record = records.last, record.validation == nil else { return }
    let value = try withAverage { try keepBest.value(model) }
    guard value.isFinite else {
      throw Failure(
        "E0712",
        "the \(keepBest.metric.rawValue) of epoch \(record.index) on \"\(keepBest.data.name)\" is \(value)",
        help: "lower the learning rate, or use metric: \"accuracy\"")
    }
    if var known = best, !keepBest.metric.isBetter(value, than: known.epoch.value) {
      known.waited += 1
      best = known
    } else {
      best = BestState(
        epoch: BestEpoch(epoch: record.index, step: record.step, value: value),
        values: try (average?.values ?? model.parameters.map(\.variable.value)).map { try $0.copy() })
    }
    records[records.count - 1].validation = value
    if let patience = options.patience, let best, best.waited >= patience, step < plan.steps {
      stop(by: .patience)
    }
  }

  /// Sets the model's parameters to those of the best epoch.
  func takeBest() throws {
    guard let best, best.epoch.step != step || average != nil, lastValues == nil else { return }
    try take(best.values)
  }

  /// Sets the model's parameters to their average, if the options request it.
  func takeAverage() throws {
    guard let average, options.average != nil, lastValues == nil else { return }
    try take(average.values)
  }

  /// Sets other parameters, and keeps the current ones.
  private func take(_ other: [Tensor]) throws {
    let values = try other.map { try $0.copy() }
    lastValues = try model.parameters.map { try $0.variable.value.copy() }
    for (parameter, value) in zip(model.parameters, values) { parameter.variable.value = value }
  }

  /// A note that the model does not have the parameters of the best epoch before the training ends; nil if
  /// it has them.
  public var notBest: String? {
    guard lastValues == nil, !isFinished else { return nil }
    guard let best, best.epoch.step != step || average != nil else {
      guard best == nil, average != nil else { return nil }
      return
        "its parameters are those after step \(step), not the average so far; the average is set when the training ends"
    }
    return
      "its parameters are those after step \(step), not those of epoch \(best.epoch.epoch), the best so far; "
      + "the best ones are set when the training ends"
  }

  /// The current parameters of the training, even if the model has others now.
  func standing() -> [(name: String, value: Tensor)] {
    let parameters = model.parameters
    guard let lastValues, lastValues.count == parameters.count else {
      return parameters.map { ($0.name, $0.variable.value) }
    }
    return zip(parameters, lastValues).map { ($0.name, $1) }
  }
}
