import MocoBase
import MocoCLIP
import MocoData
import MocoFormats
import MocoMethods
import MocoTensor

/// The state of a training at the end of a call, kept in memory, like a checkpoint in a file. Another call continues
/// from it bit for bit, as without an interruption.
///
/// It contains copies of the parameters, the optimizer's state, and the data; the CLIP model only while the training
/// is not finished.
public final class SuspendedTraining {
  private let tensors: [(name: String, value: Tensor)]
  private let metadata: [String: String]
  private let data: DataSplit
  private let validation: DataSplit?
  private let keptClip: CLIPModel?
  private weak var clip: CLIPModel?
  private let seconds: [Double?]
  private let isEpochOpen: Bool

  /// - Throws: E0405 if memory runs out for the copies.
  public init(_ trainer: Trainer) throws {
    let contents = try Checkpoint.contents(model: trainer.model, trainer: trainer)
    tensors = try contents.tensors.map { ($0.0, try $0.1.copy()) }
    metadata = Dictionary(contents.metadata) { _, last in last }
    data = trainer.data
    validation = trainer.options.keepBest?.data
    clip = trainer.model.clip
    keptClip = trainer.isFinished ? nil : trainer.model.clip
    seconds = trainer.records.map(\.seconds)
    isEpochOpen = trainer.isEpochOpen
  }

  /// The size of the copies in bytes.
  public var byteCount: Int { tensors.reduce(0) { $0 + $1.value.count * MemoryLayout<Float>.stride } }

  /// Restores the training into a model and a trainer without steps.
  ///
  /// - Returns: notes, as sentences.
  /// - Throws: E0708 for another model, other data or options; the model is not changed then.
  public func restore(into trainer: Trainer) throws -> [String] {
    guard let clip else {
      throw Failure(
        "E0708",
        "the CLIP model of this run is no longer available, so it cannot be compared with the current one",
        help: "resume with the model of this run, or from a checkpoint file")
    }
    var entries = metadata
    let stored = StoredTensors(tensors, metadata: [:])
    if clip !== trainer.model.clip {
      let trained = TrainedWeights(of: trainer.model)
      entries["clip"] = try clip.contentHash { name in
        trained.place(of: name).flatMap { try? stored.tensor($0) }
      }
    }
    func add(_ split: DataSplit, _ name: String) throws {
      for (key, value) in Checkpoint.entries(of: try split.identity(), name) { entries[key] = value }
    }
    let now = trainer.options.keepBest?.data
    if data !== trainer.data { try add(data, "data") }
    if let validation, let now, validation !== now { try add(validation, "keep_best") }
    // Values that are not compared are equal.
    for (name, text) in [("clip", "this one"), ("data", "these"), ("data_parts", "{}")] {
      entries[name] = entries[name] ?? text
    }
    var file = try CheckpointFile(StoredTensors(tensors, metadata: entries))
    file.isOfThisClip = clip === trainer.model.clip
    file.isOfThisData = data === trainer.data
    file.isOfThisValidation = validation === now
    let notes = try Checkpoint.restore(file, model: trainer.model, trainer: trainer, base: trainer.base).notes
    for (place, seconds) in seconds.enumerated() where place < trainer.records.count {
      trainer.records[place].seconds = seconds
    }
    trainer.isEpochOpen = isEpochOpen
    return notes
  }
}

/// Tensors in memory as a file of them.
///
/// - Safety: it is immutable, and its tensors are not written to.
private final class StoredTensors: TensorFile, @unchecked Sendable {
  let path = "the run"
  let tensors: [TensorDescription]
  let others: [(name: String, reason: String)] = []
  let unread: [UnreadTensor] = []
  private let values: [String: Tensor]
  private let entries: [String: String]

  init(_ list: [(name: String, value: Tensor)], metadata: [String: String]) {
    tensors = list.map {
      TensorDescription(name: $0.name, type: .f32, shape: $0.value.shape, count: $0.value.count)
    }
    values = Dictionary(list.map { ($0.name, $0.value) }) { first, _ in first }
    entries = metadata
  }

  func metadata(_ key: String) -> String? { entries[key] }

  func tensor(_ name: String) throws -> Tensor {
    guard let value = values[name] else {
      throw Failure("E0502", "\(path) contains no tensor \(name)", help: "train again")
    }
    return try value.copy()
  }
}
