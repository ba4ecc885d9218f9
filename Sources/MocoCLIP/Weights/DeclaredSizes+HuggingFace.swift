import MocoBase

extension DeclaredSizes {
  /// Reads config.json, in which towers leave out the defaults of their library.
  ///
  /// - Parameters:
  ///   - processor: the image processor, with the name of its file.
  ///   - tokenizer: tokenizer_config.json.
  /// - Throws: E0605 for another kind of model, and for options that cannot be used.
  init(
    huggingFace config: Json, processor: (json: Json, path: String)?, tokenizer: Json?, path: String
  ) throws {
    source = path
    let file = try ConfigReader(config, source: path)
    if let family = try ModelFamily.huggingFace(file) {
      guard let reason = family.imagesOnly else { throw family.refusal(path) }
      withoutText = reason
    }
    embedDim = try file.int("projection_dim")
    options[.embedding] = file.path("projection_dim")
    if try file.string("model_type") == ModelFamily.imageTowerType {
      // The entire file is the tower's configuration.
      try readVision(file)
    } else {
      try ConfigSection.huggingFace.check(file, unknown: &unknown)
      try readVision(try DeclaredSizes.tower(file, "vision_config"))
      let text = try DeclaredSizes.tower(file, "text_config")
      if withoutText == nil, let size = try text.int("vocab_size"), size > Tokenizer.fullVocabularySize {
        withoutText = "its vocabulary has \(size) ids, CLIP's has \(Tokenizer.fullVocabularySize)"
      }
      if withoutText == nil { withoutText = DeclaredSizes.foreignTokenizer(tokenizer) }
      if withoutText == nil { try readText(text) }
    }
    noteActivation(from: "config.json")
    if let processor { try readProcessor(processor.json, path: processor.path) }
  }

  /// Keeps an image processor's options for when the tower's size is known.
  mutating func readProcessor(_ json: Json, path: String) throws {
    let reader = try ConfigReader(json, source: path)
    try ConfigSection.imageProcessor.check(reader, unknown: &unknown)
    images = .huggingFace(reader)
  }

  /// The options of one tower. `text_config_dict` is a complete configuration: if it exists, `text_config` is
  /// not read.
  private static func tower(_ file: ConfigReader, _ name: String) throws -> ConfigReader {
    let whole = "\(name)_dict"
    return try file.optionalMember(file.value(whole) == nil ? name : whole)
  }

  /// Why texts cannot be encoded, if the tokenizer next to the weights is not CLIP's.
  private static func foreignTokenizer(_ config: Json?) -> String? {
    guard let name = config?["tokenizer_class"]?.stringValue, !name.contains("CLIP") else { return nil }
    let foreign = [
      "Albert", "Bart", "Bert", "Camembert", "DistilBert", "Electra", "GPT2", "Gemma", "Llama", "MBart",
      "MPNet",
      "MT5", "Qwen", "Roberta", "Siglip", "T5", "XLMRoberta",
    ]
    guard foreign.contains(where: { name.hasPrefix($0) }) else { return nil }
    return "its tokenizer is a \(name), not CLIP's"
  }

  private mutating func readVision(_ reader: ConfigReader) throws {
    let section = ConfigSection.huggingFaceVision
    try section.check(reader, unknown: &unknown)
    for (size, key) in [
      (Size.visionLayers, "num_hidden_layers"), (.visionWidth, "hidden_size"),
      (.visionHeads, "num_attention_heads"), (.imageSize, "image_size"), (.patchSize, "patch_size"),
      (.channels, "num_channels"), (.visionMLP, "intermediate_size"),
    ] { options[size] = reader.path(key) }
    vision = try readTower(reader, section, heads: 12)
    imageSize = try reader.side("image_size")
    patchSize = try reader.side("patch_size")
    channels = try reader.int("num_channels")
  }

  private mutating func readText(_ reader: ConfigReader) throws {
    let section = ConfigSection.huggingFaceText
    try section.check(reader, unknown: &unknown)
    for (size, key) in [
      (Size.textLayers, "num_hidden_layers"), (.textWidth, "hidden_size"),
      (.textHeads, "num_attention_heads"), (.context, "max_position_embeddings"), (.vocabulary, "vocab_size"),
      (.textMLP, "intermediate_size"),
    ] { options[size] = reader.path(key) }
    text = try readTower(reader, section, heads: 8)
    context = try reader.int("max_position_embeddings")
    vocabulary = try reader.int("vocab_size")
    // Files from before 2023 contain 2: then the largest id is read, which is [end].
    let end = (vocabulary ?? Tokenizer.fullVocabularySize) - 1
    let value = reader.value("eos_token_id")
    let ids = value?.arrayValue?.map(\.intValue) ?? value.map { [$0.intValue] } ?? []
    if let value,
      ids.count != 1 || !(ids[0] == 2 || ids[0] == end || ids[0] == Tokenizer.fullVocabularySize - 1)
    {
      throw section.refusal(
        reader, "eos_token_id", value, "set it to \(end) if its texts end with CLIP's own [end]")
    }
  }

  private func readTower(_ reader: ConfigReader, _ section: ConfigSection, heads: Int) throws -> Tower {
    var tower = Tower(
      width: try reader.int("hidden_size"), layers: try reader.int("num_hidden_layers"),
      heads: try reader.int("num_attention_heads") ?? heads, mlpWidth: try reader.int("intermediate_size"),
      layerNormEps: try reader.double("layer_norm_eps").map { Float($0) })
    let name = try reader.string("hidden_act") ?? "quick_gelu"
    switch name {
    case "quick_gelu": tower.activation = .quickGelu
    case "gelu": tower.activation = .gelu
    case "gelu_new", "gelu_pytorch_tanh": tower.activation = .geluTanh
    default:
      throw section.refusal(
        reader, "hidden_act", .string(name),
        "use a model with quick_gelu, gelu, gelu_new or gelu_pytorch_tanh")
    }
    return tower
  }
}
