import Glibc
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
  public let model: any Trainable
  public let data: DataSplit
  public let options: TrainingOptions
  public private(set) var plan: TrainingPlan
  public let optimizer: Optimizer
  /// The classes that the class loss sees. The model notes them with the first step.
  public let scope: TrainingScope
  /// The classes that a program has named for the class loss; nil where the data's count.
  public let base: [String]?
  /// Steps taken.
  public private(set) var step = 0
  /// How long the last call of `run` took, also one that was cut.
  public private(set) var seconds = 0.0
  /// Finished epochs, also those before a training was taken up where its checkpoint holds them.
  public internal(set) var records: [EpochRecord] = []
  /// Who ended the training before its end, and where; nil where nobody did.
  public internal(set) var stop: TrainingStop?
  /// What does best on the data of `keepBest`, as far as the training has come.
  public internal(set) var best: BestState?
  /// What the parameters were when a training ended that then took the best ones; nil for what they are.
  var lastValues: [Tensor]?
  /// Whether the last epoch's end has not been worked through: an error came between.
  var isEpochOpen = false

  private let form: BatchForm
  private var batches: (epoch: Int, list: [[Int]])?
  private var sums = Sums()
  private var knownIdentity: DataIdentity?
  private var knownClipHash: String?
  /// The step of the last checkpoint that this training has written.
  private var savedStep: Int?
  /// What became of the checkpoint that an interrupt asks for: nil where none was written.
  public private(set) var interruptedCheckpoint: InterruptedCheckpoint?
  /// Where the last finite loss was found: what a step away from it can be taken back to.
  private var good: (optimizer: Optimizer.Snapshot, step: Int, sums: Sums, best: BestState?)?

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
        help: "train \(Methods.listOfPlanned); a \(model.kind) is finished")
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
    let first = step
    let begin = ProcessClock.seconds
    defer { seconds = ProcessClock.seconds - begin }
    do {
      return try steps(until: end, observer: observer)
    } catch {
      if Cancellation.isRequested { saveInterrupted(since: first) }
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

  private func takeStep() throws -> StepRecord {
    let epoch = step / plan.stepsPerEpoch
    let batch = try nextBatch(epoch: epoch)
    let rate = plan.rate(base: options.optimizer.rate, step: step)
    let began = ProcessClock.seconds
    let loss = try model.loss(batch, scope: scope)
    let value = Double(try loss.total.value.item())
    guard value.isFinite else {
      throw try diverged("the loss is \(value.isNaN ? "nan" : "\(value)")", goesBack: true)
    }
    try loss.total.backward()
    var norm: Double?
    if let limit = options.clipNorm {
      let found = try Autograd.clipGradNorm(optimizer.parameters.map(\.variable), Float(limit))
      guard found.isFinite else {
        throw try diverged("the gradient's norm is \(found.isNaN ? "nan" : "\(found)")")
      }
      norm = Double(found)
    } else {
      for parameter in optimizer.parameters {
        if let gradient = parameter.variable.grad, try !allFinite(gradient) {
          throw try diverged("the gradient of \(parameter.name) is not finite")
        }
      }
    }
    optimizer.rate = rate
    let undo = try optimizer.snapshot()
    good = (undo, step, sums, best)
    do {
      try optimizer.step()
    } catch {
      try optimizer.restore(undo)
      throw error
    }
    optimizer.zeroGrad()
    for parameter in optimizer.parameters where try !allFinite(parameter.variable.value) {
      throw try diverged("\(parameter.name) is not finite", goesBack: true)
    }
    step += 1
    let record = StepRecord(
      step: step, epoch: epoch + 1, loss: value,
      parts: try loss.parts.map { ($0.name, Double(try $0.value.value.item())) }, rate: rate,
      accuracy: Double(loss.correct) / Double(max(1, loss.count)), gateLoad: loss.gateLoad, gradientNorm: norm
    )
    sums.add(record, seconds: ProcessClock.seconds - began)
    return record
  }

  private func nextBatch(epoch: Int) throws -> PromptBatch {
    if batches?.epoch != epoch {
      let drawn = BatchPlan(
        count: data.count, size: options.batch, shuffle: options.shuffle, seed: options.seed, epoch: epoch,
        dropLast: true)
      batches = (epoch, drawn.batches)
    }
    let place = step % plan.stepsPerEpoch
    guard let list = batches?.list, place < list.count else {
      throw Failure("E0709", "epoch \(epoch + 1) has no batch \(place + 1)")
    }
    let view = options.views.augmentation(seed: options.seed, epoch: epoch)
    return try data.batch(list[place], form: form.seen(as: view)).forPrompts()
  }

  private func addEpoch(_ last: StepRecord) {
    records.append(sums.mean(last, epochs: plan.epochs))
    sums = Sums()
    isEpochOpen = true
  }

  /// What follows an epoch: its validation, a checkpoint, and whoever wants to hear of it.
  private func closeEpoch(_ observer: TrainingObserver) throws {
    guard records.last != nil else { return }
    try validate()
    guard let record = records.last else { return }
    if options.checkpoint != nil, record.index % options.checkpointEvery == 0 || isFinished { try save() }
    isEpochOpen = false
    try observer.onEpoch?(record)
  }

  /// A checkpoint of where the training stands.
  private func save() throws {
    guard let path = options.checkpoint else { return }
    try Checkpoint.save(path: path, model: model, trainer: self)
    savedStep = step
  }

  /// The end: the state is kept where that was asked for, and the model takes its best parameters.
  private func finish() throws {
    if stop != nil, savedStep != step, step > 0 { try save() }
    try takeBest()
  }

  /// Keeps what was learned since the last checkpoint.
  private func saveInterrupted(since first: Int) {
    guard let path = options.checkpoint, step > first else { return }
    if savedStep == step {
      interruptedCheckpoint = .written(path)
      return
    }
    do {
      try Cancellation.suspended { try Checkpoint.save(path: path, model: model, trainer: self) }
      savedStep = step
      interruptedCheckpoint = .written(path)
    } catch {
      interruptedCheckpoint = .failed(path, (error as? Failure)?.message ?? "\(error)")
    }
  }

  /// - Parameter goesBack: to where the last finite loss was found; otherwise it was found here.
  private func diverged(_ what: String, goesBack: Bool = false) throws -> Failure {
    let place = "at step \(step + 1) (epoch \(step / plan.stepsPerEpoch + 1))"
    if goesBack, let good {
      try optimizer.restore(good.optimizer)
      (step, sums, best) = (good.step, good.sums, good.best)
      records.removeAll { $0.step > good.step }
      isEpochOpen = false
      batches = nil
    }
    return Failure(
      "E0707", "\(what) \(place)",
      help: "the parameters are those after step \(step); lower the learning rate or set clip_grad_norm")
  }

  /// The position for a checkpoint, with the unfinished epoch's sums.
  var position: Json {
    var object = JsonObject([
      ("step", .int(step)), ("epoch", .int(step / plan.stepsPerEpoch)), ("sums", sums.json),
    ])
    if let stop, stop.by == .patience { object["stop"] = stop.json }
    if let best { object["best"] = best.json }
    return .object(object)
  }

  /// Puts a saved position back. The optimizer's state is restored by the checkpoint.
  ///
  /// - Parameters:
  ///   - plan: how the training goes on.
  ///   - records: the epochs that are finished there.
  ///   - best: what did best there.
  func resume(
    at position: SavedPosition, plan: TrainingPlan, records: [EpochRecord], best: BestState? = nil
  ) {
    step = position.step
    sums = Sums(position.sums)
    self.plan = plan
    self.records = records
    batches = nil
    good = nil
    stop = position.stop
    self.best = best
    lastValues = nil
    isEpochOpen = false
    // An epoch that was cut short by the old end goes on.
    if !isFinished, let last = records.last, last.step == step, step % plan.stepsPerEpoch != 0 {
      sums = Sums(last, steps: step % plan.stepsPerEpoch)
      self.records.removeLast()
    }
    // An interrupt may have come before the last epoch was judged.
    if options.keepBest != nil, let last = self.records.last { isEpochOpen = last.validation == nil }
  }

  /// Digest and parts of the training data, found when a checkpoint first asks.
  func dataIdentity() throws -> DataIdentity {
    if let known = knownIdentity { return known }
    let made = try data.identity()
    knownIdentity = made
    return made
  }

  /// The hash of the model's CLIP, kept as long as nothing of it is trained.
  func clipHash() throws -> String {
    if let known = knownClipHash { return known }
    let hash = try model.clip.contentHash()
    if !model.trainsVision, model.clip.trainableParameters.isEmpty { knownClipHash = hash }
    return hash
  }
}

/// Running sums of an epoch.
private struct Sums {
  var steps = 0
  var loss = 0.0
  var parts: [(name: String, value: Double)] = []
  var accuracy = 0.0
  var load: [Double]?
  var seconds = 0.0

  init() {}

  /// The sums that a record of so many steps is the mean of.
  init(_ record: EpochRecord, steps: Int) {
    self.steps = steps
    let n = Double(steps)
    loss = record.loss * n
    accuracy = record.accuracy * n
    parts = record.parts.map { ($0.name, $0.value * n) }
    load = record.gateLoad?.map { Double($0) * n }
    seconds = record.seconds ?? 0
  }

  init(_ json: Json?) {
    guard let json, let count = json["steps"]?.intValue, (0...TrainingDuration.limit).contains(count) else {
      return
    }
    steps = count
    loss = json["loss"]?.doubleValue ?? 0
    accuracy = json["accuracy"]?.doubleValue ?? 0
    if case .object(let object)? = json["parts"] {
      parts = object.map { ($0.key, $0.value.doubleValue ?? 0) }
    }
    load = json["load"]?.arrayValue?.map { $0.doubleValue ?? 0 }
  }

  var json: Json {
    [
      "steps": .int(steps), "loss": .double(loss), "accuracy": .double(accuracy),
      "parts": .object(JsonObject(parts.map { ($0.name, .double($0.value)) })),
      "load": load.map { .array($0.map { .double($0) }) } ?? .null,
    ]
  }

  mutating func add(_ record: StepRecord, seconds passed: Double) {
    steps += 1
    loss += record.loss
    accuracy += record.accuracy
    seconds += passed
    if parts.isEmpty {
      parts = record.parts
    } else {
      for (i, part) in record.parts.enumerated() where i < parts.count { parts[i].value += part.value }
    }
    if let gate = record.gateLoad {
      var sum = load ?? [Double](repeating: 0, count: gate.count)
      for (g, value) in gate.enumerated() where g < sum.count { sum[g] += Double(value) }
      load = sum
    }
  }

  func mean(_ last: StepRecord, epochs: Int) -> EpochRecord {
    let n = Double(max(1, steps))
    return EpochRecord(
      index: last.epoch, epochs: epochs, step: last.step, loss: loss / n,
      parts: parts.map { ($0.name, $0.value / n) }, rate: last.rate, accuracy: accuracy / n,
      gateLoad: load?.map { Float($0 / n) }, seconds: seconds)
  }
}
