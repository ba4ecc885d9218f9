import MocoBase
import MocoCLIP
import MocoLang

/// load_clip, clip_model.
public func registerClipBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define([loadClip(context), clipModel(context)])
  interpreter.noteMethods(of: ClipValue.methods)
}

private func loadClip(_ context: RuntimeContext) -> NativeFunction {
  NativeFunction(
    "load_clip(path: String, activation = nil, vision_heads = nil, text_heads = nil, prefix = nil, ignore = nil, precision = \"float32\")",
    doc: """
      A CLIP model from a weight file, or from a folder with its configuration: safetensors, PyTorch files
      (`.pt`, `.bin`, `.pth.tar-50`) and OpenAI's scripted archives, with OpenAI's, open_clip's or Hugging Face's
      names. `load_clip("small")` is the small model that comes with moco.

      Heads, activation and image preprocessing come from the configuration next to the weights. An unsupported
      option is an error; `help("weights")` lists all of them. Without a configuration the defaults are
      OpenAI's: width / 64 heads and QuickGELU; `activation: "gelu"` (or `"gelu_tanh"`), `vision_heads` and
      `text_heads` override them. A model whose texts need another tokenizer is loaded for images only.

      A prefix that a training program adds to the names (`model.`, `module.`, `student.clip.`) is detected and reported. If
      a file holds several models, `prefix: "student."` chooses one. An unknown tensor that may affect the results
      is an error; `ignore: ["classifier."]` leaves out tensors that are not part of the model, by the
      beginnings of their names. `clip.info.unused` lists everything that was left out, and why.

      `precision: "int8"` encodes images with products of 8-bit integers, several times faster. The features are
      close to those of single precision (cosine 0.999 or more) and are cached separately. The image tower then
      cannot train and accepts no prompts; texts stay in single precision.

      All weights are frozen; `clip.train_all()` and `clip.unfreeze("visual.")` make them trainable.

      ```
      let clip = load_clip("small")
      let probabilities = clip.classify(images[0], ["bag", "coat"])
      ```
      """
  ) { arguments in
    let name = try arguments.string("path")
    var options = CLIPModel.LoadOptions()
    if let word = try arguments.optionalString("activation") {
      _ = try arguments.choice("activation", among: Activation.allCases.map(\.rawValue))
      options.activation = Activation(rawValue: word)
    }
    if arguments["vision_heads"]?.isNil == false {
      options.visionHeads = try arguments.int("vision_heads", in: 1...4096)
    }
    if arguments["text_heads"]?.isNil == false {
      options.textHeads = try arguments.int("text_heads", in: 1...4096)
    }
    options.prefix = try arguments.optionalString("prefix")
    if let start = arguments["ignore"]?.asString {
      options.ignore = [start]
    } else if arguments["ignore"]?.isNil == false {
      options.ignore = try arguments.strings("ignore")
    }
    let precision = try arguments.choice("precision", among: ImagePrecision.allCases.map(\.rawValue))
    let library = try context.standardLibrary()
    let path = try clipPath(name, library)
    func load() throws -> CLIPModel {
      let model = try CLIPModel.load(
        path: path, tokenizerDirectory: library.path("tokenizer"), options: options)
      try model.setImagePrecision(ImagePrecision(rawValue: precision) ?? .float32)
      return model
    }
    let model = try context.sharing?.model(path, "\(options) \(precision)", load) ?? load()
    if let folder = try context.runFolder() {
      try folder.note(hash: model.contentHash(), of: name)
    }
    try context.note(input: path)
    // Not to the program's output, which holds only what the program prints.
    arguments.interpreter.note(([model.summary] + (model.info?.remarks ?? [])).joined(separator: ", "))
    if let unknown = model.info?.unknownOptions, !unknown.isEmpty {
      arguments.interpreter.note(
        "unknown options, ignored: \(unknown.joined(separator: ", "))")
    }
    return .host(ClipValue(model, context))
  }
}

/// A path, or the name of a model that comes with moco. A file of that name in the current folder takes
/// precedence.
package func clipPath(_ name: String, _ library: StandardLibrary) throws -> String {
  guard FileSystem.kind(name) == .missing else { return name }
  let isPlain = !name.contains("/") && !name.contains(".")
  let shipped = library.path("models", "\(name)-clip.safetensors")
  if isPlain, FileSystem.kind(shipped) == .file { return shipped }
  if let answer = PublishedClip.answer(to: name) { throw answer }
  guard isPlain else { return name }
  if let near = Nearest.name(to: name, among: library.models) {
    throw Failure(
      "E0501", "there is no model file, folder or shipped model called \"\(name)\"",
      help: "write load_clip(\"\(near)\") if you mean the model that comes with moco", argument: "path")
  }
  let known = library.models.map { "\"\($0)\"" }.joined(separator: ", ")
  throw Failure(
    "E0501", "there is no model file, folder or shipped model called \"\(name)\"",
    help: known.isEmpty
      ? "pass the path of a weight file or of a model's folder"
      : "pass the path of a weight file or of a model's folder, or the name of a model that comes with moco: \(known)",
    argument: "path")
}

private func clipModel(_ context: RuntimeContext) -> NativeFunction {
  NativeFunction(
    "clip_model(config, seed = nil)",
    doc: """
      A new CLIP model with random weights, for training from scratch. The same seed gives the same weights.

      - `embedding`: length of a feature · `activation`: `"quick_gelu"`, `"gelu"` or `"gelu_tanh"`
      - `context`: maximum tokens of a text · `merges`: number of merges of CLIP's vocabulary, up to 48894
      - `text: {width, layers, heads, mlp}` and `vision: {image_size, patch, channels, width, layers, heads,
        mlp}`; defaults: heads is width / 64, mlp is 4 × width
      - or `vision: {image_size, stages: [3, 4, 6, 3], width, heads, channels}` for a ModifiedResNet
      - `mean`, `std`: one number per channel, for pixels from 0 to 1

      ```
      let clip = clip_model({
        embedding: 64, context: 16, merges: 1000
        text: {width: 64, layers: 2, heads: 2}
        vision: {image_size: 32, patch: 8, channels: 1, width: 64, layers: 2, heads: 2}
      }, seed: 1)
      ```
      """
  ) { arguments in
    let config = try readClipConfig(arguments.record("config"))
    let model = try CLIPModel.random(
      config: config, seed: arguments.seed(context),
      tokenizerDirectory: context.standardLibrary().path("tokenizer"))
    return .host(ClipValue(model, context))
  }.taking(["config": ClipBlocks.config])
}

/// The keys of the record that `clip_model` accepts.
private enum ClipBlocks {
  static let text = OptionBlock(["width", "layers", "heads", "mlp"])
  static let vision = OptionBlock([
    "image_size", "patch", "channels", "width", "layers", "heads", "mlp", "stages",
  ])
  static let residualVision = OptionBlock(["image_size", "stages", "channels", "width", "heads"])
  static let config = OptionBlock(
    [
      "name", "embedding", "context", "merges", "text", "vision", "activation", "mean", "std",
      "layer_norm_eps",
    ], blocks: ["text": text, "vision": vision])
}

/// The record that `clip_model` accepts.
private func readClipConfig(_ fields: Fields) throws -> CLIPConfig {
  let root = try OptionReader(
    "config", fields, ClipBlocks.config, argument: "config")
  func tower(_ name: String, _ block: OptionBlock) throws -> OptionReader {
    guard let value = root.value(name) else { throw missing(name) }
    guard let record = value.asRecord else {
      throw Failure(
        "E0303", "config expects a Record for '\(name)', not \(Arguments.describe(value))", argument: "config"
      )
    }
    return try OptionReader(name, record, block, argument: "config")
  }
  func missing(_ name: String) -> Failure {
    Failure(
      "E0304", "the configuration has no '\(name)'", help: "type help(clip_model) for a complete example",
      argument: "config")
  }
  func required(_ reader: OptionReader, _ name: String) throws -> Int {
    guard let number = try reader.int(name) else {
      throw missing(reader.owner == "config" ? name : "\(reader.owner).\(name)")
    }
    return number
  }
  func numbers(_ name: String) throws -> [Float]? {
    guard let value = root.value(name) else { return nil }
    var elements = [value]
    if let list = value.asList { elements = list }
    var floats: [Float] = []
    for element in elements {
      if let number = element.asFloat { floats.append(Float(number)) }
    }
    guard !floats.isEmpty, floats.count == elements.count else {
      throw Failure(
        "E0303", "config expects a List of numbers for '\(name)', not \(Arguments.describe(value))",
        argument: "config")
    }
    return floats
  }
  let text = try tower("text", ClipBlocks.text)
  let stages = root.value("vision")?.asRecord?["stages"]
  let vision = try tower("vision", stages == nil ? ClipBlocks.vision : ClipBlocks.residualVision)
  let merges = try root.int("merges") ?? Tokenizer.mergesInUse
  guard merges >= 0, merges <= Tokenizer.mergesInUse else {
    throw Failure(
      "E0607", "a vocabulary cannot have \(merges) merges", help: "use 0 to \(Tokenizer.mergesInUse)",
      argument: "config")
  }
  // Default heads and MLPs must not overflow for an absurd width, which `validate` rejects.
  func size(_ reader: OptionReader, _ name: String, _ fallback: Int) throws -> Int {
    try reader.int(name) ?? fallback
  }
  let textWidth = try required(text, "width")
  let visionWidth = try required(vision, "width")
  let visionConfig: VisionConfig
  if let stages {
    let counts = stages.asList?.compactMap(\.asInt) ?? []
    guard !counts.isEmpty, counts.count == stages.asList?.count else {
      throw Failure(
        "E0303", "vision expects a List of Ints for 'stages', not \(Arguments.describe(stages))",
        argument: "config")
    }
    visionConfig = VisionConfig(
      imageSize: try required(vision, "image_size"), stages: counts, width: visionWidth,
      heads: try vision.int("heads"), channels: try size(vision, "channels", 3))
  } else {
    visionConfig = VisionConfig(
      imageSize: try required(vision, "image_size"), patchSize: try required(vision, "patch"),
      width: visionWidth,
      layers: try required(vision, "layers"), heads: try size(vision, "heads", max(1, visionWidth / 64)),
      channels: try size(vision, "channels", 3),
      mlpWidth: try size(vision, "mlp", visionWidth.multipliedCapped(by: 4)))
  }
  let activation = try root.choice("activation", among: Activation.allCases.map(\.rawValue))
  let config = CLIPConfig(
    name: root.value("name")?.asString, embedDim: try required(root, "embedding"),
    vision: visionConfig,
    text: TextConfig(
      context: try size(root, "context", 77), vocabulary: Tokenizer.vocabularySize(merges: merges),
      width: textWidth,
      layers: try required(text, "layers"), heads: try size(text, "heads", max(1, textWidth / 64)),
      mlpWidth: try size(text, "mlp", textWidth.multipliedCapped(by: 4))),
    activation: activation.flatMap { Activation(rawValue: $0) } ?? .quickGelu, mean: try numbers("mean"),
    std: try numbers("std"), layerNormEps: try root.float("layer_norm_eps").map { Float($0) } ?? 1e-5,
    tokenizerMerges: merges == Tokenizer.mergesInUse ? nil : merges)
  try config.validate()
  return config
}

extension Int {
  fileprivate func multipliedCapped(by factor: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
