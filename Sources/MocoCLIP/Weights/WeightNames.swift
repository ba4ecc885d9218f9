/// Translates the names of weight files into the canonical ones, OpenAI's.
package enum WeightNames {
  /// How a tensor of a file maps to (a part of) a parameter.
  package enum Part: Equatable {
    case whole
    /// The file stores the transposed matrix.
    case transposed
    /// One of the three row blocks of `in_proj`: query, key, value.
    case block(Int)
    /// Rows of Long-CLIP's positions from the 21st on; the first 20 come from the other table.
    case later
  }

  /// The meaning of a tensor's name.
  package enum Meaning: Equatable {
    case parameter(String, Part)
    /// Known and not needed; the reason is for `clip.info`.
    case ignored(String)
    case unknown
  }

  /// The meaning of the name `raw`.
  package static func meaning(_ raw: String) -> Meaning {
    let name = Substring(withoutWrappers(raw))
    if let reason = ignored(name) { return .ignored(reason) }
    if isCanonical(name) { return .parameter(String(name), .whole) }
    // open_clip's CustomTextCLIP keeps the text tower under `text.`.
    if name.hasPrefix("text."), isCanonical(name.dropFirst(5)), !name.dropFirst(5).hasPrefix("visual.") {
      return .parameter(String(name.dropFirst(5)), .whole)
    }
    if name == "positional_embedding_res" || name == "text.positional_embedding_res" {
      return .parameter("positional_embedding", .later)
    }
    if let (canonical, part) = huggingFace(name) { return .parameter(canonical, part) }
    return .unknown
  }

  /// Whether Hugging Face's names are used.
  static func isHuggingFace(_ raw: String) -> Bool {
    raw.contains("text_model.") || raw.contains("vision_model.") || raw.hasSuffix("visual_projection.weight")
  }

  private static func ignored(_ name: Substring) -> String? {
    if name.hasSuffix("position_ids") { return "position ids, implied" }
    switch name.split(separator: ".").last ?? "" {
    case "input_resolution", "context_length", "vocab_size": return "a size, known from the shapes"
    case "attn_mask": return "the mask, implied"
    case "num_batches_tracked": return "a count of training batches"
    default: return nil
    }
  }

  // MARK: OpenAI, open_clip

  private static let plain: Set<String> = [
    "token_embedding.weight", "positional_embedding", "ln_final.weight", "ln_final.bias", "text_projection",
    "logit_scale", "visual.conv1.weight", "visual.class_embedding", "visual.positional_embedding",
    "visual.ln_pre.weight", "visual.ln_pre.bias", "visual.ln_post.weight", "visual.ln_post.bias",
    "visual.proj",
  ]

  private static let inBlock: Set<String> = [
    "ln_1.weight", "ln_1.bias", "attn.in_proj_weight", "attn.in_proj_bias", "attn.out_proj.weight",
    "attn.out_proj.bias", "ln_2.weight", "ln_2.bias", "mlp.c_fc.weight", "mlp.c_fc.bias", "mlp.c_proj.weight",
    "mlp.c_proj.bias",
  ]

  static func isCanonical(_ name: Substring) -> Bool {
    if plain.contains(String(name)) || isResNet(name) { return true }
    guard let (_, rest) = layer(name) else { return false }
    return inBlock.contains(String(rest))
  }

  /// Number and rest of `[visual.]transformer.resblocks.N.rest`.
  static func layer(_ name: Substring) -> (number: Int, rest: Substring)? {
    let text = name.hasPrefix("visual.") ? name.dropFirst(7) : name
    return numbered(text, after: "transformer.resblocks.")
  }

  static func numbered(_ name: Substring, after prefix: String) -> (number: Int, rest: Substring)? {
    guard name.hasPrefix(prefix) else { return nil }
    let text = name.dropFirst(prefix.count)
    guard let dot = text.firstIndex(of: ".") else { return nil }
    let digits = text[..<dot]
    // At most four digits: a model with 10,000 layers is not valid.
    guard !digits.isEmpty, digits.count <= 4, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let number = Int(digits)
    else { return nil }
    return (number, text[text.index(after: dot)...])
  }

  // MARK: Hugging Face

  private static let huggingFacePlain: [String: (String, Part)] = [
    "logit_scale": ("logit_scale", .whole),
    "text_projection.weight": ("text_projection", .transposed),
    "visual_projection.weight": ("visual.proj", .transposed),
    "text_model.embeddings.token_embedding.weight": ("token_embedding.weight", .whole),
    "text_model.embeddings.position_embedding.weight": ("positional_embedding", .whole),
    "text_model.final_layer_norm.weight": ("ln_final.weight", .whole),
    "text_model.final_layer_norm.bias": ("ln_final.bias", .whole),
    "vision_model.embeddings.class_embedding": ("visual.class_embedding", .whole),
    "vision_model.embeddings.patch_embedding.weight": ("visual.conv1.weight", .whole),
    "vision_model.embeddings.position_embedding.weight": ("visual.positional_embedding", .whole),
    // The misspelling is in the original.
    "vision_model.pre_layrnorm.weight": ("visual.ln_pre.weight", .whole),
    "vision_model.pre_layrnorm.bias": ("visual.ln_pre.bias", .whole),
    "vision_model.post_layernorm.weight": ("visual.ln_post.weight", .whole),
    "vision_model.post_layernorm.bias": ("visual.ln_post.bias", .whole),
  ]

  private static let huggingFaceInBlock: [String: (String, Part)] = [
    "layer_norm1.weight": ("ln_1.weight", .whole), "layer_norm1.bias": ("ln_1.bias", .whole),
    "layer_norm2.weight": ("ln_2.weight", .whole), "layer_norm2.bias": ("ln_2.bias", .whole),
    "mlp.fc1.weight": ("mlp.c_fc.weight", .whole), "mlp.fc1.bias": ("mlp.c_fc.bias", .whole),
    "mlp.fc2.weight": ("mlp.c_proj.weight", .whole), "mlp.fc2.bias": ("mlp.c_proj.bias", .whole),
    "self_attn.out_proj.weight": ("attn.out_proj.weight", .whole),
    "self_attn.out_proj.bias": ("attn.out_proj.bias", .whole),
    "self_attn.q_proj.weight": ("attn.in_proj_weight", .block(0)),
    "self_attn.k_proj.weight": ("attn.in_proj_weight", .block(1)),
    "self_attn.v_proj.weight": ("attn.in_proj_weight", .block(2)),
    "self_attn.q_proj.bias": ("attn.in_proj_bias", .block(0)),
    "self_attn.k_proj.bias": ("attn.in_proj_bias", .block(1)),
    "self_attn.v_proj.bias": ("attn.in_proj_bias", .block(2)),
  ]

  private static func huggingFace(_ name: Substring) -> (String, Part)? {
    if let known = huggingFacePlain[String(name)] { return known }
    for (prefix, tower) in [("text_model.", ""), ("vision_model.", "visual.")] where name.hasPrefix(prefix) {
      // transformers 5 saves AltCLIP's image tower under `encoder.layer.`.
      let inner = name.dropFirst(prefix.count)
      guard
        let (number, rest) = numbered(inner, after: "encoder.layers.")
          ?? numbered(inner, after: "encoder.layer."),
        let (canonical, part) = huggingFaceInBlock[String(rest)]
      else { return nil }
      return ("\(tower)transformer.resblocks.\(number).\(canonical)", part)
    }
    return nil
  }

  /// The tensors of a parameter with Hugging Face's names: one, or three blocks.
  static func huggingFaceNames(_ canonical: String) -> [String] {
    if let plain = huggingFacePlain.first(where: { $0.value.0 == canonical })?.key { return [plain] }
    guard let (number, rest) = layer(Substring(canonical)) else { return [canonical] }
    let tower = canonical.hasPrefix("visual.") ? "vision_model" : "text_model"
    let names = huggingFaceInBlock.filter { $0.value.0 == rest }.keys.sorted()
    return names.isEmpty ? [canonical] : names.map { "\(tower).encoder.layers.\(number).\($0)" }
  }

  // MARK: Other architectures

  /// Whether a tensor is needed if only images are encoded: tensors of the image tower, and the scale.
  static func isOfImages(_ raw: String) -> Bool {
    if case .parameter(let name, _) = meaning(raw) {
      return name.hasPrefix("visual.") || name == "logit_scale"
    }
    let name = withoutWrappers(raw)
    return ["visual.", "visual_projection.", "vision_model."].contains { name.hasPrefix($0) }
  }

  /// Whether a tensor belongs to trained prompts, as CoOp and the mixture's authors name them.
  static func isPrompt(_ raw: String) -> Bool {
    raw.split(separator: ".").dropLast().contains("prompt_learner")
      || raw.split(separator: ".").last.map { $0 == "ctx" || $0.hasPrefix("ctx_") } ?? false
  }

  /// Whether a tensor belongs to a supported tower.
  static func isTower(_ raw: String) -> Bool {
    if case .parameter(let name, _) = meaning(raw) { name != "logit_scale" } else { false }
  }

  /// Whether a leftover tensor belongs to a tower, so that ignoring it would give wrong results.
  static func isStructural(_ name: String) -> Bool {
    ["resblocks.", "encoder.layers.", "visual.", "vision_model.", "text_model."].contains {
      name.contains($0)
    }
  }
}
