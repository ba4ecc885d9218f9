/// What lies at the path of a model: the weight files and the configurations beside them.
struct WeightFolder {
  var files: [String]
  /// config.json of Hugging Face.
  var huggingFace: Json?
  /// open_clip_config.json.
  var openClip: Json?
  /// preprocessor_config.json of Hugging Face.
  var preprocessor: Json?

  /// - Throws: E0501 if nothing is there or a folder holds no weights, E0502 for a broken configuration,
  ///   E0605 for a kind of file that is not read.
  init(path: String) throws {
    switch FileSystem.kind(path) {
    case .file:
      if path.hasSuffix(".index.json") {
        files = try WeightFolder.shards(index: path)
      } else {
        files = [path]
      }
      try readConfigurations(FileSystem.parent(of: path))
    case .folder:
      files = try WeightFolder.weights(in: path)
      try readConfigurations(path)
    case .missing, .other: throw CLIPError.noSuchFile(path, kind: "model file or folder")
    }
  }

  private mutating func readConfigurations(_ folder: String) throws {
    func read(_ name: String) throws -> Json? {
      let path = "\(folder)/\(name)"
      return FileSystem.kind(path) == .file ? try Json.parse(file: path) : nil
    }
    openClip = try read("open_clip_config.json")
    preprocessor = try read("preprocessor_config.json")
    // Many programs call their configuration config.json; CLIP's has both towers.
    if let config = try read("config.json"), WeightFolder.isCLIP(config) { huggingFace = config }
  }

  private static func isCLIP(_ config: Json) -> Bool {
    config["model_type"]?.stringValue == "clip" || config["text_config"] != nil
      || config["vision_config"] != nil
  }

  /// In the order of preference: what people convert to is read before what they converted from.
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
      [".pt", ".pth", ".bin"].contains { name.hasSuffix($0) } || name.contains(".pth.tar")
    }
    for candidates in [names.filter { $0.hasSuffix(".safetensors") }, torch] where !candidates.isEmpty {
      guard candidates.count == 1 else {
        throw CLIPError(
          code: "E0501", "\(folder) holds several weight files: \(candidates.joined(separator: ", "))",
          help: "name the file")
      }
      return ["\(folder)/\(candidates[0])"]
    }
    throw CLIPError(
      code: "E0501", "there are no weights in the folder \(folder)",
      help: "a model's folder holds \(known.joined(separator: ", "))")
  }

  /// The files that an index names (Hugging Face's `weight_map`), each once.
  private static func shards(index path: String) throws -> [String] {
    guard let map = try Json.parse(file: path)["weight_map"]?.objectValue else {
      throw CLIPError.corrupt(path, "it has no weight_map")
    }
    let folder = FileSystem.parent(of: path)
    var names = Set<String>()
    for (name, value) in map {
      guard let file = value.stringValue, !file.contains("/") else {
        throw CLIPError.corrupt(path, "\(name) is in no file of the folder")
      }
      names.insert(file)
    }
    guard !names.isEmpty else { throw CLIPError.corrupt(path, "its weight_map is empty") }
    return names.sorted().map { "\(folder)/\($0)" }
  }
}
