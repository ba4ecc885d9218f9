import MocoCLIP

/// The errors of data sets, each made in one place.
enum DataError {
  /// E0516
  static func noSplit(_ name: String, in data: Dataset) -> CLIPError {
    let has = data.splits.map(\.name).joined(separator: ", ")
    return CLIPError(
      code: "E0516", "the data set \"\(data.name)\" has no split \"\(name)\"",
      help: has.isEmpty ? nil : "it has \(has); dataset(path, split: {train: 0.8, test: 0.2}) cuts a folder")
  }
}
