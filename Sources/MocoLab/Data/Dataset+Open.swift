import MocoCLIP

extension Dataset {
  /// Whatever data set lies at `path`: a folder of classes, of IDX files or with a `split_zhou_*.json`, one
  /// like ImageNet's or FGVC Aircraft's; such a JSON file; a CSV list; a safetensors file.
  ///
  /// - Parameter images: for lists, the folder their paths are relative to.
  /// - Throws: E0501 if nothing is there, E0503 if it is no data set; what the readers throw.
  public static func open(
    _ path: String, images: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    switch FileSystem.kind(path) {
    case .missing, .other:
      throw CLIPError(
        code: "E0501", "there is no data set at \(path)",
        help: "a folder with one sub-folder a class, a .json, .csv or .safetensors file, or \"fashion\"")
    case .folder:
      let entries = try FileSystem.list(path)
      if looksLikeIDX(entries) { return try idx(folder: path) }
      if let list = entries.first(where: { $0.hasPrefix("split_zhou_") && $0.hasSuffix(".json") }) {
        return try splitJSON(
          "\(path)/\(list)", images: images, name: FileSystem.name(of: path), options: options)
      }
      switch PublishedLayout(entries) {
      case .imageNet: return try imageNet(path, options: options)
      case .aircraft: return try aircraft(path, options: options)
      case nil: return try folder(path, options: options)
      }
    case .file:
      let name = path.lowercased()
      if name.hasSuffix(".json") { return try splitJSON(path, images: images, options: options) }
      if name.hasSuffix(".csv") { return try csv(path, images: images, options: options) }
      if name.hasSuffix(".safetensors") { return try safetensors(path, options: options) }
      throw CLIPError(
        code: "E0503", "\(path) is no data set",
        help: "a folder with one sub-folder a class, or a .json, .csv or .safetensors file")
    }
  }
}
