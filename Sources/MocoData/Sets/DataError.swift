import MocoBase
import MocoCLIP

/// The errors of data sets. E0501 … E0504 are errors of files.
enum DataError {
  /// E0510: nothing in a folder or file is an image.
  static func empty(_ path: String, _ what: String, help: String? = nil) -> Failure {
    Failure(
      "E0510", "\(path): \(what)",
      help: help ?? "create one sub-folder with images for each class: \(ImageKind.readNames)")
  }

  /// E0511: fewer than two classes.
  static func tooFewClasses(_ name: String, _ classes: [String], help: String? = nil) -> Failure {
    let what = classes.first.map { "only one class, \"\($0)\"" } ?? "no class"
    return Failure(
      "E0511", "\(name) has \(what)",
      help: help ?? "add another class: classification needs at least two")
  }

  /// E0512: two classes with the same name.
  static func duplicateClass(_ name: String, _ first: String, _ second: String) -> Failure {
    let what =
      first == second
      ? "lists the class \"\(first)\" more than once"
      : "has two classes with the same name: \"\(first)\" and \"\(second)\""
    return Failure(
      "E0512", "\(name) \(what)",
      help: "rename one of them: `_` in a folder name is read as a space, and case is ignored")
  }

  /// E0514: classes without images.
  ///
  /// - Parameter there: what was found instead.
  static func classesWithoutImages(_ data: String, _ names: [String], there: String? = nil) -> Failure {
    let which =
      names.count == 1
      ? "the class \"\(names[0])\" has no images"
      : "the classes \(NameList.few(names.map { "\"\($0)\"" })) have no images"
    return Failure(
      "E0514", "\(data): \(which)" + (there.map { ", but \($0)" } ?? ""),
      help: "add images, or remove the class")
  }

  /// E0515: more shots than images.
  static func tooManyShots(_ short: [(name: String, count: Int)], asked: Int, split: String) -> Failure {
    let least = short.map(\.count).min() ?? 0
    let what: String
    if let only = short.first, short.count == 1 {
      what = "the class \"\(only.name)\" has \(only.count) image\(only.count == 1 ? "" : "s") in \"\(split)\""
    } else {
      let list = NameList.few(short.map { "\"\($0.name)\" \($0.count)" })
      what = "\(short.count) classes have too few images in \"\(split)\" (\(list))"
    }
    return Failure(
      "E0515", "\(what), fewer than the \(asked) requested shots",
      help: "pass short: \"all\" to use all images of such classes"
        + (least > 1
          ? ", or use at most \(least) shots" : least == 1 ? ", or use 1 shot" : ", or add images"))
  }

  /// E0516
  static func noSplit(_ name: String, in data: Dataset) -> Failure {
    let has = data.splits.map(\.name).joined(separator: ", ")
    return Failure(
      "E0516", "the data set \"\(data.name)\" has no split \"\(name)\"",
      help: has.isEmpty ? nil : "it has \(has)")
  }

  /// E0517: a list of images (JSON, CSV) that cannot be read.
  static func badList(_ path: String, line: Int? = nil, _ what: String, help: String? = nil) -> Failure {
    let place = line.map { ":\($0)" } ?? ""
    return Failure("E0517", "\(path)\(place): \(what)", help: help)
  }

  /// E0518
  static func noStyle(_ name: String) -> Failure {
    let names = Style.allCases.map(\.name).joined(separator: ", ")
    return Failure("E0518", "there is no style \"\(name)\"", help: "use one of \(names)")
  }

  static func noStyles() -> Failure {
    Failure("E0518", "the list of styles is empty", help: "pass at least one, such as \"sketch\"")
  }

  /// E0519: images, labels and classes that do not match, or an impossible split.
  static func mismatch(_ what: String, help: String? = nil) -> Failure {
    Failure("E0519", what, help: help)
  }

  /// E0501: a list contains missing images.
  static func missingImages(_ list: String, _ first: String, _ count: Int, of all: Int) -> Failure {
    let what = count == 1 ? "1 of \(all) listed images is" : "\(count) of \(all) listed images are"
    return Failure(
      "E0501", "\(list): \(what) missing, the first is \(first)",
      help: "pass the folder of the images, images: \"folder\", or skip missing ones: skip_broken: true")
  }

  /// E0521: ambiguous names of splits.
  static func splits(_ what: String, help: String) -> Failure { Failure("E0521", what, help: help) }

  /// E0519: an option that this kind of data does not use.
  static func unheeded(_ option: String, _ path: String, help: String) -> Failure {
    Failure("E0519", "\(option) does not apply to \(path)", help: help)
  }

  /// E0522: an object detection data set.
  static func detection(_ path: String, boxes: String) -> Failure {
    Failure(
      "E0522",
      "\(path) is an object detection data set: the files in \(boxes) describe boxes, and images have no class",
      help: "write a CSV file with path, label and split of every image, and use that")
  }

  /// E0522: system files.
  static func system(_ path: String) -> Failure {
    Failure(
      "E0522", "\(path) is a virtual file system with system information, not a folder of data",
      help: "use a folder with one sub-folder for each class")
  }

  /// E0522: a folder tree that is not a data set.
  static func endless(_ path: String, others: Int, images: Int) -> Failure {
    Failure(
      "E0522",
      "\(path): stopped after \(others) files and folders with only \(images) images: this is not a folder of classes",
      help: "use a folder with one sub-folder for each class")
  }

  /// E0520: pixels were requested, but there are only features.
  static func noPixels(_ split: String, _ what: String) -> Failure {
    Failure(
      "E0520", "the images of \"\(split)\" cannot be \(what): the data set contains features, not pixels",
      help: "use a data set of images")
  }
}

extension DataSplit {
  /// - Throws: E0520 for a split of features.
  package func requirePixels(_ what: String) throws {
    if isFeatures { throw DataError.noPixels(name, what) }
  }
}
