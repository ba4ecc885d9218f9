import CKernels
import MocoBase
import MocoFormats
import MocoTensor

extension CLIPModel {
  /// Options that override the files.
  public struct LoadOptions: Sendable {
    /// The non-linearity of both towers; nil for the configuration's, or else QuickGELU.
    public var activation: Activation?
    /// Attention heads of the image tower; nil for the configuration's, or else the width of its rows
    /// / 64.
    public var visionHeads: Int?
    /// Attention heads of the text tower; nil for the configuration's, or else the width of its rows
    /// / 64.
    public var textHeads: Int?
    /// The prefix of the model's tensor names, if a file contains several models; nil to detect it.
    public var prefix: String?
    /// Prefixes of the names of tensors to ignore.
    public var ignore: [String] = []
    /// Whether NaN and infinity in the weights are an error. Checked when a model is loaded: one pass
    /// over the weights, which the first encoding would read anyway, and the error names file
    /// and tensor. Later, a NaN feature would not show its origin.
    public var checksFinite = true

    /// Options; missing values are taken from the files.
    public init(
      activation: Activation? = nil, visionHeads: Int? = nil, textHeads: Int? = nil, prefix: String? = nil,
      ignore: [String] = [], checksFinite: Bool = true
    ) {
      self.activation = activation
      self.visionHeads = visionHeads
      self.textHeads = textHeads
      self.prefix = prefix
      self.ignore = ignore
      self.checksFinite = checksFinite
    }
  }

  /// The key of our own configuration in a safetensors file's metadata.
  static let metadataKey = "moco.clip"

  /// Loads a model from a file, or from a folder with its configuration: OpenAI's, open_clip's, Hugging
  /// Face's or moco's naming, in a safetensors file or one written by PyTorch.
  ///
  /// - Parameter tokenizerDirectory: the folder with the vocabulary (stdlib/tokenizer).
  /// - Throws: E0501, E0502 for files; E0601 if tensors are missing (all are named); E0602 for shapes and
  ///   types; E0605 for another architecture; E0606 for weights that are NaN or infinite.
  public static func load(
    path: String, tokenizerDirectory: String? = nil, options: LoadOptions = LoadOptions()
  ) throws -> CLIPModel {
    let folder = try WeightFolder(path: path)
    let files = try folder.files.map { try TensorFiles.open($0, arrays: false) }
    let own = files.lazy.compactMap { $0.metadata(metadataKey) }.first
    let selection = try WeightSelection(files: files, path: path, options: options)
    let names = selection.names
    let naming = WeightTable.naming(names, isOwn: own != nil)
    var notes: [String] = []
    var unknown: [String] = []
    var table: WeightTable
    var config: CLIPConfig
    var declared = DeclaredSizes()
    if let own {
      let json = try Json.parse(own, name: "\(path) (configuration)")
      config = try CLIPConfig(json: json, source: "\(path) (configuration)")
      table = try WeightTable(
        selection, path: path, naming: naming, withoutText: config.withoutText != nil)
      if let activation = options.activation {
        config.activation = activation
        config.text.activation = nil
      }
      if let heads = options.visionHeads { config.vision.heads = heads }
      if let heads = options.textHeads { config.text.heads = heads }
      notes.append("sizes, heads, activation and normalization from the file's own configuration")
    } else {
      declared = try declaredSizes(folder, naming, names)
      if declared.withoutText == nil { declared.withoutText = ModelFamily.foreignText(names) }
      table = try WeightTable(
        selection, path: path, naming: naming, withoutText: declared.withoutText != nil)
      config = try CLIPConfig(table: table, declared: declared, options: options)
      notes = declared.notes
      unknown = declared.unknown
      if let source = declared.images {
        let images = try DeclaredImages(
          source, size: config.vision.imageSize, channels: config.vision.channels)
        (config.images, config.mean, config.std) = (images.transform, images.mean, images.std)
        notes += images.notes
      }
    }
    if let reason = config.withoutText { notes.insert("images only: \(reason)", at: 0) }
    if !unknown.isEmpty { notes.append("unknown options, ignored: \(unknown.joined(separator: ", "))") }
    if let activation = options.activation {
      notes.append("activation \(activation.displayName), as requested")
    }
    let source = declared.source.isEmpty ? path + (own == nil ? "" : " (configuration)") : declared.source
    try config.validate(as: source) { declared.option($0) }

    var tensors: [String: Tensor] = [:]
    var shapes = config.parameterShapes
    if config.withoutText != nil, table.sources["logit_scale"] == nil {
      // An image tower that was saved separately has none, and no feature depends on it.
      shapes.removeAll { $0.name == "logit_scale" }
      tensors["logit_scale"] = try Tensor([CLIPModel.initialScale], shape: [])
      notes.append("no logit_scale in the file: \(CLIPModel.initialScale) is used, CLIP's initial value")
    }
    try requireComplete(
      &table, shapes.map(\.name), selection, declared: declared,
      source: own == nil ? nil : "the configuration in it")
    try table.requireMasks(config, declared: declared.options[.causal].map { "\(declared.source): \($0)" })
    try table.requireNothingForeign(config)
    notes = selection.notes + notes + table.notes
    if table.hasLongPositions {
      notes.append(
        "Long-CLIP: the first \(WeightTable.keptPositions) positions from one table, the later ones from the other"
      )
    }
    var used: [WeightInfo.Use] = []
    for (name, shape) in shapes {
      try Cancellation.check()
      tensors[name] = try table.tensor(name, shape: shape, checksFinite: options.checksFinite)
      if let sources = table.sources[name], let first = sources.first {
        used.append(
          WeightInfo.Use(parameter: name, sources: sources.map(\.entry.name), type: first.entry.type))
      }
    }
    if let scale = try tensors["logit_scale"]?.toFloats().first, scale > Kernels.unary(.log, 100) {
      guard Kernels.unary(.exp, scale).isFinite else {
        throw Failure(
          "E0606", "\(path): logit_scale is \(scale), and exp(logit_scale) is not a finite number",
          help: "save the model again with a logit_scale of about 4.6, or use another file")
      }
      notes.append("exp(logit_scale) is above 100, CLIP's limit in training; it is used unchanged")
    }
    let model = try CLIPModel(config: config, tensors: tensors, tokenizerDirectory: tokenizerDirectory)
    model.info = WeightInfo(
      paths: folder.files, naming: table.naming, used: used, unused: table.unused, notes: notes,
      unknownOptions: unknown, prefix: selection.prefix, isLong: table.hasLongPositions)
    if own == nil, options.activation == nil, declared.vision.activation == nil,
      !names.contains("input_resolution"), !table.hasLongPositions
    {
      model.info?.assumedActivation = config.activation
    }
    return model
  }

  private static func declaredSizes(
    _ folder: WeightFolder, _ naming: WeightInfo.Naming, _ names: [String]
  ) throws -> DeclaredSizes {
    if let config = folder.openClip, naming == .openAI {
      return try DeclaredSizes(openClip: config, path: folder.path("open_clip_config.json"))
    }
    if let config = folder.huggingFace, naming == .huggingFace {
      let processor = folder.imageProcessor
      var declared = try DeclaredSizes(
        huggingFace: config, processor: processor.options, tokenizer: folder.tokenizer,
        path: folder.path("config.json"))
      declared.notes += processor.notes
      return declared
    }
    // Weights without a known name: the configuration identifies them.
    if let config = folder.huggingFace, !names.contains(where: WeightNames.isTower) {
      let path = folder.path("config.json")
      if let family = try ModelFamily.huggingFace(ConfigReader(config, source: path)) {
        throw family.refusal(path)
      }
    }
    var declared = DeclaredSizes()
    declared.notes = [
      "no configuration next to the weights: QuickGELU and width / 64 heads are used, as in OpenAI's models"
    ]
    let processor = folder.imageProcessor
    if naming == .huggingFace, let options = processor.options {
      try declared.readProcessor(options.json, path: options.path)
      declared.notes += processor.notes
    }
    // These files belong to weights with other names.
    let isOther = naming != .huggingFace
    let passedOver = [
      ("open_clip_config.json", folder.openClip), ("config.json", folder.huggingFace),
      ("preprocessor_config.json", isOther ? folder.preprocessor : nil),
      ("processor_config.json", isOther ? folder.processor : nil),
    ].filter { $0.1 != nil }.map(\.0)
    if !passedOver.isEmpty {
      declared.notes[0] =
        "\(passedOver.joined(separator: ", ")) next to the weights: ignored, because the weights have \(naming.rawValue) names;"
        + " QuickGELU and width / 64 heads are used, as in OpenAI's models"
    }
    return declared
  }

  /// Lists everything that is missing, and rejects layers that the model would not use.
  private static func requireComplete(
    _ table: inout WeightTable, _ names: [String], _ selection: WeightSelection, declared: DeclaredSizes,
    source: String?
  ) throws {
    let path = table.path
    let missing = names.flatMap { table.missing($0) }
    guard missing.isEmpty else {
      let wanted = Set(names.filter { !table.missing($0).isEmpty })
      let elsewhere = selection.outside.first { item in
        guard case .parameter(let name, _)? = WeightNames.located(item.name)?.meaning else { return false }
        return wanted.contains(name)
      }
      throw Failure.missingTensors(
        missing, path: path, more: elsewhere.map { "\($0.shown) is outside the model" })
    }
    let extra = Set(table.sources.keys).subtracting(names)
    guard !extra.contains(where: WeightNames.isStructural) else {
      let list = extra.filter(WeightNames.isStructural).sorted()
      let isOfImages = list.allSatisfy { $0.hasPrefix("visual.") }
      let size = isOfImages ? DeclaredSizes.Size.visionLayers : .textLayers
      let place =
        declared.source.isEmpty ? "\(path): \(source ?? "its configuration")" : declared.place(size)
      throw Failure(
        "E0602",
        "\(place) leaves no layer for \(list.prefix(4).joined(separator: ", "))"
          + (list.count > 4 ? " and \(list.count - 4) more" : ""),
        help: table.layers(isOfImages ? "visual." : "").map {
          "set the number of layers to \($0) if the configuration belongs to these weights"
        } ?? "download the weights and their configuration again, both from the same model")
    }
    table.leaveOut(extra)
  }
}

extension WeightTable {
  static func requireFinite(_ tensor: Tensor, name: String, path: String) throws {
    try tensor.contiguous().withFloats { floats in
      guard let base = floats.baseAddress else { return }
      let index = moco_first_nonfinite(base, floats.count)
      guard index == floats.count else {
        throw Failure(
          "E0606",
          "\(path): \(name) contains \(floats[index].isNaN ? "NaN" : "infinity") (element \(index))",
          help: "download the file again, or continue the training from an earlier checkpoint")
      }
    }
  }
}
