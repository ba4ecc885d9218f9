import MocoAutograd
import MocoBase
import MocoCLIP
import MocoData
import MocoFormats
import MocoMethods
import MocoTensor

/// A safetensors file from which a training continues bit for bit: parameters, optimizer state, position and
/// epochs, and as metadata the configuration, the names of classes and groups, the hashes of weights and data,
/// and the computing environment.
///
/// Tensors: `model.<parameter>`, `optimizer.<place>.<buffer>`; with `keepBest` also `best.<parameter>`,
/// with an average `average.<parameter>`.
///
/// Version 1 had no parameter names of the optimizer, no records of epochs, no information about programs and kernels, and
/// another hash of data.
public enum Checkpoint {
  /// The format name in the metadata of every checkpoint.
  public static let format = "moco-checkpoint"
  /// The version for writing; versions from 1 on can be read.
  public static let version = 2

  /// Differences between a checkpoint and a model that a program can allow.
  public enum Difference: String, Sendable, CaseIterable {
    /// Other CLIP weights.
    case clip
    /// Other classes, or other classes of the class loss.
    case classes
    /// Options that change the predictions of the restored parameters.
    case options
  }

  /// The result of a restore.
  public struct Restored: Sendable {
    /// The names of restored parameters.
    public let loaded: [String]
    /// Parameters of the model that are missing in the file, or have another shape there.
    public let missing: [String]
    /// Tensors of the file that do not exist in the model.
    public let unexpected: [String]
    /// Tensors of the file that are not needed: those that the model computes, and the frozen model.
    public let ignored: [String]
    /// Notes about reordering, differences and checks that were not possible, as sentences.
    public let notes: [String]
    /// The configuration in the file, null for a file of another program.
    public let configuration: Json
    /// The number of steps of the saved training; nil if missing.
    public let step: Int?
    /// The epoch in a checkpoint of another program.
    public let epoch: Int?
  }

  /// Writes the model, and with a trainer or an optimizer also the state of the training.
  ///
  /// - Parameter base: the classes of the class loss, if a program has set them.
  /// - Throws: E0504 if the file cannot be written; an existing file is not changed then.
  public static func save(
    path: String, model: any Classifier, trainer: Trainer? = nil, optimizer: Optimizer? = nil,
    base: [String]? = nil, notes: [(String, String)] = []
  ) throws {
    let made = try contents(model: model, trainer: trainer, optimizer: optimizer, base: base)
    var metadata = made.metadata
    metadata.append(("clip", try trainer?.clipHash() ?? model.clip.contentHash()))
    if let trainer {
      let identity = try trainer.dataIdentity()
      metadata += entries(of: identity, "data")
      if let keepBest = trainer.options.keepBest {
        let judged = try keepBest.data.identity()
        metadata += entries(of: judged, "keep_best")
      }
    }
    try SafetensorsWriter.write(path: path, tensors: made.tensors, metadata: metadata + notes)
  }

  static func entries(of identity: DataIdentity, _ name: String) -> [(String, String)] {
    [(name, identity.hash), ("\(name)_parts", identity.json.serialized())]
  }

  /// The contents of a checkpoint, except the hashes of weights and data.
  static func contents(
    model: any Classifier, trainer: Trainer?, optimizer: Optimizer? = nil, base: [String]? = nil
  ) throws -> (tensors: [SafetensorsWriter.Item], metadata: [(String, String)]) {
    let own = model.trainableParameters.map { (name: $0.name, value: $0.variable.value) }
    var tensors: [SafetensorsWriter.Item] = (trainer?.standing() ?? own).map {
      ("model." + $0.name, $0.value, .f32)
    }
    var metadata: [(String, String)] = [
      ("format", format), ("version", String(version)), ("kind", model.method.kind),
      ("configuration", model.configuration.serialized()),
      ("classes", names(model.classes)),
      ("trained", Json.array((trainer?.scope ?? model.trained).places.map { .int($0) }).serialized()),
      ("clip_computes", computes(model.clip).serialized()),
      ("made_with", Environment.current.json.serialized()),
    ]
    if let base = base ?? trainer?.base { metadata.append(("base", names(base))) }
    if let optimizer = trainer?.optimizer ?? optimizer {
      for (name, tensor) in try optimizer.exportState() {
        tensors.append(("optimizer." + name, tensor, .f32))
      }
      metadata.append(("optimizer", optimizer.settings.configuration.serialized()))
      metadata.append(("optimizer_steps", optimizer.exportCounts.serialized()))
      metadata.append(("optimizer_parameters", names(parameterNames(of: optimizer, in: model))))
    }
    if let trainer {
      if let best = trainer.best {
        for (parameter, value) in zip(trainer.model.parameters, best.values) {
          tensors.append(("best." + parameter.name, value, .f32))
        }
      }
      if let average = trainer.average {
        for (parameter, value) in zip(trainer.model.parameters, average.values) {
          tensors.append(("average." + parameter.name, value, .f32))
        }
      }
      metadata += [
        ("position", trainer.position.serialized()),
        ("training", trainer.options.configuration.serialized()),
        ("scheduled", trainer.plan.scheduledJson.serialized()),
        ("records", TrainingRecords.json(trainer.records).serialized()),
      ]
      if let planned = model as? any Planned { metadata.append(("memory", String(planned.memory))) }
    }
    return (tensors, metadata)
  }

  /// Checks before the training that the checkpoint can be written.
  ///
  /// - Throws: E0504.
  public static func requireWritable(_ path: String) throws {
    switch FileSystem.kind(path) {
    case .folder:
      throw Failure(
        "E0504", "cannot write \(path): it is a folder", help: "use another file name")
    // A device or a pipe is opened only once, for writing.
    case .other: return
    case .missing, .file: try AtomicFile(path: path).discard()
    }
  }

  private static func names(_ list: [String]) -> String {
    Json.array(list.map { .string($0) }).serialized()
  }

  /// The names of the optimizer's parameters: the model's names, or their own.
  static func parameterNames(of optimizer: Optimizer, in model: any Classifier) -> [String] {
    let own = model.trainableParameters
    return optimizer.parameters.map { parameter in
      own.first { $0.variable === parameter.variable }?.name ?? parameter.name
    }
  }

  /// Settings other than weights that affect the results of a CLIP model.
  static func computes(_ clip: CLIPModel) -> Json {
    let config = clip.config
    var object = JsonObject([
      ("activation", .string(config.activation.rawValue)),
      ("layer_norm_eps", .double(Double(config.layerNormEps))),
      ("heads", [.int(config.vision.heads), .int(config.text.heads)]),
      ("mean", .array(config.mean.map { .double(Double($0)) })),
      ("std", .array(config.std.map { .double(Double($0)) })),
    ])
    if clip.imagePrecision != .float32 { object["image_precision"] = .string(clip.imagePrecision.rawValue) }
    // Most models have the same image transform.
    if config.images != ImageTransform() { object["images"] = .string("\(config.images)") }
    return .object(object)
  }
}

/// The environment that affects the last bits of a training, besides the program: moco's version, and the arithmetic, which
/// is moco's own or that of an OpenBLAS.
struct Environment: Equatable {
  let moco: String
  /// The value of `KernelFamily.arithmetic`.
  let arithmetic: String

  static var current: Environment {
    Environment(moco: MocoVersion.text, arithmetic: KernelFamily.arithmetic)
  }

  init(moco: String, arithmetic: String) { (self.moco, self.arithmetic) = (moco, arithmetic) }

  init?(_ json: Json) {
    guard let moco = json["moco"]?.stringValue else { return nil }
    if let arithmetic = json["arithmetic"]?.stringValue {
      self.init(moco: moco, arithmetic: arithmetic)
    } else if let vectors = json["vectors"]?.stringValue, let blas = json["OpenBLAS"]?.stringValue {
      // The format of version 0.1.
      self.init(moco: moco, arithmetic: "\(vectors) kernels, OpenBLAS \(blas)")
    } else {
      return nil
    }
  }

  var json: Json { ["moco": .string(moco), "arithmetic": .string(arithmetic)] }

  /// The note for a training that was saved in `self` and continues in this environment; nil without differences.
  func note(path: String, here: Environment = .current) -> String? {
    var found: [String] = []
    if moco != here.moco { found.append("moco \(moco), now \(here.moco)") }
    if arithmetic != here.arithmetic { found.append("\(arithmetic), now \(here.arithmetic)") }
    guard !found.isEmpty else { return nil }
    return
      "\(path) was created with \(found.joined(separator: "; ")): the training continues, but not bit for bit"
  }
}

/// The version of moco and its standard library, which ship together.
public enum MocoVersion {
  /// Major, minor and patch number.
  public static let text = "0.1.0"
}
