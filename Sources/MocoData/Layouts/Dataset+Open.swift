import MocoBase

extension Dataset {
  /// The data set at `path`, in any layout of `DataLayout.all`: a folder of classes or of IDX files, one
  /// with a `split_zhou_*.json`, one like ImageNet's or FGVC Aircraft's; such a JSON file; a list in CSV or TSV; a
  /// safetensors file.
  ///
  /// - Parameter images: for lists, the folder their paths are relative to.
  /// - Throws: E0501 if the path does not exist, E0503 if it is not a data set, E0519 for options that do not apply;
  ///   errors of the readers.
  public static func open(
    _ path: String, images: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    let place = try DataLayout.Place(path)
    return try DataLayout(of: place).open(place, DataLayout.Request(images: images, options: options))
  }
}
