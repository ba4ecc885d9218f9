import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

/// Small models written under other programs' names.
enum Foreign {
  static func config(activation: Activation = .quickGelu) -> CLIPConfig {
    CLIPConfig(
      embedDim: 24,
      vision: VisionConfig(imageSize: 16, patchSize: 8, width: 64, layers: 2, heads: 1, mlpWidth: 96),
      text: TextConfig(context: 9, vocabulary: 514 + 30, width: 128, layers: 1, heads: 2),
      activation: activation)
  }

  static func model(_ seed: UInt64 = 3, _ config: CLIPConfig? = nil) throws -> CLIPModel {
    try CLIPModel.random(config: config ?? self.config(), seed: seed, tokenizerDirectory: Fixtures.tokenizer)
  }

  static func items(_ model: CLIPModel) -> [SafetensorsWriter.Item] {
    model.parameters.map { ($0.name, $0.variable.value, .f32) }
  }

  static let layerNames: [(String, String)] = [
    ("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"),
    ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"),
  ]

  static let plainNames = [
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final.weight": "text_model.final_layer_norm.weight",
    "ln_final.bias": "text_model.final_layer_norm.bias",
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.ln_pre.weight": "vision_model.pre_layrnorm.weight",
    "visual.ln_pre.bias": "vision_model.pre_layrnorm.bias",
    "visual.ln_post.weight": "vision_model.post_layernorm.weight",
    "visual.ln_post.bias": "vision_model.post_layernorm.bias", "logit_scale": "logit_scale",
  ]

  /// The model's tensors as Hugging Face keeps them.
  static func huggingFace(_ model: CLIPModel) throws -> [SafetensorsWriter.Item] {
    var items: [SafetensorsWriter.Item] = []
    for (name, variable) in model.parameters {
      let tensor = variable.value
      if let other = plainNames[name] {
        items.append((other, tensor, .f32))
      } else if name == "text_projection" || name == "visual.proj" {
        let other = name == "visual.proj" ? "visual_projection.weight" : "text_projection.weight"
        items.append((other, try transposed(tensor), .f32))
      } else {
        var other = name.hasPrefix("visual.") ? "vision_model." + name.dropFirst(7) : "text_model." + name
        other = replacing(other, "transformer.resblocks", "encoder.layers")
        if other.contains("attn.in_proj") {
          let values = try tensor.toFloats()
          let size = values.count / 3
          for (block, letter) in ["q", "k", "v"].enumerated() {
            let part = Array(values[block * size..<(block + 1) * size])
            let shape = [tensor.shape[0] / 3] + tensor.shape.dropFirst()
            items.append(
              (
                replacing(other, "attn.in_proj_", "self_attn.\(letter)_proj."),
                try Tensor(part, shape: shape), .f32
              ))
          }
        } else {
          for (ours, theirs) in layerNames { other = replacing(other, ".\(ours).", ".\(theirs).") }
          items.append((other, tensor, .f32))
        }
      }
    }
    return items
  }

  static func replacing(_ text: String, _ part: String, _ other: String) -> String {
    text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }

  private static func transposed(_ tensor: Tensor) throws -> Tensor {
    let rows = tensor.shape[0]
    let columns = tensor.shape[1]
    let values = try tensor.toFloats()
    return try Tensor(
      (0..<rows * columns).map { values[$0 % rows * columns + $0 / rows] }, shape: [columns, rows])
  }

  static let huggingFaceConfig = """
    {"model_type": "clip", "projection_dim": 24,
     "text_config": {"hidden_size": 128, "num_attention_heads": 4, "hidden_act": "gelu", "eos_token_id": 2},
     "vision_config": {"hidden_size": 64, "num_attention_heads": 2, "hidden_act": "gelu", "num_hidden_layers": 2}}
    """
}

@Suite struct WeightTests {
  @Test func ownFilesReadBack() throws {
    try Fixtures.inFolder { folder in
      var config = CLIPConfig(
        embedDim: 16,
        vision: VisionConfig(imageSize: 8, patchSize: 4, width: 20, layers: 1, heads: 4, channels: 1),
        text: TextConfig(context: 12, vocabulary: 514 + 100, width: 24, layers: 2, heads: 3),
        activation: .gelu,
        mean: [0.3], std: [0.35], layerNormEps: 1e-6, tokenizerMerges: 100)
      config.name = "small"
      let model = try Foreign.model(7, config)
      try model.save(path: folder + "/a.safetensors", type: .f32, metadata: [("record", "{}")])
      try model.save(path: folder + "/b.safetensors", type: .f32, metadata: [("record", "{}")])
      #expect(try FileSystem.read(folder + "/a.safetensors") == FileSystem.read(folder + "/b.safetensors"))
      let back = try CLIPModel.load(path: folder + "/a.safetensors", tokenizerDirectory: Fixtures.tokenizer)
      #expect(back.config == config)
      #expect(try back.contentHash() == model.contentHash())
      #expect(back.info?.naming == .moco && back.info?.unused.isEmpty == true)
      #expect(try back.tokenizer.vocabularySize == 614)
      #expect(
        back.summary.hasPrefix("small: ") && back.summary.contains("GELU, images 8×8 grey, embedding 16"))

      try model.save(path: folder + "/half.safetensors")
      let half = try CLIPModel.load(path: folder + "/half.safetensors")
      for (pair, other) in zip(model.parameters, half.parameters) {
        let right = try pair.variable.value.toFloats().map {
          pair.name == "logit_scale" ? $0 : Float(Float16($0))
        }
        #expect(try other.variable.value.toFloats() == right)
      }
      #expect(errorCode { try model.save(path: folder + "/no/x") } == "E0504")
      #expect(errorCode { try model.save(path: folder + "/x", type: .i64) } == "E0505")
    }
  }

  @Test func seedsDecideEverything() throws {
    let a = try Foreign.model(1)
    let b = try Foreign.model(1)
    let c = try Foreign.model(2)
    #expect(try a.contentHash() == b.contentHash())
    #expect(try a.contentHash() != c.contentHash())
    #expect(try a.contentHash(prefix: "visual.") != c.contentHash(prefix: "visual."))
    let table = try a.parameter("token_embedding.weight").value.toFloats()
    let deviation = (table.map { $0 * $0 }.reduce(0, +) / Float(table.count)).squareRoot()
    #expect(abs(deviation - 0.02) < 0.001)
    #expect(try a.parameter("ln_final.weight").value.toFloats() == [Float](repeating: 1, count: 128))
    #expect(try abs(a.parameter("logit_scale").value.toFloats()[0] - 2.6593) < 1e-4)
    #expect(a.trainableParameters.isEmpty)
    #expect(a.setTrainable(prefix: "visual.ln_") == 4 && a.trainableParameters.count == 4)
    a.setTrainable(false, prefix: "")
    #expect(a.trainableParameters.isEmpty)
    #expect(errorCode { _ = try a.parameter("nothing") } == "E0602")
  }

  @Test func namesOfOpenAIAreRead() throws {
    try Fixtures.inFolder { folder in
      let model = try Foreign.model()
      var items = Foreign.items(model)
      items.append(("input_resolution", try Tensor([16] as [Int], shape: []), .i64))
      items.append(("context_length", try Tensor([9] as [Int], shape: []), .i64))
      items.append(("something", try Tensor([1], shape: [1]), .f32))
      // A number may be kept as a vector of one.
      items = items.map {
        $0.name == "logit_scale" ? ($0.name, (try? $0.tensor.reshaped([1])) ?? $0.tensor, .f32) : $0
      }
      try SafetensorsWriter.write(path: folder + "/model.safetensors", tensors: items)
      for path in [folder, folder + "/model.safetensors"] {
        let back = try CLIPModel.load(path: path)
        #expect(try back.contentHash() == model.contentHash())
        #expect(back.config.activation == .quickGelu)
        #expect(back.config.vision.heads == 1)
        #expect(back.config.text.heads == 2)
        #expect(back.config.vision.mlpWidth == 96 && back.config.vision.imageSize == 16)
        #expect(
          back.info?.unused.map(\.name).sorted() == ["context_length", "input_resolution", "something"])
        #expect(back.info?.remarks == [])
      }
      let other = try CLIPModel.load(
        path: folder, options: .init(activation: .gelu, visionHeads: 8, textHeads: 4))
      #expect(
        other.config.activation == .gelu && other.config.vision.heads == 8 && other.config.text.heads == 4)
      // OpenAI's own files hold the sizes; without them the activation may be another.
      try SafetensorsWriter.write(
        path: folder + "/bare.safetensors", tensors: items.filter { $0.name != "input_resolution" })
      let bare = try CLIPModel.load(path: folder + "/bare.safetensors")
      #expect(bare.info?.remarks.first?.hasPrefix("QuickGELU is assumed: no configuration") == true)
      let told = try CLIPModel.load(
        path: folder + "/bare.safetensors", options: .init(activation: .quickGelu))
      #expect(told.info?.remarks == [])
    }
  }

  @Test func prefixesOfWrappersAreStripped() throws {
    try Fixtures.inFolder { folder in
      let model = try Foreign.model()
      let items = Foreign.items(model).map { item -> SafetensorsWriter.Item in
        let isText = !item.name.hasPrefix("visual.") && item.name != "logit_scale"
        return ("module." + (isText ? "text." : "") + item.name, item.tensor, item.type)
      }
      let path = folder + "/m.safetensors"
      try SafetensorsWriter.write(path: path, tensors: items)
      #expect(try CLIPModel.load(path: path).contentHash() == model.contentHash())
    }
  }

  @Test func namesOfHuggingFaceAreRead() throws {
    try Fixtures.inFolder { folder in
      let model = try Foreign.model()
      var items = try Foreign.huggingFace(model)
      items.append(("text_model.embeddings.position_ids", try Tensor([0, 1] as [Int], shape: [1, 2]), .i64))
      try SafetensorsWriter.write(path: folder + "/model.safetensors", tensors: items)
      let bare = try CLIPModel.load(path: folder)
      #expect(try bare.contentHash() == model.contentHash())
      #expect(bare.config.activation == .quickGelu && bare.config.text.heads == 2)

      try AtomicFile.write(Foreign.huggingFaceConfig, to: folder + "/config.json")
      try AtomicFile.write(
        #"{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]}"#,
        to: folder + "/preprocessor_config.json")
      let back = try CLIPModel.load(path: folder + "/model.safetensors")
      #expect(try back.contentHash() == model.contentHash())
      #expect(back.config.activation == .gelu && back.config.text.heads == 4 && back.config.vision.heads == 2)
      #expect(back.config.std == [0.25, 0.25, 0.25] && back.info?.naming == .huggingFace)
      #expect(back.config.endToken == 543)
      let use = back.info?.used.first { $0.parameter == "visual.transformer.resblocks.1.attn.in_proj_weight" }
      #expect(use?.sources.count == 3)

      // Without one of three, the third is named.
      let broken = items.filter { $0.name != "vision_model.encoder.layers.1.self_attn.k_proj.bias" }
      try SafetensorsWriter.write(path: folder + "/model.safetensors", tensors: broken)
      let message = errorMessage { _ = try CLIPModel.load(path: folder) }
      #expect(message.contains("vision_model.encoder.layers.1.self_attn.k_proj.bias"))
      #expect(message.hasPrefix("E0601: ") && message.contains("1 tensor is missing"))
    }
  }

  @Test func shardsAreOneModel() throws {
    try Fixtures.inFolder { folder in
      let model = try Foreign.model()
      let items = Foreign.items(model)
      try SafetensorsWriter.write(path: folder + "/m-1.safetensors", tensors: Array(items[..<10]))
      try SafetensorsWriter.write(path: folder + "/m-2.safetensors", tensors: Array(items[10...]))
      #expect(errorMessage { _ = try CLIPModel.load(path: folder) }.contains("several weight files"))
      let map = items.enumerated().map {
        ($1.name, Json.string($0 < 10 ? "m-1.safetensors" : "m-2.safetensors"))
      }
      let index = Json.object(JsonObject([("weight_map", .object(JsonObject(map)))]))
      try AtomicFile.write(index.serialized(), to: folder + "/m.safetensors.index.json")
      #expect(try CLIPModel.load(path: folder).contentHash() == model.contentHash())
      try AtomicFile.write(#"{"weight_map": {"a": "../x"}}"#, to: folder + "/m.safetensors.index.json")
      #expect(errorCode { _ = try CLIPModel.load(path: folder) } == "E0502")
    }
  }

  /// The containers of PyTorch, under each of the names that folders use.
  @Test(
    arguments: [
      "pytorch_model.bin", "open_clip_pytorch_model.bin", "model.pt", "ViT-B-32.pt", "model.pth.tar-50",
    ],
    [StorageType.f32, .f16, .bf16])
  func filesOfPyTorchAreRead(_ name: String, _ type: StorageType) throws {
    try Fixtures.inFolder { folder in
      let model = try Foreign.model()
      let tensors = model.parameters.map { ($0.name, $0.variable.value) }
      let sizes = ["input_resolution", "context_length", "vocab_size"].map {
        ($0, TorchWriter.Value.tensor((try? Tensor([16] as [Int], shape: [])) ?? tensors[0].1, .i64))
      }
      switch name {
      case "pytorch_model.bin":
        try TorchWriter().write(
          TorchWriter.stateDict(Foreign.huggingFace(model).map { ($0.name, $0.tensor) }, type),
          to: "\(folder)/\(name)")
        try AtomicFile.write(Foreign.huggingFaceConfig, to: folder + "/config.json")
      case "model.pt":
        guard case .object(let module, let className, let state) = TorchWriter.scripted(tensors, type) else {
          return
        }
        try TorchWriter().write(.object(module, className, state + sizes), to: "\(folder)/\(name)")
      case "model.pth.tar-50":
        try TorchWriter().write(
          .dict([
            ("epoch", .int(50)), ("state_dict", TorchWriter.stateDict(tensors, type)),
            ("optimizer", .dict([])),
          ]),
          to: "\(folder)/\(name)")
      default: try TorchWriter().write(TorchWriter.stateDict(tensors, type), to: "\(folder)/\(name)")
      }
      for path in [folder, "\(folder)/\(name)"] {
        let back = try CLIPModel.load(path: path)
        for (pair, other) in zip(model.parameters, back.parameters) {
          let values = try pair.variable.value.toFloats()
          let right: [Float]
          switch values.count == 1 ? .f32 : type {
          case .f16: right = values.map { Float(Float16($0)) }
          case .bf16: right = values.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) }
          default: right = values
          }
          #expect(try other.variable.value.toFloats() == right, "\(pair.name)")
        }
        let isHuggingFace = name == "pytorch_model.bin"
        #expect(back.info?.naming == (isHuggingFace ? .huggingFace : .openAI))
        #expect(back.config.activation == (isHuggingFace ? .gelu : .quickGelu))
        #expect(back.info?.used.filter { $0.type == type }.isEmpty == false)
        let unused = back.info?.unused.map(\.name) ?? []
        #expect(
          unused
            == (name == "model.pt"
              ? sizes.map(\.0) : name.hasPrefix("model.pth") ? ["epoch", "optimizer"] : []))
      }
    }
  }

  @Test func promptsAreNoModel() throws {
    let message = errorMessage {
      _ = try CLIPModel.load(path: Fixtures.golden + "/clip/openai-vit/coop-model.pth.tar-50")
    }
    #expect(message.hasPrefix("E0605") && message.contains("restore the file into it"), "\(message)")
  }

  @Test func foldersPreferSafetensors() throws {
    try Fixtures.inFolder { folder in
      let model = try Foreign.model()
      let other = try Foreign.model(4)
      try TorchWriter().write(
        TorchWriter.stateDict(other.parameters.map { ($0.name, $0.variable.value) }),
        to: folder + "/pytorch_model.bin")
      try AtomicFile.write("not a model", to: folder + "/training_args.bin")
      #expect(try CLIPModel.load(path: folder).contentHash() == other.contentHash())
      try SafetensorsWriter.write(path: folder + "/model.safetensors", tensors: Foreign.items(model))
      #expect(try CLIPModel.load(path: folder).contentHash() == model.contentHash())
    }
  }

  @Test func everythingMissingIsListed() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let items = Foreign.items(try Foreign.model())
      let gone = ["ln_final.bias", "transformer.resblocks.0.mlp.c_fc.weight", "visual.proj", "logit_scale"]
      try SafetensorsWriter.write(
        path: path, tensors: items.filter { !gone.contains($0.name) && $0.name != "visual.proj" })
      let message = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(message.hasPrefix("E0601") && message.contains("visual.proj"))
      try SafetensorsWriter.write(
        path: path, tensors: items.filter { !gone.contains($0.name) || $0.name == "visual.proj" })
      let second = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(second.contains("3 tensors are missing"))
      for name in gone where name != "visual.proj" { #expect(second.contains(name)) }
      try SafetensorsWriter.write(path: path, tensors: [("x", try Tensor([1], shape: [1]), .f32)])
      #expect(errorCode { _ = try CLIPModel.load(path: path) } == "E0601")
    }
  }

  @Test func wrongShapesAndTypesAreNamed() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let items = Foreign.items(try Foreign.model())
      func load(_ name: String, _ tensor: Tensor, _ type: StorageType = .f32) throws -> String {
        let changed = items.map { $0.name == name ? SafetensorsWriter.Item(name, tensor, type) : $0 }
        try SafetensorsWriter.write(path: path, tensors: changed)
        return errorMessage { _ = try CLIPModel.load(path: path) }
      }
      let shape = try load("ln_final.bias", try Tensor.zeros([127]))
      #expect(shape.hasPrefix("E0602") && shape.contains("[127]") && shape.contains("[128]"))
      #expect(
        try load("ln_final.bias", try Tensor([Int](repeating: 0, count: 128), shape: [128]), .i64).contains(
          "I64"))
      var values = [Float](repeating: 0, count: 128)
      values[5] = .nan
      let nan = try load("ln_final.bias", try Tensor(values, shape: [128]))
      #expect(nan.hasPrefix("E0606") && nan.contains("ln_final.bias") && nan.contains("element 5"))
      #expect(throws: Never.self) { try CLIPModel.load(path: path, options: .init(checksFinite: false)) }
      #expect(try load("visual.positional_embedding", try Tensor.zeros([4, 64])).contains("not a square"))
      #expect(try load("visual.conv1.weight", try Tensor.zeros([64, 3, 8, 7])).hasPrefix("E0602"))
      #expect(try load("visual.conv1.weight", try Tensor.zeros([0, 3, 8, 8])).hasPrefix("E0605"))
      #expect(try load("positional_embedding", try Tensor.zeros([1, 128])).hasPrefix("E0605"))
    }
  }

  @Test func headsThatCannotBeToldAreAsked() throws {
    try Fixtures.inFolder { folder in
      let config = CLIPConfig(
        embedDim: 8, vision: VisionConfig(imageSize: 8, patchSize: 4, width: 48, layers: 1, heads: 3),
        text: TextConfig(context: 8, vocabulary: 520, width: 64, layers: 1, heads: 1))
      let path = folder + "/m.safetensors"
      try SafetensorsWriter.write(path: path, tensors: Foreign.items(try Foreign.model(1, config)))
      #expect(errorMessage { _ = try CLIPModel.load(path: path) }.contains("image tower is unknown"))
      #expect(try CLIPModel.load(path: path, options: .init(visionHeads: 3)).config.vision.heads == 3)
      #expect(errorCode { _ = try CLIPModel.load(path: path, options: .init(visionHeads: 5)) } == "E0605")
    }
  }

  @Test func otherArchitecturesAreRefused() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/m.safetensors"
      let items = Foreign.items(try Foreign.model())
      func message(_ name: String) throws -> String {
        try SafetensorsWriter.write(path: path, tensors: items + [(name, try Tensor([1], shape: [1]), .f32)])
        return errorMessage { _ = try CLIPModel.load(path: path) }
      }
      #expect(try message("visual.layer1.0.conv1.weight").contains("visual.attnpool.c_proj.weight"))
      #expect(try message("visual.trunk.blocks.0.norm1.weight").contains("timm"))
      #expect(try message("visual.transformer.resblocks.0.ls_1.gamma").contains("unsupported"))
      #expect(try message("visual.transformer.resblocks.0.ls_1.gamma").hasPrefix("E0605"))
      try AtomicFile.write(
        #"{"model_cfg": {"embed_dim": 24, "vision_cfg": {"layers": [3, 4, 6, 3], "width": 64}, "text_cfg": {}}}"#,
        to: folder + "/open_clip_config.json")
      #expect(try message("x").contains("visual.attnpool.positional_embedding"))
      try AtomicFile.write(
        #"{"model_cfg": {"embed_dim": 24, "vision_cfg": {"layers": [3, "4"]}}}"#,
        to: folder + "/open_clip_config.json")
      #expect(try message("x").contains("list of integers"))
      try AtomicFile.write(
        #"{"model_cfg": {"text_cfg": {"hf_model_name": "bert"}}}"#, to: folder + "/open_clip_config.json")
      #expect(try message("x").contains("vision_cfg is missing"))
      try AtomicFile.write("{", to: folder + "/open_clip_config.json")
      #expect(try message("x").hasPrefix("E0502"))
    }
  }

  @Test func configurationAndWeightsMustFit() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/model.safetensors"
      try SafetensorsWriter.write(path: path, tensors: try Foreign.huggingFace(Foreign.model()))
      let fewer = Foreign.replacing(
        Foreign.huggingFaceConfig, "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1")
      try AtomicFile.write(fewer, to: folder + "/config.json")
      #expect(errorMessage { _ = try CLIPModel.load(path: folder) }.contains("no layer for"))
      let more = Foreign.replacing(
        Foreign.huggingFaceConfig, "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3")
      try AtomicFile.write(more, to: folder + "/config.json")
      #expect(errorMessage { _ = try CLIPModel.load(path: folder) }.contains("16 tensors are missing"))
      let other = Foreign.replacing(Foreign.huggingFaceConfig, "\"gelu\", \"eos", "\"swish\", \"eos")
      try AtomicFile.write(other, to: folder + "/config.json")
      #expect(errorMessage { _ = try CLIPModel.load(path: folder) }.contains("swish"))
      let absurd = Foreign.replacing(
        Foreign.huggingFaceConfig, "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 4000000000")
      try AtomicFile.write(absurd, to: folder + "/config.json")
      #expect(errorCode { _ = try CLIPModel.load(path: folder) } == "E0605")
    }
  }

  @Test func pathsWithoutAModel() throws {
    try Fixtures.inFolder { folder in
      #expect(errorCode { _ = try CLIPModel.load(path: folder) } == "E0501")
      #expect(errorCode { _ = try CLIPModel.load(path: folder + "/none") } == "E0501")
      try AtomicFile.write([0x50, 0x4B, 3, 4, 0, 0], to: folder + "/model.pt")
      #expect(errorMessage { _ = try CLIPModel.load(path: folder) }.contains("model.pt"))
      #expect(errorMessage { _ = try CLIPModel.load(path: folder + "/model.pt") }.contains("truncated"))
      try AtomicFile.write("hello", to: folder + "/x.safetensors")
      #expect(errorCode { _ = try CLIPModel.load(path: folder + "/x.safetensors") } == "E0502")
    }
  }

  @Test func newerFormatsAreRefused() throws {
    try Fixtures.inFolder { folder in
      let model = try Foreign.model()
      var object = model.config.json.objectValue ?? JsonObject()
      object["format"] = 2
      let path = folder + "/m.safetensors"
      try SafetensorsWriter.write(
        path: path, tensors: Foreign.items(model), metadata: [("moco.clip", Json.object(object).serialized())]
      )
      #expect(errorMessage { _ = try CLIPModel.load(path: path) }.contains("newer version of moco"))
    }
  }

  @Test func configurationsAreChecked() throws {
    let good = Foreign.config()
    #expect(try CLIPConfig(json: good.json) == good)
    func message(_ change: (inout JsonObject) -> Void) -> String {
      var object = good.json.objectValue ?? JsonObject()
      change(&object)
      return errorMessage { _ = try CLIPConfig(json: .object(object)) }
    }
    #expect(message { $0["embed_dim"] = nil }.contains("embed_dim is missing"))
    #expect(message { $0["embeddim"] = 3 }.contains("unknown member embeddim"))
    #expect(message { $0["embed_dim"] = "x" }.contains("must be an integer"))
    #expect(message { $0["activation"] = "relu" }.contains("relu"))
    #expect(message { $0["vision"] = 3 }.contains("not a record"))
    #expect(message { $0["mean"] = [0.5] }.contains("mean"))
    #expect(message { $0["embed_dim"] = 0 }.hasPrefix("E0605"))
    #expect(message { $0["merges"] = 400 }.hasPrefix("E0605"))
    // Nothing overflows on its way to the message.
    #expect(message { $0["merges"] = .int(.max) }.hasPrefix("E0605"))
    for extreme in [Int.min, .max] {
      let tower: Json = [
        "width": .int(extreme), "layers": .int(extreme), "image_size": .int(extreme), "patch_size": 1,
      ]
      #expect(message { $0["vision"] = tower }.hasPrefix("E0605"))
      #expect(message { $0["text"] = ["width": .int(extreme), "layers": 1] }.hasPrefix("E0605"))
      #expect(
        message { $0["text"] = ["width": 64, "layers": 1, "context": .int(extreme)] }.hasPrefix("E0605"))
    }
  }

  @Test func modelsWithAnotherVocabularyHaveNoTokenizer() throws {
    let config = CLIPConfig(
      embedDim: 8, vision: VisionConfig(imageSize: 8, patchSize: 4, width: 16, layers: 1, heads: 2),
      text: TextConfig(context: 8, vocabulary: 40, width: 16, layers: 1, heads: 2))
    let model = try Foreign.model(1, config)
    #expect(errorCode { _ = try model.tokenizer } == "E0607")
    let bare = try CLIPModel.random(config: Foreign.config(), seed: 1)
    #expect(errorCode { _ = try bare.tokenizer } == "E0607")
  }
}
