import MocoBase
import MocoData
import MocoMethods

/// How long a training goes on.
public enum TrainingDuration: Sendable, Hashable {
  /// So many passes over the data, and more of them if they make less than `atLeast` steps.
  case epochs(Int, atLeast: Int = 0)
  /// So many steps, from as many passes as it takes.
  case steps(Int)

  /// What the duration counts.
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

  /// The most epochs or steps.
  static let limit = 1 << 40

  /// Reads what `description` wrote, also with "1 epochs" as it once was; nil for anything else.
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

/// The learning rates of the epochs that are added to a training which was saved with fewer.
public enum TrainingExtension: String, Sendable, CaseIterable {
  /// The old schedule, then its last rate.
  case hold
  /// The schedule again, over what is left.
  case restart
  /// The rest of the schedule as it would be had the training been as long from the start.
  case stretch
}

/// What of its images a training looks at.
public enum TrainingViews: Sendable, Hashable {
  /// The middle of each image, as for a test.
  case plain
  /// So many random crops and flips of each image, epoch e looking at number e mod K. Features of a frozen
  /// tower are computed once a view.
  case kept(Int)
  /// Another crop and flip in every epoch, as published: each step encodes its images again.
  case fresh

  /// Views of an image that are kept at most.
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

/// How a model is trained. `PublishedTraining` has the authors' options; the table in the page on the method
/// says where these defaults differ.
public struct TrainingOptions: Sendable {
  /// How long the training lasts.
  public var duration: TrainingDuration
  /// Images a step. The last partial batch of an epoch is left out, unless the data are fewer than a batch.
  public var batch = 32
  /// The optimizer and its learning rate.
  public var optimizer = OptimizerSettings.published
  /// nil: a cosine with a tenth of the epochs as warm-up, which for 50 epochs is the published 5.
  public var schedule: Schedule?
  /// The gradient norm's limit; nil for none.
  public var clipNorm: Double?
  /// Whether every epoch has another order, fixed by seed and epoch.
  public var shuffle = true
  /// Keys shuffles, crops and flips.
  public var seed: UInt64 = 0
  /// What of the training images a step looks at.
  public var views = TrainingViews.plain
  /// Where a checkpoint is kept, and after how many epochs each time.
  public var checkpoint: String?
  /// Epochs from one checkpoint to the next.
  public var checkpointEvery = 1
  /// Where the training keeps itself for the next try of the same program; nil: nowhere.
  public var kept: KeptTraining?
  /// What judges the epochs; the best one's parameters stay.
  public var keepBest: KeepBest?
  /// What of the parameters' way a training ends with in place of its last ones; nil: nothing.
  public var average: ParameterAverage?
  /// The training ends after so many epochs that did no better than one before them; nil: it does not.
  public var patience: Int?
  /// The published configuration that these options began as.
  public var published: PublishedTraining?
  /// How a training that is taken up goes on beyond its end; nil: it does not.
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
      throw Failure("E0706", "the training lasts \(duration.description)", help: "give 1 or more")
    }
    guard batch >= 1 else { throw Failure("E0706", "the batch size is \(batch)", help: "give 1 or more") }
    guard checkpointEvery >= 1 else {
      throw Failure("E0706", "a checkpoint every \(checkpointEvery) epochs", help: "give 1 or more")
    }
    if let clipNorm, !(clipNorm > 0) {
      throw Failure("E0706", "the gradient norm's limit is \(clipNorm)", help: "give a positive number")
    }
    if case .kept(let count) = views, !(1...TrainingViews.limit).contains(count) {
      throw Failure(
        "E0706", "\(count) views of each image", help: "give a number from 1 to \(TrainingViews.limit)")
    }
    if let patience, patience < 1 || keepBest == nil {
      throw Failure(
        "E0706",
        patience < 1
          ? "patience is \(patience) epochs"
          : "patience counts epochs that do no better on other data, and none are given",
        help: patience < 1
          ? "give 1 or more" : "add keep_best: data.val, or another split that is not trained on",
        argument: "patience")
    }
    try optimizer.check()
    try average?.check()
  }

  /// What a run record says of them.
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

/// How many steps and epochs a training has on given data.
public struct TrainingPlan: Sendable, Equatable {
  /// Steps of an epoch: whole batches, one at least.
  public let stepsPerEpoch: Int
  /// Epochs that are begun.
  public let epochs: Int
  /// Steps in all.
  public let steps: Int
  /// How the learning rate moves.
  public let schedule: Schedule
  /// What the schedule counts.
  public let scheduleUnit: Schedule.Unit
  /// The steps that the schedule covers. After them its last rate stays.
  public let scheduled: Range<Int>

  /// - Parameter scheduled: the steps that the schedule covers; nil for all.
  /// - Throws: E0709 without data.
  public init(_ options: TrainingOptions, count: Int, scheduled: Range<Int>? = nil) throws {
    guard count > 0 else {
      throw Failure("E0709", "there is nothing to train on: the split has no images")
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

  /// What a program should hear of its schedule: a warm-up that lasts to the end; nil for nothing.
  public var remark: String? {
    guard case .cosine(let cosine) = schedule, cosine.warmup > 0 else { return nil }
    let isInEpochs = scheduleUnit == .epochs
    let units = isInEpochs ? (scheduled.count + stepsPerEpoch - 1) / stepsPerEpoch : scheduled.count
    guard cosine.warmup >= units else { return nil }
    func text(_ count: Int) -> String { NumberText.counted(count, String(scheduleUnit.rawValue.dropLast())) }
    return
      "the warm-up of \(text(cosine.warmup)) lasts for all of the schedule's \(text(units)): "
      + "the full learning rate is never reached"
  }

  /// The base rate's value during a step.
  ///
  /// - Throws: E0706 where a schedule of the program's own gives no factor; what its function throws.
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
