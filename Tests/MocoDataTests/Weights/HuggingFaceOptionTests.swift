import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

@Suite struct HuggingFaceOptionTests {
  private static let processor: Json = [
    "image_processor_type": "CLIPImageProcessor", "size": ["shortest_edge": 16],
    "crop_size": ["height": 16, "width": 16],
  ]

  /// Loads the small model with these files beside it.
  private static func load(
    config: Json = OptionFixture.huggingFace, preprocessor: Json? = processor, whole: Json? = nil,
    tokenizer: Json? = nil, extra: [SafetensorsWriter.Item] = []
  ) throws -> CLIPModel {
    try Repository.inFolder { folder in
      try OptionFixture.writeHuggingFace(to: folder, extra: extra)
      try OptionFixture.write(config, to: folder + "/config.json")
      if let preprocessor {
        try OptionFixture.write(preprocessor, to: folder + "/preprocessor_config.json")
      }
      if let whole { try OptionFixture.write(whole, to: folder + "/processor_config.json") }
      if let tokenizer { try OptionFixture.write(tokenizer, to: folder + "/tokenizer_config.json") }
      return try CLIPModel.load(path: folder, tokenizerDirectory: Repository.tokenizer)
    }
  }

  private static func processorFault(_ key: String, _ value: Json?) -> String {
    OptionFixture.fault { _ = try load(preprocessor: OptionFixture.setting(processor, [key], value)) }
  }

  private static func configFault(_ path: [String], _ value: Json?) -> String {
    OptionFixture.fault {
      _ = try load(config: OptionFixture.setting(OptionFixture.huggingFace, path, value))
    }
  }

  /// Features under every way of preprocessing, by either file, and again from our own file. Where Pillow is
  /// not what the reference resized with, a level of 255 may differ.
  @Test func imagesArePreparedAsInTransformers() throws {
    let cases = try OptionFixture.expected()["processors"]?.arrayValue ?? []
    #expect(cases.count > 20)
    for option in cases {
      let name = option["name"]?.stringValue ?? ""
      let limit: Float = option["exact"]?.boolValue == true ? 2e-5 : 2e-3
      let processor = option["processor"]
      for model in [
        try Self.load(preprocessor: processor),
        try Self.load(preprocessor: nil, whole: ["image_processor": processor ?? .null]),
      ] {
        let images = try OptionFixture.imageDistance(model, option["images"])
        #expect(images < limit, "\(name): \(images)")
        #expect(model.info?.unknownOptions == [], "\(name)")
        try Repository.inFolder { folder in
          try model.save(path: folder + "/own.safetensors", type: .f32)
          #expect(try CLIPModel.load(path: folder + "/own.safetensors").config == model.config, "\(name)")
        }
      }
    }
  }

  @Test func towersAreThoseOfTransformers() throws {
    for option in try OptionFixture.expected()["configs"]?.arrayValue ?? [] {
      let name = option["name"]?.stringValue ?? ""
      var config = OptionFixture.huggingFace
      config = OptionFixture.adding(option["text"], to: config, at: ["text_config"])
      config = OptionFixture.adding(option["vision"], to: config, at: ["vision_config"])
      let model = try Self.load(config: config)
      let text = try OptionFixture.textDistance(model, option["texts"])
      let images = try OptionFixture.imageDistance(model, option["images"])
      #expect(text < 2e-5 && images < 2e-5, "\(name): text \(text), images \(images)")
      #expect(model.info?.unknownOptions == [], "\(name)")
    }
  }

  /// Of two files the one counts that counts in transformers 5, and that is said.
  @Test func precedenceIsTransformers() throws {
    func mean(_ value: Double) -> Json {
      OptionFixture.setting(Self.processor, ["image_mean"], .double(value))
    }
    let both = try Self.load(preprocessor: mean(0.25), whole: ["image_processor": mean(0.75)])
    #expect(both.config.mean == [0.75, 0.75, 0.75])
    #expect(both.info?.notes.contains { $0.contains("overrides preprocessor_config.json") } == true)
    // Older files hold the processor's class alone.
    let older = try Self.load(preprocessor: mean(0.25), whole: ["processor_class": "CLIPProcessor"])
    #expect(older.config.mean == [0.25, 0.25, 0.25])
    let same = try Self.load(preprocessor: mean(0.25), whole: ["image_processor": mean(0.25)])
    #expect(same.info?.notes.contains { $0.contains("overrides") } == false)
    let none = try Self.load(preprocessor: nil)
    #expect(none.config.images == ImageTransform())
    #expect(none.info?.notes.contains { $0.hasPrefix("no preprocessor_config.json") } == true)
    // Sizes that are left out are the tower's.
    let bare = try Self.load(preprocessor: .object(JsonObject()))
    #expect(bare.config.mean == CLIPConfig.defaultMean(channels: 3))
    #expect(bare.info?.notes.contains { $0.contains("are the image tower's 16") } == true)
    // Without config.json the preparation of images counts all the same; beside other names it does not.
    try Repository.inFolder { folder in
      try OptionFixture.writeHuggingFace(to: folder)
      try OptionFixture.write(mean(0.25), to: folder + "/preprocessor_config.json")
      let heads = CLIPModel.LoadOptions(visionHeads: 2, textHeads: 2)
      let model = try CLIPModel.load(path: folder, options: heads)
      #expect(model.config.mean == [0.25, 0.25, 0.25])
      try OptionFixture.writeOpenAI(to: folder)
      let other = try CLIPModel.load(path: folder + "/open_clip_model.safetensors", options: heads)
      #expect(other.config.mean == CLIPConfig.defaultMean(channels: 3))
      #expect(
        other.info?.notes.first?.hasPrefix("preprocessor_config.json next to the weights: ignored") == true)
    }

    // A whole configuration under `text_config_dict` stands for text_config, its defaults included.
    var config = OptionFixture.setting(
      OptionFixture.huggingFace, ["text_config_dict"], OptionFixture.huggingFace["text_config"])
    config = OptionFixture.setting(config, ["text_config_dict", "layer_norm_eps"], 0.05)
    config = OptionFixture.setting(config, ["text_config", "layer_norm_eps"], 0.5)
    #expect(try Self.load(config: config).config.textLayerNormEps == 0.05)
  }

  @Test func refusalsNameTheOption() throws {
    let odd: [(String, Json?, String)] = [
      ("crop_size", ["height": 24, "width": 24], "crop_size is {\"height\": 24"),
      ("crop_size", 24, "crop_size is 24"),
      ("crop_size", nil, ""), ("crop_size", .null, ""), ("crop_size", "16", "crop_size is a string"),
      ("size", ["shortest_edge": 16, "longest_edge": 64], "write only shortest_edge"),
      ("size", ["longest_edge": 16], "write only shortest_edge"),
      ("size", "16", "size is a string, not a record"),
      ("size", ["shortest_edge": "16"], "size.shortest_edge must be an integer, not a string"),
      ("size", ["height": 16], "write only shortest_edge"),
      ("size", [16, 16, 16], "size is an array, not a record"),
      ("size", 0, "cannot be resized to 0"), ("size", nil, ""),
      ("do_center_crop", false, "set size to {\"height\": 16, \"width\": 16}"),
      ("do_center_crop", "false", "do_center_crop must be true or false, not a string = write it without"),
      ("do_pad", true, "do_pad is true"), ("do_pad", false, ""), ("resample", 6, "resample is 6"),
      ("resample", "bicubic", "resample must be an integer"), ("resample", .null, ""),
      ("rescale_factor", 0, "rescale_factor is 0"), ("rescale_factor", -1, "rescale_factor is -1"),
      ("image_mean", [0.5, 0.5], "mean and std have 2 and 3 values"),
      ("image_std", [0, 0, 0], "std must be positive"),
      ("image_mean", "0.5", "image_mean must be a list of numbers"),
      ("image_processor_type", "ViTImageProcessor", "image_processor_type is \"ViTImageProcessor\""),
      ("image_processor_type", "CLIPImageProcessorFast", ""),
      ("use_square_size", true, "use_square_size is true"),
      ("do_convert_rgb", false, ""), ("feature_extractor_type", "CLIPFeatureExtractor", ""),
    ]
    for (key, value, words) in odd {
      let fault = Self.processorFault(key, value)
      if words.isEmpty {
        #expect(fault == "", "\(key): \(fault)")
      } else {
        #expect(
          fault.hasPrefix("E0605") && fault.contains(words) && !fault.hasSuffix("= "), "\(key): \(fault)")
      }
    }
    let configs: [([String], Json?, String)] = [
      (["text_config", "hidden_act"], "relu", "hidden_act is \"relu\""),
      (["vision_config", "hidden_act"], 3, "hidden_act must be a string"),
      (["text_config", "eos_token_id"], 5, "eos_token_id is 5"),
      (["text_config", "eos_token_id"], [559], ""),
      (["text_config", "eos_token_id"], [559, 5], "eos_token_id is [559, 5]"),
      (["text_config", "eos_token_id"], .null, ""), (["text_config", "vocab_size"], 99, "vocabulary is 99"),
      (["text_config"], [], "text_config is an array"),
      (["vision_config", "image_size"], 24, "image_size is 24"),
      (["vision_config", "image_size"], [16, 16], ""),
      (["vision_config", "num_channels"], 1, "channels is 1"),
      (["vision_config", "num_attention_heads"], "2", "must be an integer, not a string"),
      (["projection_dim"], 512, "embedding is 512"),
      (["quantization_config"], ["bits": 4], "quantization_config is"),
      (["text_config", "pruned_heads"], ["0": [1]], "pruned_heads is"),
      (["text_config", "pruned_heads"], [:], ""),
      (["model_type"], 3, "model_type must be a string"),
    ]
    for (path, value, words) in configs {
      let fault = Self.configFault(path, value)
      if words.isEmpty {
        #expect(fault == "", "\(path): \(fault)")
      } else {
        #expect(
          fault.hasPrefix("E0605") && fault.contains(words) && !fault.hasSuffix("= "), "\(path): \(fault)")
      }
    }
    let named = try Self.load(
      config: OptionFixture.setting(OptionFixture.huggingFace, ["vision_config", "rope_theta"], 1),
      preprocessor: OptionFixture.setting(Self.processor, ["gamma"], 2.2))
    #expect(
      named.info?.unknownOptions == [
        "config.json: vision_config.rope_theta", "preprocessor_config.json: gamma",
      ])
  }

  /// Families whose image tower is CLIP's: images are right, texts are refused with the reason.
  @Test func imageTowersOfOtherFamiliesAreRead() throws {
    let expected = try OptionFixture.expected()["processors"]?[0]
    let foreign = try Tensor.zeros([4, 4])
    let families: [(String, String, [SafetensorsWriter.Item])] = [
      ("metaclip_2", "MetaCLIP 2", []),
      (
        "chinese_clip", "Chinese CLIP",
        [("text_model.encoder.layer.0.attention.self.query.weight", foreign, .f32)]
      ),
      ("altclip", "AltCLIP", [("text_model.roberta.embeddings.word_embeddings.weight", foreign, .f32)]),
    ]
    for (type, name, extra) in families {
      let model = try Self.load(
        config: OptionFixture.setting(OptionFixture.huggingFace, ["model_type"], .string(type)), extra: extra)
      #expect(try OptionFixture.imageDistance(model, expected?["images"]) < 2e-5, "\(type)")
      #expect(model.info?.notes.first?.contains(name) == true)
      #expect(model.summary.hasSuffix("images only"))
      let fault = OptionFixture.fault { _ = try model.tokenizer }
      #expect(fault.hasPrefix("E0607") && fault.contains(name), "\(fault)")
      #expect(model.info?.unused.contains { $0.reason.contains("of the text tower") } == true)
    }
    let large = try Self.load(
      config: OptionFixture.setting(OptionFixture.huggingFace, ["text_config", "vocab_size"], 250_002))
    #expect(OptionFixture.fault { _ = try large.tokenizer }.contains("250002 ids"))
    for (name, isOther) in [
      ("XLMRobertaTokenizerFast", true), ("BertTokenizer", true), ("CLIPTokenizer", false),
    ] {
      let model = try Self.load(tokenizer: [
        "tokenizer_class": .string(name), "model_max_length": .double(1e30),
      ])
      #expect((model.config.withoutText?.contains(name) ?? false) == isOther, "\(name)")
    }
    // The names of tensors tell it where no configuration does.
    try Repository.inFolder { folder in
      let bert: SafetensorsWriter.Item = ("bert.embeddings.word_embeddings.weight", foreign, .f32)
      let tensors = try OptionFixture.tensors().filter { $0.0.hasPrefix("visual.") || $0.0 == "logit_scale" }
      try SafetensorsWriter.write(
        path: folder + "/m.safetensors", tensors: tensors.map { ($0.0, $0.1, .f32) } + [bert])
      let model = try CLIPModel.load(
        path: folder, tokenizerDirectory: Repository.tokenizer, options: .init(visionHeads: 2))
      #expect(OptionFixture.fault { _ = try model.tokenizer }.contains("bert.embeddings"))
    }
  }

  /// An image tower that was saved alone, as pipelines keep it, and layers under AltCLIP's new names.
  @Test func imageTowersAloneAreRead() throws {
    let expected = try OptionFixture.expected()["processors"]?[0]
    var config = OptionFixture.huggingFace["vision_config"]?.objectValue ?? JsonObject()
    config["model_type"] = "clip_vision_model"
    config["projection_dim"] = 8
    try Repository.inFolder { folder in
      try OptionFixture.writeHuggingFace(to: folder)
      let whole = try SafetensorsFile(path: folder + "/model.safetensors")
      let items = try whole.tensors.filter { $0.name.hasPrefix("vis") }.map { entry in
        SafetensorsWriter.Item(
          OptionFixture.replacing(entry.name, "encoder.layers.", "encoder.layer."),
          try whole.tensor(entry.name), .f32)
      }
      try SafetensorsWriter.write(path: folder + "/model.safetensors", tensors: items)
      try OptionFixture.write(.object(config), to: folder + "/config.json")
      try OptionFixture.write(Self.processor, to: folder + "/preprocessor_config.json")
      let model = try CLIPModel.load(path: folder, tokenizerDirectory: Repository.tokenizer)
      #expect(try OptionFixture.imageDistance(model, expected?["images"]) < 2e-5)
      #expect(model.info?.notes.contains { $0.hasPrefix("no logit_scale") } == true)
      #expect(OptionFixture.fault { _ = try model.tokenizer }.contains("CLIP's image tower alone"))
      // Without names that are known, the configuration says what it is.
      let bare = items.map { SafetensorsWriter.Item(String($0.name.dropFirst(13)), $0.tensor, .f32) }
      try SafetensorsWriter.write(path: folder + "/model.safetensors", tensors: bare)
      #expect(
        OptionFixture.fault { _ = try CLIPModel.load(path: folder) }.contains("CLIP's image tower alone"))
    }
  }

  @Test func absurdShapesAreRefused() throws {
    try Repository.inFolder { folder in
      let items = try OptionFixture.tensors().map { name, tensor in
        SafetensorsWriter.Item(
          name, name == "visual.conv1.weight" ? try Tensor.zeros([8, 1 << 40, 0, 0]) : tensor, .f32)
      }
      try SafetensorsWriter.write(path: folder + "/m.safetensors", tensors: items)
      let fault = OptionFixture.fault {
        _ = try CLIPModel.load(path: folder, options: .init(visionHeads: 2, textHeads: 2))
      }
      #expect(fault.hasPrefix("E060"), "\(fault)")
    }
  }

  @Test func otherFamiliesAreNamed() throws {
    for (type, name) in [
      ("siglip", "a SigLIP model"), ("siglip2", "a SigLIP 2 model"), ("align", "an ALIGN model"),
      ("blip", "a BLIP model"), ("blip-2", "a BLIP-2 model"), ("owlvit", "an OWL-ViT model"),
      ("clip_text_model", "CLIP's text tower alone"), ("jina_clip", "a model of the type jina_clip"),
    ] {
      let fault = Self.configFault(["model_type"], .string(type))
      #expect(fault.hasPrefix("E0605") && fault.contains("this is \(name), not a CLIP model"), "\(fault)")
    }
    let names: [(String, String)] = [
      ("vision_model.head.probe", "a SigLIP model"), ("visual.trunk.blocks.0.norm1.weight", "timm"),
      ("visual.attn_pool.query", "CoCa"), ("visual.blocks.0.attn.q_bias", "EVA"),
      ("image_encoder.model.patch_embed.0.weight", "MobileCLIP"),
      ("qformer.layernorm.weight", "language model"),
    ]
    for (tensor, name) in names {
      try Repository.inFolder { folder in
        try SafetensorsWriter.write(
          path: folder + "/m.safetensors", tensors: [(tensor, try Tensor.zeros([2, 2]), .f32)])
        let fault = OptionFixture.fault { _ = try CLIPModel.load(path: folder) }
        #expect(fault.hasPrefix("E0605") && fault.contains(name), "\(fault)")
      }
    }
  }
}
