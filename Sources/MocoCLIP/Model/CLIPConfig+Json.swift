import MocoBase

extension CLIPConfig {
  /// Version of the JSON form; a file with a newer one is rejected.
  static let formatVersion = 1

  /// The JSON form of a configuration in moco's own files and in scripts.
  public var json: Json {
    func numbers(_ values: [Float]) -> Json {
      // The shortest decimal that reads back as the same float.
      .array(values.map { .float($0) })
    }
    var object: JsonObject = JsonObject([
      ("format", .int(CLIPConfig.formatVersion)),
      ("name", .string(name)),
      ("embed_dim", .int(embedDim)),
      (
        "vision",
        [
          "image_size": .int(vision.imageSize), "patch_size": .int(vision.patchSize),
          "width": .int(vision.width),
          "layers": .int(vision.layers), "heads": .int(vision.heads), "channels": .int(vision.channels),
          "mlp_width": .int(vision.mlpWidth),
        ]
      ),
      (
        "text",
        [
          "context": .int(text.context), "vocabulary": .int(text.vocabulary), "width": .int(text.width),
          "layers": .int(text.layers), "heads": .int(text.heads), "mlp_width": .int(text.mlpWidth),
        ]
      ),
      ("activation", .string(activation.rawValue)),
      ("mean", numbers(mean)),
      ("std", numbers(std)),
      ("layer_norm_eps", .float(layerNormEps)),
    ])
    if vision.isResNet {
      object["vision"] = [
        "image_size": .int(vision.imageSize), "stages": .array(vision.stages.map { .int($0) }),
        "width": .int(vision.width), "heads": .int(vision.heads), "channels": .int(vision.channels),
      ]
    }
    if let tokenizerMerges { object["merges"] = .int(tokenizerMerges) }
    addOptions(&object)
    return .object(object)
  }

  /// Differences of the towers from plain CLIP, in words; nil if there are none.
  var towerOptions: String? {
    var options: [String] = []
    if vision.pool != .classRow {
      options.append("vision pool \(vision.pool.rawValue) \(vision.normsAfterPool)")
    }
    if !text.isCausal { options.append("text not causal") }
    if text.pool != .end { options.append("text pool \(text.pool.rawValue)") }
    if let eps = text.layerNormEps { options.append("text eps \(eps) vision eps \(layerNormEps)") }
    if let other = text.activation { options.append("text \(other.rawValue) vision \(activation.rawValue)") }
    return options.isEmpty ? nil : options.joined(separator: ", ") + "\n"
  }

  /// Members that are written only if they differ from plain CLIP, so that the file of a plain model stays as it
  /// was, and a program that does not support them rejects the others.
  private func addOptions(_ object: inout JsonObject) {
    func change(_ tower: String, _ members: [(String, Json?)]) {
      guard var inner = object[tower]?.objectValue else { return }
      for (key, value) in members { if let value { inner[key] = value } }
      object[tower] = .object(inner)
    }
    change(
      "vision",
      [
        ("pool", vision.pool == .classRow ? nil : .string(vision.pool.rawValue)),
        ("norms_after_pool", vision.normsAfterPool ? true : nil),
        ("pre_norm", vision.hasPreNorm ? nil : false),
      ])
    change(
      "text",
      [
        ("causal", text.isCausal ? nil : false),
        ("pool", text.pool == .end ? nil : .string(text.pool.rawValue)),
        ("layer_norm_eps", text.layerNormEps.map { .float($0) }),
        ("activation", text.activation.map { .string($0.rawValue) }),
      ])
    if let json = images.json { object["images"] = json }
    if let withoutText { object["without_text"] = .string(withoutText) }
  }

  /// Reads a configuration. Missing members get CLIP's values where there is one: 3 channels, context 77,
  /// width / 64 heads, MLPs four times as wide, QuickGELU, and the vocabulary size from the merges.
  ///
  /// - Parameter source: the name used in messages (a path, `the configuration`).
  /// - Throws: E0605 for a member that is missing, unknown or of the wrong kind, and for sizes that no model
  ///   has.
  public init(json: Json, source: String = "the configuration") throws {
    let root = try ConfigReader(json, source: source)
    try root.allow([
      "format", "name", "embed_dim", "vision", "text", "activation", "mean", "std", "layer_norm_eps",
      "merges", "images", "without_text",
    ])
    if let format = try root.int("format"), format > CLIPConfig.formatVersion {
      throw Failure(
        "E0605",
        "\(source) has format \(format); this version of moco supports formats up to \(CLIPConfig.formatVersion)",
        help: "use a newer version of moco")
    }
    let vision = try root.member("vision")
    let text = try root.member("text")
    let stages = try vision.ints("stages")
    try vision.allow(
      stages == nil
        ? [
          "image_size", "patch_size", "width", "layers", "heads", "channels", "mlp_width", "stages", "pool",
          "norms_after_pool", "pre_norm",
        ] : ["image_size", "stages", "width", "heads", "channels"])
    try text.allow([
      "context", "vocabulary", "width", "layers", "heads", "mlp_width", "causal", "pool", "layer_norm_eps",
      "activation",
    ])
    let merges = try root.int("merges")
    let visionWidth = try vision.required("width")
    let textWidth = try text.required("width")
    let activation = try root.choice("activation", Activation.self) ?? .quickGelu
    let vocabulary = Tokenizer.vocabularySize(
      merges: min(max(merges ?? Tokenizer.mergesInUse, 0), Tokenizer.mergesInUse))
    self.init(
      name: try root.string("name"),
      embedDim: try root.required("embed_dim"),
      vision: try stages.map {
        VisionConfig(
          imageSize: try vision.required("image_size"), stages: $0, width: visionWidth,
          heads: try vision.int("heads"), channels: try vision.int("channels") ?? 3)
      }
        ?? VisionConfig(
          imageSize: try vision.required("image_size"), patchSize: try vision.required("patch_size"),
          width: visionWidth, layers: try vision.required("layers"),
          heads: try vision.int("heads") ?? max(visionWidth / 64, 1),
          channels: try vision.int("channels") ?? 3,
          mlpWidth: try vision.int("mlp_width") ?? 4 * max(0, min(visionWidth, 1 << 21))),
      text: TextConfig(
        context: try text.int("context") ?? 77, vocabulary: try text.int("vocabulary") ?? vocabulary,
        width: textWidth, layers: try text.required("layers"),
        heads: try text.int("heads") ?? max(textWidth / 64, 1),
        mlpWidth: try text.int("mlp_width") ?? 4 * max(0, min(textWidth, 1 << 21))),
      activation: activation, mean: try root.floats("mean"), std: try root.floats("std"),
      layerNormEps: try root.double("layer_norm_eps").map { Float($0) } ?? 1e-5, tokenizerMerges: merges)
    self.vision.pool = try vision.choice("pool", VisionPool.self) ?? .classRow
    self.vision.normsAfterPool = try vision.bool("norms_after_pool") ?? false
    self.vision.hasPreNorm = try vision.bool("pre_norm") ?? true
    self.text.isCausal = try text.bool("causal") ?? true
    self.text.pool = try text.choice("pool", TextPool.self) ?? .end
    self.text.layerNormEps = try text.double("layer_norm_eps").map { Float($0) }
    self.text.activation = try text.choice("activation", Activation.self)
    images = try ImageTransform(root.optionalMember("images"))
    withoutText = try root.string("without_text")
    try validate(as: source == "the configuration" ? nil : source) { $0 }
  }
}
