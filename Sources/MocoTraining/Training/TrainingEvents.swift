import MocoBase

/// One step of training.
public struct StepRecord: Sendable {
  /// 1 for the first step of the run.
  public let step: Int
  /// 1 for the first epoch.
  public let epoch: Int
  /// The batch's total loss, before the step.
  public let loss: Double
  /// The losses apart, unweighted.
  public let parts: [(name: String, value: Double)]
  /// The base learning rate of the step.
  public let rate: Double
  /// The share of correct answers in the batch, before the step.
  public let accuracy: Double
  /// The mean weight of each expert, nil without a router.
  public let gateLoad: [Float]?
  /// The gradient's norm before clipping, nil where nothing is clipped.
  public let gradientNorm: Double?
  /// Numbers that the model tells with its loss.
  public var logged: [(name: String, value: Double)] = []
}

/// One epoch of training: means over its steps.
public struct EpochRecord: Sendable {
  /// 1 for the first epoch.
  public let index: Int
  /// Epochs of the whole training.
  public let epochs: Int
  /// Steps taken since the run began.
  public let step: Int
  /// The total loss.
  public let loss: Double
  /// The losses apart, unweighted.
  public let parts: [(name: String, value: Double)]
  /// The base learning rate of its last step.
  public let rate: Double
  /// The share of correct answers, each before its step.
  public let accuracy: Double
  /// The mean weight of each expert; nil without a router.
  public let gateLoad: [Float]?
  /// nil for an epoch of an earlier process.
  public internal(set) var seconds: Double?
  /// How well the epoch's parameters do on the data of `keepBest`; nil without any.
  public internal(set) var validation: Double? = nil
  /// Numbers that the model tells with its loss: the means of those that it told.
  public internal(set) var logged: [(name: String, value: Double)] = []
}

extension EpochRecord {
  /// A line of metrics.jsonl. Times stay out, so that equal runs write equal lines.
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

/// How far a long piece of work has come.
public struct Progress: Sendable {
  /// Units that are finished.
  public let done: Int
  /// Units in all.
  public let total: Int
  /// Units a second, over the work so far.
  public let rate: Double
  /// What is counted, in the plural: "steps".
  public let unit: String
  /// Short text to show beside the bar: "loss 0.412".
  public let note: String

  /// - Parameter rate: units a second; 0 while that is not known.
  public init(done: Int, total: Int, rate: Double, unit: String, note: String = "") {
    self.done = done
    self.total = total
    self.rate = rate
    self.unit = unit
    self.note = note
  }

  /// Seconds still to go, nil while nothing is known.
  public var remaining: Double? { rate > 0 ? Double(total - done) / rate : nil }
}

/// Who wants to hear of a training.
public struct TrainingObserver {
  /// Called after each step; an error ends the training between two steps.
  public var onStep: ((StepRecord) throws -> Void)?
  /// Called after each epoch and its validation; an error ends the training there.
  public var onEpoch: ((EpochRecord) throws -> Void)?
  /// Called after each step; rate it yourself if you draw.
  public var onProgress: ((Progress) -> Void)?
  /// Called with the reason where the training could not be kept for another try (`KeptTraining`); it goes on.
  public var onNotKept: ((String) -> Void)?

  /// An observer that hears of what it has closures for.
  public init(
    onStep: ((StepRecord) throws -> Void)? = nil, onEpoch: ((EpochRecord) throws -> Void)? = nil,
    onProgress: ((Progress) -> Void)? = nil
  ) {
    self.onStep = onStep
    self.onEpoch = onEpoch
    self.onProgress = onProgress
  }
}

/// What a training did.
public struct TrainingReport: Sendable {
  /// All epochs, also those before a training was taken up where its checkpoint holds them.
  public let epochs: [EpochRecord]
  /// Steps from the start of the training.
  public let steps: Int
  /// Of this call.
  public let seconds: Double
  /// Steps, epochs and schedule, as they were planned.
  public let plan: TrainingPlan
  /// Who ended it before its end; nil where nobody did.
  public let stop: TrainingStop?
  /// The epoch that did best on the data of `keepBest`.
  public let best: BestEpoch?
  /// The loss of the last epoch.
  public var loss: Double { epochs.last?.loss ?? .nan }
}

/// What became of the checkpoint of a training that was interrupted.
public enum InterruptedCheckpoint: Sendable, Equatable {
  /// The file holds all steps that were taken.
  case written(_ path: String)
  case failed(_ path: String, _ reason: String)
  /// There was none to be written, and the training has kept itself for the next try of its program.
  case kept
}
