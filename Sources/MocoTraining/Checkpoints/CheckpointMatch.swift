import MocoBase
import MocoFormats
import MocoMethods
import MocoTensor

/// Matches the tensors of a checkpoint with a model's parameters: moco's own, CoOp's, and the mixture authors'.
///
/// Rows of moco's own files are matched by the names of groups and classes, see `CheckpointNames`.
/// Other programs name parameters `prompt_learner.ctx`, or `ctx` if they save the prompts separately, possibly
/// after `module.`. They may also save the frozen CLIP model: that part must equal the current model.
struct CheckpointMatch {
  private(set) var values: [(Parameter, Tensor)] = []
  /// Parameters of the model that are missing in the file, or have another shape there.
  private(set) var missing: [String] = []
  /// Tensors of the file that do not exist in the model.
  private(set) var unexpected: [String] = []
  /// Tensors of the file that the model computes.
  private(set) var ignored: [String] = []
  /// Mismatches, as sentences.
  private(set) var faults: [String] = []
  /// Whether the file contains parts of a frozen CLIP model, to compare with the current one.
  private(set) var holdsTowers = false
  private var help: String?

  private let file: any TensorFile
  private let model: any Classifier

  init(_ file: any TensorFile, model: any Classifier, names: CheckpointNames) throws {
    self.file = file
    self.model = model
    var open: [(raw: String, name: String)] = []
    var places: [String: String] = [:]
    for tensor in file.tensors {
      let name = CheckpointMatch.stripped(tensor.name)
      open.append((tensor.name, name))
      places[name] = places[name] ?? tensor.name
    }
    var used = Set<String>()
    for parameter in model.trainableParameters {
      let place = names.place(of: parameter.name)
      let candidates = place.map { place in ["model.", "prompt_learner.", ""].map { $0 + place.name } } ?? []
      guard let raw = candidates.lazy.compactMap({ places[$0] }).first else {
        missing.append(parameter.name)
        let other = file.unread.first { candidates.contains(CheckpointMatch.stripped($0.name)) }
        faults.append(
          other.map { "\($0.name) is \($0.kind), which cannot be read" } ?? "\(parameter.name) is missing")
        continue
      }
      used.insert(raw)
      try take(raw, for: parameter, rows: place?.rows)
    }
    let counts = Dictionary(file.tensors.map { ($0.name, $0.count) }) { first, _ in first }
    for (raw, name) in open where !used.contains(raw) {
      if counts[raw] == 0 || CheckpointMatch.isOfNoUse(name, to: model) {
        ignored.append(raw)
      } else if let ours = CheckpointMatch.clipName(name), let variable = try? model.clip.parameter(ours) {
        holdsTowers = true
        if try equals(raw, variable.value) {
          ignored.append(raw)
        } else {
          unexpected.append(raw)
          faults.append("\(raw) differs from the CLIP model's")
          if ours.contains(".ln_1.") || ours.contains(".ln_2.") {
            help =
              "it contains trained LayerNorms of the image tower: create the mixture with vision_layernorm: true"
          }
        }
      } else {
        unexpected.append(raw)
        faults.append("\(raw) does not exist in the model")
      }
    }
  }

  /// The remedy for the mismatches, if known.
  var advice: String? { help }

  private mutating func take(_ raw: String, for parameter: Parameter, rows: [Int?]?) throws {
    let tensor = try file.tensor(raw)
    let shape = parameter.variable.value.shape
    // w is [1, D] in the authors' checkpoints. The number of contexts may differ; a
    // router must have the same number of experts.
    let mayBeLonger = rows != nil && model.classRows.contains(parameter.name)
    let fits =
      tensor.shape == shape || (rows == nil && tensor.shape == [1] + shape)
      || (mayBeLonger && tensor.shape.count == shape.count && tensor.shape.dropFirst() == shape.dropFirst())
    guard fits else {
      missing.append(parameter.name)
      faults.append("\(raw) has shape \(Shape.text(tensor.shape)), the model expects \(Shape.text(shape))")
      if let advice = model.advice(saved: tensor.shape) { help = advice }
      return
    }
    guard try allFinite(tensor) else {
      throw Failure(
        "E0708", "\(file.path): \(raw) contains NaN or infinity",
        help: "use another checkpoint: the file is corrupted, or the training diverged")
    }
    guard let rows else {
      values.append((parameter, try tensor.reshaped(shape).contiguous()))
      return
    }
    if rows.allSatisfy({ $0 == nil }) {
      missing.append(parameter.name)
      faults.append("\(parameter.name) is missing")
      return
    }
    values.append((parameter, try CheckpointMatch.rows(rows, of: tensor, else: parameter.variable.value)))
    let without = rows.indices.filter { rows[$0] == nil }
    if !without.isEmpty {
      missing.append("\(parameter.name)[\(without.map(String.init).joined(separator: ", "))]")
    }
  }

  /// The rows of a tensor in another order. Shape: [F, …] → [rows, …]
  ///
  /// - Parameter other: the rows that are missing in the tensor. Shape: [rows, …]
  /// - Throws: E0708 for an index out of range.
  static func rows(_ rows: [Int?], of tensor: Tensor, else other: Tensor) throws -> Tensor {
    let count = tensor.shape.first ?? 0
    let width = count > 0 ? tensor.count / count : 0
    return try tensor.withFloats { source in
      try other.withFloats { own in
        var values: [Float] = []
        values.reserveCapacity(rows.count * width)
        for (row, place) in rows.enumerated() {
          let from = place ?? row
          let limit = place == nil ? own.count : source.count
          guard from >= 0, (from + 1) * width <= limit else {
            throw Failure("E0708", "the checkpoint has no row \(from)")
          }
          let range = from * width..<(from + 1) * width
          values.append(contentsOf: place == nil ? own[range] : source[range])
        }
        return try Tensor(values, shape: [rows.count] + tensor.shape.dropFirst())
      }
    }
  }

  // MARK: Names

  /// Without the prefixes of wrappers in training programs.
  private static func stripped(_ raw: String) -> String {
    var name = Substring(raw)
    while let prefix = ["module.", "_orig_mod."].first(where: { name.hasPrefix($0) }) {
      name = name.dropFirst(prefix.count)
    }
    return String(name)
  }

  /// Tensors that are computed from the class names and the frozen model, unused ones of the method's authors,
  /// and the state of an optimizer.
  private static func isOfNoUse(_ name: String, to model: any Classifier) -> Bool {
    if name.hasPrefix("optimizer.") || name.hasPrefix("best.")
      || name.hasPrefix("average.")
    {
      return true
    }
    let last = name.hasPrefix("prompt_learner.") ? name.dropFirst("prompt_learner.".count) : Substring(name)
    return model.method.storage.unread.contains { last.hasPrefix($0) }
      || Methods.all.contains { $0.storage.derived.contains { last.hasPrefix($0) } }
  }

  /// The parameter of CLIP with `name` in the towers of other programs.
  private static func clipName(_ name: String) -> String? {
    if name.hasPrefix("image_encoder.") { return "visual." + name.dropFirst("image_encoder.".count) }
    if name.hasPrefix("text_encoder.") { return String(name.dropFirst("text_encoder.".count)) }
    return name == "logit_scale" || name == "token_embedding.weight" ? name : nil
  }

  /// Whether a tensor of the file has the same values, within the precision of its type.
  private func equals(_ raw: String, _ value: Tensor) throws -> Bool {
    let tensor = try file.tensor(raw)
    guard tensor.shape == value.shape || (tensor.count == 1 && value.count == 1) else { return false }
    let (relative, absolute): (Float, Float)
    switch file.tensors.first(where: { $0.name == raw })?.type {
    case .f16: (relative, absolute) = (0x1p-10, 0x1p-24)
    case .bf16: (relative, absolute) = (0x1p-7, 0)
    default: (relative, absolute) = (0, 0)
    }
    return try tensor.withFloats { a in
      try value.withFloats { b in
        for (x, y) in zip(a, b) where !(abs(x - y) <= absolute + relative * abs(y)) { return false }
        return true
      }
    }
  }
}
