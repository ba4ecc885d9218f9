import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

@Suite struct OpenClipOptionTests {
  private static func config(_ option: Json) -> Json {
    var config = OptionFixture.openClip
    config = OptionFixture.adding(option["vision"], to: config, at: ["model_cfg", "vision_cfg"])
    config = OptionFixture.adding(option["text"], to: config, at: ["model_cfg", "text_cfg"])
    config = OptionFixture.adding(option["preprocess"], to: config, at: ["preprocess_cfg"])
    return OptionFixture.setting(config, ["model_cfg", "quick_gelu"], option["quick"])
  }

  private static func load(_ config: Json, without dropped: [String] = []) throws -> CLIPModel {
    try Repository.inFolder { folder in
      try OptionFixture.writeOpenAI(to: folder, without: dropped)
      try OptionFixture.write(config, to: folder + "/open_clip_config.json")
      return try CLIPModel.load(path: folder, tokenizerDirectory: Repository.tokenizer)
    }
  }

  private static func fault(_ path: [String], _ value: Json?) -> String {
    OptionFixture.fault { _ = try load(OptionFixture.setting(OptionFixture.openClip, path, value)) }
  }

  /// Features under every option that open_clip uses, and again from our own file.
  @Test func featuresAreThoseOfOpenClip() throws {
    let cases = try OptionFixture.expected()["openClip"]?.arrayValue ?? []
    #expect(cases.count > 30)
    let plain = try Self.load(OptionFixture.openClip).contentHash()
    for option in cases {
      let name = option["name"]?.stringValue ?? ""
      let dropped = option["dropped"]?.arrayValue?.compactMap(\.stringValue) ?? []
      let model = try Self.load(Self.config(option), without: dropped)
      let text = try OptionFixture.textDistance(model, option["texts"])
      let images = try OptionFixture.imageDistance(model, option["images"])
      #expect(text < 1e-5 && images < 1e-5, "\(name): text \(text), images \(images)")
      #expect(model.info?.unknownOptions == [], "\(name)")
      // A checkpoint must not be taken for one of a model that computes otherwise.
      if ["no_causal_mask", "pool last", "pool first", "pool avg", "text norm", "text tanh"].contains(name) {
        #expect(try model.contentHash() != plain, "\(name)")
      }
      if ["squash bicubic", "mean 0.5", "pool eos", "custom block"].contains(name) {
        #expect(try model.contentHash() == plain, "\(name)")
      }
      try Repository.inFolder { folder in
        try model.save(path: folder + "/own.safetensors", type: .f32)
        let own = try CLIPModel.load(path: folder + "/own.safetensors")
        #expect(own.config == model.config, "\(name)")
      }
    }
  }

  /// Every option that is refused is refused by its name and value, with a help line.
  @Test func refusalsNameTheOption() throws {
    let vision = ["model_cfg", "vision_cfg"]
    let text = ["model_cfg", "text_cfg"]
    let refused: [([String], Json)] = [
      (vision + ["pool_type"], "none"), (vision + ["attentional_pool"], true),
      (vision + ["attentional_pool"], "parallel"), (vision + ["ls_init_value"], 0.1),
      (vision + ["input_patchnorm"], true), (vision + ["global_average_pool"], true),
      (vision + ["block_type"], "other"), (text + ["pool_type"], "none"), (text + ["embed_cls"], true),
      (text + ["proj_bias"], true), (text + ["proj_type"], "none"), (text + ["ls_init_value"], 1e-4),
      (text + ["use_pad_mask"], true), (["preprocess_cfg", "mode"], "L"),
      (["preprocess_cfg", "interpolation"], "nearest"), (["preprocess_cfg", "resize_mode"], "crop"),
      (["preprocess_cfg", "fill_color"], 300), (["preprocess_cfg", "fill_color"], [1, 2]),
    ]
    let switches = [
      "qk_norm", "scaled_cosine_attn", "scale_heads", "scale_attn_inner", "scale_attn", "scale_fc",
    ]
    let blocks = switches.flatMap { [vision + [$0], text + [$0]] }.map { ($0, Json.bool(true)) }
    for (path, value) in refused + blocks {
      let fault = Self.fault(path, value)
      #expect(fault.hasPrefix("E0605"), "\(path) \(fault)")
      #expect(fault.contains("open_clip_config.json: \(path.joined(separator: ".")) is "), "\(fault)")
      #expect(fault.contains(value.serialized()) && !fault.hasSuffix("= "), "\(fault)")
      // The same option that asks for nothing is silent.
      #expect(Self.fault(path, .null) == "", "\(path)")
    }
    for path in [vision, text] {
      #expect(Self.fault(path + ["act_kwargs"], ["approximate": "erf"]).contains("act_kwargs.approximate"))
      #expect(Self.fault(path + ["act_kwargs"], ["slope": 1]).contains("act_kwargs.slope"))
      #expect(
        Self.fault(path + ["norm_kwargs"], ["elementwise_affine": false]).contains("elementwise_affine"))
    }
    #expect(Self.fault(text + ["pool_type"], "eos").contains("eos_id is 2"))
  }

  @Test func oddFormsAreNamed() throws {
    let vision = ["model_cfg", "vision_cfg"]
    let odd: [([String], Json?, String)] = [
      (vision + ["layers"], "2", "must be an integer, not a string = write it without quotation marks"),
      (vision + ["layers"], [1, 1, "1", 1], "must be a list of integers"),
      (vision + ["layers"], [1, 1, 1, 1], "E060"), (vision + ["width"], 16, "the width of vision is 16"),
      (vision + ["head_width"], [4], "must be an integer"), (vision + ["head_width"], 0, "multiple of 0"),
      (vision + ["image_size"], [16, 24], "not a square"), (vision + ["image_size"], 24, "image_size is 24"),
      (vision + ["image_size"], 17, "image_size is 17"),
      (vision + ["image_size"], .object(JsonObject()), "must be"),
      (vision + ["patch_size"], 4, "patch_size is 4"),
      (vision + ["no_ln_pre"], "true", "without quotation marks"),
      (vision + ["norm_kwargs"], [1], "norm_kwargs is an array, not a record"),
      (vision + ["norm_kwargs"], ["eps": "1e-6"], "norm_kwargs.eps must be a number"),
      (vision + ["norm_kwargs"], ["eps": 0], "layer_norm_eps is 0"), (vision, .null, "vision_cfg is null"),
      (vision, [], "vision_cfg is an array"), (vision, nil, "vision_cfg is missing"),
      (["model_cfg", "text_cfg"], nil, "text_cfg is missing"), (["model_cfg"], [], "model_cfg is an array"),
      (["model_cfg", "text_cfg", "context_length"], 77, "context length is 77, but the weights have 12"),
      (["model_cfg", "text_cfg", "vocab_size"], 49408, "size of the vocabulary is 49408"),
      (["model_cfg", "embed_dim"], 16, "embedding is 16"),
      (vision + ["mlp_ratio"], 2, "vision_cfg.mlp_ratio is 2"),
      (vision + ["mlp_ratio"], -1, "mlp_ratio is -1"),
      (["model_cfg", "text_cfg", "mlp_ratio"], 8, "text_cfg.mlp_ratio is 8"),
      (["model_cfg", "quick_gelu"], 1, "quick_gelu must be true"),
      (["model_cfg", "text_cfg", "heads"], "2", "heads must be an integer"),
      (["preprocess_cfg"], [], "preprocess_cfg is an array"),
      (["preprocess_cfg", "mean"], "0.5", "mean must be a list of numbers"),
      (["preprocess_cfg", "mean"], [0.5], "mean and std have 1 and 3 values"),
      (["preprocess_cfg", "std"], [0, 1, 1], "std must be positive"),
      (["preprocess_cfg", "size"], [16, 20], "not a square"),
      (["preprocess_cfg", "fill_color"], "0", "fill_color is \"0\""),
      (["preprocess_cfg", "interpolation"], 3, "interpolation must be a string"),
    ]
    for (path, value, words) in odd {
      let fault = Self.fault(path, value)
      #expect(fault.contains(words), "\(path) \(value?.serialized() ?? "-"): \(fault)")
      #expect(fault.hasPrefix("E060"), "\(path): \(fault)")
    }
    // What is null or left out has the default; sizes may be lists of two.
    for (path, value) in [
      (vision + ["layers"], Json.null), (vision + ["image_size"], [16, 16]), (["preprocess_cfg"], .null),
      (["preprocess_cfg", "mean"], .null), (["preprocess_cfg", "size"], [16]),
      (vision + ["mlp_ratio"], 4), (vision + ["mlp_ratio"], 4.1),
      (["model_cfg", "text_cfg", "mlp_ratio"], 4.0),
    ] as [([String], Json)] {
      #expect(Self.fault(path, value) == "", "\(path)")
    }
    #expect(Self.fault(["preprocess_cfg"], nil) == "")
    // A model_cfg alone is a configuration too.
    let bare = try Self.load(OptionFixture.openClip["model_cfg"] ?? .null)
    #expect(bare.config.vision.heads == 2 && bare.info?.unknownOptions == [])
  }

  @Test func whatIsNotKnownIsNamed() throws {
    var config = OptionFixture.openClip
    for path in [
      ["extra"], ["model_cfg", "more"], ["model_cfg", "text_cfg", "soft_cap"], ["preprocess_cfg", "gamma"],
    ] {
      config = OptionFixture.setting(config, path, 1)
    }
    let model = try Self.load(config)
    let names = ["extra", "model_cfg.more", "model_cfg.text_cfg.soft_cap", "preprocess_cfg.gamma"]
    #expect(model.info?.unknownOptions == names.map { "open_clip_config.json: \($0)" })
    #expect(model.info?.notes.last?.contains("model_cfg.text_cfg.soft_cap") == true)
    // The tower's size counts, and the other is told.
    let sized = try Self.load(OptionFixture.setting(OptionFixture.openClip, ["preprocess_cfg", "size"], 224))
    #expect(sized.info?.notes.contains { $0.contains("size 224 is ignored") } == true)
    // A configuration for other names is told to be passed over.
    try Repository.inFolder { folder in
      try OptionFixture.writeOpenAI(to: folder)
      try OptionFixture.write(OptionFixture.huggingFace, to: folder + "/config.json")
      let model = try CLIPModel.load(path: folder, options: .init(visionHeads: 2, textHeads: 2))
      #expect(model.info?.notes.first?.hasPrefix("config.json next to the weights: ignored") == true)
    }
  }

  /// What open_clip asks of a transformer it does not ask of a ModifiedResNet; images and texts it prepares
  /// alike for both.
  @Test func aModifiedResNetTakesWhatIsIts() throws {
    let config = CLIPConfig(
      embedDim: 8, vision: VisionConfig(imageSize: 32, stages: [1, 1, 1, 1], width: 4, heads: 2),
      text: TextConfig(context: 12, vocabulary: 560, width: 8, layers: 1, heads: 2), activation: .gelu)
    let source = try CLIPModel.random(config: config, seed: 4)
    let base: Json = [
      "model_cfg": [
        "embed_dim": 8,
        "vision_cfg": ["layers": [1, 1, 1, 1], "width": 4, "head_width": 64, "image_size": 32],
        "text_cfg": ["heads": 2],
      ]
    ]
    func load(_ changes: [([String], Json)]) throws -> CLIPModel {
      try Repository.inFolder { folder in
        try SafetensorsWriter.write(
          path: folder + "/open_clip_model.safetensors",
          tensors: source.parameters.map { ($0.name, $0.variable.value, .f32) })
        var config = base
        for (path, value) in changes { config = OptionFixture.setting(config, path, value) }
        try OptionFixture.write(config, to: folder + "/open_clip_config.json")
        return try CLIPModel.load(path: folder)
      }
    }
    let vision = ["model_cfg", "vision_cfg"]
    let plain = try load([])
    let pixels = try Tensor((0..<3 * 1024).map { Float($0 % 37) / 37 }, shape: [1, 3, 32, 32])
    let right = try plain.encodeImageFrozen(pixels).toFloats()
    let other = try load([
      (vision + ["norm_kwargs"], ["eps": 0.1]), (vision + ["act_kwargs"], ["approximate": "tanh"]),
      (vision + ["pool_type"], "avg"), (vision + ["no_ln_pre"], true), (vision + ["patch_size"], 16),
      (["preprocess_cfg", "resize_mode"], "squash"),
      (["model_cfg", "text_cfg", "norm_kwargs"], ["eps": 0.1]),
    ])
    #expect(try other.encodeImageFrozen(pixels).toFloats() == right)
    #expect(other.config.images.fit == .exact(width: 32, height: 32))
    #expect(other.config.textLayerNormEps == 0.1 && other.config.textActivation == .gelu)
    #expect(
      OptionFixture.fault { _ = try load([(vision + ["layers"], [1, 1, 2, 1])]) }.contains(
        "ModifiedResNet of"))
    #expect(OptionFixture.fault { _ = try load([(vision + ["layers"], 4)]) }.contains("says 4"))
  }

  /// A bias of the logits, as models trained with a sigmoid have it, is not part of any feature.
  @Test func aLogitBiasIsLeftOut() throws {
    try Repository.inFolder { folder in
      let items = try OptionFixture.tensors().map { SafetensorsWriter.Item($0.0, $0.1, .f32) }
      for shape in [[], [1]] as [[Int]] {
        try SafetensorsWriter.write(
          path: folder + "/open_clip_model.safetensors",
          tensors: items + [("logit_bias", try Tensor([-10], shape: shape), .f32)])
        try OptionFixture.write(
          OptionFixture.setting(OptionFixture.openClip, ["model_cfg", "init_logit_bias"], -10),
          to: folder + "/open_clip_config.json")
        let model = try CLIPModel.load(path: folder)
        #expect(model.info?.unused.map(\.name) == ["logit_bias"])
      }
    }
  }

  /// A tower whose positions see all of a text: soft rows have gradients, and chunks change nothing.
  @Test(arguments: ["no_causal_mask", "no mask, pool last", "pool last", "no mask, pool first"])
  func paddedTextsTrainSoftRows(_ name: String) throws {
    let cases = try OptionFixture.expected()["openClip"]?.arrayValue ?? []
    let model = try Self.load(Self.config(try #require(cases.first { $0["name"]?.stringValue == name })))
    var random = Philox(seed: 5, stream: "soft")
    let start = (0..<16).map { _ in Float(random.nextNormal()) }
    let weights = try Tensor((0..<24).map { _ in Float(random.nextNormal()) }, shape: [3, 8])
    let prompts: [[PromptKey]] = [
      [.token(558), .soft(0), .soft(1), .token(7), .token(559)], [.token(558), .soft(1), .token(559)],
      [.token(558), .soft(0), .token(9), .token(559)],
    ]
    func loss(_ values: [Float], memory: Int) throws -> (Variable, Variable) {
      let soft = Variable(try Tensor(values, shape: [2, 8]), requiresGrad: true)
      let features = try model.encodeText(model.planText(prompts, memory: memory), soft: soft)
      return (try F.sum(F.mul(features, Variable(weights))), soft)
    }
    let (whole, soft) = try loss(start, memory: 1 << 30)
    try whole.backward()
    let gradient = try #require(soft.grad).toFloats()
    let (parts, again) = try loss(start, memory: 1)
    try parts.backward()
    #expect(try model.planText(prompts, memory: 1).chunkCount == 3)
    #expect(abs(try parts.value.item() - whole.value.item()) < 1e-4)
    for (a, b) in zip(gradient, try #require(again.grad).toFloats()) { #expect(abs(a - b) < 1e-4) }
    for index in 0..<16 {
      func at(_ step: Float) throws -> Float {
        var moved = start
        moved[index] += step
        return try loss(moved, memory: 1 << 30).0.value.item()
      }
      let slope = (try at(1e-2) - at(-1e-2)) / 2e-2
      #expect(
        abs(slope - gradient[index]) < 2e-2 * max(1, abs(slope)), "\(index) \(slope) \(gradient[index])")
    }
    #expect(gradient.contains { abs($0) > 1e-3 })
  }

  /// Another tokenizer or text tower: texts are refused with the reason, images are right.
  @Test func otherTextsLeaveTheImages() throws {
    let expected = try OptionFixture.expected()["openClip"]?[0]
    let text = ["model_cfg", "text_cfg"]
    let others: [(String, Json, String)] = [
      ("hf_tokenizer_name", "bert-base-uncased", "its tokenizer is bert-base-uncased"),
      ("hf_model_name", "xlm-roberta-base", "its text tower is xlm-roberta-base"),
      ("vocab_size", 901629, "its vocabulary has 901629 ids"),
      ("tokenizer_kwargs", ["clean": "canonicalize"], "clean \"canonicalize\""),
      ("tokenizer_kwargs", ["strip_sep_token": true], "strip_sep_token true"),
    ]
    for (key, value, reason) in others {
      let model = try Self.load(OptionFixture.setting(OptionFixture.openClip, text + [key], value))
      #expect(try OptionFixture.imageDistance(model, expected?["images"]) < 1e-5)
      #expect(model.info?.notes.first?.hasPrefix("images only: ") == true)
      #expect(model.parameters.allSatisfy { $0.name.hasPrefix("visual.") || $0.name == "logit_scale" })
      for use: () throws -> Void in [
        { _ = try model.tokenizer }, { _ = try model.encodeText([[.token(1)]]) },
        { _ = try model.planText([[.token(1)]]) }, { _ = try model.parameter("token_embedding.weight") },
        { _ = try model.encodeTexts(["a"]) },
      ] {
        let fault = OptionFixture.fault(use)
        #expect(fault.hasPrefix("E0607") && fault.contains(reason), "\(fault)")
      }
      try Repository.inFolder { folder in
        try model.save(path: folder + "/own.safetensors", type: .f32)
        let own = try CLIPModel.load(
          path: folder + "/own.safetensors", tokenizerDirectory: Repository.tokenizer)
        #expect(own.config == model.config)
        #expect(try OptionFixture.imageDistance(own, expected?["images"]) < 1e-5)
        #expect(OptionFixture.fault { _ = try own.tokenizer }.contains(reason))
      }
    }
    // CLIP's own tokenizer by another name stays a whole model, and its text tower is read.
    let whole = try Self.load(
      OptionFixture.setting(
        OptionFixture.openClip, text + ["hf_tokenizer_name"], "openai/clip-vit-base-patch32"))
    #expect(try OptionFixture.textDistance(whole, expected?["texts"]) < 1e-5)
    // 560 ids are not CLIP's vocabulary either, but ids of the model's own tokenizer work.
    #expect(OptionFixture.fault { _ = try whole.tokenizer }.hasPrefix("E0607"))
  }

  @Test func otherFamiliesAreNamed() throws {
    let vision = ["model_cfg", "vision_cfg", "timm_model_name"]
    for (tower, name) in [
      ("vit_base_patch16_siglip_224", "a SigLIP model"), ("eva02_base_patch16_clip_224", "an EVA-CLIP model"),
      ("convnext_base", "a ConvNeXt CLIP model"), ("fastvit_mci2", "a MobileCLIP model"),
      ("vitamin_base", "a ViTamin model"), ("resnet50d", "a tower of timm's"),
    ] {
      let fault = Self.fault(vision, .string(tower))
      #expect(fault.hasPrefix("E0605") && fault.contains(name) && fault.contains(tower), "\(fault)")
    }
    #expect(Self.fault(["model_cfg", "multimodal_cfg"], ["width": 1]).contains("a CoCa model"))
  }

  /// Gradients of towers that are built otherwise agree with finite differences.
  @Test(arguments: [
    "no_causal_mask", "no mask, pool last", "pool avg", "like CLIPA", "text tanh", "vision tanh",
  ])
  func gradientsAreRight(_ name: String) throws {
    let cases = try OptionFixture.expected()["openClip"]?.arrayValue ?? []
    let option = try #require(cases.first { $0["name"]?.stringValue == name })
    let model = try Self.load(
      Self.config(option), without: option["dropped"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    let isText = name.contains("mask") || name.contains("text")
    let names =
      isText
      ? ["positional_embedding", "ln_final.weight", "transformer.resblocks.0.mlp.c_fc.weight"]
      : ["visual.positional_embedding", "visual.ln_post.weight", "visual.transformer.resblocks.0.ln_1.bias"]
    var random = Philox(seed: 3, stream: "weights")
    let weights = try Tensor((0..<16).map { _ in Float(random.nextNormal()) }, shape: [2, 8])
    let pixels = try Tensor((0..<2 * 3 * 256).map { _ in Float(random.nextNormal()) }, shape: [2, 3, 16, 16])
    let prompts: [[PromptKey]] = [[558, 5, 77, 300, 559], [558, 5, 559]].map { $0.map { .token($0) } }
    func loss() throws -> Variable {
      let features = isText ? try model.encodeText(prompts) : try model.encodeImage(Variable(pixels))
      return try F.sum(F.mul(features, Variable(weights)))
    }
    for name in names {
      let variable = try model.parameter(name)
      variable.requiresGrad = true
      try loss().backward()
      let gradient = try #require(variable.grad).toFloats()
      variable.requiresGrad = false
      variable.grad = nil
      let original = variable.value
      let values = try original.toFloats()
      for index in stride(from: 0, to: values.count, by: max(values.count / 7, 1)) {
        func at(_ step: Float) throws -> Float {
          var moved = values
          moved[index] += step
          variable.value = try Tensor(moved, shape: original.shape)
          return try loss().value.item()
        }
        let slope = (try at(1e-2) - at(-1e-2)) / 2e-2
        #expect(abs(slope - gradient[index]) < 2e-2 * max(1, abs(slope)), "\(name)[\(index)] \(slope)")
      }
      variable.value = original
    }
  }
}
