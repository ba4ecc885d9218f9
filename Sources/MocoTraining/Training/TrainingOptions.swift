import MocoBase
import MocoData
import MocoMethods

/// The duration of a training.
public enum TrainingDuration: Sendable, Hashable {
  /// This many passes over the data, or more if they have less than `atLeast` steps.
  case epochs(Int, atLeast: Int = 0)
  /// This many steps, with as many passes as needed.
  case steps(Int)

  /// The unit of the duration.
  public var unit: Schedule.Unit {
    if case .steps = self { return .steps }
    return .epochs
  }

  public var description: String {
    switch self {
    case .epochs(let count, 0): return NumberText.counted(count, "epoch")
    case .epochs(let count, let steps):
      return "\(NumberText.counted(count, "epoch")) and at least \(NumberText.counted(steps, "step"))"
    case .steps(let count): return NumberText.counted(count, "step")
    }
  }

  /// The maximum number of epochs or steps.
  static let limit = 1 << 40

  /// Reads a `description`, also the older form "1 epochs"; nil for other text.
  init?(_ description: String) {
    let words = description.split(separator: " ")
    guard words.count >= 2, let count = Int(words[0]), (1...TrainingDuration.limit).contains(count) else {
      return nil
    }
    switch words.count {
    case 2 where words[1] == "epochs" || words[1] == "epoch": self = .epochs(count)
    case 2 where words[1] == "steps" || words[1] == "step": self = .steps(count)
    case 7:
      guard let steps = Int(words[5]), (0...TrainingDuration.limit).contains(steps) else { return nil }
      self = .epochs(count, atLeast: steps)
    default: return nil
    }
  }
}

/// The learning rates of epochs that are added to a saved training.
public enum TrainingExtension: String, Sendable, CaseIterable {
  /// The old schedule, then its last rate.
  case hold
  /// The schedule again, over the added steps.
  case restart
  /// The rest of the schedule for a training with the new length from the start.
  case stretch
}

/// The views of images in a training.
public enum TrainingViews: Sendable, Hashable {
  /// The centre crop of each image, as for a test.
  case plain
  /// This many random crops and flips of each image, epoch e looking at number e mod K. Features of a frozen
  /// tower are computed once per view.
  case kept(Int)
  /// New crops and flips in every epoch, as published: each step encodes its images again.
  case fresh

  /// Maximum number of cached views of an image.
  public static let limit = 10_000

  /// The crop and flip of an epoch; nil for none.
  func augmentation(seed: UInt64, epoch: Int) -> Augmentation? {
    switch self {
    case .plain: return nil
    case .kept(let count): return Augmentation(seed: seed, epoch: epoch % max(count, 1))
    case .fresh: return Augmentation(seed: seed, epoch: epoch)
    }
  }
}

/// The options of a training. `PublishedTraining` has the authors' options; the table in the page on the method
/// lists the differences.
public struct TrainingOptions: Sendable {
  /// The duration of the training.
  public var duration: TrainingDuration
  /// Images per step. The last partial batch of an epoch is left out, unless the data are fewer than a batch.
  public var batch = 32
  /// The optimizer and its learning rate.
  public var optimizer = OptimizerSettings.published
  /// nil: a cosine with a tenth of the epochs as warm-up, which for 50 epochs is the published 5.
  public var schedule: Schedule?
  /// The limit of the gradient norm; nil for none.
  public var clipNorm: Double?
  /// Whether every epoch has another order, fixed by seed and epoch.
  public var shuffle = true
  /// The seed of shuffles, crops and flips.
  public var seed: UInt64 = 0
  /// The views of the training images.
  public var views = TrainingViews.plain
  /// The path of the checkpoint.
  public var checkpoint: String?
  /// Epochs from one checkpoint to the next.
  public var checkpointEvery = 1
  /// The automatic checkpoint for the next start of the same program; nil: none.
  public var kept: KeptTraining?
  /// The validation of epochs; the parameters of the best one are kept.
  public var keepBest: KeepBest?
  /// The average of the parameters to use at the end; nil: none.
  public var average: ParameterAverage?
  /// The training ends after this many epochs without improvement; nil: it does not.
  public var patience: Int?
  /// The published configuration of these options.
  public var published: PublishedTraining?
  /// How a resumed training is extended; nil: it is not.
  public var extend: TrainingExtension?

  /// The default options for a training of that length.
  public init(duration: TrainingDuration) { self.duration = duration }

  /// - Throws: E0706.
  func check() throws {
    let length: Int
    switch duration {
    case .epochs(let count, let steps):
      length = count
      guard steps >= 0, steps <= TrainingDuration.limit else {
        throw Failure("E0706", "at_least is \(NumberText.counted(steps, "step"))")
      }
    case .steps(let count): length = count
    }
    guard length >= 1, length <= TrainingDuration.limit else {
      throw Failure("E0706", "the training lasts \(duration.description)", help: "use 1 or more")
    }
    guard batch >= 1 else { throw Failure("E0706", "the batch size is \(batch)", help: "use 1 or more") }
    guard checkpointEvery >= 1 else {
      throw Failure("E0706", "checkpoint_every is \(checkpointEvery)", help: "use 1 or more")
    }
    if let clipNorm, !(clipNorm > 0) {
      throw Failure("E0706", "the limit of the gradient norm is \(clipNorm)", help: "use a positive number")
    }
    if case .kept(let count) = views, !(1...TrainingViews.limit).contains(count) {
      throw Failure(
        "E0706", "the number of views of each image is \(count)",
        help: "use a number from 1 to \(TrainingViews.limit)")
    }
    if let patience, patience < 1 || keepBest == nil {
      throw Failure(
        "E0706",
        patience < 1
          ? "patience is \(patience) epochs"
          : "patience needs a validation split, but there is none",
        help: patience < 1
          ? "use 1 or more" : "add keep_best: data.val, or another split that is not used for training",
        argument: "patience")
    }
    try optimizer.check()
    try average?.check()
  }

  /// Their JSON in a run record.
  public var configuration: Json {
    var object = JsonObject([
      ("duration", .string(duration.description)), ("batch", .int(batch)),
      ("optimizer", optimizer.configuration),
      ("schedule", schedule.map { .string($0.description) } ?? .null),
    ])
    if let clipNorm { object["clip_grad_norm"] = .double(clipNorm) }
    object["shuffle"] = .bool(shuffle)
    object["seed"] = .string(String(seed))
    switch views {
    case .plain: break
    case .kept(let count): object["views"] = .int(count)
    case .fresh: object["views"] = "fresh"
    }
    if let average { object["average"] = .string(average.description) }
    if let keepBest { object["keep_best"] = .string(keepBest.metric.rawValue) }
    if let patience { object["patience"] = .int(patience) }
    if let published { object["published"] = .string(published.title) }
    if let extend { object["extend"] = .string(extend.rawValue) }
    return .object(object)
  }
}

/// The number of steps and epochs of a training on given data.
public struct TrainingPlan: Sendable, Equatable {
  /// Steps per epoch: complete batches, at least one.
  public let stepsPerEpoch: Int
  /// Number of epochs, including an incomplete last one.
  public let epochs: Int
  /// Total number of steps.
  public let steps: Int
  /// The learning rate schedule.
  public let schedule: Schedule
  /// The unit of the schedule.
  public let scheduleUnit: Schedule.Unit
  /// The steps that the schedule covers. After them the last rate is used.
  public let scheduled: Range<Int>

  /// - Parameter scheduled: the steps that the schedule covers; nil for all.
  /// - Throws: E0709 without data.
  public init(_ options: TrainingOptions, count: Int, scheduled: Range<Int>? = nil) throws {
    guard count > 0 else {
      throw Failure("E0709", "cannot train: the split has no images")
    }
    stepsPerEpoch = max(1, count / options.batch)
    switch options.duration {
    case .epochs(let wanted, let atLeast):
      epochs = max(wanted, (atLeast + stepsPerEpoch - 1) / stepsPerEpoch)
      let (product, overflow) = epochs.multipliedReportingOverflow(by: stepsPerEpoch)
      guard !overflow else {
        throw Failure("E0706", "the training lasts \(options.duration.description)")
      }
      steps = product
    case .steps(let wanted):
      steps = wanted
      epochs = (wanted + stepsPerEpoch - 1) / stepsPerEpoch
    }
    let unit = options.schedule?.unit ?? options.duration.unit
    scheduleUnit = unit
    let span = scheduled ?? 0..<steps
    self.scheduled = span
    let units = unit == .epochs ? (span.count + stepsPerEpoch - 1) / stepsPerEpoch : span.count
    schedule = options.schedule ?? .cosine(.init(warmup: units / 10))
  }

  /// A note about the schedule, for a warm-up that lasts until the end; nil for none.
  public var remark: String? {
    guard case .cosine(let cosine) = schedule, cosine.warmup > 0 else { return nil }
    let isInEpochs = scheduleUnit == .epochs
    let units = isInEpochs ? (scheduled.count + stepsPerEpoch - 1) / stepsPerEpoch : scheduled.count
    guard cosine.warmup >= units else { return nil }
    func text(_ count: Int) -> String { NumberText.counted(count, String(scheduleUnit.rawValue.dropLast())) }
    return
      "the warm-up of \(text(cosine.warmup)) covers the entire schedule of \(text(units)): "
      + "the full learning rate is not reached"
  }

  /// The base rate during a step.
  ///
  /// - Throws: E0706 if a custom schedule does not return a valid factor; the errors of its function.
  public func rate(base: Double, step: Int) throws -> Double {
    let place = max(0, min(step, scheduled.upperBound - 1) - scheduled.lowerBound)
    if case .own(let own) = schedule {
      let (steps, length) = (scheduled.count, stepsPerEpoch)
      return try base
        * own.factor(
          OwnSchedule.Moment(
            step: place, steps: steps, epoch: place / length, epochs: (steps + length - 1) / length))
    }
    switch scheduleUnit {
    case .steps: return schedule.rate(base: base, at: place, of: scheduled.count)
    case .epochs:
      return schedule.rate(
        base: base, at: place / stepsPerEpoch, of: (scheduled.count + stepsPerEpoch - 1) / stepsPerEpoch)
    }
  }
}
