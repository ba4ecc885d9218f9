import MocoAutograd
import MocoBase
import MocoData
import MocoMethods
import MocoTensor

extension Checkpoint {
  /// Restores parameters into the model, and the state into a trainer or an optimizer.
  ///
  /// Experts are matched by the names of their groups, contexts of classes by the names of classes; if
  /// names are in another order, `notes` says so. Options that affect predictions (the router's; the position of the
  /// class name in a `coop`), the classes and the CLIP model must be the same, unless `allow` contains them.
  /// A trainer needs everything unchanged, including the order of names. Nothing is changed unless everything matches.
  ///
  /// The file may also be a PyTorch file of CoOp or of the mixture's authors.
  /// - Parameters:
  ///   - base: the classes that the program has set for the model's class loss.
  ///   - strict: false keeps the values of parameters that the file does not have. Other differences must be
  ///     in `allow`.
  ///   - allow: the allowed differences.
  /// - Throws: E0708 with everything that does not match; E0501, E0502 for the file.
  @discardableResult
  public static func restore(
    path: String, model: any Classifier, trainer: Trainer? = nil, optimizer: Optimizer? = nil,
    base: [String]? = nil, strict: Bool = true, allow: Set<Difference> = []
  ) throws -> Restored {
    try restore(
      CheckpointFile(path: path), model: model, trainer: trainer, optimizer: optimizer, base: base,
      strict: strict, allow: allow)
  }

  static func restore(
    _ file: CheckpointFile, model: any Classifier, trainer: Trainer? = nil, optimizer: Optimizer? = nil,
    base: [String]? = nil, strict: Bool = true, allow: Set<Difference> = [], isLoading: Bool = false
  ) throws -> Restored {
    let names = CheckpointNames(file, model: model, base: base, allow: allow, partial: !strict)
    let match = try CheckpointMatch(file.file, model: model, names: names)
    var notes = names.notes
    try check(
      file, model, names, match, strict: strict, allow: allow, isLoading: isLoading, notes: &notes)
    try checkClip(file, model, match, allow: allow, isLoading: isLoading, notes: &notes)

    let training = try trainer.map { try CheckpointTraining(file, $0) }
    if let training, let trainer {
      guard names.isInOrder else {
        throw Failure(
          "E0708",
          "\(file.path) was saved by a training with its groups in another order, so it cannot be resumed bit for bit",
          help:
            "create the \(model.kind) with the groups in the same order, or load the parameters with restore")
      }
      notes += training.notes
      try checkRule(file, trainer.optimizer)
    }
    let optimizer = trainer?.optimizer ?? optimizer
    let state = try optimizer.map { try readState(file, $0, model, names) }
    if trainer == nil, let optimizer, let was = try file.json("optimizer") {
      let entries = OptionDifferences(
        saved: was, now: optimizer.settings.configuration, missingIsNone: true
      ).entries
      if !entries.isEmpty {
        notes.append(
          "\(file.path): the optimizer continues with its own settings: "
            + entries.map(\.text).joined(separator: "; "))
      }
    }

    let place =
      try training?.position
      ?? file.json("position").map { try SavedPosition($0, version: file.version, path: file.path) }

    if trainer == nil, let place, let best = place.best?.epoch, best.step != place.step {
      notes.append(
        "\(file.path): the parameters are those after step \(place.step), where the training stopped; the best epoch was "
          + "epoch \(best.epoch), and a resumed training ends with its parameters")
    }

    if trainer == nil, let place, place.average != nil, place.best == nil {
      notes.append(
        "\(file.path): the parameters are those after step \(place.step), where the training stopped, not their average, "
          + "which a resumed training ends with")
    }

    // From here on nothing can fail.
    for (parameter, value) in match.values { parameter.variable.value = value }
    if let optimizer, let state { optimizer.take(state) }
    if let training, let trainer {
      trainer.resume(
        at: training.position, plan: training.plan, records: training.records, best: training.best,
        average: training.average)
      // If nothing is left to do, there is no first step that records them.
      if trainer.step > 0 { model.recordTraining(on: trainer.scope) }
    } else if let trained = names.trained {
      model.recordTraining(on: TrainingScope(trained))
    }
    // If there is an optimizer, its state has been restored.
    let taken = optimizer == nil ? [] : match.ignored.filter { $0.hasPrefix("optimizer.") }
    return Restored(
      loaded: match.values.map(\.0.name) + taken, missing: match.missing, unexpected: match.unexpected,
      ignored: match.ignored.filter { !taken.contains($0) }, notes: notes, configuration: file.configuration,
      step: place?.step, epoch: file.file.metadata("epoch").flatMap { Int($0) } ?? place?.epoch)
  }

  /// Kind, names, tensors and options.
  private static func check(
    _ file: CheckpointFile, _ model: any Classifier, _ names: CheckpointNames, _ match: CheckpointMatch,
    strict: Bool, allow: Set<Difference>, isLoading: Bool, notes: inout [String]
  ) throws {
    if let kind = file.kind, kind != model.method.kind {
      guard !strict else {
        throw Failure(
          "E0708", "\(file.path) contains a \(kind), not a \(model.kind)",
          help: Methods[kind] == nil
            ? "restore it into the same kind of model"
            : "create the \(kind) with load_model(\"\(file.path)\", clip: clip)")
      }
      notes.append("\(file.path) contains a \(kind), this is a \(model.kind)")
    }
    var faults = names.faults
    var advice: String?
    let options = optionDifferences(file, model)
    if !options.answers.isEmpty {
      let text = options.answers.map(\.text).joined(separator: "; ")
      if allow.contains(.options) {
        notes.append("\(file.path): \(text)")
      } else {
        faults.append(text)
        // `allow` is not a remedy for missing tensors.
        if !strict || match.faults.isEmpty { advice = help(allowing: .options) }
      }
    }
    if !options.training.isEmpty {
      notes.append(
        "\(file.path) was trained with other options: \(options.training.map(\.text).joined(separator: "; "))"
      )
    }
    if strict { faults += match.faults }
    guard faults.isEmpty else {
      let most = 40
      let more = faults.count > most ? "; and \(faults.count - most) more" : ""
      throw Failure(
        "E0708",
        "\(file.path) does not match this \(model.kind): \(faults.prefix(most).joined(separator: "; "))\(more)",
        help: isLoading
          ? "load the CLIP model it was saved with; if this is the same model, the file is corrupted"
          : (names.help ?? match.advice ?? advice)
            ?? (file.isOurs && Methods[model.method.kind] != nil
              ? "create the model with load_model(\"\(file.path)\", clip: clip), or restore the matching parameters with strict: false"
              : "create the model with the groups and options it was saved with, or restore with strict: false")
      )
    }
  }

  /// The CLIP model must be that of the file, with the values of its trained tensors.
  private static func checkClip(
    _ file: CheckpointFile, _ model: any Classifier, _ match: CheckpointMatch, allow: Set<Difference>,
    isLoading: Bool, notes: inout [String]
  ) throws {
    guard !file.isOfThisClip else { return }
    guard file.isOurs, let saved = file.file.metadata("clip") else {
      notes.append(
        "\(file.path) does not contain the \(match.holdsTowers ? "" : "CLIP model and ")options of its training"
      )
      return
    }
    let trained = TrainedWeights(of: model)
    let here = try model.clip.contentHash { name in
      try trained.place(of: name).flatMap { try file.tensor($0) }
    }
    var text: String?
    if here != saved {
      text = "\(file.path) was saved with another CLIP model (its weights differ)"
    } else if let was = try file.json("clip_computes") {
      let entries = OptionDifferences(saved: was, now: computes(model.clip), missingIsNone: false).entries
      if !entries.isEmpty {
        text =
          "\(file.path) was saved with another CLIP model: \(entries.map(\.text).joined(separator: "; "))"
      }
    }
    guard let text else { return }
    guard allow.contains(.clip) else {
      throw Failure(
        "E0708", text,
        help:
          "load the weights it was trained with, or load it anyway: "
          + (isLoading
            ? "load_model(path, clip: clip, allow: \"clip\")" : "restore(model, path, allow: \"clip\")")
      )
    }
    notes.append(text)
  }

  // MARK: Optimizers

  /// - Throws: E0708 for an optimizer with another state.
  private static func checkRule(_ file: CheckpointFile, _ optimizer: Optimizer) throws {
    guard let saved = try file.json("optimizer"), let name = saved["name"]?.stringValue else { return }
    let rule = optimizer.settings.rule
    func advice() -> String {
      "restore with the optimizer it was saved with: \(OptionDifferences.text(saved))"
    }
    guard name == rule.name else {
      throw Failure(
        "E0708", "\(file.path) contains the state of \(name), not of \(rule.name)", help: advice())
    }
    if case .sgd(let momentum, _) = rule, let was = saved["momentum"]?.doubleValue,
      (was == 0) != (momentum == 0)
    {
      throw Failure(
        "E0708",
        "\(file.path) contains the state of sgd with momentum \(was), but this optimizer has momentum \(momentum)",
        help: advice())
    }
  }

  /// The optimizer's state: matched by parameter names, with rows in the order of the parameters' rows.
  private static func readState(
    _ file: CheckpointFile, _ optimizer: Optimizer, _ model: any Classifier, _ names: CheckpointNames
  ) throws -> Optimizer.ReadState {
    guard let counts = try file.json("optimizer_steps"), let steps = counts["steps"]?.intValue,
      (0...TrainingDuration.limit).contains(steps),
      let each = counts["each"]?.arrayValue
    else {
      throw Failure(
        "E0708", "\(file.path) contains no optimizer state", help: "use restore: the file has parameters only"
      )
    }
    try checkRule(file, optimizer)
    let theirs = try savedParameters(file, count: each.count)
    let ours = parameterNames(of: optimizer, in: model)
    let wanted = ours.map { names.place(of: $0) }
    let found = wanted.map { place in place.flatMap { theirs.firstIndex(of: $0.name) } }
    guard theirs.count == ours.count, !found.contains(nil) else {
      throw Failure(
        "E0708",
        "\(file.path) contains the optimizer state for \(NameList.text(theirs)), but this optimizer updates \(NameList.text(ours))",
        help: "restore with an optimizer for the same parameters")
    }
    let parameters = optimizer.parameters
    return try optimizer.read(
      steps: steps, count: { found[$0].flatMap { each[$0].intValue } },
      buffer: { index, name in
        guard let place = found[index], let tensor = try file.tensor("optimizer.\(place).\(name)") else {
          return nil
        }
        guard try allFinite(tensor) else {
          throw Failure(
            "E0708",
            "\(file.path) is corrupted: the optimizer's \(name) for \(parameters[index].name) contains NaN or infinity",
            help: "use an earlier checkpoint, or restore the parameters without the optimizer")
        }
        guard let rows = wanted[index]?.rows else { return tensor }
        let shape = parameters[index].variable.value.shape
        guard tensor.shape == shape, !rows.contains(nil) else { return nil }
        return try CheckpointMatch.rows(rows, of: tensor, else: tensor)
      })
  }

  /// The parameters of the saved optimizer, in its order.
  private static func savedParameters(_ file: CheckpointFile, count: Int) throws -> [String] {
    if let list = try file.json("optimizer_parameters")?.arrayValue { return list.compactMap(\.stringValue) }
    // Version 1 has no names; its optimizer has the model's parameters, in the order of the file.
    let own = file.file.tensors.filter { $0.name.hasPrefix("model.") }.map { String($0.name.dropFirst(6)) }
    guard own.count == count else {
      throw Failure(
        "E0708", "\(file.path) has version 1, which does not record the parameters of the optimizer",
        help: "restore without the optimizer")
    }
    return own
  }
}
