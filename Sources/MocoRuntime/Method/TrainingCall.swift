import MocoBase
import MocoData
import MocoLang
import MocoMethods
import MocoTensor
import MocoTraining

/// A call of `train` from its first step to its result, or to the error that has a run beside it.
struct TrainingCall {
  let context: RuntimeContext
  let value: ModelValue
  private(set) var options: TrainingOptions
  private let memory: Int?
  private let eachEpoch: FunctionValue?
  private let eachStep: FunctionValue?
  private let origin: Origin?
  private let isQuiet: Bool

  /// Where a training goes on from.
  private enum Origin {
    case file(String)
    case run(TrainingValue)
  }

  /// - Throws: what is wrong with the arguments.
  init(
    _ arguments: Arguments, _ context: RuntimeContext, _ value: ModelValue, _ options: TrainingOptions
  ) throws {
    (self.context, self.value, self.options) = (context, value, options)
    memory = try readMemory(arguments)
    guard memory == nil || value.model is any Planned else {
      throw arguments.failure(
        "E0706", "memory limits what the prompts of a built-in method take, and \(value.model.kind) is none",
        at: "memory", help: "leave it out: its own functions say how much they encode at once")
    }
    eachEpoch = try arguments.optionalFunction("each_epoch")
    eachStep = try arguments.optionalFunction("each_step")
    if let run: TrainingValue = arguments["resume"]?.asHost() {
      origin = .run(run)
    } else {
      origin = try arguments.optionalString("resume").map { .file($0) }
    }
    isQuiet = try arguments.bool("quiet")
    context.begunTrainings += 1
    // What functions of the program have done besides is not in a checkpoint: such a training begins at its beginning.
    var callsProgram = eachEpoch != nil || eachStep != nil || value.model is OwnModel
    if case .own? = options.schedule { callsProgram = true }
    if origin == nil, !callsProgram, let folder = context.recorder?.keeps {
      self.options.kept = KeptTraining(path: "\(folder)/training-\(context.begunTrainings).safetensors")
    }
  }

  /// - Throws: what the training throws; once it has begun, with its run beside the error.
  func run(on split: DataSplit) throws -> AnyValue {
    defer { if case .own(let schedule)? = options.schedule { schedule.close() } }
    let before = ModelState(value.model)
    var begun: (trainer: Trainer, step: Int, notes: [String])?
    do {
      if let memory { (value.model as? any Planned)?.memory = memory }
      let (trainer, taken) = try begin(on: split, before)
      let router = (value.model as? any Routed)?.routerRemark
      let notes = taken + [trainer.plan.remark, router].compactMap { $0 }
      if !isQuiet { for note in notes { context.say("\(note)\n") } }
      let observer = try self.observer(trainer)
      defer { context.endProgress() }
      begun = (trainer, trainer.step, notes)
      let report = try context.nested { try trainer.run(observer: observer) }
      let run = try TrainingValue(report, trainer, notes: notes, idle: value.noteIdle(report))
      if !isQuiet { context.show(summary: run.summary(), of: run) }
      return .host(run)
    } catch {
      guard let (trainer, step, notes) = begun else {
        before.putBack()
        throw error
      }
      let told = self.told(error, trainer, from: step)
      // The run keeps where the training stands before the model may become what it was.
      let run = try? Cancellation.suspended {
        try TrainingValue(
          trainer.report(seconds: trainer.seconds), trainer, notes: notes, interrupted: told.reason,
          notBest: trainer.step == step ? nil : trainer.notBest)
      }
      if trainer.step == step { before.putBack() }
      guard let run else { throw told.error }
      throw PartialResult(told.error, value: .host(run), field: "run") { name in
        "\(name) holds the training as it stands; resume: \(name) goes on with it"
      }
    }
  }

  /// A trainer where this training stands, and what is to be said of how it goes on.
  private func begin(on split: DataSplit, _ before: ModelState) throws -> (Trainer, [String]) {
    func made() throws -> Trainer {
      try Trainer(model: value.model, data: split, options: options, base: value.base)
    }
    let trainer = try made()
    switch origin {
    case .file(let path):
      return (trainer, try Checkpoint.restore(path: path, model: value.model, trainer: trainer).notes)
    case .run(let run): return (trainer, try run.suspended.restore(into: trainer))
    case nil: break
    }
    let kind = value.model.kind
    do {
      guard try trainer.takeUpKept() else { return (trainer, []) }
      tell("\(kind): an earlier try was cut; it goes on after step \(trainer.step) of \(trainer.plan.steps)")
      note("resumed", ["after_step": .int(trainer.step), "steps": .int(trainer.plan.steps)])
      return (trainer, [])
    } catch let error as Failure {
      tell("\(kind): what an earlier try has kept is of no use, it begins at its beginning: \(error.message)")
      note("begun again", .string(error.message))
      before.putBack()
      return (try made(), [])
    }
  }

  /// How this training has begun, for the run's record: the progress of a sweep's runs is shown to nobody.
  private func note(_ what: String, _ value: Json) {
    context.recorder?.note("training \(context.begunTrainings) \(what)", value)
  }

  /// Says something where progress is said: it is not part of what the program prints.
  private func tell(_ text: String) { if !isQuiet { context.delegate?.runtime(epoch: text) } }

  /// The error as it is thrown, and what the run says of it.
  private func told(
    _ error: any Error, _ trainer: Trainer, from step: Int
  ) -> (error: any Error, reason: String) {
    let place = "after step \(trainer.step) of \(trainer.plan.steps)"
    var (code, message) = ("E0900", String(describing: error))
    if let known = error as? Failure { (code, message) = (known.code, known.message) }
    if let known = error as? Diagnostic { (code, message) = (known.code, known.message) }
    if let raised = error as? RaisedError {
      (code, message) = (raised.diagnostic.code, raised.diagnostic.message)
    }
    // An interrupt is also what a callback has heard.
    guard code == "E0406" || Cancellation.isRequested else { return (error, "\(place): \(code) \(message)") }
    let failure = Failure(
      "E0406", "training was interrupted \(place)", help: help(trainer, from: step))
    // `exit(1)` in a callback is an interrupt of the program's own.
    let isExit = code == "E0406" && message.hasPrefix("exit(")
    let signal = isExit ? message : context.delegate?.interruption
    return (failure, "\(place), " + (signal.map { "by \($0)" } ?? "from outside"))
  }

  /// What is left of a training that was interrupted.
  private func help(_ trainer: Trainer, from step: Int) -> String {
    let kind = value.model.kind
    let parameters = trainer.notBest.map { "; \($0)" } ?? ""
    switch trainer.interruptedCheckpoint {
    case .written(let path):
      return "go on with resume: \"\(path)\", which holds all that was learned" + parameters
    case .failed(let path, let reason):
      return "the \(kind) keeps what it has learned, but \(path) could not be written: \(reason)" + parameters
    case nil:
      if trainer.step == step { return "the \(kind) is as it was" }
      return "the \(kind) keeps what it has learned" + parameters
    case .kept: return "start the same again: the training goes on from there" + parameters
    }
  }

  // MARK: Who hears of it

  private func observer(_ trainer: Trainer) throws -> TrainingObserver {
    let model = value.model
    let folder = try context.runFolder()
    context.trainings += 1
    if let folder {
      try folder.note(hash: model.clip.contentHash(), of: "weights")
      try folder.note(hash: trainer.data.contentHash(), of: "data \(trainer.data.name)")
      try folder.set(
        "training \(context.trainings)",
        .object(
          JsonObject([
            ("model", model.configuration), ("options", trainer.options.configuration),
            ("steps", .int(trainer.plan.steps)), ("epochs", .int(trainer.plan.epochs)),
          ])))
    }
    let listener = isQuiet ? nil : context.delegate
    if let published = trainer.options.published {
      listener?.runtime(epoch: "\(model.kind): \(published.line(trainer.options))")
    }
    let number = context.trainings
    if let folder {
      // What a training that is taken up has done before is a part of this run's record.
      let closed = trainer.isEpochOpen ? trainer.records.dropLast() : trainer.records[...]
      if options.kept != nil { for record in closed { try append(record, number, to: folder) } }
    }
    let events = context.log.events
    var observer = TrainingObserver()
    observer.onNotKept = { tell("\(model.kind): this try cannot be kept for the next one: \($0)") }
    observer.onProgress = isQuiet ? nil : context.progress
    observer.onEpoch = { [unowned trainer] record in
      if let folder { try append(record, number, to: folder) }
      try events?.add(RunLog.values(record, training: number), step: record.step)
      listener?.runtime(epoch: TrainingCall.line(record, model.kind, trainer.options.keepBest?.metric))
      try heed(eachEpoch?.call([epochValue(record)]), .eachEpoch, trainer)
    }
    if eachStep != nil || events != nil {
      observer.onStep = { [unowned trainer] in
        try events?.add(RunLog.values($0, training: number), step: $0.step)
        if let eachStep { try heed(eachStep.call([stepValue($0)]), .eachStep, trainer) }
      }
    }
    return observer
  }

  /// Adds an epoch to metrics.jsonl.
  private func append(_ record: EpochRecord, _ training: Int, to folder: RunFolder) throws {
    var line = JsonObject([("training", .int(training)), ("model", .string(value.model.kind))])
    for (name, value) in record.json.objectValue ?? JsonObject() { line[name] = value }
    try folder.append(metrics: .object(line))
  }

  /// What a callback has returned: `stop` ends the training, everything else is of no account.
  private func heed(_ result: AnyValue?, _ who: TrainingStop.By, _ trainer: Trainer) throws {
    guard let result else { return }
    if result.asHost(StopValue.self) != nil { return trainer.stop(by: who) }
    guard result.asString != "stop" else {
      throw Failure(
        "E0303", "\(who.rawValue) returned the text \"stop\", which ends nothing",
        help: "write stop without quotes to end the training")
    }
  }

  private static func line(_ record: EpochRecord, _ kind: String, _ metric: KeepBest.Metric?) -> String {
    var line =
      "\(kind): epoch \(record.index)/\(record.epochs)  loss \(NumberText.fixed(record.loss, 4))  "
      + "training accuracy \(NumberText.fixed(100 * record.accuracy, 1)) %"
    if let metric, let value = record.validation { line += "  validation \(metric.text(value))" }
    return line
  }
}

extension KeepBest.Metric {
  /// For people: `accuracy 81.2 %`, `nll 0.6931`.
  func text(_ value: Double) -> String {
    self == .accuracy ? "accuracy \(NumberText.fixed(100 * value, 1)) %" : "nll \(NumberText.fixed(value, 4))"
  }
}
