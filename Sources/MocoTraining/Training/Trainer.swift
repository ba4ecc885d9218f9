import MocoAutograd
import MocoBase
import MocoData
import MocoMethods
import MocoTensor

/// A training of one model on one split, that can stop at any step and go on.
///
/// What a step does depends on the seed, its epoch and its place there, not on the steps before it; so the
/// parameters, the optimizer's state and the number of steps taken are all there is to keep.
public final class Trainer {
  /// What is trained.
  public let model: any Trainable
  /// What it is trained on.
  public let data: DataSplit
  /// How it is trained.
  public let options: TrainingOptions
  /// Steps, epochs and schedule.
  public internal(set) var plan: TrainingPlan
  /// What moves the model's parameters, with its state.
  public let optimizer: Optimizer
  /// The classes that the class loss sees. The model notes them with the first step.
  public let scope: TrainingScope
  /// The classes that a program has named for the class loss; nil where the data's count.
  public let base: [String]?
  /// Steps taken.
  public internal(set) var step = 0
  /// How long the last call of `run` took, also one that was cut.
  public private(set) var seconds = 0.0
  /// Finished epochs, also those before a training was taken up where its checkpoint holds them.
  public internal(set) var records: [EpochRecord] = []
  /// Who ended the training before its end, and where; nil where nobody did.
  public internal(set) var stop: TrainingStop?
  /// What does best on the data of `keepBest`, as far as the training has come.
  public internal(set) var best: BestState?
  /// What the parameters were when a training ended that then took the best or the averaged ones; nil for what they
  /// are.
  public internal(set) var lastValues: [Tensor]?
  /// The average of the parameters so far, where the options ask for one.
  var average: AverageState?
  /// Whether the last epoch's end has not been worked through: an error came between.
  public internal(set) var isEpochOpen = false

  /// What a batch holds for this model: kept features, or pixels.
  let form: BatchForm
  /// The places of the items of each batch of an epoch, from 0.
  var batches: (epoch: Int, list: [[Int]])?
  /// The epoch whose end the average has taken in last.
  var averagedEpoch: Int?
  /// Sums over the steps of the unfinished epoch.
  var sums = EpochSums()
  /// What `dataIdentity` has found.
  var knownIdentity: DataIdentity?
  /// What `clipHash` has found.
  var knownClipHash: String?
  /// The step of the last checkpoint that this training has written.
  var savedStep: Int?
  /// When this call has begun, and when the training was last kept; see `KeptTraining`.
  private(set) var beganAt = 0.0
  var keptAt: Double?
  /// What became of the checkpoint that an interrupt asks for: nil where none was written.
  public internal(set) var interruptedCheckpoint: InterruptedCheckpoint?
  /// Where the last finite loss was found: what a step away from it can be taken back to.
  var good:
    (
      optimizer: Optimizer.Snapshot, step: Int, sums: EpochSums, best: BestState?, average: AverageState?
    )?
  /// Whether the gradients of this call's first loss have been looked at.
  var hasCheckedGradients = false

  /// Prepares a training. The model stays as it is until `run` takes a step.
  ///
  /// - Parameter base: the classes that the class loss sees; nil for the data's.
  /// - Throws: E0706 for options out of range, E0709 for a model or a split without anything to train, E0704
  ///   for a class the model does not have, E0504 for a checkpoint that could not be written.
  public init(
    model: any Classifier, data: DataSplit, options: TrainingOptions, base: [String]? = nil
  ) throws {
    try options.check()
    guard let model = model as? any Trainable, case let parameters = model.parameters, !parameters.isEmpty
    else {
      throw Failure(
        "E0709", "a \(model.kind) model has nothing to train",
        help: Methods[model.method.kind] == nil
          ? "say what it learns: parameters: {name: tensor}"
          : "train \(Methods.listOfTrainable); a \(model.kind) is finished")
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

  /// Whether nothing is left to do: all steps are taken, or the options' patience has ended.
  public var isFinished: Bool { step >= plan.steps || stop?.by == .patience }

  /// Ends the training when the step or the epoch has been worked through, as if it had been its last.
  public func stop(by who: TrainingStop.By) {
    // A callback's end is taken back when the training goes on; that of patience is not, and must not be lost.
    if stop == nil || who == .patience {
      stop = TrainingStop(by: who, step: step, epoch: (step - 1) / plan.stepsPerEpoch + 1)
    }
  }

  /// Trains to the end, or to step `end`.
  ///
  /// An interrupt, or an error from an observer, stops between two steps: parameters, optimizer and `step`
  /// agree, and `run` can be called again. Where no step was taken, the model is as it was. An interrupt writes the
  /// checkpoint first, where there is to be one: `interruptedCheckpoint`.
  /// - Throws: E0406 when interrupted; E0707 when a loss, a gradient or a parameter is not finite: model,
  ///   optimizer and `step` are then those of the last finite loss; what data and observers throw.
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
    // What a callback has ended before goes on.
    if stop?.by != .patience { stop = nil }
    if !isFinished, let values = lastValues {
      for (parameter, value) in zip(model.parameters, values) { parameter.variable.value = value }
      lastValues = nil
    }
    if isEpochOpen { try closeEpoch(observer) }
    let last = isFinished ? step : min(end ?? plan.steps, plan.steps)
    let before = (trained: model.trained, gradients: optimizer.parameters.map(\.variable.grad))
    if step < last, stop == nil {
      // Gradients that a program has left behind are none of this training.
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
      // The epoch is whole before anybody hears of its last step, whatever comes of that.
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

  /// What the training has done so far.
  public func report(seconds: Double) -> TrainingReport {
    TrainingReport(
      epochs: records, steps: step, seconds: seconds, plan: plan, stop: stop, best: best?.epoch)
  }

  private func addEpoch(_ last: StepRecord) {
    records.append(sums.mean(last, epochs: plan.epochs))
    sums = EpochSums()
    isEpochOpen = true
  }

  /// What follows an epoch: its validation, a checkpoint, and whoever wants to hear of it.
  private func closeEpoch(_ observer: TrainingObserver) throws {
    guard let last = records.last else { return }
    // An error may have come between: an epoch is taken in once.
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

  /// The end: the state is kept where that was asked for, and the model takes its best parameters.
  private func finish() throws {
    if stop != nil, savedStep != step, step > 0 { try save() }
    if best != nil { try takeBest() } else { try takeAverage() }
  }
}
