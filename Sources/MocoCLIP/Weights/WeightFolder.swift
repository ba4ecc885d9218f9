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
        try WeightFolder.refusePyTorch(path)
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

  private static func refusePyTorch(_ path: String) throws {
    let isZip = try MappedFile(path: path).withBytes { $0.starts(with: [0x50, 0x4B, 0x03, 0x04]) }
    guard isZip else { return }
    throw CLIPError(
      code: "E0605", "\(path): PyTorch archives cannot be read yet", help: "save the model as safetensors")
  }

  private static let known = ["model.safetensors", "open_clip_model.safetensors"]

  private static func weights(in folder: String) throws -> [String] {
    let names = try FileSystem.list(folder)
    for name in known where names.contains(name) { return ["\(folder)/\(name)"] }
    if let index = names.first(where: { $0.hasSuffix(".safetensors.index.json") }) {
      return try shards(index: "\(folder)/\(index)")
    }
    let candidates = names.filter { $0.hasSuffix(".safetensors") }
    if candidates.count == 1 { return ["\(folder)/\(candidates[0])"] }
    guard candidates.isEmpty else {
      throw CLIPError(
        code: "E0501", "\(folder) holds several weight files: \(candidates.joined(separator: ", "))",
        help: "name the file")
    }
    let others = names.filter { name in
      [".pt", ".pth", ".bin"].contains { name.hasSuffix($0) } || name.contains(".pth.tar")
    }
    if let other = others.first {
      throw CLIPError(
        code: "E0605", "\(folder) holds PyTorch weights (\(other)), which cannot be read yet",
        help: "save the model as safetensors")
    }
    throw CLIPError(
      code: "E0501", "there are no weights in the folder \(folder)",
      help: "a model's folder holds model.safetensors or open_clip_model.safetensors")
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
