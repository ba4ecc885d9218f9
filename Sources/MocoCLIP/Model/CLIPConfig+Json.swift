extension CLIPConfig {
  /// Version of the JSON form; a file with a newer one is refused.
  static let formatVersion = 1

  /// The form in which a configuration lies in our own files and is written in scripts.
  public var json: Json {
    func numbers(_ values: [Float]) -> Json {
      // The shortest decimal that reads back as the same float.
      .array(values.map { .double(Double($0.description) ?? Double($0)) })
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
      ("layer_norm_eps", .double(Double(layerNormEps.description) ?? Double(layerNormEps))),
    ])
    if vision.isResNet {
      object["vision"] = [
        "image_size": .int(vision.imageSize), "stages": .array(vision.stages.map { .int($0) }),
        "width": .int(vision.width), "heads": .int(vision.heads), "channels": .int(vision.channels),
      ]
    }
    if let tokenizerMerges { object["merges"] = .int(tokenizerMerges) }
    return .object(object)
  }

  /// Reads a configuration. Missing members take CLIP's values where CLIP has one: 3 channels, context 77,
  /// width / 64 heads, MLPs four times as wide, QuickGELU, the vocabulary that the merges give.
  ///
  /// - Parameter source: what messages call it (a path, `the configuration`).
  /// - Throws: E0605 for a member that is missing, unknown or of the wrong kind, and for sizes that no model
  ///   has.
  public init(json: Json, source: String = "the configuration") throws {
    let root = try Reader(json, source: source, name: "")
    try root.allow([
      "format", "name", "embed_dim", "vision", "text", "activation", "mean", "std", "layer_norm_eps",
      "merges",
    ])
    if let format = try root.int("format"), format > CLIPConfig.formatVersion {
      throw CLIPError(
        code: "E0605", "\(source) has format \(format), this moco knows up to \(CLIPConfig.formatVersion)",
        help: "update moco")
    }
    let vision = try root.member("vision")
    let text = try root.member("text")
    let stages = try vision.ints("stages")
    try vision.allow(
      stages == nil
        ? ["image_size", "patch_size", "width", "layers", "heads", "channels", "mlp_width", "stages"]
        : ["image_size", "stages", "width", "heads", "channels"])
    try text.allow(["context", "vocabulary", "width", "layers", "heads", "mlp_width"])
    let merges = try root.int("merges")
    let visionWidth = try vision.required("width")
    let textWidth = try text.required("width")
    let activationName = try root.string("activation") ?? Activation.quickGelu.rawValue
    guard let activation = Activation(rawValue: activationName) else {
      throw CLIPError(
        code: "E0605", "\(source): there is no activation \(activationName)",
        help: "known are gelu and quick_gelu")
    }
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
    try validate()
  }

  /// Typed access to the members of an object, with messages that name them.
  private struct Reader {
    let object: JsonObject
    let source: String
    let name: String

    init(_ json: Json, source: String, name: String) throws {
      guard let object = json.objectValue else {
        throw CLIPError(
          code: "E0605",
          "\(source): \(name.isEmpty ? "the configuration" : name) is \(json.kindName), not a record",
          help: "give a record with embed_dim, vision and text")
      }
      self.object = object
      self.source = source
      self.name = name
    }

    func allow(_ keys: [String]) throws {
      for key in object.keys where !keys.contains(key) {
        throw CLIPError(
          code: "E0605", "\(source): unknown member \(path(key))",
          help: "known are \(keys.joined(separator: ", "))")
      }
    }

    private func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

    private func fault(_ key: String, _ kind: String, _ found: Json) -> CLIPError {
      CLIPError(code: "E0605", "\(source): \(path(key)) must be \(kind), not \(found.kindName)", help: nil)
    }

    func member(_ key: String) throws -> Reader {
      guard let value = object[key] else { throw missing(key) }
      return try Reader(value, source: source, name: path(key))
    }

    private func missing(_ key: String) -> CLIPError {
      CLIPError(code: "E0605", "\(source): \(path(key)) is missing", help: "it has no default")
    }

    func required(_ key: String) throws -> Int {
      guard let value = try int(key) else { throw missing(key) }
      return value
    }

    func int(_ key: String) throws -> Int? {
      guard let value = object[key], !value.isNull else { return nil }
      guard let number = value.intValue else { throw fault(key, "a whole number", value) }
      return number
    }

    func ints(_ key: String) throws -> [Int]? {
      guard let value = object[key], !value.isNull else { return nil }
      guard let elements = value.arrayValue else { throw fault(key, "a list of whole numbers", value) }
      return try elements.map { element in
        guard let number = element.intValue else { throw fault(key, "a list of whole numbers", element) }
        return number
      }
    }

    func double(_ key: String) throws -> Double? {
      guard let value = object[key], !value.isNull else { return nil }
      guard let number = value.doubleValue else { throw fault(key, "a number", value) }
      return number
    }

    func string(_ key: String) throws -> String? {
      guard let value = object[key], !value.isNull else { return nil }
      guard let text = value.stringValue else { throw fault(key, "a string", value) }
      return text
    }

    func floats(_ key: String) throws -> [Float]? {
      guard let value = object[key], !value.isNull else { return nil }
      guard let elements = value.arrayValue else { throw fault(key, "a list of numbers", value) }
      return try elements.map { element in
        guard let number = element.doubleValue else { throw fault(key, "a list of numbers", element) }
        return Float(number)
      }
    }
  }
}
