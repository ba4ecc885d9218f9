import MocoAutograd
import MocoCLIP
import MocoPrompts
import MocoTensor

/// One safetensors file from which a training goes on bit for bit: parameters, optimizer state, position, and
/// as metadata the configuration and the hashes of weights and data.
///
/// Tensors: `model.<parameter>`, `optimizer.<place>.<buffer>`.
public enum Checkpoint {
  public static let format = "moco-checkpoint"
  public static let version = 1

  /// What a restore found.
  public struct Restored: Sendable {
    public let loaded: [String]
    /// Parameters of the model that the file does not have, or has in another shape.
    public let missing: [String]
    /// Tensors of the file that the model has no place for.
    public let unexpected: [String]
    /// The configuration in the file, null in a file of another program.
    public let configuration: Json
    public let step: Int?
  }

  /// Writes the model, and with a trainer or an optimizer also where its training stands.
  ///
  /// - Throws: E0504 when the file cannot be written; an existing file stays whole then.
  public static func save(
    path: String, model: any PromptModel, trainer: Trainer? = nil, optimizer: Optimizer? = nil,
    notes: [(String, String)] = []
  ) throws {
    var tensors: [SafetensorsWriter.Item] = model.parameters.map {
      ("model." + $0.name, $0.variable.value, .f32)
    }
    var metadata: [(String, String)] = [
      ("format", format), ("version", String(version)), ("kind", model.kind),
      ("configuration", model.configuration.serialized()),
      ("classes", Json.array(model.classes.map { .string($0) }).serialized()),
      ("trained", Json.array(model.trained.map { .int($0) }).serialized()),
      ("clip", try model.clip.contentHash()),
    ]
    if let optimizer = trainer?.optimizer ?? optimizer {
      for (name, tensor) in try optimizer.exportState() { tensors.append(("optimizer." + name, tensor, .f32)) }
      metadata.append(("optimizer", optimizer.settings.configuration.serialized()))
      metadata.append(("optimizer_steps", optimizer.exportCounts.serialized()))
    }
    if let trainer {
      metadata.append(("position", trainer.position.serialized()))
      metadata.append(("training", trainer.options.configuration.serialized()))
      metadata.append(("data", trainer.data.contentHash))
    }
    try SafetensorsWriter.write(path: path, tensors: tensors, metadata: metadata + notes)
  }

  /// Reads parameters into the model, and the state into a trainer or an optimizer.
  ///
  /// Nothing is changed unless everything fits.
  /// - Parameter strict: false lets parameters that the file does not have keep their values.
  /// - Throws: E0708 listing every tensor that does not fit; E0501, E0502 for the file.
  @discardableResult
  public static func restore(
    path: String, model: any PromptModel, trainer: Trainer? = nil, optimizer: Optimizer? = nil,
    strict: Bool = true
  ) throws -> Restored {
    let file = try SafetensorsFile(path: path)
    try checkVersion(file)
    let configuration = try file.metadata("configuration").map { try Json.parse($0) } ?? .null
    let (values, missing, unexpected) = try match(file, model: model, strict: strict)
    try checkClasses(file, model: model, strict: strict)

    var position: Json?
    if let trainer {
      guard let text = file.metadata("position") else {
        throw PromptError(
          "E0708", "\(path) holds no training to go on with", help: "it has parameters only: use restore")
      }
      if let saved = file.metadata("data"), saved != trainer.data.contentHash {
        throw PromptError(
          "E0708", "\(path) was saved while training on other data",
          help: "resume with the same data, shots and seed")
      }
      if let saved = file.metadata("clip"), try saved != model.clip.contentHash() {
        throw PromptError("E0708", "\(path) was saved with another CLIP model", help: "load the same weights")
      }
      position = try Json.parse(text)
      if let training = file.metadata("training"), training != trainer.options.configuration.serialized() {
        throw PromptError(
          "E0708", "\(path) was saved by a training with other options",
          help: "it had \(training)")
      }
    }
    if let optimizer = trainer?.optimizer ?? optimizer {
      guard let counts = file.metadata("optimizer_steps") else {
        throw PromptError("E0708", "\(path) holds no optimizer state", help: "it has parameters only: use restore")
      }
      try optimizer.importState(
        { name in file.contains("optimizer." + name) ? try file.tensor("optimizer." + name) : nil },
        counts: Json.parse(counts))
    }
    if let trainer, let position { try trainer.resume(at: position) }
    for (parameter, value) in values {
      try parameter.variable.updateValue { target in
        try value.withFloats { source in
          for i in 0..<min(target.count, source.count) { target[i] = source[i] }
        }
      }
    }
    return Restored(
      loaded: values.map(\.0.name), missing: missing, unexpected: unexpected, configuration: configuration,
      step: position?["step"]?.intValue)
  }

  private static func checkVersion(_ file: SafetensorsFile) throws {
    guard let text = file.metadata("version"), file.metadata("format") == format else { return }
    guard let number = Int(text), number <= version else {
      throw PromptError(
        "E0708", "\(file.path) is a checkpoint of version \(text); this moco reads up to \(version)",
        help: "use a newer moco")
    }
  }

  /// Tensors by the model's names. A file of another program has no `model.` prefix, perhaps `prompt_learner.`.
  private static func match(
    _ file: SafetensorsFile, model: any PromptModel, strict: Bool
  ) throws -> ([(Parameter, Tensor)], missing: [String], unexpected: [String]) {
    var values: [(Parameter, Tensor)] = []
    var missing: [String] = []
    var faults: [String] = []
    var used = Set<String>()
    for parameter in model.parameters {
      let candidates = ["model.", "prompt_learner.", ""].map { $0 + parameter.name }
      guard let name = candidates.first(where: { file.contains($0) }) else {
        missing.append(parameter.name)
        faults.append("\(parameter.name) is missing")
        continue
      }
      used.insert(name)
      let tensor = try file.tensor(name)
      let shape = parameter.variable.value.shape
      // w is [1, D] in the authors' checkpoints.
      guard tensor.shape == shape || (tensor.count == parameter.variable.value.count && tensor.shape == [1] + shape)
      else {
        missing.append(parameter.name)
        faults.append("\(parameter.name) is \(tensor.shape), the model needs \(shape)")
        continue
      }
      guard try allFinite(tensor) else {
        faults.append("\(parameter.name) holds numbers that are not finite")
        throw PromptError("E0708", "\(file.path): \(parameter.name) holds numbers that are not finite")
      }
      values.append((parameter, try tensor.contiguous()))
    }
    let ignored = ["optimizer.", "token_prefix", "token_suffix", "prompt_learner.token_"]
    let unexpected = file.names.filter { name in
      !used.contains(name) && !ignored.contains { name.hasPrefix($0) }
        && (file.entry(name)?.count ?? 0) > 0
    }
    if strict {
      faults += unexpected.map { "\($0) has no place in the model" }
      guard faults.isEmpty else {
        throw PromptError(
          "E0708", "\(file.path) does not fit this \(model.kind): \(faults.joined(separator: "; "))",
          help: "create the model with the groups and options it was saved with, or restore with strict: false")
      }
    }
    return (values, missing, unexpected)
  }

  private static func checkClasses(_ file: SafetensorsFile, model: any PromptModel, strict: Bool) throws {
    guard strict, let text = file.metadata("kind"), file.metadata("format") == format else { return }
    guard text == model.kind else {
      throw PromptError("E0708", "\(file.path) holds a \(text), not a \(model.kind)")
    }
  }
}

extension DataSplit {
  /// SHA-256 of what the split holds: source, items, labels, styles. Keys checkpoints and run records.
  public var contentHash: String {
    let hash = SHA256()
    hash.update(source.contentKey)
    for name in classes { hash.update("\n\(name)") }
    for item in items {
      hash.update("\n\(item.source) \(item.label)")
      if let draw = item.style {
        hash.update(" \(draw.style.rawValue) \(draw.severity.bitPattern) \(draw.seed) \(draw.epoch)")
      }
    }
    return hash.finish()
  }
}
