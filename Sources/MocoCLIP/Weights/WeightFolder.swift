import MocoBase

/// The files at the path of a model: the weight files and the configurations next to them.
struct WeightFolder {
  var files: [String]
  /// config.json of Hugging Face.
  var huggingFace: Json?
  /// open_clip_config.json.
  var openClip: Json?
  /// preprocessor_config.json of Hugging Face.
  var preprocessor: Json?
  /// processor_config.json of Hugging Face.
  var processor: Json?
  /// tokenizer_config.json of Hugging Face.
  var tokenizer: Json?
  /// The folder of the configurations.
  private var folder = ""

  /// - Throws: E0501 if the path does not exist or a folder has no weights, E0502 for an invalid configuration,
  ///   E0605 for an unsupported kind of file.
  init(path: String) throws {
    switch FileSystem.kind(path) {
    case .file:
      if path.hasSuffix(".index.json") {
        files = try WeightFolder.shards(index: path)
      } else {
        try WeightFolder.requireWhole(path)
        files = [path]
      }
      try readConfigurations(FileSystem.parent(of: path))
    case .folder:
      files = try WeightFolder.weights(in: path)
      try readConfigurations(path)
    case .missing, .other: throw Failure.noSuchFile(path, kind: "model file or folder")
    }
  }

  /// The path of a file next to the weights.
  func path(_ name: String) -> String { folder.isEmpty ? name : "\(folder)/\(name)" }

  /// How images are prepared. Since version 5, transformers keeps this in processor_config.json, which
  /// overrides preprocessor_config.json.
  var imageProcessor: (options: (json: Json, path: String)?, notes: [String]) {
    if let nested = processor?["image_processor"], !nested.isNull {
      let isSame = preprocessor.map { $0 == nested } ?? true
      return (
        (nested, path("processor_config.json")),
        isSame ? [] : ["processor_config.json overrides preprocessor_config.json, as in transformers 5"]
      )
    }
    if let preprocessor { return ((preprocessor, path("preprocessor_config.json")), []) }
    return (
      nil,
      ["no preprocessor_config.json next to the weights: images are prepared as for OpenAI's models"]
    )
  }

  private mutating func readConfigurations(_ folder: String) throws {
    self.folder = folder
    func read(_ name: String) throws -> Json? {
      let path = "\(folder)/\(name)"
      return FileSystem.kind(path) == .file ? try Json.parse(file: path) : nil
    }
    openClip = try read("open_clip_config.json")
    preprocessor = try read("preprocessor_config.json")
    processor = try read("processor_config.json")
    tokenizer = try read("tokenizer_config.json")
    // Many programs name their configuration config.json; those of transformers contain the model type.
    if let config = try read("config.json"), WeightFolder.isTransformers(config) { huggingFace = config }
  }

  private static func isTransformers(_ config: Json) -> Bool {
    config["model_type"]?.stringValue != nil || config["text_config"] != nil || config["vision_config"] != nil
  }

  /// In the order of preference: converted formats come before the original ones.
  private static let known = [
    "model.safetensors", "open_clip_model.safetensors", "pytorch_model.bin", "open_clip_pytorch_model.bin",
    "model.pt",
  ]

  private static func weights(in folder: String) throws -> [String] {
    let names = try FileSystem.list(folder)
    for name in known where names.contains(name) { return ["\(folder)/\(name)"] }
    for ending in [".safetensors.index.json", ".bin.index.json"] {
      if let index = names.first(where: { $0.hasSuffix(ending) }) {
        return try shards(index: "\(folder)/\(index)")
      }
    }
    let torch = names.filter { name in
      [".pt", ".pth", ".bin", ".ckpt"].contains { name.hasSuffix($0) } || name.contains(".pth.tar")
    }
    for candidates in [names.filter { $0.hasSuffix(".safetensors") }, torch] where !candidates.isEmpty {
      guard candidates.count == 1 else {
        if candidates.allSatisfy({ $0.contains("-of-") }) {
          throw Failure(
            "E0501", "\(folder) contains parts of one model, but not the index that joins them",
            help: "download \(index(of: candidates[0])) from the same place")
        }
        throw Failure(
          "E0501", "\(folder) contains several weight files: \(candidates.joined(separator: ", "))",
          help: "name the file: load_clip(\"\(folder)/\(candidates[0])\")")
      }
      try requireWhole("\(folder)/\(candidates[0])")
      return ["\(folder)/\(candidates[0])"]
    }
    if names.contains("snapshots") {
      let inner = (try? FileSystem.list("\(folder)/snapshots"))?.first { !$0.hasPrefix(".") } ?? "…"
      throw Failure(
        "E0501", "\(folder) is a cache of the Hugging Face Hub: the model is in a folder inside it",
        help: "name that folder: load_clip(\"\(folder)/snapshots/\(inner)\")")
    }
    throw Failure(
      "E0501", "there are no weights in the folder \(folder)",
      help: "name a folder that contains one of \(known.joined(separator: ", "))")
  }

  /// The files that an index names (Hugging Face's `weight_map`), each once.
  private static func shards(index path: String) throws -> [String] {
    guard let map = try Json.parse(file: path)["weight_map"]?.objectValue else {
      throw Failure.corrupt(path, "it has no weight_map")
    }
    let folder = FileSystem.parent(of: path)
    var names = Set<String>()
    for (name, value) in map {
      guard let file = value.stringValue, !file.contains("/") else {
        throw Failure.corrupt(path, "\(name) is not in any file of the folder")
      }
      names.insert(file)
    }
    guard !names.isEmpty else { throw Failure.corrupt(path, "its weight_map is empty") }
    let missing = names.sorted().filter { FileSystem.kind("\(folder)/\($0)") != .file }
    guard missing.isEmpty else {
      let isOne = missing.count == 1
      throw Failure(
        "E0501",
        "\(folder): \(missing.count) of the \(names.count) files \(isOne ? "is" : "are") missing"
          + " that \(FileSystem.name(of: path)) lists: \(missing.joined(separator: ", "))",
        help: "download \(missing.joined(separator: ", ")) to \(folder)")
    }
    return names.sorted().map { "\(folder)/\($0)" }
  }

  /// Number and count of `model-00001-of-00003.safetensors`, and the text around them.
  private static func part(_ name: String) -> (stem: String, number: Int, count: Int, ending: String)? {
    guard let match = name.firstMatch(of: /^(.*)-(\d{1,6})-of-(\d{1,6})(\..+)$/), let number = Int(match.2),
      let count = Int(match.3), count > 1
    else { return nil }
    return (String(match.1), number, count, String(match.4))
  }

  /// The name of the index that joins the parts, from the name of one part.
  private static func index(of name: String) -> String {
    part(name).map { "\($0.stem)\($0.ending).index.json" } ?? "the file that ends with .index.json"
  }

  /// - Throws: E0501 for one part of a model that was saved in several.
  private static func requireWhole(_ path: String) throws {
    guard let part = part(FileSystem.name(of: path)) else { return }
    let folder = FileSystem.parent(of: path)
    let index = index(of: FileSystem.name(of: path))
    throw Failure(
      "E0501", "\(path) is part \(part.number) of \(part.count) of a model",
      help: FileSystem.kind("\(folder)/\(index)") == .file
        ? "load all parts: load_clip(\"\(folder)\")"
        : "download the other parts and \(index) to \(folder), and load the folder"
    )
  }
}
