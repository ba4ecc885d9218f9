import MocoBase
import MocoData
import MocoLang
import MocoTensor

/// dataset, load_image, styles, sample_folder.
public func registerDataBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.noteMethods(of: DatasetValue.methods)
  interpreter.noteMethods(of: SplitValue.methods)
  interpreter.noteMethods(of: ImageValue.methods)
  interpreter.define([datasetFunction(context), loadImage(), sampleFolder(context)])
  interpreter.define(
    "styles", .list(Style.allCases.map(\.name)),
    doc: """
      The styles in which images can be rendered: `image.style("sketch", 0.4)`, `data.styled(seed: 1)`.

      ```
      for name in styles { print(name) }
      ```
      """)
}

private func datasetFunction(_ context: RuntimeContext) -> NativeFunction {
  NativeFunction(
    "dataset(source = nil, split = nil, seed = 0, images = nil, skip_broken = false, columns = nil, grey16 = \"scale\", order = \"coop\", features = nil, labels = nil, classes = nil)",
    doc: """
      Labelled images.

      - `dataset("fashion")`: the part of Fashion-MNIST that comes with moco; `dataset("fashion-full")`: all of it, where
        the Debian package dataset-fashion-mnist is installed.
      - `dataset("photos")`: the data at a path. The layout is detected from its contents:

      \(DataLayout.manual)

      Other arguments:

      - `split: {train: 0.7, test: 0.3}` gives the shares of the splits, for data without splits.
        `split: {train: "seg_train", test: ["a", "b"]}` gives the folders of each split, or the values of a list's
        split column.
      - `images:` is the folder that a list's paths are relative to. `columns: {path: "photo", label: "breed"}` names the
        columns if they do not have the usual names.
      - Every file in a class folder is read, or is listed in `skipped` with the reason; `origin` lists the assumptions.
        `skip_broken: true` reads every file once and leaves out files that cannot be decoded and listed files that
        are missing.
      - `grey16:` sets the conversion of 16-bit grey: `"scale"` is value · 255 / 65535, rounded; `"clip"` does as
        Pillow, where all values above 255 are white and a white-is-zero TIFF stays inverted.
      - `order: "openai"` resizes an image before it is converted to RGB, as OpenAI's transform does: a palette or one bit
        by the nearest pixel, colours weighted by alpha. `"coop"` converts first, as CoOp and its successors. Images with a
        style are converted first.
      - `dataset(features: t, labels: [0, 1, …], classes: ["cat", "dog"])`: vectors in memory. Without `split: {train:
        0..<80, test: 80..<100}` every row is in `train` and in `test`. `features:` and `labels:` may be files
        (`"x.npy"`, `"y.npy"`), and records of splits: `features: {train: "train.npz", test: "test.npz"}`, where `labels:`
        is left out if the files hold them. `help("features")` explains how to make such files with other programs.
      - `classes:` also renames the classes of files: a list in the order of the labels, or `{old: "new"}`.

      The result has `classes`, its splits `train`, `val`, `test`, and the subsets `base` and `new`.

      Features are used unchanged; writing into the tensor afterwards does not change the data. Trainings and
      evaluations identify a split by the content of its images (bytes of files, pixels, numbers), their order,
      labels, class names and styles, not by where the files are. A checkpoint resumes with the same data only, and
      records hold the hash. For `dataset(…)` itself a record holds a quicker hash: of paths, sizes and modification
      times of files.

      ```
      let data = dataset("fashion")
      let few = data.few_shot(16, seed: 1)
      ```
      """
  ) { arguments in
    let data: Dataset
    if arguments["features"]?.isNil == false {
      data = try featureData(arguments, dataOptions: dataOptions)
    } else {
      guard let source = try arguments.optionalString("source") else {
        throw arguments.failure(
          "E0304", "dataset needs a source, or features and labels", help: "dataset(\"fashion\")")
      }
      func open() throws -> Dataset { try renamed(sourceData(source, arguments, context), arguments) }
      data = try context.sharing?.dataset(arguments, context, open) ?? open()
    }
    if let folder = try context.runFolder() {
      for split in data.splits {
        try folder.note(hash: split.listingHash, of: "data \(data.name), \(split.name)")
      }
    }
    for name in ["source", "images"] {
      guard let path = arguments[name]?.asString, !bundledSets.contains(path) else { continue }
      try context.note(input: path)
    }
    sayLeftOut(data, context)
    return .host(DatasetValue(data, context))
  }
}

/// Data sets that come with moco or have a registered name.
private let bundledSets = ["fashion", "fashion-full"]

/// One line on files that may have been meant as images; other files are listed only in `skipped`.
private func sayLeftOut(_ data: Dataset, _ context: RuntimeContext) {
  guard let summary = SkippedImage.summary(data.skipped.filter(\.looksLikeImage)) else { return }
  context.say("\(data.name): left out \(summary)\n")
}

private func sourceData(_ source: String, _ arguments: Arguments, _ context: RuntimeContext) throws -> Dataset
{
  try refuse(["labels"], arguments, "files have their own labels")
  let options = try dataOptions(arguments)
  let images = try arguments.optionalString("images")
  if bundledSets.contains(source) {
    try refuse(["split"], arguments, "\(source) already has splits")
    try refuse(["images", "columns"], arguments, "\(source) is not a list of files")
  }
  return try openDataset(source, images: images, options: options, context.standardLibrary())
}

/// The data set of a name or a path, as `dataset` opens it.
///
/// - Throws: what opening it throws.
package func openDataset(
  _ source: String, images: String? = nil, options: DataOptions, _ library: StandardLibrary
) throws -> Dataset {
  switch source {
  case "fashion": try FashionMNIST.subset(folder: library.path("data", "fashion"))
  case "fashion-full": try FashionMNIST.full()
  default: try Dataset.open(source, images: images, options: options)
  }
}

/// The error for options that would be ignored next to the others.
func refuse(_ names: [String], _ arguments: Arguments, _ reason: String) throws {
  for name in names where !arguments.isAbsent(name) {
    throw arguments.failure(
      "E0519", "'\(name)' would be ignored: \(reason)", at: name, help: "remove \(name):")
  }
}

/// The options of data in files. All are checked, whether or not the source needs them.
private func dataOptions(_ arguments: Arguments) throws -> DataOptions {
  var options = DataOptions(skipsBroken: try arguments.bool("skip_broken"))
  options.reading = ImageReading(
    gray16: try gray16(arguments),
    order: ImageReading.Order(
      rawValue: try arguments.choice("order", among: ImageReading.Order.allCases.map(\.rawValue))) ?? .coop)
  let seed = try arguments.seed()
  if let parts = try arguments.optionalRecord("split") {
    if parts.contains(where: { $0.value.asFloat == nil }) {
      options.named = try namedSplits(parts, arguments)
    } else {
      options.cut = try SplitCut(parts.map { ($0.name, $0.value.asFloat ?? 0) }, seed: seed)
    }
  }
  options.seed = seed
  options.columns = try namedColumns(arguments)
  return options
}

/// `columns: {path: "photo", label: 2}`: by name, or by number from 1.
private func namedColumns(_ arguments: Arguments) throws -> [TableColumn: String] {
  var columns: [TableColumn: String] = [:]
  for (name, value) in try arguments.optionalRecord("columns") ?? [:] {
    var text = value.asString
    if text == nil, let number = value.asInt { text = String(number) }
    guard let column = TableColumn(rawValue: name), let text else {
      throw arguments.failure(
        "E0303", "'\(name)' of columns is a String or a number from 1, not \(value.typeName)",
        at: "columns",
        help: "write columns: {path: \"photo\", label: \"breed\"}")
    }
    columns[column] = text
  }
  return columns
}

/// `split: {train: "folder", test: ["a", "b"]}`.
private func namedSplits(_ parts: Fields, _ arguments: Arguments) throws -> [DataOptions.NamedSplit] {
  try parts.map { name, value in
    let names = value.asString.map { [$0] } ?? value.asList.map { $0.compactMap(\.asString) } ?? []
    guard !names.isEmpty, value.asList.map({ $0.count == names.count }) ?? true else {
      throw arguments.failure(
        "E0303", "'split' expects shares for all splits, or names for all; \"\(name)\" is \(value.typeName)",
        at: "split",
        help: "write split: {train: 0.7, test: 0.3}, or split: {train: \"folder\", test: [\"a\", \"b\"]}")
    }
    return DataOptions.NamedSplit(name: name, from: names)
  }
}

/// `classes:` beside a source: names in the order of the labels (of numbers, where classes are called by
/// numbers), or new names for some.
func renamed(_ data: Dataset, _ arguments: Arguments) throws -> Dataset {
  guard let given = arguments["classes"], !given.isNil else { return data }
  if let record = given.asRecord {
    var names = data.classes
    for (old, new) in record {
      guard let name = new.asString else {
        throw arguments.failure(
          "E0519", "the new name of \"\(old)\" is not a String", at: "classes",
          help: "write classes: {\(old): \"cat\"}"
        )
      }
      guard let split = data.splits.first else { continue }
      let place = try arguments.placed("classes") { try split.label(named: old) }
      names[place] = name
    }
    return try data.renamed(names)
  }
  let names = try readClasses(arguments, "classes")
  let numbers = data.classes.map { Int($0) }
  if !numbers.contains(nil) {
    let chosen = numbers.compactMap { $0 }.map { names.indices.contains($0) ? names[$0] : nil }
    guard !chosen.contains(nil) else {
      throw arguments.failure(
        "E0519",
        "\(names.count) class names are given, but the data has a class \(numbers.compactMap { $0 }.max() ?? 0)",
        at: "classes", help: "pass one name for each class, starting at class 0")
    }
    return try data.renamed(chosen.compactMap { $0 })
  }
  guard names.count == data.classes.count else {
    throw arguments.failure(
      "E0519", "\(names.count) class names for \(data.classes.count) classes",
      at: "classes",
      help: "pass one name for each class: \(data.classes.prefix(8).joined(separator: ", "))")
  }
  return try data.renamed(names)
}

private func gray16(_ arguments: Arguments) throws -> ImageReading.Gray16 {
  let names = ImageReading.Gray16.allCases.map(\.rawValue)
  return ImageReading.Gray16(rawValue: try arguments.choice("grey16", among: names)) ?? .scale
}

private func loadImage() -> NativeFunction {
  NativeFunction(
    "load_image(path: String, grey16 = \"scale\")",
    doc: """
      A JPEG, PNG, WebP, GIF, TIFF or BMP file as an image: `width`, `height`, `channels`, `notes` with assumptions
      about the file, and `style(name, severity)`, `resize`, `crop`, `save`. `grey16: "clip"` clips 16-bit grey at
      255, as Pillow does, instead of scaling it.

      ```
      let image = load_image("photo.jpg")
      show image.style("sketch", 0.2)
      ```
      """
  ) { arguments in
    let path = try arguments.string("path")
    let picture = try Picture.load(path, reading: ImageReading(gray16: gray16(arguments)))
    return .host(ImageValue(picture.image(), name: path, notes: picture.notes))
  }
}

private func sampleFolder(_ context: RuntimeContext) -> NativeFunction {
  NativeFunction(
    "sample_folder(path: String, per_class = 24, size = 96, seed = 0)",
    doc: """
      Makes a folder of JPEG and PNG images from those that come with moco, one sub-folder for each class, each
      image in a random style, and returns its path. Use it to try out data in folders. An existing folder is not changed.

      ```
      let data = dataset(sample_folder("own-photos"))
      ```
      """
  ) { arguments in
    let path = try arguments.string("path")
    let count = try arguments.int("per_class", in: 1...128)
    let size = try arguments.int("size", in: 8...1024)
    if FileSystem.kind(path) == .folder, try !FileSystem.list(path).isEmpty { return .string(path) }
    let seed = try arguments.seed()
    let data = try FashionMNIST.subset(folder: context.standardLibrary().path("data", "fashion"))
    for split in [try data.train(), try data.val()] {
      // The first half of the images comes from the training pool, the rest from the validation pool.
      let each = split.name == "train" ? (count + 1) / 2 : count / 2
      let styled = try split.styled(seed: seed)
      var made = [Int](repeating: 0, count: data.classes.count)
      for index in 0..<styled.count {
        let label = try styled.item(index).label
        guard made[label] < each else { continue }
        made[label] += 1
        try Cancellation.check()
        let folder = "\(path)/\(data.classes[label])"
        try FileSystem.createFolder(folder)
        let ending = made[label] % 2 == 0 ? "jpg" : "png"
        let image = try styled.image(index).resized(width: size, height: size)
        try image.save("\(folder)/\(split.name)-\(made[label]).\(ending)")
      }
    }
    return .string(path)
  }
}
