import MocoBase

extension Dataset {
  /// Whatever data set lies at `path`: a folder of classes, of IDX files or with a `split_zhou_*.json`, one
  /// like ImageNet's or FGVC Aircraft's; such a JSON file; a list in CSV or TSV; a safetensors file.
  ///
  /// - Parameter images: for lists, the folder their paths are relative to.
  /// - Throws: E0501 if nothing is there, E0503 if it is no data set; what the readers throw.
  public static func open(
    _ path: String, images: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    func heeds(images heedsImages: Bool = false, columns: Bool = false, named: Bool = false) throws {
      if images != nil, !heedsImages {
        throw DataError.unheeded("images:", path, help: "leave it out: it is for lists of images")
      }
      if !options.columns.isEmpty, !columns {
        throw DataError.unheeded("columns:", path, help: "leave it out: it is for lists in CSV or TSV")
      }
      if options.named != nil, !named {
        throw DataError.unheeded(
          "split: with names", path, help: "leave it out: its splits have their names already")
      }
    }
    switch FileSystem.kind(path) {
    case .missing, .other:
      throw Failure(
        "E0501", "there is no data set at \(path)",
        help:
          "give a folder with one sub-folder a class, a .json, .csv, .tsv or .safetensors file, or \"fashion\""
      )
    case .folder:
      let entries = try FileSystem.list(path)
      if looksLikeIDX(entries) {
        try heeds()
        if options.cut != nil {
          throw DataError.unheeded("split:", path, help: "leave it out: IDX files have splits of their own")
        }
        return try idx(folder: path)
      }
      let lists = entries.filter { $0.hasPrefix("split_zhou_") && $0.hasSuffix(".json") }
      if let list = lists.first {
        guard lists.count == 1 else {
          throw DataError.mismatch(
            "\(path) has several lists of images: \(NameList.few(lists))",
            help: "name the one that is meant: dataset(\"\(path)/\(list)\")")
        }
        try heeds(images: true, named: true)
        return try splitJSON(
          "\(path)/\(list)", images: images, name: FileSystem.name(of: path), options: options)
      }
      if let boxes = detectionLabels(path, entries) { throw DataError.detection(path, boxes: boxes) }
      let layout = try PublishedLayout(path, entries)
      try heeds(named: layout == nil)
      switch layout {
      case .imageNet: return try imageNet(path, options: options)
      case .aircraft: return try aircraft(path, options: options)
      case nil:
        let notes =
          entries.contains(classNames) ? ["\(classNames) is not read: it has no identifiers of folders"] : []
        return try folder(path, name: nil, options: options, notes: notes)
      }
    case .file:
      let name = path.lowercased()
      if name.hasSuffix(".json") {
        try heeds(images: true, named: true)
        return try splitJSON(path, images: images, options: options)
      }
      if name.hasSuffix(".csv") || name.hasSuffix(".tsv") || name.hasSuffix(".tab") {
        return try csv(path, images: images, options: options)
      }
      try heeds()
      if name.hasSuffix(".safetensors") { return try safetensors(path, options: options) }
      throw Failure(
        "E0503", "\(path) is no data set",
        help: "give a folder with one sub-folder a class, or a .json, .csv, .tsv or .safetensors file")
    }
  }
}
