import MocoBase
import MocoFormats
import MocoTensor

// N: images, D: feature width.

/// The tensors of a file that are images or features, and their labels: `features` and `labels`, for several
/// splits `train.features`, `train.labels`, …, and the names that other programs use.
struct FeatureFile {
  /// The tensors of one split in a file.
  struct Part {
    /// nil if the file does not name the split.
    let split: String?
    /// The tensor of images or features.
    let content: String
    let labels: String
  }

  let file: any TensorFile
  let parts: [Part]
  /// Whether `content` is bytes of images.
  let isImages: Bool
  /// Assumptions, if the names are not clear.
  private(set) var notes: [String] = []

  /// The known names of each kind of tensor, the usual one first; CoOp's `lpclip` writes `feature_list` and
  /// `label_list`.
  static let featureNames = ["features", "feature_list", "image_features", "image_embeds", "embeddings"]
  static let labelNames = ["labels", "label_list", "label", "targets"]
  private static let imageNames = ["images"]

  /// - Throws: E0510 if the file contains no features or images with labels; E0519 if the names are ambiguous.
  init(_ file: any TensorFile) throws {
    self.file = file
    let names = file.tensors.map(\.name)
    let labels = try FeatureFile.named(FeatureFile.labelNames, among: names, of: file)
    let images = try FeatureFile.named(FeatureFile.imageNames, among: names, of: file)
    let features = try FeatureFile.named(FeatureFile.featureNames, among: names, of: file)
    func pairs(_ content: [(start: String, name: String)]) -> [Part]? {
      let found = labels.compactMap { label in
        content.first { $0.start == label.start }.map { entry in
          Part(split: FeatureFile.split(label.start), content: entry.name, labels: label.name)
        }
      }
      return found.isEmpty || found.count < labels.count ? nil : found
    }
    if let found = pairs(images) ?? pairs(features) {
      parts = found
      isImages = pairs(images) != nil
    } else if let found = FeatureFile.tuple(file) {
      parts = [found]
      isImages = false
      notes.append("in a tuple, the first tensor is used as features and the second as labels")
    } else {
      throw FeatureFile.nothing(in: file, hasLabels: !labels.isEmpty, features: features.first?.name)
    }
    let splits = parts.map { $0.split ?? "" }
    if Set(splits).count < splits.count {
      throw DataError.splits(
        "\(file.path): two of \(NameList.few(parts.map(\.content))) belong to the same split",
        help: "name the tensors train.features, train.labels, test.features, …")
    }
  }

  /// The tensors with names that end in one of `words`, optionally after the name of a split.
  private static func named(
    _ words: [String], among names: [String], of file: any TensorFile
  ) throws -> [(start: String, name: String)] {
    var found: [(start: String, name: String)] = []
    for name in names {
      guard let start = words.lazy.compactMap({ start(of: name, before: $0) }).first else { continue }
      if let other = found.first(where: { $0.start == start }) {
        throw DataError.mismatch(
          "\(file.path): ambiguous: \(other.name) and \(name) both match",
          help: "remove one of them, or pass the tensors: dataset(features: …, labels: …)")
      }
      found.append((start, name))
    }
    return found
  }

  /// The text before the word: empty, a name and a dot or slash, or the name of a split and `_`.
  private static func start(of name: String, before word: String) -> String? {
    if name == word { return "" }
    guard name.hasSuffix(word) else { return nil }
    let start = String(name.dropLast(word.count))
    if start.hasSuffix(".") || start.hasSuffix("/") { return start.count > 1 ? start : nil }
    return start.hasSuffix("_") && SplitNames.split(String(start.dropLast())) != nil ? start : nil
  }

  private static func split(_ start: String) -> String? {
    guard !start.isEmpty else { return nil }
    let name = String(start.dropLast())
    return SplitNames.split(name) ?? name
  }

  /// `torch.save((features, labels), …)`.
  private static func tuple(_ file: any TensorFile) -> Part? {
    let tensors = file.tensors
    guard tensors.count == 2, tensors.map(\.name) == ["0", "1"], tensors[0].shape.count == 2,
      tensors[1].shape == [tensors[0].shape[0]], tensors[0].type.isFloating
    else { return nil }
    return Part(split: nil, content: "0", labels: "1")
  }

  private static func nothing(in file: any TensorFile, hasLabels: Bool, features: String?) -> Failure {
    let path = file.path
    if let other = file.unread.first {
      return DataError.empty(
        path, "\(other.name) is \(other.kind), which is not supported",
        help: "save labels as integers, features as float32 or float16, and images as bytes")
    }
    if let word = file.others.first(where: { other in labelNames.contains { other.name.hasSuffix($0) } }) {
      return DataError.empty(
        path, "\(word.name) is not a tensor; labels must be a tensor of integers",
        help: "save torch.tensor(\(word.name)), or numpy.array(\(word.name))")
    }
    if !hasLabels, let name = features ?? (file.tensors.count == 1 ? file.tensors[0].name : nil) {
      let what = name.isEmpty ? "a tensor" : name
      return DataError.empty(
        path, "it contains \(what) but no labels",
        help: "use dataset(features: \"\(path)\", labels: …), with a list, a tensor or a file")
    }
    let names = file.tensors.prefix(8).map(\.name).joined(separator: ", ")
    return DataError.empty(
      path, "it contains no images or features with labels (tensors: \(names))",
      help: "name the tensors features and labels, or train.features, train.labels, test.features, …")
  }
}

extension FeatureFile {
  /// The features of a part.
  ///
  /// - Shape: [N, D]
  /// - Throws: E0519 for another shape, or integers that float32 cannot represent; the errors of reading.
  func features(_ name: String) throws -> Tensor { try FeatureFile.features(file, name) }

  /// The same for any file.
  static func features(_ file: any TensorFile, _ name: String) throws -> Tensor {
    let part = try file.tensor(name)
    // Integers become float32, which has 24 bits for them.
    if part.dtype != .float32, let large = try part.toInts().first(where: { $0.magnitude > 1 << 24 }) {
      throw DataError.mismatch(
        "\(file.path): \(name) contains the integer \(large), which float32 cannot represent",
        help: "save features as float32 or float16")
    }
    guard part.rank == 2, part.shape[1] > 0 else {
      throw DataError.mismatch(
        "\(file.path): \(name.isEmpty ? "the tensor" : name) has shape \(Shape.text(part.shape)); features must be [images, width]",
        help: "save one row per image: features.reshape(len(features), -1)")
    }
    return part.dtype == .float32 ? part : try part.cast(to: .float32)
  }

  /// The labels of a part.
  ///
  /// - Throws: E0519 if it is not a list of integers; the errors of reading.
  func labels(_ name: String) throws -> [Int] {
    try FeatureFile.labels(file.tensor(name), of: "\(file.path): \(name.isEmpty ? "the tensor" : name)")
  }

  /// - Throws: E0519 if it is not a list of integers.
  static func labels(_ tensor: Tensor, of name: String) throws -> [Int] {
    let shape = tensor.shape
    guard shape.count == 1 || shape.count == 2 && shape[1] == 1 else {
      throw DataError.mismatch(
        "\(name) has shape \(Shape.text(shape)); labels must be one integer per image",
        help: shape.count == 2
          ? "save class numbers, such as labels.argmax(1) for one-hot labels"
          : "save labels with shape [images]")
    }
    if tensor.dtype == .float32 {
      let values = try tensor.toFloats()
      if let odd = values.first(where: { !($0 == $0.rounded() && $0.magnitude <= 0x1p24) }) {
        throw DataError.mismatch(
          "\(name) contains \(odd), which is not a label",
          help: "save labels as int64 numbers from 0"
        )
      }
    }
    return try tensor.toInts()
  }

  /// The tensor of a file with one of these names, or its only tensor.
  ///
  /// - Throws: E0510 if none or several match.
  static func only(in file: any TensorFile, called words: [String]) throws -> TensorDescription {
    let named = file.tensors.filter { words.contains($0.name) }
    if named.count == 1 { return named[0] }
    guard file.tensors.count == 1 else {
      throw DataError.empty(
        file.path,
        "it contains \(file.tensors.count) tensors, and not exactly one of them is called \(words.prefix(2).joined(separator: " or "))",
        help: "pass the tensor itself: load_tensors(\"\(file.path)\")[\"name\"]")
    }
    return file.tensors[0]
  }

  /// The class names in the metadata of the file; nil if there are none.
  ///
  /// - Throws: E0519 for names that are not a list of strings.
  func classes() throws -> [String]? {
    for key in ["classes", "classnames", "class_names"] {
      guard let text = file.metadata(key) else { continue }
      guard let list = try? Json.parse(text, name: file.path).arrayValue,
        list.allSatisfy({ $0.stringValue != nil })
      else {
        throw DataError.mismatch(
          "\(file.path): \(key) is not a list of names",
          help:
            "write a list of strings in JSON, or pass the class names: dataset(…, classes: [\"cat\", \"dog\"])"
        )
      }
      return list.compactMap(\.stringValue)
    }
    return nil
  }

  /// Class names in the file that are ignored.
  var unreadClasses: String? {
    let names = file.unread.map(\.name) + file.others.map(\.name)
    return names.first { ["classes", "classnames", "class_names"].contains($0) }
  }

  /// The note for a file without class names, or with ignored ones.
  static let unnamed = "no class names: classes are named by their label numbers"
  private static let unreadNames =
    " is ignored: pass the class names, dataset(…, classes: [\"cat\", \"dog\"])"

  /// The note for ignored class names.
  static func unread(_ name: String) -> String { name + unreadNames }

  /// Whether a line of an origin is one of these notes.
  static func namesAreMissing(_ line: Substring) -> Bool { line == unnamed || line.hasSuffix(unreadNames) }

  /// A note about features from other programs: their width, how they were stored, whether they have unit
  /// length.
  static func note(_ features: Tensor, stored: String?) throws -> String {
    let width = features.shape.last ?? 0
    let lengths = try features.withFloats { values in
      (0..<(features.shape.first ?? 0)).map { row in
        values[row * width..<(row + 1) * width].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      }
    }
    guard let least = lengths.min(), let most = lengths.max() else { return "no features" }
    var text = "features of \(width) numbers" + (stored.map { ", stored as \($0)" } ?? "")
    if least > 0.995, most < 1.005 {
      text += ", each of length 1 (normalized)"
    } else {
      text +=
        ", with lengths from \(NumberText.short(least, 3)) to \(NumberText.short(most, 3)) (not normalized)"
    }
    let empty = lengths.count { $0 == 0 }
    if empty > 0 { text += "; \(empty) of them are all zeros" }
    return text
  }
}
