import MocoBase

/// A kind of model that is not CLIP, identified by its files.
struct ModelFamily {
  /// Its name as the end of a sentence: `a SigLIP model`.
  let name: String
  /// How it differs, in one clause.
  let difference: String
  /// Why only images can be encoded, if its image tower is CLIP's; nil if nothing can be used.
  var imagesOnly: String?

  func refusal(_ path: String) -> Failure {
    Failure(
      "E0605", "\(path): this is \(name), not a CLIP model: \(difference)",
      help:
        "use a CLIP model, or compute features with the program that made the model and use dataset(features: …)"
    )
  }

  // MARK: Hugging Face

  private static let types: [(type: String, name: String, difference: String)] = [
    ("siglip", "a SigLIP model", "it pools images by attention and its text tower is not causal"),
    ("siglip2", "a SigLIP 2 model", "it pools images by attention and its text tower is not causal"),
    ("align", "an ALIGN model", "its towers are an EfficientNet and BERT"),
    ("blip", "a BLIP model", "its text tower is BERT"),
    ("blip-2", "a BLIP-2 model", "it has a Q-Former and a language model"),
    ("instructblip", "an InstructBLIP model", "it has a Q-Former and a language model"),
    ("bridgetower", "a BridgeTower model", "its towers exchange states"),
    ("clap", "a CLAP model", "it is for sound"),
    ("clipseg", "a CLIPSeg model", "it segments images"),
    ("flava", "a FLAVA model", "its towers are ViT and BERT"),
    ("groupvit", "a GroupViT model", "its image tower groups patches"),
    ("owlvit", "an OWL-ViT model", "it detects objects"),
    ("owlv2", "an OWLv2 model", "it detects objects"),
    ("xclip", "an X-CLIP model", "it is for videos"),
    ("aimv2", "an AIMv2 model", "its towers have another structure"),
    ("kosmos-2", "a Kosmos-2 model", "it has a language model"),
    ("llava", "a LLaVA model", "it has a language model"),
    ("vision-text-dual-encoder", "a pair of arbitrary towers", "its towers keep their own names"),
    ("clip_text_model", "CLIP's text tower alone", "it has no image tower"),
    ("dinov2", "a DINOv2 model", "it has no text tower"),
    ("vit", "a ViT", "it has no text tower"),
    ("convnext", "a ConvNeXt", "it has no text tower"),
  ]

  /// The type of an image tower that was saved without a text tower.
  static let imageTowerType = "clip_vision_model"

  private static let imageTowers: [(type: String, name: String, reason: String)] = [
    (imageTowerType, "CLIP's image tower alone", "it is CLIP's image tower alone"),
    ("metaclip_2", "a MetaCLIP 2 model", "it is a MetaCLIP 2 model with the vocabulary of XLM-V"),
    ("chinese_clip", "a Chinese CLIP model", "it is a Chinese CLIP model with BERT as its text tower"),
    ("altclip", "an AltCLIP model", "it is an AltCLIP model with XLM-RoBERTa as its text tower"),
  ]

  /// - Throws: E0605 if `model_type` is not a string.
  static func huggingFace(_ config: ConfigReader) throws -> ModelFamily? {
    guard let type = try config.string("model_type"), type != "clip" else { return nil }
    if let known = imageTowers.first(where: { $0.type == type }) {
      return ModelFamily(
        name: known.name, difference: "its tensors are not named as expected, or its projection is missing",
        imagesOnly: known.reason)
    }
    if let known = types.first(where: { $0.type == type }) {
      return ModelFamily(name: known.name, difference: known.difference)
    }
    return ModelFamily(name: "a model of the type \(type)", difference: "its towers are not supported")
  }

  // MARK: open_clip

  private static let timm: [(part: String, name: String)] = [
    ("siglip", "a SigLIP model"), ("eva", "an EVA-CLIP model"), ("convnext", "a ConvNeXt CLIP model"),
    ("fastvit", "a MobileCLIP model"), ("mci", "a MobileCLIP model"), ("vitamin", "a ViTamin model"),
    ("nextvit", "a NextViT CLIP model"), ("efficientnet", "an EfficientNet CLIP model"),
    ("swin", "a Swin CLIP model"), ("naflex", "a NaFlex model"),
  ]

  /// The family by `vision_cfg.timm_model_name` and `multimodal_cfg`.
  static func openClip(_ model: ConfigReader) -> ModelFamily? {
    if model.value("multimodal_cfg") != nil {
      return ModelFamily(name: "a CoCa model", difference: "it pools by attention and has a text decoder")
    }
    guard let tower = model.value("vision_cfg")?["timm_model_name"]?.stringValue, !tower.isEmpty else {
      return nil
    }
    let known = timm.first { tower.lowercased().contains($0.part) }
    return ModelFamily(
      name: known?.name ?? "a model with a tower of timm's", difference: "its image tower is \(tower)")
  }

  // MARK: Names of tensors

  /// The family by the tensor names, if there is no configuration.
  static func named(_ names: [String]) -> ModelFamily? {
    for name in names {
      if name.contains("vision_model.head.") || name.contains("text_model.head.") {
        return ModelFamily(
          name: "a SigLIP model", difference: "it pools images by attention and its text tower is not causal")
      }
      if name.contains("visual.trunk.") {
        return ModelFamily(
          name: "a model with a tower of timm's",
          difference: "SigLIP, EVA, ConvNeXt and MobileCLIP models have such towers")
      }
      if name.contains("visual.attn_pool") || name.contains("text_decoder.") {
        return ModelFamily(
          name: "a CoCa or BLIP model", difference: "it pools by attention or generates text")
      }
      if name.hasPrefix("visual.blocks.") || name.hasPrefix("visual.patch_embed.") {
        return ModelFamily(name: "an EVA-CLIP model", difference: "its image tower is EVA's")
      }
      if name.hasPrefix("image_encoder.model.") {
        return ModelFamily(name: "a MobileCLIP model", difference: "its image tower is MobileCLIP's")
      }
      if name.hasPrefix("qformer.") || name.hasPrefix("language_model.") {
        return ModelFamily(name: "a model with a language model", difference: "it generates text")
      }
    }
    return nil
  }

  /// Why the text tower cannot be used, by its tensors' names; nil if it looks like CLIP's.
  static func foreignText(_ names: [String]) -> String? {
    let foreign = [
      "text.transformer.embeddings.", "text.transformer.encoder.", "text.transformer.shared.", "text.proj.",
      "bert.", "text_model.roberta.", "text_model.encoder.layer.",
    ]
    guard let name = names.first(where: { name in foreign.contains { name.hasPrefix($0) } }) else {
      return nil
    }
    return "its text tower is not CLIP's (\(name))"
  }
}
