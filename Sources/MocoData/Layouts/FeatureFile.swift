import MocoBase
import MocoFormats
import MocoTensor

// N: images, D: feature width.

/// Which tensors of a file are images or features, and which are their labels: `features` and `labels`, of several
/// splits `train.features`, `train.labels`, …, under the names that programs give them.
struct FeatureFile {
  /// What is named in a file of one split.
  struct Part {
    /// nil where the file does not say which split it is.
    let split: String?
    /// The tensor of images or features.
    let content: String
    let labels: String
  }

  let file: any TensorFile
  let parts: [Part]
  /// Whether `content` is bytes of images.
  let isImages: Bool
  /// What was understood, where the names do not say it themselves.
  private(set) var notes: [String] = []

  /// Of each kind of tensor the names that are understood, the usual one first; CoOp's `lpclip` writes `feature_list` and
  /// `label_list`.
  static let featureNames = ["features", "feature_list", "image_features", "image_embeds", "embeddings"]
  static let labelNames = ["labels", "label_list", "label", "targets"]
  private static let imageNames = ["images"]

  /// - Throws: E0510 if the file holds no features or images with labels; E0519 where two tensors could be meant.
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
      notes.append("of a tuple the first tensor is taken for features, the second for labels")
    } else {
      throw FeatureFile.nothing(in: file, hasLabels: !labels.isEmpty, features: features.first?.name)
    }
    let splits = parts.map { $0.split ?? "" }
    if Set(splits).count < splits.count {
      throw DataError.splits(
        "\(file.path): two of \(NameList.few(parts.map(\.content))) mean one split",
        help: "name the tensors train.features, train.labels, test.features, …")
    }
  }

  /// The tensors whose names end in one of `words`, behind the name of a split or nothing.
  private static func named(
    _ words: [String], among names: [String], of file: any TensorFile
  ) throws -> [(start: String, name: String)] {
    var found: [(start: String, name: String)] = []
    for name in names {
      guard let start = words.lazy.compactMap({ start(of: name, before: $0) }).first else { continue }
      if let other = found.first(where: { $0.start == start }) {
        throw DataError.mismatch(
          "\(file.path): \(other.name) and \(name) could both be meant",
          help: "leave one of them out, or give the tensors: dataset(features: …, labels: …)")
      }
      found.append((start, name))
    }
    return found
  }

  /// What stands before the word: nothing, a name and a point or slash, or the name of a split and `_`.
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
        path, "\(other.name) is \(other.kind), which is not read",
        help: "save labels as whole numbers, features as float32 or float16, and images as bytes")
    }
    if let word = file.others.first(where: { other in labelNames.contains { other.name.hasSuffix($0) } }) {
      return DataError.empty(
        path, "\(word.name) is not a tensor, and labels are a tensor of whole numbers",
        help: "save torch.tensor(\(word.name)), or numpy.array(\(word.name))")
    }
    if !hasLabels, let name = features ?? (file.tensors.count == 1 ? file.tensors[0].name : nil) {
      let what = name.isEmpty ? "a tensor" : name
      return DataError.empty(
        path, "it holds \(what) and no labels",
        help: "write dataset(features: \"\(path)\", labels: …), with a list, a tensor or a file")
    }
    let names = file.tensors.prefix(8).map(\.name).joined(separator: ", ")
    return DataError.empty(
      path, "it holds no images or features with labels (tensors: \(names))",
      help: "expected features and labels, or train.features, train.labels, test.features, …")
  }
}

extension FeatureFile {
  /// The features of a part.
  ///
  /// - Shape: [N, D]
  /// - Throws: E0519 for another shape, or whole numbers that float32 does not hold; what reading throws.
  func features(_ name: String) throws -> Tensor { try FeatureFile.features(file, name) }

  /// The same of any file.
  static func features(_ file: any TensorFile, _ name: String) throws -> Tensor {
    let part = try file.tensor(name)
    // Whole numbers become float32, which has 24 bits for them.
    if part.dtype != .float32, let large = try part.toInts().first(where: { $0.magnitude > 1 << 24 }) {
      throw DataError.mismatch(
        "\(file.path): \(name) holds the whole number \(large), which float32 does not hold",
        help: "save features as float32 or float16")
    }
    guard part.rank == 2, part.shape[1] > 0 else {
      throw DataError.mismatch(
        "\(file.path): \(name.isEmpty ? "the tensor" : name) has the shape \(Shape.text(part.shape)), and features are [images, width]",
        help: "save one row an image: features.reshape(len(features), -1)")
    }
    return part.dtype == .float32 ? part : try part.cast(to: .float32)
  }

  /// The labels of a part.
  ///
  /// - Throws: E0519 for what is not a list of whole numbers; what reading throws.
  func labels(_ name: String) throws -> [Int] {
    try FeatureFile.labels(file.tensor(name), of: "\(file.path): \(name.isEmpty ? "the tensor" : name)")
  }

  /// - Throws: E0519 for what is not a list of whole numbers.
  static func labels(_ tensor: Tensor, of name: String) throws -> [Int] {
    let shape = tensor.shape
    guard shape.count == 1 || shape.count == 2 && shape[1] == 1 else {
      throw DataError.mismatch(
        "\(name) has the shape \(Shape.text(shape)), and labels are one whole number an image",
        help: shape.count == 2
          ? "save the number of the class, such as labels.argmax(1) of ones and zeros"
          : "save labels of the shape [images]")
    }
    if tensor.dtype == .float32 {
      let values = try tensor.toFloats()
      if let odd = values.first(where: { !($0 == $0.rounded() && $0.magnitude <= 0x1p24) }) {
        throw DataError.mismatch(
          "\(name) holds \(odd), which is not a label",
          help: "labels are whole numbers from 0: save them as int64"
        )
      }
    }
    return try tensor.toInts()
  }

  /// The tensor of a file that is called by one of these words, or its only one.
  ///
  /// - Throws: E0510 where none or several could be meant.
  static func only(in file: any TensorFile, called words: [String]) throws -> TensorDescription {
    let named = file.tensors.filter { words.contains($0.name) }
    if named.count == 1 { return named[0] }
    guard file.tensors.count == 1 else {
      throw DataError.empty(
        file.path,
        "it holds \(file.tensors.count) tensors, and none or several are called \(words.prefix(2).joined(separator: " or "))",
        help: "give the tensor itself: load_tensors(\"\(file.path)\")[\"name\"]")
    }
    return file.tensors[0]
  }

  /// The class names that the file holds beside its tensors; nil where it holds none.
  ///
  /// - Throws: E0519 for names that are not a list of texts.
  func classes() throws -> [String]? {
    for key in ["classes", "classnames", "class_names"] {
      guard let text = file.metadata(key) else { continue }
      guard let list = try? Json.parse(text, name: file.path).arrayValue,
        list.allSatisfy({ $0.stringValue != nil })
      else {
        throw DataError.mismatch(
          "\(file.path): \(key) is not a list of names",
          help: "write a list of texts in JSON, or name the classes: dataset(…, classes: [\"cat\", \"dog\"])")
      }
      return list.compactMap(\.stringValue)
    }
    return nil
  }

  /// What stands in the file as names of classes and is not read.
  var unreadClasses: String? {
    let names = file.unread.map(\.name) + file.others.map(\.name)
    return names.first { ["classes", "classnames", "class_names"].contains($0) }
  }

  /// What is said where a file holds no names of classes, or those that are not read.
  static let unnamed = "no class names: classes are called by the numbers of their labels"
  private static let unreadNames = " is not read: name the classes, dataset(…, classes: [\"cat\", \"dog\"])"

  /// What is said of names of classes that are not read.
  static func unread(_ name: String) -> String { name + unreadNames }

  /// Whether a line of an origin is one of these.
  static func namesAreMissing(_ line: Substring) -> Bool { line == unnamed || line.hasSuffix(unreadNames) }

  /// What a person should know of features that others have made: how wide, how they were stored, whether they have unit
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
      text += ", each one unit long (normalized)"
    } else {
      text +=
        ", of the lengths \(NumberText.short(least, 3)) to \(NumberText.short(most, 3)) (not normalized)"
    }
    let empty = lengths.count { $0 == 0 }
    if empty > 0 { text += "; \(empty) of them all zeros" }
    return text
  }
}
