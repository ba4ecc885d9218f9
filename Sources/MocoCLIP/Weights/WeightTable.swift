import MocoBase
import MocoFormats
import MocoTensor

/// The tensors of one or several weight files, by canonical names.
struct WeightTable {
  struct Source {
    let file: any TensorFile
    let entry: TensorDescription
    let part: WeightNames.Part
  }

  private(set) var sources: [String: [Source]] = [:]
  private(set) var unused: [(name: String, reason: String)] = []
  /// Tensors that are not a parameter, and whether they come after the model's prefix.
  private var foreign: [(entry: TensorDescription, isInside: Bool)] = []
  /// The masks that the files contain as buffers.
  private(set) var masks: [WeightSelection.Item] = []
  /// Assumptions, as sentences.
  private(set) var notes: [String] = []
  let naming: WeightInfo.Naming
  let path: String

  /// Whose names the tensors have.
  static func naming(_ names: [String], isOwn: Bool) -> WeightInfo.Naming {
    isOwn ? .moco : names.contains(where: WeightNames.isHuggingFace) ? .huggingFace : .openAI
  }

  /// Sorts the tensors.
  ///
  /// - Parameter withoutText: whether only the image tower is needed; everything else is ignored then.
  /// - Throws: E0605 for another architecture and for parts inside the towers that are unknown, E0602 if two
  ///   tensors are the same parameter or a parameter is stored in an unsupported form.
  init(
    _ selection: WeightSelection, path: String, naming: WeightInfo.Naming, withoutText: Bool = false
  ) throws {
    self.path = path
    self.naming = naming
    unused = selection.unused
    if let family = ModelFamily.named(selection.names) { throw family.refusal(path) }
    var structural: [String] = []
    for item in selection.items {
      if withoutText, !WeightNames.isOfImages(item.name) {
        unused.append((item.entry.name, "part of the text tower, which is not used"))
        continue
      }
      switch WeightNames.meaning(item.name) {
      case .parameter(let name, let part):
        sources[name, default: []].append(Source(file: item.file, entry: item.entry, part: part))
      case .ignored(let reason):
        if item.name.hasSuffix("attn_mask") { masks.append(item) }
        unused.append((item.entry.name, reason))
      case .unknown:
        if WeightNames.isStructural(item.name) { structural.append(item.entry.name) }
        sort(item, isInside: true)
      }
    }
    let scale = try takeScale(selection)
    for item in selection.outside where item.key != scale {
      if selection.isChosen {
        unused.append((item.entry.name, "not under the prefix \"\(selection.prefix)\""))
      } else {
        sort(item, isInside: false)
      }
    }
    try sort(selection.unread, isChosen: selection.isChosen, withoutText: withoutText)
    guard structural.isEmpty || sources.isEmpty else { throw WeightTable.variant(structural, path: path) }
    for name in sources.keys.sorted() { try checkParts(of: name) }
  }

  /// If a model has no scale and exactly one is outside it, as in wrapping modules, that one is used.
  ///
  /// - Returns: the key of the tensor that was taken.
  private mutating func takeScale(_ selection: WeightSelection) throws -> String? {
    guard !selection.isChosen, !sources.isEmpty else { return nil }
    let places = selection.outside.map { WeightNames.located(WeightNames.withoutWrappers($0.name)) }
    let lone = zip(selection.outside, places).filter { item, place in
      guard let place, case .parameter("logit_scale", _) = place.meaning, item.entry.count == 1 else {
        return false
      }
      return item.entry.type.isFloating && places.count { $0?.prefix == place.prefix } == 1
    }.map(\.0)
    guard let item = lone.first else { return nil }
    if let own = sources["logit_scale"]?.first {
      let mine = WeightSelection.Item(file: own.file, entry: own.entry, name: "logit_scale")
      for item in lone where try !WeightSelection.isSame(mine, item) {
        notes.append("\(item.shown) is outside the model and ignored: the model's own scale is used")
      }
      return nil
    }
    guard lone.count == 1 else { return nil }
    sources["logit_scale"] = [Source(file: item.file, entry: item.entry, part: .whole)]
    notes.append("the scale is \(item.shown), which is outside the model")
    return item.key
  }

  /// Tensors that are not a parameter: harmless, or of a kind that may affect results.
  private mutating func sort(_ item: WeightSelection.Item, isInside: Bool) {
    let entry = item.entry
    if let reason = WeightNames.harmless(entry.name, count: entry.count) {
      unused.append((entry.name, reason))
    } else if case .ignored(let reason) = WeightNames.meaning(item.name) {
      unused.append((entry.name, reason))
    } else if entry.type.isFloating, entry.count > 1 {
      foreign.append((entry, isInside))
    } else if !isInside, WeightNames.located(entry.name) != nil {
      unused.append((entry.name, "outside the model"))
    } else {
      unused.append((entry.name, entry.count == 0 ? "empty" : "not part of CLIP"))
    }
  }

  private mutating func sort(
    _ unread: [(file: any TensorFile, name: String, tensor: UnreadTensor, isInside: Bool)], isChosen: Bool,
    withoutText: Bool
  ) throws {
    for (file, name, tensor, isInside) in unread {
      let isWanted = isInside && (!withoutText || WeightNames.isOfImages(name))
      if case .parameter = WeightNames.meaning(name), isWanted {
        throw Failure(
          "E0602", "\(file.path): \(tensor.name) is \(tensor.kind), which is not supported",
          help: "save the model with its weights as float32, float16 or bfloat16")
      }
      if isWanted || (!isInside && !isChosen && WeightNames.isStructural(name)), !sources.isEmpty,
        WeightNames.harmless(tensor.name, count: 2) == nil, !tensor.kind.lowercased().hasSuffix("uint64"),
        !tensor.kind.hasSuffix("U64")
      {
        throw WeightTable.variant([tensor.name], path: path)
      }
      unused.append((tensor.name, "\(tensor.kind), which is not supported"))
    }
  }

  /// Checks several tensors for one parameter: the blocks of a matrix, Long-CLIP's two tables, or duplicates.
  private mutating func checkParts(of name: String) throws {
    guard var parts = sources[name], parts.count > 1 else { return }
    var kept: [Source] = []
    for source in parts {
      guard let twin = kept.first(where: { $0.part == source.part }) else {
        kept.append(source)
        continue
      }
      let pair = [twin, source].map { WeightSelection.Item(file: $0.file, entry: $0.entry, name: name) }
      guard try WeightSelection.isSame(pair[0], pair[1]) else {
        throw WeightTable.contested(name, parts, path: path)
      }
      unused.append((source.entry.name, "the same values as \(twin.entry.name)"))
    }
    parts = kept
    if let later = parts.first(where: { $0.part == .later }), parts.count == 2,
      let first = parts.first(where: { $0.part == .whole })
    {
      guard first.entry.shape == later.entry.shape else {
        throw Failure.shapeMismatch(
          name: later.entry.name, found: later.entry.shape, expected: first.entry.shape, path: path)
      }
      sources[name] = [first, later]
      return
    }
    guard parts.count <= 3, parts.count == 1 || parts.allSatisfy({ $0.part.isBlock }) else {
      throw WeightTable.contested(name, parts, path: path)
    }
    sources[name] = parts
  }

  private static func contested(_ name: String, _ parts: [Source], path: String) -> Failure {
    let names = parts.map(\.entry.name).sorted().joined(separator: ", ")
    return Failure(
      "E0602", "\(path): \(names) are the same parameter, \(name)",
      help: "use the files of one model only, or ignore the other tensors: ignore: [\"their names\"]")
  }

  // MARK: Unknown tensors

  private static func variant(_ names: [String], path: String) -> Failure {
    let list = names.prefix(8).joined(separator: ", ")
    let more = names.count > 8 ? " and \(names.count - 8) more" : ""
    if let class_ = names.first(where: { $0.contains("cls_emb") }) {
      return Failure(
        "E0605",
        "\(path): \(class_) is a class token after the text; its position depends on the padding of texts",
        help: "use a model without embed_cls in its text_cfg; this kind of text tower is not supported")
    }
    if names.contains(where: WeightNames.isMergeable) {
      return Failure(
        "E0605", "\(path): it contains adapters that are not merged into the weights: \(list)\(more)",
        help: "merge them in Python (model.merge_and_unload() of peft) and save the model; or ignore them:"
          + " load_clip(…, ignore: [\(leaving(names))])")
    }
    if names.contains(where: WeightNames.isAdapter) {
      return Failure(
        "E0605",
        "\(path): it contains adapters, extra layers that are not supported: \(list)\(more)",
        help:
          "load the model without adapters; or ignore them, which gives the features from before they were"
          + " trained: load_clip(…, ignore: [\(leaving(names))])")
    }
    return Failure(
      "E0605",
      "\(path): this is a variant of CLIP with unsupported parts: \(list)\(more)",
      help: "use plain CLIP weights; or, if the model's features do not depend on them, ignore them:"
        + " load_clip(…, ignore: [\(leaving(names))])")
  }

  /// The names for `ignore:`. Full names, because a shorter prefix could also match a parameter.
  private static func leaving(_ names: [String]) -> String {
    names.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ") + (names.count > 8 ? ", …" : "")
  }

  /// Rejects floating-point tensors that are not a parameter and may affect results: all under the
  /// model's prefix, and elsewhere those with a size of its towers.
  ///
  /// - Throws: E0605 that lists them.
  mutating func requireNothingForeign(_ config: CLIPConfig) throws {
    var widths: Set<Int> = [config.embedDim, config.vision.width, config.vision.mlpWidth]
    if config.vision.isResNet { widths.insert(config.vision.pooledWidth) }
    if config.withoutText == nil { widths.formUnion([config.text.width, config.text.mlpWidth]) }
    var refused: [String] = []
    for (entry, isInside) in foreign {
      if isInside || WeightNames.isAdapter(entry.name) || entry.shape.contains(where: widths.contains) {
        refused.append(entry.name)
      } else {
        unused.append((entry.name, "outside the model, and no size of its towers"))
      }
    }
    guard refused.isEmpty else { throw WeightTable.variant(refused, path: path) }
  }

  /// The shape of a parameter after joining its tensors; nil if tensors are missing.
  func shape(_ name: String) -> [Int]? {
    guard let parts = sources[name], let first = parts.first else { return nil }
    switch first.part {
    case .later: return nil
    case .whole:
      // Some programs store a number as [], others as [1].
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

  /// The missing tensors of a parameter, by the names in these files.
  func missing(_ name: String) -> [String] {
    let isTheirs = naming == .huggingFace
    guard let parts = sources[name], parts.first?.part != .later else {
      return isTheirs ? WeightNames.huggingFaceNames(name) : [name]
    }
    guard parts.contains(where: { $0.part.isBlock }), parts.count < 3 else { return [] }
    return WeightNames.huggingFaceNames(name).filter { theirs in
      guard case .parameter(_, let part) = WeightNames.meaning(theirs) else { return false }
      return !parts.contains { $0.part == part }
    }
  }

  /// The names of all tensors, parameters or not.
  var allNames: [String] {
    sources.values.flatMap { $0.map(\.entry.name) } + foreign.map(\.entry.name) + unused.map(\.name)
  }

  /// The highest layer number plus one, of a tower (`""` or `"visual."`).
  func layers(_ tower: String) -> Int? {
    sources.keys
      .filter { $0.hasPrefix(tower + "transformer.resblocks.") }
      .compactMap { WeightNames.layer(Substring($0))?.number }
      .max().map { $0 + 1 }
  }

  /// Blocks of each stage of a ModifiedResNet; nil for another image tower.
  var stages: [Int]? {
    var stages = [0, 0, 0, 0]
    for name in sources.keys {
      guard let (stage, block, _) = WeightNames.resnetBlock(Substring(name)) else { continue }
      stages[stage] = max(stages[stage], block + 1)
    }
    return stages.contains { $0 > 0 } ? stages : nil
  }

  /// Moves the parameters that the model does not have to `unused`.
  mutating func leaveOut(_ names: Set<String>) {
    for name in names.sorted() {
      for source in sources[name] ?? [] { unused.append((source.entry.name, "the model has no such layer")) }
      sources[name] = nil
    }
  }

  // MARK: Reading

  /// Reads one parameter as float32.
  ///
  /// - Throws: E0602 for a wrong shape or a type that is not floating point, E0606 for NaN or infinity.
  func tensor(_ name: String, shape expected: [Int], checksFinite: Bool) throws -> Tensor {
    guard let parts = sources[name], let first = parts.first else {
      throw Failure.missingTensors([name], path: path)
    }
    for source in parts where !source.entry.type.isFloating {
      throw Failure(
        "E0602", "\(source.file.path): \(source.entry.name) is stored as \(source.entry.type.rawValue)",
        help: "save the weights as float32, float16, bfloat16 or float64")
    }
    guard let found = shape(name), found == expected else {
      throw Failure.shapeMismatch(
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
    case .later: return try Tensor.zeros(shape)
    case .whole:
      if parts.count == 2 { return try longPositions(parts, shape: shape) }
      let tensor = try first.file.tensor(first.entry.name)
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

extension WeightTable {
  /// The number of positions that Long-CLIP keeps from the first of its two tables (Zhang et al. 2024, arXiv 2403.15378).
  static let keptPositions = 20

  /// Long-CLIP's positions: the first of one table, the later ones of the other.
  private func longPositions(_ parts: [Source], shape: [Int]) throws -> Tensor {
    let first = try parts[0].file.tensor(parts[0].entry.name)
    let later = try parts[1].file.tensor(parts[1].entry.name)
    let result = try Tensor.zeros(shape)
    let width = shape.last ?? 0
    try result.withMutableFloats { out in
      for (index, table) in [first, later].enumerated() {
        try table.withFloats { values in
          for i in out.indices
          where i < values.count && (i / max(width, 1) < WeightTable.keptPositions) == (index == 0) {
            out[i] = values[i]
          }
        }
      }
    }
    return result
  }

  /// Whether the positions are Long-CLIP's two tables.
  var hasLongPositions: Bool { sources["positional_embedding"]?.contains { $0.part == .later } ?? false }
}

extension WeightNames.Part {
  var isBlock: Bool { if case .block = self { true } else { false } }

  /// The shape that this part of a parameter of `shape` has in the file.
  func shape(_ shape: [Int]) -> [Int] {
    switch self {
    case .whole, .later: shape
    case .transposed: shape.reversed()
    case .block: shape.isEmpty ? [] : [shape[0] / 3] + shape.dropFirst()
    }
  }
}
