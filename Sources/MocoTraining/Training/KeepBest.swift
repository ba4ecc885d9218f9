import MocoBase
import MocoCLIP
import MocoData
import MocoMethods
import MocoTensor

/// Data that a training does not learn from, on which every epoch is judged. The training ends with the
/// parameters of the epoch that did best there, the first of equals.
public struct KeepBest: Sendable {
  /// What judges an epoch.
  public enum Metric: String, Sendable, CaseIterable {
    /// The share of right answers: more is better.
    case accuracy
    /// The mean of −log p of the right class: less is better.
    case nll

    func isBetter(_ value: Double, than other: Double) -> Bool {
      self == .accuracy ? value > other : value < other
    }
  }

  /// The validation data.
  public let data: DataSplit
  /// What is measured on them.
  public let metric: Metric

  /// Judges epochs on `data`.
  public init(data: DataSplit, metric: Metric = .accuracy) {
    self.data = data
    self.metric = metric
  }

  /// - Throws: E0709 for a split without images, E0710 for classes that are not the model's.
  func check(_ model: any Classifier) throws {
    guard data.count > 0 else {
      throw Failure(
        "E0709", "there is nothing to judge epochs by: the split \"\(data.name)\" has no images",
        help: "give keep_best: a split with images", argument: "keep_best")
    }
    _ = try model.question(about: data.classes, data: "split \"\(data.name)\" of keep_best")
  }

  /// The metric on the validation data.
  ///
  /// - Throws: what evaluating throws.
  package func value(_ model: any Classifier) throws -> Double {
    let report = try Evaluator.evaluate(model, on: data)
    switch metric {
    case .accuracy: return report.accuracy
    case .nll: return report.confidence?.negativeLogLikelihood ?? .nan
    }
  }
}

/// An epoch that did better than those before it.
public struct BestEpoch: Sendable, Equatable {
  /// From 1.
  public let epoch: Int
  /// The steps taken by its end.
  public let step: Int
  /// The metric's value at its end.
  public let value: Double
}

/// The best epoch of a training so far.
///
/// - Safety: nobody writes to its tensors: they are made for it.
public struct BestState: @unchecked Sendable {
  /// Which epoch it was.
  public let epoch: BestEpoch
  /// The parameters at its end, in the order of the model's.
  let values: [Tensor]
  /// Epochs since.
  var waited = 0

  var json: Json {
    [
      "epoch": .int(epoch.epoch), "step": .int(epoch.step), "value": .double(epoch.value),
      "waited": .int(waited),
    ]
  }
}

/// Who ended a training before its end, and where.
public struct TrainingStop: Sendable, Equatable {
  /// Who ends a training.
  public enum By: String, Sendable {
    /// A callback of the program.
    case eachEpoch = "each_epoch"
    case eachStep = "each_step"
    /// So many epochs did no better than one before them.
    case patience
  }

  /// Who ended it.
  public let by: By
  /// Steps taken by then.
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
  /// Judges the last epoch, once.
  func validate() throws {
    guard let keepBest = options.keepBest, let record = records.last, record.validation == nil else { return }
    let value = try withAverage { try keepBest.value(model) }
    guard value.isFinite else {
      throw Failure(
        "E0712",
        "the \(keepBest.metric.rawValue) of epoch \(record.index) on \"\(keepBest.data.name)\" is \(value)",
        help: "lower the learning rate, or give metric: \"accuracy\"")
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

  /// Gives the model the parameters of the best epoch.
  func takeBest() throws {
    guard let best, best.epoch.step != step || average != nil, lastValues == nil else { return }
    try take(best.values)
  }

  /// Gives the model the average of its parameters, where the options ask for one.
  func takeAverage() throws {
    guard let average, options.average != nil, lastValues == nil else { return }
    try take(average.values)
  }

  /// Gives the model other parameters, and keeps those that it has.
  private func take(_ other: [Tensor]) throws {
    let values = try other.map { try $0.copy() }
    lastValues = try model.parameters.map { try $0.variable.value.copy() }
    for (parameter, value) in zip(model.parameters, values) { parameter.variable.value = value }
  }

  /// That the model has other parameters than those of the best epoch, as it has until the training ends; nil where
  /// that is not so.
  public var notBest: String? {
    guard lastValues == nil, !isFinished else { return nil }
    guard let best, best.epoch.step != step || average != nil else {
      guard best == nil, average != nil else { return nil }
      return
        "its parameters are those after step \(step), not the average so far, which it takes when the training ends"
    }
    return
      "its parameters are those after step \(step), not those of epoch \(best.epoch.epoch), the best so far, "
      + "which it takes when the training ends"
  }

  /// The parameters where the training stands, whatever the model has taken since.
  func standing() -> [(name: String, value: Tensor)] {
    let parameters = model.parameters
    guard let lastValues, lastValues.count == parameters.count else {
      return parameters.map { ($0.name, $0.variable.value) }
    }
    return zip(parameters, lastValues).map { ($0.name, $1) }
  }
}
