import MocoCLIP

/// The errors of data sets, each made in one place. E0501 … E0504 are those of files.
enum DataError {
  /// E0510: nothing in a folder or file is an image.
  static func empty(_ path: String, _ what: String, help: String? = nil) -> CLIPError {
    CLIPError(
      code: "E0510", "\(path): \(what)",
      help: help ?? "expected one sub-folder a class with .jpg, .jpeg or .png files in it")
  }

  /// E0511: fewer than two classes.
  static func tooFewClasses(_ name: String, _ classes: [String]) -> CLIPError {
    let what = classes.first.map { "only one class, \"\($0)\"" } ?? "no class"
    return CLIPError(
      code: "E0511", "\(name) has \(what)", help: "telling images apart takes two classes or more")
  }

  /// E0512: two classes of one name.
  static func duplicateClass(_ name: String, _ first: String, _ second: String) -> CLIPError {
    let what =
      first == second
      ? "lists the class \"\(first)\" twice" : "has two classes of one name: \"\(first)\" and \"\(second)\""
    return CLIPError(
      code: "E0512", "\(name) \(what)",
      help: "rename one of them: `_` in a folder's name reads as a space, and case does not tell names apart")
  }

  /// E0514: a class without images.
  static func classWithoutImages(_ data: String, _ name: String) -> CLIPError {
    CLIPError(
      code: "E0514", "\(data): the class \"\(name)\" has no images",
      help: "add images, or remove the class")
  }

  /// E0515: more shots than images.
  static func tooManyShots(_ name: String, available: Int, asked: Int, split: String) -> CLIPError {
    CLIPError(
      code: "E0515",
      "the class \"\(name)\" has \(available) images in \"\(split)\", fewer than the \(asked) shots asked for",
      help: available > 0 ? "ask for \(available) shots or fewer" : "add images of this class to \"\(split)\""
    )
  }

  /// E0516
  static func noSplit(_ name: String, in data: Dataset) -> CLIPError {
    let has = data.splits.map(\.name).joined(separator: ", ")
    return CLIPError(
      code: "E0516", "the data set \"\(data.name)\" has no split \"\(name)\"",
      help: has.isEmpty ? nil : "it has \(has)")
  }

  /// E0517: a list of images (JSON, CSV) that cannot be read.
  static func badList(_ path: String, line: Int? = nil, _ what: String, help: String? = nil) -> CLIPError {
    let place = line.map { ":\($0)" } ?? ""
    return CLIPError(code: "E0517", "\(path)\(place): \(what)", help: help)
  }

  /// E0518
  static func noStyle(_ name: String) -> CLIPError {
    let names = Style.allCases.map(\.name).joined(separator: ", ")
    return CLIPError(code: "E0518", "there is no style \"\(name)\"", help: "the styles are \(names)")
  }

  static func noStyles() -> CLIPError {
    CLIPError(code: "E0518", "the list of styles is empty", help: "name at least one, such as \"sketch\"")
  }

  /// E0519: images, labels and classes that do not belong together, or an impossible cut.
  static func mismatch(_ what: String, help: String? = nil) -> CLIPError {
    CLIPError(code: "E0519", what, help: help)
  }

  /// E0520: pixels wanted where there are only features.
  static func noPixels(_ split: String, _ what: String) -> CLIPError {
    CLIPError(
      code: "E0520", "the images of \"\(split)\" cannot be \(what): the data set holds features, no pixels",
      help: "use a data set of images")
  }
}

extension DataSplit {
  /// - Throws: E0520 for a split of features.
  func requirePixels(_ what: String) throws {
    if isFeatures { throw DataError.noPixels(name, what) }
  }
}
