import MocoBase

/// One step of training.
public struct StepRecord: Sendable {
  /// 1 for the first step of the run.
  public let step: Int
  /// 1 for the first epoch.
  public let epoch: Int
  /// The batch's total loss, before the step.
  public let loss: Double
  /// The parts of the loss, unweighted.
  public let parts: [(name: String, value: Double)]
  /// The base learning rate of the step.
  public let rate: Double
  /// The share of correct answers in the batch, before the step.
  public let accuracy: Double
  /// The mean weight of each expert, nil without a router.
  public let gateLoad: [Float]?
  /// The gradient norm before clipping, nil without clipping.
  public let gradientNorm: Double?
  /// Numbers that the model logs with its loss.
  public var logged: [(name: String, value: Double)] = []
}

/// One epoch of training: means over its steps.
public struct EpochRecord: Sendable {
  /// 1 for the first epoch.
  public let index: Int
  /// Epochs of the entire training.
  public let epochs: Int
  /// Steps taken since the run began.
  public let step: Int
  /// The total loss.
  public let loss: Double
  /// The parts of the loss, unweighted.
  public let parts: [(name: String, value: Double)]
  /// The base learning rate of its last step.
  public let rate: Double
  /// The share of correct answers, each before its step.
  public let accuracy: Double
  /// The mean weight of each expert; nil without a router.
  public let gateLoad: [Float]?
  /// nil for an epoch of an earlier process.
  public internal(set) var seconds: Double?
  /// The metric on the data of `keepBest`; nil without validation.
  public internal(set) var validation: Double? = nil
  /// Numbers that the model logs with its loss: their means.
  public internal(set) var logged: [(name: String, value: Double)] = []
}

extension EpochRecord {
  /// A line of metrics.jsonl. Without times, so that equal runs write equal lines.
  public var json: Json {
    var object = JsonObject([("epoch", .int(index)), ("step", .int(step)), ("loss", .double(loss))])
    for part in parts where parts.count > 1 { object["loss_" + part.name] = .double(part.value) }
    object["lr"] = .double(rate)
    object["accuracy"] = .double(accuracy)
    if let gateLoad { object["gate_load"] = .array(gateLoad.map { .double(Double($0)) }) }
    if let validation { object["validation"] = .double(validation) }
    for entry in logged { object["log_" + entry.name] = .double(entry.value) }
    return .object(object)
  }
}

/// The progress of a long operation.
public struct Progress: Sendable {
  /// Finished units.
  public let done: Int
  /// Total number of units.
  public let total: Int
  /// Units per second so far.
  public let rate: Double
  /// The unit, in the plural: "steps".
  public let unit: String
  /// Short text to show next to the bar: "loss 0.412".
  public let note: String

  /// - Parameter rate: units per second; 0 while that is unknown.
  public init(done: Int, total: Int, rate: Double, unit: String, note: String = "") {
    self.done = done
    self.total = total
    self.rate = rate
    self.unit = unit
    self.note = note
  }

  /// Remaining seconds, nil if unknown.
  public var remaining: Double? { rate > 0 ? Double(total - done) / rate : nil }
}

/// Callbacks of a training.
public struct TrainingObserver {
  /// Called after each step; an error ends the training between two steps.
  public var onStep: ((StepRecord) throws -> Void)?
  /// Called after each epoch and its validation; an error ends the training there.
  public var onEpoch: ((EpochRecord) throws -> Void)?
  /// Called after each step; limit the rate for display.
  public var onProgress: ((Progress) -> Void)?
  /// Called with the reason if the training could not be saved (`KeptTraining`); it continues.
  public var onNotKept: ((String) -> Void)?

  /// An observer with these closures.
  public init(
    onStep: ((StepRecord) throws -> Void)? = nil, onEpoch: ((EpochRecord) throws -> Void)? = nil,
    onProgress: ((Progress) -> Void)? = nil
  ) {
    self.onStep = onStep
    self.onEpoch = onEpoch
    self.onProgress = onProgress
  }
}

/// The report of a training.
public struct TrainingReport: Sendable {
  /// All epochs, including those before resuming if the checkpoint contains them.
  public let epochs: [EpochRecord]
  /// Steps from the start of the training.
  public let steps: Int
  /// The duration of this call.
  public let seconds: Double
  /// The planned steps, epochs and schedule.
  public let plan: TrainingPlan
  /// The early end; nil if there is none.
  public let stop: TrainingStop?
  /// The best epoch on the data of `keepBest`.
  public let best: BestEpoch?
  /// The loss of the last epoch.
  public var loss: Double { epochs.last?.loss ?? .nan }
}

/// The checkpoint of an interrupted training.
public enum InterruptedCheckpoint: Sendable, Equatable {
  /// The file contains all steps.
  case written(_ path: String)
  case failed(_ path: String, _ reason: String)
  /// No checkpoint was requested; the training was saved automatically for the next start of its program.
  case kept
}
