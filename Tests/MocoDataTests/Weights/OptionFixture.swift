import MocoAutograd
import MocoBase
import MocoCLIP
import MocoData
import MocoFormats
import MocoTensor
import MocoTestSupport

/// One small model, four images, and the features that open_clip 3.3 and transformers 5.24 compute under one
/// option each.
enum OptionFixture {
  static let folder = Repository.fixture("options")

  static func expected() throws -> Json { try Json.parse(file: folder + "/expected.json") }

  /// The model's tensors under OpenAI's names, as float32.
  static func tensors() throws -> [(String, Tensor)] {
    try CLIPModel.load(path: folder + "/weights.safetensors", options: .init(visionHeads: 2, textHeads: 2))
      .parameters.map { ($0.name, $0.variable.value) }
  }

  static let openClip: Json = [
    "model_cfg": [
      "embed_dim": 8, "quick_gelu": false,
      "vision_cfg": ["layers": 2, "width": 8, "head_width": 4, "patch_size": 8, "image_size": 16],
      "text_cfg": ["context_length": 12, "vocab_size": 560, "width": 8, "heads": 2, "layers": 2],
    ],
    "preprocess_cfg": ["size": 16],
  ]

  static let huggingFace: Json = [
    "model_type": "clip", "projection_dim": 8,
    "text_config": [
      "hidden_size": 8, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
      "max_position_embeddings": 12, "vocab_size": 560, "hidden_act": "gelu", "eos_token_id": 2,
    ],
    "vision_config": [
      "hidden_size": 8, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
      "image_size": 16, "patch_size": 8, "hidden_act": "gelu",
    ],
  ]

  /// `json` with the member at `path` replaced, or taken out.
  static func setting(_ json: Json, _ path: [String], _ value: Json?) -> Json {
    guard let key = path.first else { return value ?? .null }
    var object = json.objectValue ?? JsonObject()
    let rest = Array(path.dropFirst())
    object[key] = rest.isEmpty ? value : setting(object[key] ?? .object(JsonObject()), rest, value)
    return .object(object)
  }

  /// `json` with all members of `other` at `path`.
  static func adding(_ other: Json?, to json: Json, at path: [String]) -> Json {
    var result = json
    for (key, value) in other?.objectValue ?? JsonObject() { result = setting(result, path + [key], value) }
    return result
  }

  /// Writes the model under OpenAI's names, leaving out `dropped`.
  static func writeOpenAI(to folder: String, without dropped: [String] = []) throws {
    let items = try tensors().filter { !dropped.contains($0.0) }
    try SafetensorsWriter.write(
      path: folder + "/open_clip_model.safetensors", tensors: items.map { ($0.0, $0.1, .f32) })
  }

  /// Writes the model under Hugging Face's names.
  static func writeHuggingFace(to folder: String, extra: [SafetensorsWriter.Item] = []) throws {
    var items: [SafetensorsWriter.Item] = []
    for (name, tensor) in try tensors() {
      for (other, value) in try huggingFaceNames(name, tensor) { items.append((other, value, .f32)) }
    }
    try SafetensorsWriter.write(path: folder + "/model.safetensors", tensors: items + extra)
  }

  private static let plain = [
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final": "text_model.final_layer_norm",
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.ln_pre": "vision_model.pre_layrnorm", "visual.ln_post": "vision_model.post_layernorm",
    "logit_scale": "logit_scale",
  ]

  private static func huggingFaceNames(_ name: String, _ tensor: Tensor) throws -> [(String, Tensor)] {
    if let other = plain[name] { return [(other, tensor)] }
    if name == "text_projection" { return [("text_projection.weight", try turned(tensor))] }
    if name == "visual.proj" { return [("visual_projection.weight", try turned(tensor))] }
    let parts = name.split(separator: ".").map(String.init)
    let kind = parts[parts.count - 1]
    if let stem = plain[parts.dropLast().joined(separator: ".")] { return [("\(stem).\(kind)", tensor)] }
    let isVision = parts[0] == "visual"
    let rest = Array(parts.drop { $0 != "resblocks" }.dropFirst())
    let layer = "\(isVision ? "vision" : "text")_model.encoder.layers.\(rest[0])."
    if kind.hasPrefix("in_proj_") {
      let values = try tensor.toFloats()
      let size = values.count / 3
      return try ["q", "k", "v"].enumerated().map { block, letter in
        let shape = [tensor.shape[0] / 3] + tensor.shape.dropFirst()
        let part = Array(values[block * size..<(block + 1) * size])
        return ("\(layer)self_attn.\(letter)_proj.\(kind.dropFirst(8))", try Tensor(part, shape: shape))
      }
    }
    let names = [
      "attn.out_proj": "self_attn.out_proj", "ln_1": "layer_norm1", "ln_2": "layer_norm2",
      "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2",
    ]
    let inner = rest.dropFirst().dropLast().joined(separator: ".")
    return [("\(layer)\(names[inner] ?? inner).\(kind)", tensor)]
  }

  private static func turned(_ tensor: Tensor) throws -> Tensor {
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    let values = try tensor.toFloats()
    return try Tensor(
      (0..<rows * columns).map { values[$0 % rows * columns + $0 / rows] }, shape: [columns, rows])
  }

  static func replacing(_ text: String, _ part: String, _ other: String) -> String {
    text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }

  static func write(_ json: Json, to path: String) throws {
    try AtomicFile.write(json.serialized(), to: path)
  }

  // MARK: Features

  /// How far the model's image features are from the expected ones.
  static func imageDistance(_ model: CLIPModel, _ expected: Json?) throws -> Float {
    let names = try self.expected()["names"]?.arrayValue?.compactMap(\.stringValue) ?? []
    var rows: [Float] = []
    for name in names {
      let pixels = try Preprocess(model.config).tensor(Image.load(folder + "/" + name))
      let batch = try Tensor(pixels.toFloats(), shape: [1] + pixels.shape)
      let plain = try model.encodeImageFrozen(batch).toFloats()
      rows += unit(plain)
      // With and without a graph, the same.
      let graph = try model.encodeImage(Variable(batch, requiresGrad: true)).value.toFloats()
      for (a, b) in zip(plain, graph) where !(abs(a - b) < 1e-4) { return .infinity }
    }
    return distance(rows, expected)
  }

  static func textDistance(_ model: CLIPModel, _ expected: Json?) throws -> Float {
    let ids = try self.expected()["ids"]?.arrayValue ?? []
    let prompts = ids.map { ($0.arrayValue ?? []).compactMap(\.intValue).map { PromptKey.token($0) } }
    let features = try model.encodeText(prompts).value
    let values = try features.toFloats()
    let width = features.shape[1]
    return distance(
      prompts.indices.flatMap { unit(Array(values[$0 * width..<($0 + 1) * width])) }, expected)
  }

  private static func unit(_ row: [Float]) -> [Float] {
    let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return row.map { $0 / length }
  }

  private static func distance(_ values: [Float], _ expected: Json?) -> Float {
    let right = (expected?.arrayValue ?? []).flatMap { ($0.arrayValue ?? []).compactMap(\.doubleValue) }
    guard right.count == values.count, !right.isEmpty else { return .infinity }
    return zip(values, right).map { abs($0 - Float($1)) }.max() ?? .infinity
  }

  /// Code and message of the error that `body` throws, and its help; empty if it throws none.
  static func fault(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch let error as Failure {
      return "\(error.code): \(error.message) = \(error.help ?? "")"
    } catch {
      return "\(error)"
    }
  }
}
