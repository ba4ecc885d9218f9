import MocoAutograd
import MocoBase
import MocoData
import MocoMethods
import MocoTensor

/// A training of one model on one split. It can stop at any step and continue.
///
/// A step depends on the seed, its epoch and its index in the epoch, not on earlier steps; so the
/// parameters, the optimizer's state and the number of steps are the complete state.
public final class Trainer {
  /// The model.
  public let model: any Trainable
  /// The training data.
  public let data: DataSplit
  /// The options.
  public let options: TrainingOptions
  /// Steps, epochs and schedule.
  public internal(set) var plan: TrainingPlan
  /// The optimizer, with its state.
  public let optimizer: Optimizer
  /// The classes of the class loss. The model records them at the first step.
  public let scope: TrainingScope
  /// The classes that a program has set for the class loss; nil for the classes of the data.
  public let base: [String]?
  /// Number of steps.
  public internal(set) var step = 0
  /// The duration of the last call of `run`, even if interrupted.
  public private(set) var seconds = 0.0
  /// Finished epochs, including those before resuming if the checkpoint contains them.
  public internal(set) var records: [EpochRecord] = []
  /// The early end of the training; nil if there is none.
  public internal(set) var stop: TrainingStop?
  /// The best epoch on the data of `keepBest` so far.
  public internal(set) var best: BestState?
  /// The last parameters of a training that ended with the best or the averaged ones; nil if they
  /// are the current ones.
  public internal(set) var lastValues: [Tensor]?
  /// The average of the parameters so far, if the options request it.
  var average: AverageState?
  /// Whether the end of the last epoch was not processed, due to an error.
  public internal(set) var isEpochOpen = false

  /// The form of batches for this model: cached features, or pixels.
  let form: BatchForm
  /// The indices of the items of each batch of an epoch.
  var batches: (epoch: Int, list: [[Int]])?
  /// The last epoch in the average.
  var averagedEpoch: Int?
  /// Sums over the steps of the unfinished epoch.
  var sums = EpochSums()
  /// Cached result of `dataIdentity`.
  var knownIdentity: DataIdentity?
  /// Cached result of `clipHash`.
  var knownClipHash: String?
  /// The step of the last checkpoint of this training.
  var savedStep: Int?
  /// The start time of this call, and the time when the training was last saved; see `KeptTraining`.
  private(set) var beganAt = 0.0
  var keptAt: Double?
  /// The checkpoint written on an interrupt; nil if none was written.
  public internal(set) var interruptedCheckpoint: InterruptedCheckpoint?
  /// The state of the last finite loss, to which a step can be undone.
  var good:
    (
      optimizer: Optimizer.Snapshot, step: Int, sums: EpochSums, best: BestState?, average: AverageState?
    )?
  /// Whether the gradients of this call's first loss have been checked.
  var hasCheckedGradients = false

  /// Prepares a training. The model does not change until `run` takes a step.
  ///
  /// - Parameter base: the classes of the class loss; nil for the data's.
  /// - Throws: E0706 for options out of range, E0709 for a model or a split without anything to train, E0704
  ///   for a class the model does not have, E0504 for a checkpoint that cannot be written.
  public init(
    model: any Classifier, data: DataSplit, options: TrainingOptions, base: [String]? = nil
  ) throws {
    try options.check()
    guard let model = model as? any Trainable, case let parameters = model.parameters, !parameters.isEmpty
    else {
      throw Failure(
        "E0709", "a \(model.kind) model has no parameters to train",
        help: Methods[model.method.kind] == nil
          ? "add its parameters: parameters: {name: tensor}"
          : "train \(Methods.listOfTrainable); a \(model.kind) needs no training")
    }
    scope = try model.scope(of: base ?? data.classes)
    try options.keepBest?.check(model)
    if let path = options.checkpoint { try Checkpoint.requireWritable(path) }
    self.base = base
    self.model = model
    self.data = data
    self.options = options
    plan = try TrainingPlan(options, count: data.count)
    optimizer = try Optimizer(options.optimizer, parameters: parameters)
    if options.views != .plain { try data.requirePixels("cropped and flipped") }
    form = try model.batchForm(options.views)
  }

  /// Whether nothing is left to do: all steps are done, or patience has ended the training.
  public var isFinished: Bool { step >= plan.steps || stop?.by == .patience }

  /// Ends the training after the current step or epoch, as if it were the last one.
  public func stop(by who: TrainingStop.By) {
    // An end by a callback is undone when the training continues; one by patience is not, and must not be lost.
    if stop == nil || who == .patience {
      stop = TrainingStop(by: who, step: step, epoch: (step - 1) / plan.stepsPerEpoch + 1)
    }
  }

  /// Trains to the end, or to step `end`.
  ///
  /// An interrupt, or an error from an observer, stops between two steps: parameters, optimizer and `step`
  /// match, and `run` can be called again. Without a step, the model is unchanged. An interrupt writes the
  /// checkpoint first, if there is one: `interruptedCheckpoint`.
  /// - Throws: E0406 when interrupted; E0707 if a loss, a gradient or a parameter contains NaN or infinity: model,
  ///   optimizer and `step` are then those of the last finite loss; the errors of data and observers.
  @discardableResult
  public func run(until end: Int? = nil, observer: TrainingObserver = .init()) throws -> TrainingReport {
    interruptedCheckpoint = nil
    hasCheckedGradients = false
    let first = step
    let begin = ProcessClock.seconds
    beganAt = begin
    defer { seconds = ProcessClock.seconds - begin }
    do {
      return try steps(until: end, observer: observer)
    } catch {
      if Cancellation.isRequested, step > first {
        saveInterrupted()
        keepInterrupted()
      }
      throw error
    }
  }

  private func steps(until end: Int?, observer: TrainingObserver) throws -> TrainingReport {
    let begin = ProcessClock.seconds
    let first = step
    // A training that a callback has ended continues.
    if stop?.by != .patience { stop = nil }
    if !isFinished, let values = lastValues {
      for (parameter, value) in zip(model.parameters, values) { parameter.variable.value = value }
      lastValues = nil
    }
    if isEpochOpen { try closeEpoch(observer) }
    let last = isFinished ? step : min(end ?? plan.steps, plan.steps)
    let before = (trained: model.trained, gradients: optimizer.parameters.map(\.variable.grad))
    if step < last, stop == nil {
      // Gradients left over from the program are not part of this training.
      optimizer.zeroGrad()
      model.recordTraining(on: scope)
    }
    while step < last, stop == nil {
      let record: StepRecord
      do {
        try Cancellation.check()
        record = try takeStep()
      } catch {
        optimizer.zeroGrad()
        if step == first {
          model.recordTraining(on: before.trained)
          for (parameter, gradient) in zip(optimizer.parameters, before.gradients) {
            parameter.variable.grad = gradient
          }
        }
        throw error
      }
      // The epoch is complete before the callback of its last step, even if that throws.
      let isLast = step % plan.stepsPerEpoch == 0 || step == plan.steps
      if isLast { addEpoch(record) }
      try observer.onStep?(record)
      let passed = ProcessClock.seconds - begin
      observer.onProgress?(
        Progress(
          done: step, total: plan.steps, rate: passed > 0 ? Double(step - first) / passed : 0, unit: "steps",
          note: "epoch \(record.epoch)/\(plan.epochs) loss \(NumberText.fixed(record.loss, 4))"))
      if isLast { try closeEpoch(observer) }
    }
    if isFinished || stop != nil { try finish() }
    return report(seconds: ProcessClock.seconds - begin)
  }

  /// The report of the training so far.
  public func report(seconds: Double) -> TrainingReport {
    TrainingReport(
      epochs: records, steps: step, seconds: seconds, plan: plan, stop: stop, best: best?.epoch)
  }

  private func addEpoch(_ last: StepRecord) {
    records.append(sums.mean(last, epochs: plan.epochs))
    sums = EpochSums()
    isEpochOpen = true
  }

  /// The end of an epoch: its validation, a checkpoint, and the callbacks.
  private func closeEpoch(_ observer: TrainingObserver) throws {
    guard let last = records.last else { return }
    // An error may have occurred: an epoch is added only once.
    if averagedEpoch != last.index {
      try addToAverage(endOfEpoch: true)
      averagedEpoch = last.index
    }
    try validate()
    guard let record = records.last else { return }
    if options.checkpoint != nil, record.index % options.checkpointEvery == 0 || isFinished { try save() }
    keepEpoch(observer)
    isEpochOpen = false
    try observer.onEpoch?(record)
  }

  /// The end of the training: the state is saved if requested, and the model gets its best parameters.
  private func finish() throws {
    if stop != nil, savedStep != step, step > 0 { try save() }
    if best != nil { try takeBest() } else { try takeAverage() }
  }
}
