import MocoBase

extension Dataset {
  /// Whatever data set lies at `path`, in any layout of `DataLayout.all`: a folder of classes or of IDX files, one
  /// with a `split_zhou_*.json`, one like ImageNet's or FGVC Aircraft's; such a JSON file; a list in CSV or TSV; a
  /// safetensors file.
  ///
  /// - Parameter images: for lists, the folder their paths are relative to.
  /// - Throws: E0501 if nothing is there, E0503 if it is not a data set, E0519 for options that say nothing about it;
  ///   what the readers throw.
  public static func open(
    _ path: String, images: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    let place = try DataLayout.Place(path)
    return try DataLayout(of: place).open(place, DataLayout.Request(images: images, options: options))
  }
}
