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
    /// Tensors of the file that are of no use: what the model makes itself, and the frozen model.
    public let ignored: [String]
    /// The configuration in the file, null in a file of another program.
    public let configuration: Json
    public let step: Int?
    /// The epoch in a checkpoint of another program.
    public let epoch: Int?
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
      for (name, tensor) in try optimizer.exportState() {
        tensors.append(("optimizer." + name, tensor, .f32))
      }
      metadata.append(("optimizer", optimizer.settings.configuration.serialized()))
      metadata.append(("optimizer_steps", optimizer.exportCounts.serialized()))
    }
    if let trainer {
      metadata.append(("position", trainer.position.serialized()))
      metadata.append(("training", trainer.options.configuration.serialized()))
      metadata.append(("data", trainer.data.contentHash))
      if let chunked = model as? any ChunkedModel { metadata.append(("memory", String(chunked.memory))) }
    }
    try SafetensorsWriter.write(path: path, tensors: tensors, metadata: metadata + notes)
  }

  /// Reads parameters into the model, and the state into a trainer or an optimizer.
  ///
  /// Nothing is changed unless everything fits. The file may also be one of CoOp or of the mixture's authors,
  /// as PyTorch writes them.
  /// - Parameter strict: false lets parameters that the file does not have keep their values.
  /// - Throws: E0708 listing every tensor that does not fit; E0501, E0502 for the file.
  @discardableResult
  public static func restore(
    path: String, model: any PromptModel, trainer: Trainer? = nil, optimizer: Optimizer? = nil,
    strict: Bool = true
  ) throws -> Restored {
    let file = try TensorFiles.open(path)
    try checkVersion(file)
    let configuration = try file.metadata("configuration").map { try Json.parse($0) } ?? .null
    let match = try CheckpointMatch(file, model: model)
    if strict { try match.requireEverything() }
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
      if let saved = file.metadata("memory"), let chunked = model as? any ChunkedModel,
        saved != String(chunked.memory)
      {
        throw PromptError(
          "E0708",
          "\(path) was saved with a memory budget of \(saved) bytes, this \(model.kind) has \(chunked.memory)",
          help: "its prompts were trained in other chunks; resume with memory: \(saved)")
      }
      position = try Json.parse(text)
      if let training = file.metadata("training"), training != trainer.options.configuration.serialized() {
        throw PromptError(
          "E0708", "\(path) was saved by a training with other options",
          help: "it had \(training)")
      }
    }
    let optimizer = trainer?.optimizer ?? optimizer
    if let optimizer {
      guard let counts = file.metadata("optimizer_steps") else {
        throw PromptError(
          "E0708", "\(path) holds no optimizer state", help: "it has parameters only: use restore")
      }
      try optimizer.importState(
        { name in
          let name = "optimizer." + name
          return file.tensors.contains { $0.name == name } ? try file.tensor(name) : nil
        },
        counts: Json.parse(counts))
    }
    if let trainer, let position { try trainer.resume(at: position) }
    for (parameter, value) in match.values {
      try parameter.variable.updateValue { target in
        try value.withFloats { source in
          for i in 0..<min(target.count, source.count) { target[i] = source[i] }
        }
      }
    }
    // Where there is an optimizer, its state has been taken.
    let state = optimizer == nil ? [] : match.ignored.filter { $0.hasPrefix("optimizer.") }
    let place = try position ?? file.metadata("position").map { try Json.parse($0) }
    return Restored(
      loaded: match.values.map(\.0.name) + state, missing: match.missing, unexpected: match.unexpected,
      ignored: match.ignored.filter { !state.contains($0) }, configuration: configuration,
      step: place?["step"]?.intValue,
      epoch: file.metadata("epoch").flatMap { Int($0) } ?? place?["epoch"]?.intValue)
  }

  private static func checkVersion(_ file: any TensorFile) throws {
    guard let text = file.metadata("version"), file.metadata("format") == format else { return }
    guard let number = Int(text), number <= version else {
      throw PromptError(
        "E0708", "\(file.path) is a checkpoint of version \(text); this moco reads up to \(version)",
        help: "use a newer moco")
    }
  }

  private static func checkClasses(_ file: any TensorFile, model: any PromptModel, strict: Bool) throws {
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
