import MocoBase

extension DeclaredSizes {
  /// Reads open_clip_config.json, with or without its `model_cfg`.
  ///
  /// - Throws: E0605 for towers that are not CLIP's, and for options that cannot be used.
  init(openClip config: Json, path: String) throws {
    source = path
    let file = try ConfigReader(config, source: path)
    let isWhole = file.value("model_cfg") != nil
    let model = isWhole ? try file.member("model_cfg") : file
    if isWhole { try ConfigSection.openClip.check(file, unknown: &unknown) }
    if let family = ModelFamily.openClip(model) { throw family.refusal(path) }
    if isWhole {
      try ConfigSection.openClipModel.check(model, unknown: &unknown)
    } else {
      let inner = ConfigSection.openClipModel
      try ConfigSection(
        inner.title, owner: inner.owner, inner.keys + ConfigSection.openClip.keys
      ).check(model, unknown: &unknown)
    }
    embedDim = try model.int("embed_dim")
    options[.embedding] = model.path("embed_dim")
    let isQuick = try model.bool("quick_gelu") ?? false
    try readVision(model.member("vision_cfg"), isQuick: isQuick)
    try readText(model.member("text_cfg"), isQuick: isQuick)

    let preprocess = try file.optionalMember("preprocess_cfg")
    try ConfigSection.openClipPreprocess.check(preprocess, unknown: &unknown)
    images = .openClip(preprocess)
    noteActivation(from: "open_clip_config.json")
  }

  private mutating func readVision(_ reader: ConfigReader, isQuick: Bool) throws {
    let section = ConfigSection.openClipVision
    try section.check(reader, unknown: &unknown)
    for (size, key) in [
      (Size.visionLayers, "layers"), (.visionWidth, "width"), (.visionHeadWidth, "head_width"),
      (.imageSize, "image_size"), (.patchSize, "patch_size"), (.channels, "in_chans"),
    ] { options[size] = reader.path(key) }
    // A list of layers means a ModifiedResNet.
    if reader.value("layers")?.arrayValue != nil {
      stages = try reader.ints("layers")
    } else {
      vision.layers = try reader.int("layers")
    }
    vision.width = try reader.int("width")
    vision.headWidth = try reader.int("head_width") ?? 64
    imageSize = try reader.side("image_size")
    // A ModifiedResNet has no patches; 32 pixels of it become one row.
    patchSize = stages == nil ? try reader.side("patch_size") : nil
    channels = try reader.int("in_chans")
    try readBlocks(reader, section, isQuick: isQuick, into: &vision)
    guard stages == nil else { return }
    switch try reader.string("pool_type") {
    case "tok"?, nil: break
    case "avg"?:
      visionPool = .average
      notes.append("the feature is the mean of the patches (pool_type avg)")
    case let other?:
      throw section.refusal(
        reader, "pool_type", .string(other), "use a model with pool_type tok or avg")
    }
    normsAfterPool = try reader.bool("final_ln_after_pool") ?? false
    hasPreNorm = try !(reader.bool("no_ln_pre") ?? false)
  }

  private mutating func readText(_ reader: ConfigReader, isQuick: Bool) throws {
    let section = ConfigSection.openClipText
    withoutText = try DeclaredSizes.foreignText(reader)
    // An unused text tower cannot cause wrong results.
    guard withoutText == nil else { return }
    try section.check(reader, unknown: &unknown)
    for (size, key) in [
      (Size.textLayers, "layers"), (.textWidth, "width"), (.textHeads, "heads"), (.context, "context_length"),
      (.vocabulary, "vocab_size"),
    ] { options[size] = reader.path(key) }
    text.width = try reader.int("width")
    text.layers = try reader.int("layers")
    text.heads = try reader.int("heads") ?? 8
    context = try reader.int("context_length")
    vocabulary = try reader.int("vocab_size")
    try readBlocks(reader, section, isQuick: isQuick, into: &text)
    isCausal = try !(reader.bool("no_causal_mask") ?? false)
    if !isCausal { options[.causal] = reader.path("no_causal_mask") }
    if !isCausal {
      notes.append("every token attends to the entire text, including padding (no_causal_mask)")
    }
    let pool = try reader.string("pool_type")
    switch pool {
    case "argmax"?, nil: break
    case "first"?: textPool = .first
    case "last"?: textPool = .last
    case "eos"?:
      let id = try reader.int("eos_id") ?? 2
      guard id == (vocabulary ?? Tokenizer.fullVocabularySize) - 1 else {
        throw section.refusal(
          reader, "eos_id", .int(id), "set pool_type to argmax if its texts end with CLIP's own [end]")
      }
    case let other?:
      throw section.refusal(
        reader, "pool_type", .string(other), "use a model with pool_type argmax, first or last")
    }
    if textPool != .end {
      notes.append("the feature of a text is its \(textPool.rawValue) position (pool_type)")
    }
  }

  /// `act_kwargs` and `norm_kwargs`, of both towers.
  private func readBlocks(
    _ reader: ConfigReader, _ section: ConfigSection, isQuick: Bool, into tower: inout Tower
  ) throws {
    tower.activation = isQuick ? .quickGelu : .gelu
    tower.mlpRatio = try reader.double("mlp_ratio").map { ($0, reader.path("mlp_ratio")) }
    let act = try reader.optionalMember("act_kwargs")
    for (key, value) in act.object where !value.isNull {
      guard key == "approximate", !isQuick, let word = value.stringValue, ["none", "tanh"].contains(word)
      else { throw section.refusal(act, key, value, "use a model with plain GELU or QuickGELU") }
      if word == "tanh" { tower.activation = .geluTanh }
    }
    let norm = try reader.optionalMember("norm_kwargs")
    for (key, value) in norm.object where !value.isNull && key != "eps" {
      throw section.refusal(norm, key, value)
    }
    tower.layerNormEps = try norm.double("eps").map { Float($0) }
  }

  /// Why texts cannot be encoded, though images can; nil for CLIP's own text tower and tokenizer.
  private static func foreignText(_ reader: ConfigReader) throws -> String? {
    if let name = try reader.string("hf_model_name"), !name.isEmpty {
      return "its text tower is \(name), not CLIP's"
    }
    if let name = try reader.string("hf_tokenizer_name"), !isClipTokenizer(name) {
      return "its tokenizer is \(name), not CLIP's"
    }
    if let size = try reader.int("vocab_size"), size > Tokenizer.fullVocabularySize {
      return "its vocabulary has \(size) ids, CLIP's has \(Tokenizer.fullVocabularySize)"
    }
    let options = try reader.optionalMember("tokenizer_kwargs")
    for (key, value) in options.object where !value.isNull {
      switch (key, value.stringValue) {
      // Texts that are too long are an error in moco, so it does not matter how other programs truncate them.
      case ("clean", "lower"), ("reduction_mask", _), ("context_length", _): continue
      // Options that strip the end of a text, or add tokens, change the text.
      case ("strip_sep_token", _) where value.boolValue == false: continue
      case ("additional_special_tokens", _) where value.arrayValue?.isEmpty == true: continue
      default: return "its tokenizer uses \(key) \(value.serialized()), CLIP's does not"
      }
    }
    return nil
  }

  /// Names under which CLIP's own tokenizer is published.
  private static func isClipTokenizer(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.isEmpty || name.hasPrefix("openai/clip-vit") || name.hasPrefix("laion/clip-vit")
  }
}
