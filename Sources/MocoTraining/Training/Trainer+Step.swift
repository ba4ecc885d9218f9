import MocoAutograd
import MocoBase
import MocoData
import MocoMethods
import MocoTensor

extension Trainer {
  /// Takes one step: loss, backward pass, clipping, the optimizer.
  ///
  /// - Throws: E0707 for a loss, a gradient or a parameter with NaN or infinity; the parameters are then those of the
  ///   last finite loss. The errors of data and loss.
  func takeStep() throws -> StepRecord {
    let epoch = step / plan.stepsPerEpoch
    let batch = try nextBatch(epoch: epoch)
    let rate = try plan.rate(base: options.optimizer.rate, step: step)
    let began = ProcessClock.seconds
    let loss = try model.loss(batch, scope: scope)
    let value = Double(try loss.total.value.item())
    guard value.isFinite else {
      throw try diverged("the loss is \(value.isNaN ? "nan" : "\(value)")", goesBack: true)
    }
    try loss.total.backward()
    if !hasCheckedGradients {
      try model.checkReached()
      hasCheckedGradients = true
    }
    var norm: Double?
    if let limit = options.clipNorm {
      let found = try Autograd.clipGradNorm(optimizer.parameters.map(\.variable), Float(limit))
      guard found.isFinite else {
        throw try diverged("the gradient norm is \(found.isNaN ? "nan" : "\(found)")")
      }
      norm = Double(found)
    } else {
      for parameter in optimizer.parameters {
        if let gradient = parameter.variable.grad, try !allFinite(gradient) {
          throw try diverged("the gradient of \(parameter.name) contains NaN or infinity")
        }
      }
    }
    optimizer.rate = rate
    let undo = try optimizer.snapshot()
    good = (undo, step, sums, best, average)
    do {
      try optimizer.step()
    } catch {
      try optimizer.restore(undo)
      throw error
    }
    optimizer.zeroGrad()
    for parameter in optimizer.parameters where try !allFinite(parameter.variable.value) {
      throw try diverged("\(parameter.name) contains NaN or infinity", goesBack: true)
    }
    step += 1
    try addToAverage(endOfEpoch: false)
    let record = StepRecord(
      step: step, epoch: epoch + 1, loss: value,
      parts: try loss.parts.map { ($0.name, Double(try $0.value.value.item())) }, rate: rate,
      accuracy: Double(loss.correct) / Double(max(1, loss.count)), gateLoad: loss.gateLoad,
      gradientNorm: norm,
      logged: loss.logged)
    sums.add(record, seconds: ProcessClock.seconds - began)
    return record
  }

  /// The loss of the next step and its backward pass, without the update.
  func tryStep() throws {
    let loss = try model.loss(nextBatch(epoch: step / plan.stepsPerEpoch), scope: scope)
    _ = try loss.total.value.item()
    optimizer.zeroGrad()
    try loss.total.backward()
    try model.checkReached()
    optimizer.zeroGrad()
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

  /// E0707: NaN or infinity; the training returns to its last good parameters.
  ///
  /// - Parameter goesBack: whether to return to the last finite loss; otherwise the current state has one.
  private func diverged(_ what: String, goesBack: Bool = false) throws -> Failure {
    let place = "at step \(step + 1) (epoch \(step / plan.stepsPerEpoch + 1))"
    if goesBack, let good {
      try optimizer.restore(good.optimizer)
      (step, sums, best, average) = (good.step, good.sums, good.best, good.average)
      averagedEpoch = nil
      records.removeAll { $0.step > good.step }
      isEpochOpen = false
      batches = nil
    }
    return Failure(
      "E0707", "\(what) \(place)",
      help: "lower the learning rate or set clip_grad_norm; the parameters are those after step \(step)")
  }
}
