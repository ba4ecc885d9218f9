import MocoBase
import MocoData
import MocoLang
import MocoMethods
import MocoTensor
import MocoTraining

/// A call of `train` from its first step to its result, or to an error with a run attached.
struct TrainingCall {
  let context: RuntimeContext
  let value: ModelValue
  private(set) var options: TrainingOptions
  private let memory: Int?
  private let eachEpoch: FunctionValue?
  private let eachStep: FunctionValue?
  private let origin: Origin?
  private let isQuiet: Bool
  private let interpreter: Interpreter

  /// The state from which a training resumes.
  private enum Origin {
    case file(String)
    case run(TrainingValue)
  }

  /// - Throws: errors of the arguments.
  init(
    _ arguments: Arguments, _ context: RuntimeContext, _ value: ModelValue, _ options: TrainingOptions
  ) throws {
    (self.context, self.value, self.options) = (context, value, options)
    memory = try readMemory(arguments)
    guard memory == nil || value.model is any Planned else {
      throw arguments.failure(
        "E0706", "'memory' applies to built-in methods only, not to \(value.model.kind)",
        at: "memory", help: "remove it, and pass memory: to encode_text or encode_image in its functions")
    }
    eachEpoch = try arguments.optionalFunction("each_epoch")
    eachStep = try arguments.optionalFunction("each_step")
    if let run: TrainingValue = arguments["resume"]?.asHost() {
      origin = .run(run)
    } else {
      origin = try arguments.optionalString("resume").map { .file($0) }
    }
    isQuiet = try arguments.bool("quiet")
    interpreter = arguments.interpreter
    context.begunTrainings += 1
    // Side effects of the program's functions are not in a checkpoint: such a training starts from the beginning.
    var callsProgram = eachEpoch != nil || eachStep != nil || value.model is OwnModel
    if case .own? = options.schedule { callsProgram = true }
    if origin == nil, !callsProgram, let folder = context.recorder?.keeps {
      self.options.kept = KeptTraining(path: "\(folder)/training-\(context.begunTrainings).safetensors")
    }
  }

  /// - Throws: errors of the training; once it has begun, with its run attached.
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
      // The run stores the state of the training before the model may be reset.
      let run = try? Cancellation.suspended {
        try TrainingValue(
          trainer.report(seconds: trainer.seconds), trainer, notes: notes, interrupted: told.reason,
          notBest: trainer.step == step ? nil : trainer.notBest)
      }
      if trainer.step == step { before.putBack() }
      guard let run else { throw told.error }
      throw PartialResult(told.error, value: .host(run), field: "run") { name in
        "\(name) holds the state of the training; resume: \(name) continues it"
      }
    }
  }

  /// A trainer in the state of this training, and the messages on how it resumes.
  private func begin(on split: DataSplit, _ before: ModelState) throws -> (Trainer, [String]) {
    func made() throws -> Trainer {
      try Trainer(model: value.model, data: split, options: options, base: value.base)
    }
    let trainer = try made()
    switch origin {
    case .file(let path):
      let notes = try Checkpoint.restore(path: path, model: value.model, trainer: trainer).notes
      // A finished or extended training has a note on where it is already.
      let isTold = notes.contains { $0.hasPrefix("\(path): ") }
      // Not to the program's output, which is the same as that of an uninterrupted run.
      if !isTold, !isQuiet { interpreter.note("\(path): continues \(place(of: trainer))") }
      return (trainer, notes)
    case .run(let run): return (trainer, try run.suspended.restore(into: trainer))
    case nil: break
    }
    let kind = value.model.kind
    do {
      guard try trainer.takeUpKept() else { return (trainer, []) }
      tell(
        "\(kind): an earlier try was interrupted; resuming after step \(trainer.step) of \(trainer.plan.steps)"
      )
      note("resumed", ["after_step": .int(trainer.step), "steps": .int(trainer.plan.steps)])
      return (trainer, [])
    } catch let error as Failure {
      tell(
        "\(kind): the saved state of an earlier try cannot be used; starting from the beginning: \(error.message)"
      )
      note("begun again", .string(error.message))
      before.putBack()
      return (try made(), [])
    }
  }

  /// Where a training continues: `after epoch 22 of 60`, or with steps within an epoch.
  private func place(of trainer: Trainer) -> String {
    let (plan, step) = (trainer.plan, trainer.step)
    if case .epochs = trainer.options.duration, step > 0, step % plan.stepsPerEpoch == 0 {
      return "after epoch \(step / plan.stepsPerEpoch) of \(plan.epochs)"
    }
    return "after step \(step) of \(plan.steps)"
  }

  /// How this training was started, for the run's record: the progress of a sweep's runs is not shown.
  private func note(_ what: String, _ value: Json) {
    context.recorder?.note("training \(context.begunTrainings) \(what)", value)
  }

  /// Writes a message to the progress output: it is not part of the program's output.
  private func tell(_ text: String) { if !isQuiet { context.delegate?.runtime(epoch: text) } }

  /// The error as it is thrown, and its description in the run.
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
    // An interrupt may also have been received by a callback.
    guard code == "E0406" || Cancellation.isRequested else { return (error, "\(place): \(code) \(message)") }
    let failure = Failure(
      "E0406", "training was interrupted \(place)", help: help(trainer, from: step))
    // `exit(1)` in a callback is an interrupt by the program itself.
    let isExit = code == "E0406" && message.hasPrefix("exit(")
    let signal = isExit ? message : context.delegate?.interruption
    return (failure, "\(place), " + (signal.map { "by \($0)" } ?? "from outside"))
  }

  /// The help line on the state of an interrupted training.
  private func help(_ trainer: Trainer, from step: Int) -> String {
    let kind = value.model.kind
    let parameters = trainer.notBest.map { "; \($0)" } ?? ""
    let isKept = context.delegate?.keepsValues ?? true
    switch trainer.interruptedCheckpoint {
    case .written(let path):
      return "continue with resume: \"\(path)\", which holds the training" + parameters
    case .failed(let path, let reason):
      guard isKept else {
        return "choose another file for checkpoint: \(path) could not be written, "
          + "and the program has ended with its values: \(reason)"
      }
      return "the \(kind) keeps its trained parameters, but \(path) could not be written: \(reason)"
        + parameters
    case nil:
      guard isKept else {
        let file = "\(kind).safetensors"
        return "add checkpoint: \"\(file)\" and resume: if exists(\"\(file)\") { \"\(file)\" }, so that the "
          + "next run continues; the values of this run ended with the program"
      }
      if trainer.step == step { return "the \(kind) has not changed" }
      return "the \(kind) keeps its trained parameters" + parameters
    case .kept: return "run the same program again to resume the training" + parameters
    }
  }

  // MARK: Observers

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
      // The earlier epochs of a resumed training are part of this run's record.
      let closed = trainer.isEpochOpen ? trainer.records.dropLast() : trainer.records[...]
      if options.kept != nil { for record in closed { try append(record, number, to: folder) } }
    }
    let events = context.log.events
    var observer = TrainingObserver()
    observer.onNotKept = {
      tell("\(model.kind): the state of this try cannot be saved for the next one: \($0)")
    }
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

  /// The result of a callback: `stop` ends the training, any other value is ignored.
  private func heed(_ result: AnyValue?, _ who: TrainingStop.By, _ trainer: Trainer) throws {
    guard let result else { return }
    if result.asHost(StopValue.self) != nil { return trainer.stop(by: who) }
    guard result.asString != "stop" else {
      throw Failure(
        "E0303", "\(who.rawValue) returned the String \"stop\", which does not end the training",
        help: "write stop without quotes")
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
  /// The value for messages: `accuracy 81.2 %`, `nll 0.6931`.
  func text(_ value: Double) -> String {
    self == .accuracy ? "accuracy \(NumberText.fixed(100 * value, 1)) %" : "nll \(NumberText.fixed(value, 4))"
  }
}
