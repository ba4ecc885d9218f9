import MocoTensor

/// The tensors of one or several weight files under their canonical names.
struct WeightTable {
  struct Source {
    let file: any TensorFile
    let entry: TensorDescription
    let part: WeightNames.Part
  }

  private(set) var sources: [String: [Source]] = [:]
  private(set) var unused: [(name: String, reason: String)] = []
  let naming: WeightInfo.Naming
  let path: String

  /// Whose names the tensors have.
  static func naming(_ names: [String], isOwn: Bool) -> WeightInfo.Naming {
    isOwn ? .moco : names.contains(where: WeightNames.isHuggingFace) ? .huggingFace : .openAI
  }

  /// Sorts the files' tensors.
  ///
  /// - Parameter withoutText: whether only the image tower is wanted; all else is left out then.
  /// - Throws: E0605 for another architecture, E0602 if two tensors claim one place.
  init(files: [any TensorFile], path: String, naming: WeightInfo.Naming, withoutText: Bool = false) throws {
    self.path = path
    self.naming = naming
    let names = files.flatMap { $0.tensors.map(\.name) }
    if let family = ModelFamily.named(names) { throw family.refusal(path) }
    if names.contains(where: WeightNames.isPrompt), !names.contains(where: WeightNames.isTower) {
      throw CLIPError(
        code: "E0605", "\(path): this is a checkpoint of prompts, not a CLIP model",
        help:
          "load the CLIP model that they were trained with, make the coop or mixture, and restore the file into it"
      )
    }
    var structural: [String] = []
    for file in files {
      unused += file.others
      for entry in file.tensors {
        if withoutText, !WeightNames.isOfImages(entry.name) {
          unused.append((entry.name, "of the text tower, which is not used"))
          continue
        }
        switch WeightNames.meaning(entry.name) {
        case .parameter(let name, let part):
          sources[name, default: []].append(Source(file: file, entry: entry, part: part))
        case .ignored(let reason): unused.append((entry.name, reason))
        case .unknown:
          unused.append((entry.name, "no part of CLIP"))
          if WeightNames.isStructural(entry.name) { structural.append(entry.name) }
        }
      }
    }
    guard structural.isEmpty || sources.isEmpty else {
      let list = structural.prefix(8).joined(separator: ", ")
      let more = structural.count > 8 ? " and \(structural.count - 8) more" : ""
      throw CLIPError(
        code: "E0605",
        "\(path): this is a variant of CLIP with parts that are not known here: \(list)\(more)",
        help: "leaving them out would give wrong numbers; load plain CLIP weights")
    }
    for (name, parts) in sources {
      let isComplete = Set(parts.map { "\($0.part)" }).count == parts.count
      guard isComplete, parts.count <= 3, parts.count == 1 || parts.allSatisfy({ $0.part.isBlock }) else {
        let names = parts.map(\.entry.name).sorted().joined(separator: ", ")
        throw CLIPError(
          code: "E0602", "\(path): \(names) are the same parameter, \(name)",
          help: "give one model's files only")
      }
    }
  }

  /// The shape that a parameter has once it is put together; nil if tensors are missing.
  func shape(_ name: String) -> [Int]? {
    guard let parts = sources[name], let first = parts.first else { return nil }
    switch first.part {
    case .whole:
      // A number is kept as [] by some and as [1] by others.
      return name == "logit_scale" && first.entry.shape == [1] ? [] : first.entry.shape
    case .transposed: return first.entry.shape.reversed()
    case .block:
      guard parts.count == 3, let rows = first.entry.shape.first,
        parts.allSatisfy({ $0.entry.shape == first.entry.shape })
      else { return nil }
      // An empty matrix may have any number of rows.
      let (all, overflow) = rows.multipliedReportingOverflow(by: 3)
      return overflow ? nil : [all] + first.entry.shape.dropFirst()
    }
  }

  /// What the files lack of a parameter, under the names that they would use.
  func missing(_ name: String) -> [String] {
    guard let parts = sources[name] else { return [name] }
    guard parts.contains(where: { $0.part.isBlock }), parts.count < 3 else { return [] }
    let letters = ["q", "k", "v"]
    return letters.indices.filter { block in !parts.contains { $0.part == .block(block) } }
      .map { "\(name) (its \(letters[$0])_proj)" }
  }

  /// The highest layer number and one, of a tower (`""` or `"visual."`).
  func layers(_ tower: String) -> Int? {
    sources.keys
      .filter { $0.hasPrefix(tower + "transformer.resblocks.") }
      .compactMap { WeightNames.layer(Substring($0))?.number }
      .max().map { $0 + 1 }
  }

  /// Blocks of each stage of a ModifiedResNet; nil if the image tower is none.
  var stages: [Int]? {
    var stages = [0, 0, 0, 0]
    for name in sources.keys {
      guard let (stage, block, _) = WeightNames.resnetBlock(Substring(name)) else { continue }
      stages[stage] = max(stages[stage], block + 1)
    }
    return stages.contains { $0 > 0 } ? stages : nil
  }

  /// Moves the parameters that the model has no place for to `unused`.
  mutating func leaveOut(_ names: Set<String>) {
    for name in names.sorted() {
      for source in sources[name] ?? [] { unused.append((source.entry.name, "the model has no such layer")) }
      sources[name] = nil
    }
  }

  // MARK: Reading

  /// Reads one parameter as float32.
  ///
  /// - Throws: E0602 for a wrong shape or a type that is no floating point, E0606 for NaN or infinity.
  func tensor(_ name: String, shape expected: [Int], checksFinite: Bool) throws -> Tensor {
    guard let parts = sources[name], let first = parts.first else {
      throw CLIPError.missingTensors([name], path: path)
    }
    for source in parts where !source.entry.type.isFloating {
      throw CLIPError(
        code: "E0602", "\(source.file.path): \(source.entry.name) is stored as \(source.entry.type.rawValue)",
        help: "weights are F32, F16, BF16 or F64")
    }
    guard let found = shape(name), found == expected else {
      throw CLIPError.shapeMismatch(
        name: first.entry.name, found: first.entry.shape, expected: first.part.shape(expected),
        path: first.file.path)
    }
    let tensor = try assemble(parts, shape: expected)
    if checksFinite { try WeightTable.requireFinite(tensor, name: first.entry.name, path: first.file.path) }
    return tensor
  }

  private func assemble(_ parts: [Source], shape: [Int]) throws -> Tensor {
    guard let first = parts.first else { return try Tensor.zeros(shape) }
    switch first.part {
    case .whole:
      let tensor = try first.file.tensor(first.entry.name, isMapped: true)
      return tensor.shape == shape ? tensor : try tensor.reshaped(shape)
    case .transposed:
      return try first.file.tensor(first.entry.name).transposed().contiguous()
    case .block:
      let result = try Tensor.zeros(shape)
      let size = result.count / 3
      for source in parts {
        guard case .block(let block) = source.part else { continue }
        let part = try source.file.tensor(source.entry.name)
        try part.withFloats { floats in
          try result.withMutableFloats { out in
            guard let from = floats.baseAddress, let to = out.baseAddress, floats.count == size else {
              return
            }
            (to + block * size).update(from: from, count: size)
          }
        }
      }
      return result
    }
  }
}

extension WeightNames.Part {
  var isBlock: Bool { if case .block = self { true } else { false } }

  /// The shape that this part of a parameter of `shape` has in the file.
  func shape(_ shape: [Int]) -> [Int] {
    switch self {
    case .whole: shape
    case .transposed: shape.reversed()
    case .block: shape.isEmpty ? [] : [shape[0] / 3] + shape.dropFirst()
    }
  }
}
