import MocoBase
import MocoData
import MocoMethods

extension TrainingPlan {
  /// The steps that the schedule covers, as stored in a checkpoint.
  var scheduledJson: Json { ["from": .int(scheduled.lowerBound), "to": .int(scheduled.upperBound)] }

  /// Reads `scheduledJson`; nil if it is not a range of steps.
  static func scheduled(_ json: Json?) -> Range<Int>? {
    guard let from = json?["from"]?.intValue, let to = json?["to"]?.intValue, from >= 0, to > from,
      to <= 1 << 40
    else { return nil }
    return from..<to
  }
}

/// A training to resume: the contents of its checkpoint, checked against the trainer.
struct CheckpointTraining {
  let position: SavedPosition
  let plan: TrainingPlan
  let records: [EpochRecord]
  let best: BestState?
  let average: AverageState?
  private(set) var notes: [String] = []

  /// - Throws: E0708 for a file without a training, and for other options, data or models.
  init(_ file: CheckpointFile, _ trainer: Trainer) throws {
    let path = file.path
    guard let place = try file.json("position") else {
      throw Failure(
        "E0708", "\(path) contains no training to resume", help: "use restore: the file has parameters only")
    }
    position = try SavedPosition(place, version: file.version, path: path)
    if !file.isOfThisData { try CheckpointTraining.checkData(file, trainer) }
    best = try CheckpointTraining.best(file, trainer, position)
    try CheckpointTraining.checkMemory(file, trainer.model)
    try Checkpoint.requireSameModel(file, trainer.model)
    try CheckpointTraining.checkScope(file, trainer)
    let saved = try file.json("training") ?? .null
    try CheckpointTraining.checkOptions(saved, trainer, path)
    (plan, notes) = try CheckpointTraining.plan(saved, file, trainer, position)
    average = try CheckpointTraining.average(file, trainer, position, plan)
    if file.version == 1, trainer.data.isFeatures {
      notes.append("\(path) has version 1, which does not identify features: they may be different")
    }
    if let json = try file.json("records") {
      records = try TrainingRecords.read(json, epochs: plan.epochs, path: path)
    } else {
      records = []
      if position.step > 0 {
        notes.append(
          "\(path) has version 1 and contains no losses: the losses of its epochs are not in the result")
      }
    }
    try requireRecords(trainer, path)
    if let made = try file.json("made_with") {
      if let note = Environment(made)?.note(path: path) { notes.append(note) }
    } else {
      notes.append(
        "\(path) does not record its version of moco and its arithmetic, so the training may not continue bit for bit"
      )
    }
    if let stop = position.stop {
      notes.append(
        "\(path): patience ended the training after epoch \(stop.epoch), so there is nothing left to do")
    } else if position.step == plan.steps {
      notes.append(
        "\(path): the training is finished after \(trainer.options.duration.description), so there is nothing left to do; "
          + "to train longer, use a larger number and extend: \"hold\", \"restart\" or \"stretch\"")
    }
  }

  /// Checks that position and epochs match.
  private func requireRecords(_ trainer: Trainer, _ path: String) throws {
    let length = plan.stepsPerEpoch
    let isWhole =
      position.step / length == position.epoch
      && records.enumerated().allSatisfy { place, record in
        record.step == (place + 1) * length || (place == records.count - 1 && record.step == position.step)
      }
    let steps = position.sums?["steps"]?.intValue ?? 0
    let open = records.last?.step == position.step ? 0 : position.step - position.epoch * length
    guard isWhole, records.isEmpty && position.step > 0 || steps == open else {
      throw Failure(
        "E0708",
        "\(path) is corrupted: it is at step \(position.step), epochs have \(NumberText.counted(length, "step")), and its records do not match",
        help: "use an earlier checkpoint")
    }
  }

  private static func checkData(_ file: CheckpointFile, _ trainer: Trainer) throws {
    guard let saved = file.file.metadata("data") else { return }
    let help =
      "resume with the same data, shots and seeds, or load the parameters with restore and train again"
    guard file.version > 1 else {
      if saved != trainer.data.firstVersionHash {
        throw Failure("E0708", "\(file.path) was saved while training on other data", help: help)
      }
      return
    }
    let identity = try trainer.dataIdentity()
    guard saved != identity.hash else { return }
    let parts = try file.json("data_parts").map { identity.differences(from: $0) } ?? []
    throw Failure(
      "E0708",
      "\(file.path) was saved while training on other data"
        + (parts.isEmpty ? "" : ": " + parts.joined(separator: "; ")), help: help)
  }

  private static func checkMemory(_ file: CheckpointFile, _ model: any Classifier) throws {
    guard let saved = file.file.metadata("memory"), let planned = model as? any Planned,
      saved != String(planned.memory)
    else { return }
    throw Failure(
      "E0708",
      "\(file.path) was saved with a memory budget of \(saved) bytes, but this \(model.kind) has \(planned.memory)",
      help: "resume with memory: \(saved), because other chunks change the last bits")
  }

  private static func checkScope(_ file: CheckpointFile, _ trainer: Trainer) throws {
    guard let classes = file.classes, let trained = file.trained else { return }
    guard classes == trainer.model.classes else {
      throw Failure(
        "E0708",
        "\(file.path) was saved by a training with other classes, or in another order: "
          + "\(NameList.text(classes)), now \(NameList.text(trainer.model.classes))",
        help: "create the \(trainer.model.kind) with the same classes in the same order")
    }
    guard trained != trainer.scope.places else { return }
    let names = trained.filter(classes.indices.contains).map { classes[$0] }
    throw Failure(
      "E0708",
      "\(file.path) was saved by a training with the class loss on \(NameList.text(names)), "
        + "now it would be on \(NameList.text(trainer.scope.places.map { classes[$0] }))",
      help: "create the \(trainer.model.kind) with the same base: classes")
  }

  /// Checks everything except the duration and the schedule, which `plan` checks.
  private static func checkOptions(_ saved: Json, _ trainer: Trainer, _ path: String) throws {
    let entries = OptionDifferences(
      saved: saved, now: trainer.options.configuration,
      skip: ["duration", "schedule", "extend", "published", "keep_best"],
      missingIsNone: true
    ).entries
    guard !entries.isEmpty else { return }
    throw Failure(
      "E0708",
      "\(path) was saved by a training with other options: \(entries.map(\.text).joined(separator: "; "))",
      help: "resume with " + typed(entries, saved).joined(separator: ", "))
  }

  /// The options as written in a program.
  private static func typed(_ entries: [OptionDifferences.Entry], _ saved: Json) -> [String] {
    var words: [String] = []
    for entry in entries where !entry.name.hasPrefix("optimizer.") {
      let isText = entry.name == "seed" || entry.name == "average"
      let value =
        isText
        ? entry.saved.stringValue ?? (entry.name == "seed" ? "0" : "nil")
        : entry.saved.isNull ? "nil" : OptionDifferences.text(entry.saved)
      words.append("\(entry.name): \(value)")
    }
    if entries.contains(where: { $0.name.hasPrefix("optimizer.") }), let optimizer = saved["optimizer"] {
      let options = (optimizer.objectValue ?? JsonObject()).filter { $0.key != "name" }.map { key, value in
        "\(key): \(OptionDifferences.text(value))"
      }
      words.append(
        "optimizer: \(optimizer["name"]?.stringValue ?? "sgd")(\(options.joined(separator: ", ")))")
    }
    return words
  }

  // MARK: Duration and schedule

  private static func plan(
    _ saved: Json, _ file: CheckpointFile, _ trainer: Trainer, _ position: SavedPosition
  ) throws -> (TrainingPlan, [String]) {
    let (path, options) = (file.path, trainer.options)
    let written = saved["duration"]?.stringValue ?? options.duration.description
    let oldDuration = TrainingDuration(written)?.description ?? written
    let newDuration = options.duration.description
    let oldExtension = saved["extend"]?.stringValue
    let scheduled = TrainingPlan.scheduled(try file.json("scheduled"))
    func requireScheduled(over steps: Int) throws {
      guard oldExtension == nil, let scheduled, scheduled != 0..<steps else { return }
      throw Failure(
        "E0708",
        "\(path) is corrupted: its schedule covers the steps from \(scheduled.lowerBound) to \(scheduled.upperBound) "
          + "of a training of \(steps)", help: "use an earlier checkpoint")
    }
    if oldDuration == newDuration {
      try requireScheduled(over: trainer.plan.steps)
      // The training itself, or one that was extended before and continues unchanged.
      try requireSchedule(saved, options, path)
      guard oldExtension == options.extend?.rawValue else {
        let was = oldExtension.map { "\"\($0)\"" } ?? "none"
        throw Failure(
          "E0708",
          "\(path) was saved by a training with other options: extend was \(was), now "
            + (options.extend.map { "\"\($0.rawValue)\"" } ?? "none"),
          help: oldExtension.map { "resume with extend: \"\($0)\"" }
            ?? "leave out extend: the training was not shorter before")
      }
      try requirePlace(position, in: trainer.plan, path)
      return (try TrainingPlan(options, count: trainer.data.count, scheduled: scheduled), [])
    }
    var before = options
    guard let duration = TrainingDuration(oldDuration) else {
      throw Failure("E0708", "\(path) does not contain the duration of its training", help: "train again")
    }
    before.duration = duration
    let old = try TrainingPlan(before, count: trainer.data.count, scheduled: scheduled)
    try requireScheduled(over: old.steps)
    let steps = trainer.plan.steps
    let lengths = "\(path) was saved by a training of \(oldDuration), but this one lasts \(newDuration)"
    guard steps > old.steps else {
      throw Failure("E0708", lengths, help: "resume for \(oldDuration)")
    }
    guard duration.unit == options.duration.unit else {
      throw Failure("E0708", lengths, help: "use a duration in \(duration.unit.rawValue), as before")
    }
    try requirePlace(position, in: old, path)
    guard let extend = options.extend else {
      throw Failure(
        "E0708", lengths,
        help: "choose the learning rates of the added steps: extend: \"hold\" (the last one), "
          + "\"restart\" (the schedule again over the added steps) or \"stretch\" (as if it had been \(newDuration) from the start)"
      )
    }
    let told: (TrainingPlan, String)
    switch extend {
    case .hold:
      try requireSchedule(saved, options, path)
      told = (
        try TrainingPlan(options, count: trainer.data.count, scheduled: old.scheduled),
        "with its last learning rate"
      )
    case .restart:
      told = (
        try TrainingPlan(options, count: trainer.data.count, scheduled: position.step..<steps),
        "with the schedule again over the added steps"
      )
    case .stretch:
      told = (
        try TrainingPlan(options, count: trainer.data.count),
        "with the rest of a schedule over \(newDuration)"
      )
    }
    return (
      told.0,
      [
        "\(path): a training of \(oldDuration) continues at step \(position.step) to \(newDuration), \(told.1)"
      ]
    )
  }

  private static func requirePlace(_ position: SavedPosition, in plan: TrainingPlan, _ path: String) throws {
    guard position.step > plan.steps else { return }
    throw Failure(
      "E0708", "\(path) is at step \(position.step), but its training has \(plan.steps) steps",
      help: "use an earlier checkpoint: this one is corrupted")
  }

  private static func requireSchedule(_ saved: Json, _ options: TrainingOptions, _ path: String) throws {
    let now = options.configuration["schedule"] ?? .null
    var was = saved["schedule"] ?? .null
    // Files may have older descriptions.
    if let text = was.stringValue {
      was = .string(
        text.replacing("warmup: 1 epochs", with: "warmup: 1 epoch").replacing(
          "warmup: 1 steps", with: "warmup: 1 step"))
    }
    guard was != now else { return }
    func text(_ json: Json) -> String { json.stringValue ?? "the one without schedule:" }
    throw Failure(
      "E0708",
      "\(path) was saved by a training with other options: schedule was \(text(was)), now \(text(now))",
      help: was.stringValue.map {
        $0.hasPrefix(OwnSchedule.prefix)
          ? "pass the same function for schedule, with the same code" : "resume with schedule: \($0)"
      } ?? "leave out schedule")
  }
}
