/// What a configuration beside the weights says; nil where it is silent. Shapes count more where both speak.
struct DeclaredSizes {
  struct Tower {
    var width: Int?
    var layers: Int?
    var heads: Int?
    var headWidth: Int?
    var mlpWidth: Int?
  }

  var vision = Tower()
  var text = Tower()
  /// Blocks of the stages of a ModifiedResNet.
  var stages: [Int]?
  var imageSize: Int?
  var patchSize: Int?
  var channels: Int?
  var context: Int?
  var vocabulary: Int?
  var embedDim: Int?
  var activation: Activation?
  var layerNormEps: Float?
  var mean: [Float]?
  var std: [Float]?
  var notes: [String] = []

  /// Nothing declared: OpenAI's own rules.
  init() {
    vision.headWidth = 64
    text.headWidth = 64
  }

  // MARK: Hugging Face

  /// Reads config.json, whose towers leave out what equals their library's defaults.
  ///
  /// - Throws: E0605 for an activation or LayerNorm that CLIP does not have.
  init(huggingFace config: Json, preprocessor: Json?, path: String) throws {
    func tower(_ name: String) -> (String) -> Json? {
      { key in config["\(name)_dict"]?[key] ?? config[name]?[key] }
    }
    let vision = tower("vision_config")
    let text = tower("text_config")
    self.vision = Tower(
      width: vision("hidden_size")?.intValue, layers: vision("num_hidden_layers")?.intValue,
      heads: vision("num_attention_heads")?.intValue ?? 12, mlpWidth: vision("intermediate_size")?.intValue)
    self.text = Tower(
      width: text("hidden_size")?.intValue, layers: text("num_hidden_layers")?.intValue,
      heads: text("num_attention_heads")?.intValue ?? 8, mlpWidth: text("intermediate_size")?.intValue)
    imageSize = vision("image_size")?.intValue
    patchSize = vision("patch_size")?.intValue
    channels = vision("num_channels")?.intValue
    context = text("max_position_embeddings")?.intValue
    vocabulary = text("vocab_size")?.intValue
    embedDim = config["projection_dim"]?.intValue

    let visionActivation = try DeclaredSizes.activation(vision("hidden_act")?.stringValue, path: path)
    let textActivation = try DeclaredSizes.activation(text("hidden_act")?.stringValue, path: path)
    guard visionActivation == textActivation else {
      throw CLIPError(
        code: "E0605", "\(path): its towers use different activations", help: "both towers must use the same")
    }
    activation = visionActivation
    notes.append("activation \(visionActivation.displayName) and heads from config.json")
    let epsilons = [
      vision("layer_norm_eps")?.doubleValue ?? 1e-5, text("layer_norm_eps")?.doubleValue ?? 1e-5,
    ]
    guard epsilons[0] == epsilons[1] else {
      throw CLIPError(
        code: "E0605", "\(path): its towers use different layer_norm_eps",
        help: "both towers must use the same")
    }
    layerNormEps = Float(epsilons[0])
    readNormalization(
      mean: preprocessor?["image_mean"], std: preprocessor?["image_std"], "preprocessor_config.json")
  }

  private static func activation(_ name: String?, path: String) throws -> Activation {
    switch name ?? "quick_gelu" {
    case "quick_gelu": return .quickGelu
    case "gelu": return .gelu
    case let other:
      throw CLIPError(
        code: "E0605", "\(path): the activation \(other) is not one of CLIP's",
        help: "known are quick_gelu and gelu")
    }
  }

  // MARK: open_clip

  /// Reads open_clip_config.json, with or without its `model_cfg`.
  ///
  /// - Throws: E0605 for towers that are not CLIP's.
  init(openClip config: Json, path: String) throws {
    let model = config["model_cfg"] ?? config
    let vision = model["vision_cfg"]
    let text = model["text_cfg"]
    if let foreign = vision?["timm_model_name"]?.stringValue ?? text?["hf_model_name"]?.stringValue {
      throw CLIPError(
        code: "E0605", "\(path): the tower \(foreign) is not CLIP's",
        help: "models with a vision transformer and CLIP's text transformer can be loaded")
    }
    // A list of layers is how a ModifiedResNet shows.
    if let list = vision?["layers"]?.arrayValue {
      let numbers = list.compactMap(\.intValue)
      guard numbers.count == list.count else {
        throw CLIPError(
          code: "E0605", "\(path): the layers of its image tower are no whole numbers",
          help: "a ModifiedResNet has four stages, such as 3, 4, 6 and 3 blocks")
      }
      stages = numbers
    }
    embedDim = model["embed_dim"]?.intValue
    self.vision = Tower(
      width: vision?["width"]?.intValue, layers: vision?["layers"]?.intValue,
      headWidth: vision?["head_width"]?.intValue ?? 64)
    self.text = Tower(
      width: text?["width"]?.intValue, layers: text?["layers"]?.intValue, heads: text?["heads"]?.intValue ?? 8
    )
    imageSize = vision?["image_size"]?.intValue
    patchSize = vision?["patch_size"]?.intValue
    channels = vision?["in_chans"]?.intValue
    context = text?["context_length"]?.intValue
    vocabulary = text?["vocab_size"]?.intValue
    activation = model["quick_gelu"]?.boolValue == true ? .quickGelu : .gelu
    notes.append("activation \(activation?.displayName ?? "") and heads from open_clip_config.json")
    let preprocess = config["preprocess_cfg"]
    readNormalization(mean: preprocess?["mean"], std: preprocess?["std"], "open_clip_config.json")
  }

  private mutating func readNormalization(mean: Json?, std: Json?, _ source: String) {
    func floats(_ value: Json?) -> [Float]? {
      guard let elements = value?.arrayValue else { return nil }
      let numbers = elements.compactMap { $0.doubleValue.map { Float($0) } }
      return numbers.count == elements.count && !numbers.isEmpty ? numbers : nil
    }
    guard let mean = floats(mean), let std = floats(std), mean.count == std.count else { return }
    self.mean = mean
    self.std = std
    notes.append("mean and std from \(source)")
  }
}
