import MocoBase
import MocoFormats
import MocoTensor

// N: images, H: height, W: width, C: channels, D: feature width.

extension DataLayout {
  static let tensors = DataLayout(
    file: "a file of tensors", endings: [".safetensors", ".npz", ".npy", ".pt", ".pth"],
    help: """
      A file of tensors with `images` (bytes, in safetensors) or `features`, and `labels`; with splits `train.features`,
        `train.labels`, …: safetensors, NumPy's `.npz`, PyTorch's `.pt`. `help("features")` shows how to create them.
      """,
    read: { place, request in try Dataset.tensors(place.path, options: request.options) })

  /// The format of CoOp's `lpclip`: a file of features for each split.
  static let tensorFolder = DataLayout(
    folder: "a folder of features",
    help:
      "A folder with a file of features and labels for each split: `train.npz`, `val.npz`, `test.npz`, or `.pt` …",
    holds: { path, entries in Dataset.featureFiles(path, entries) != nil },
    read: { place, request in
      let files = Dataset.featureFiles(place.path, place.entries ?? []) ?? []
      var seen: [String: String] = [:]
      for file in files {
        if let other = seen.updateValue(file.path, forKey: file.split) {
          throw DataError.splits(
            "\(other) and \(file.path) both belong to the split \(file.split)",
            help: "keep only one of them in the folder")
        }
      }
      if request.options.cut != nil {
        throw DataError.unheeded("split:", place.path, help: "leave it out: the files are the splits")
      }
      let others = (place.entries ?? []).filter { entry in
        !FolderClutter.holds(entry) && !files.contains { $0.path == FolderWalk.join(place.path, entry) }
      }
      return try Dataset.tensors(
        files.map { ($0.split, $0.path) }, path: place.path, options: request.options,
        notes: others.isEmpty ? [] : ["left out: \(NameList.few(others))"])
    })
}

extension Dataset {
  /// The feature files of a folder that contains only such files, by split; nil for every other folder.
  static func featureFiles(_ path: String, _ entries: [String]) -> [(split: String, path: String)]? {
    let endings = DataLayout.tensors.endings.filter { $0 != ".npy" }
    var found: [(split: String, path: String)] = []
    for entry in entries where !FolderClutter.holds(entry) {
      let file = FolderWalk.join(path, entry)
      guard FileSystem.kind(file) == .file else { return nil }
      guard let ending = endings.first(where: { entry.lowercased().hasSuffix($0) }),
        let split = SplitNames.split(String(entry.dropLast(ending.count)))
      else {
        if ImageKind.named(entry) != nil { return nil }
        continue
      }
      found.append((split, file))
    }
    return found.isEmpty ? nil : found
  }

  /// Feature vectors with labels, in memory.
  ///
  /// - Parameters:
  ///   - features: Shape: [N, D].
  ///   - labels: N indices into `classes`.
  ///   - classes: nil for the labels' numbers.
  ///   - origin: a one-line description on where the vectors come from.
  ///   - splits: for each split the rows that belong to it; nil for all of them in `train` and the same in
  ///     `test`.
  /// - Throws: E0519 if numbers do not match; E0511, E0512 for the classes.
  public static func features(
    _ features: Tensor, labels: [Int], classes: [String]? = nil, name: String = "features",
    splits: [(name: String, rows: [Int])]? = nil, origin: String? = nil
  ) throws -> Dataset {
    let source = try FeatureTable(name: name, features: features)
    guard source.count == labels.count else {
      throw DataError.mismatch(
        "\(name): \(source.count) rows of features, but \(labels.count) labels",
        help: "pass one label per row")
    }
    let names = try checkLabels(labels, classes: classes, name: name)
    let items = labels.enumerated().map { DataItem(source: $0, label: $1) }
    func split(_ name: String, _ rows: [Int]) throws -> DataSplit {
      let chosen = try rows.map { row in
        guard items.indices.contains(row) else {
          throw DataError.mismatch(
            "row \(row) of the split \"\(name)\" is out of range: there are \(items.count) rows")
        }
        return items[row]
      }
      return DataSplit(name: name, classes: names, items: chosen, source: source)
    }
    let all = Array(items.indices)
    let parts = try (splits ?? [("train", all), ("test", all)]).map { try split($0.name, $0.rows) }
    return Dataset(
      name: name, classes: names, splits: ordered(parts.filter { $0.count > 0 }),
      origin: origin.map { note in ClassNames.twinsNote(names).map { note + "\n" + $0 } ?? note }
        ?? ClassNames.twinsNote(names))
  }

  /// Class names for labels; numbers where no names are given.
  private static func checkLabels(_ labels: [Int], classes: [String]?, name: String) throws -> [String] {
    guard let highest = labels.max(), let lowest = labels.min() else {
      throw DataError.empty(
        name, "there are no images", help: "pass at least two images of different classes")
    }
    guard lowest >= 0, highest < 1 << 24 else {
      throw DataError.mismatch(
        "\(name) has the label \(lowest < 0 ? lowest : highest)", help: "use labels from 0")
    }
    let names = classes?.map { ClassNames.readable($0) } ?? (0...highest).map(String.init)
    try ClassNames.check(names, data: name, areLabeled: true)
    guard highest < names.count else {
      throw DataError.mismatch(
        "\(name) has the label \(highest), but only \(names.count) classes",
        help: "pass a name for every class")
    }
    return names
  }

  /// A file of tensors with `images` or `features`, and `labels`; for splits with the names `train.images`,
  /// `train.labels`, `test.features` …: safetensors, PyTorch's, and NumPy's arrays. Metadata may hold `classes`, a JSON
  /// list of names; in a file of PyTorch they are a list next to the tensors.
  ///
  /// Images are bytes: [N, H, W], [N, H, W, C] or [N, C, H, W] with 1 or 3 channels, in safetensors.
  /// - Throws: E0501, E0502, E0605 for the file; E0510 if it holds neither; E0511, E0512, E0513, E0519, E0521.
  public static func tensors(
    _ path: String, name: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    try tensors([(nil, path)], path: path, name: name, options: options)
  }

  /// The tensor of features in a file, with a note about it: the one with that name, or the only one.
  ///
  /// - Throws: E0501, E0502, E0605 for the file; E0510 if the tensor is ambiguous; E0519 for its shape.
  package static func featureTensor(_ path: String) throws -> (tensor: Tensor, note: String) {
    let file = try TensorFiles.open(path)
    let entry = try FeatureFile.only(in: file, called: FeatureFile.featureNames)
    let table = try FeatureFile.features(file, entry.name)
    let stored = entry.type == .f32 ? nil : entry.type.rawValue
    return (table, try FeatureFile.note(table, stored: stored))
  }

  /// The labels in a file: the tensor with that name, or the only one.
  ///
  /// - Throws: as `featureTensor`; E0519 for invalid labels.
  package static func labelTensor(_ path: String) throws -> [Int] {
    let file = try TensorFiles.open(path)
    let entry = try FeatureFile.only(in: file, called: FeatureFile.labelNames)
    return try FeatureFile.labels(file.tensor(entry.name), of: "\(path): \(entry.name)")
  }

  /// The same for several files, each with the name of its split. A file with several splits keeps its own.
  package static func tensors(
    _ files: [(split: String?, path: String)], path: String, name: String? = nil,
    options: DataOptions = .init(), notes: [String] = []
  ) throws -> Dataset {
    let name = name ?? FileSystem.name(of: path)
    let read = try files.map { entry in
      (split: entry.split, file: try FeatureFile(TensorFiles.open(entry.path)))
    }
    guard let first = read.first else { throw DataError.empty(path, "it contains no feature files") }
    var classes: [String]?
    var notes = notes
    var labels: [Int] = []
    var rows: [(name: String?, rows: [Int])] = []
    var tables: [Tensor] = []
    for (split, file) in read {
      if let names = try file.classes() {
        guard classes == nil || classes == names else {
          throw DataError.mismatch(
            "the class names in \(file.file.path) and \(first.file.file.path) differ",
            help: "write the same classes into both files, in the order of the labels")
        }
        classes = names
      } else if let other = file.unreadClasses {
        notes.append(FeatureFile.unread(other))
      }
      notes += file.notes
      guard file.isImages == first.file.isImages, split == nil || file.parts.allSatisfy({ $0.split == nil })
      else {
        throw DataError.splits(
          "\(file.file.path) is the split \(split ?? ""), but contains \(file.parts[0].content)",
          help: "put the features and labels of one split into each file")
      }
      for part in file.parts {
        let own = try file.labels(part.labels)
        if !file.isImages {
          let table = try file.features(part.content)
          guard table.shape[0] == own.count else {
            throw DataError.mismatch(
              "\(file.file.path): \(part.content) has \(table.shape[0]) rows, but \(part.labels) has \(own.count) labels",
              help: "save one label per row")
          }
          tables.append(table)
        }
        rows.append((split ?? part.split, Array(labels.count..<labels.count + own.count)))
        labels += own
      }
    }
    let names = try checkLabels(labels, classes: classes, name: path)
    let source: any ImageSource
    if first.file.isImages {
      guard let file = first.file.file as? SafetensorsFile, read.count == 1 else {
        throw DataError.empty(
          path, "images can be read from a single safetensors file only",
          help: "save them with safetensors.numpy.save_file, or as image files in folders")
      }
      source = try images(first.file.parts.map(\.content), in: file, name: name)
    } else {
      let table = try joined(tables, path: path)
      source = try FeatureTable(name: name, features: table)
      notes.insert(try FeatureFile.note(table, stored: storedAs(read.map(\.file))), at: 0)
    }
    guard source.count == labels.count else {
      throw DataError.mismatch("\(path): \(source.count) images, but \(labels.count) labels")
    }
    var splits = rows.map { part in
      DataSplit(
        name: part.name ?? "", classes: names,
        items: part.rows.map { DataItem(source: $0, label: labels[$0]) }, source: source)
    }
    if let whole = splits.first, splits.count == 1, whole.name.isEmpty {
      let cut = options.cut ?? .standard(seed: options.seed)
      splits = cut.apply(to: whole)
      if !first.file.isImages {
        notes.append("split within each class into \(cut.description) (seed \(cut.seed))")
      }
    } else if options.cut != nil {
      throw DataError.unheeded("split:", path, help: "leave it out: the file already has splits")
    }
    if classes == nil, !first.file.isImages {
      notes.append(FeatureFile.unnamed)
    }
    if let twins = ClassNames.twinsNote(names) { notes.append(twins) }
    return Dataset(
      name: name, classes: names, splits: ordered(splits.filter { $0.count > 0 }),
      origin: notes.isEmpty ? nil : notes.joined(separator: "\n"))
  }

  /// The type of features in files, if it is not float32; nil otherwise.
  private static func storedAs(_ files: [FeatureFile]) -> String? {
    let types = Set(
      files.flatMap { file in
        file.parts.compactMap { part in file.file.tensors.first { $0.name == part.content }?.type.rawValue }
      }
    ).subtracting(["F32"])
    return types.isEmpty ? nil : types.sorted().joined(separator: " and ")
  }

  private static func joined(_ parts: [Tensor], path: String) throws -> Tensor {
    let widths = Set(parts.map { $0.shape[1] })
    guard let width = widths.first, widths.count == 1 else {
      throw DataError.mismatch(
        "\(path): the splits have features of different widths: \(widths.sorted().map(String.init).joined(separator: " and "))",
        help: "compute all features with the same model")
    }
    if parts.count == 1 { return parts[0] }
    let values = try parts.flatMap { try $0.toFloats() }
    return try Tensor(values, shape: [values.count / width, width])
  }

  private static func images(_ names: [String], in file: SafetensorsFile, name: String) throws -> PackedImages
  {
    var bytes: [UInt8] = []
    var count = 0
    var size: [Int]?
    for tensor in names {
      try file.withBytes(tensor) { entry, raw in
        guard entry.type == .u8, entry.shape.count == 3 || entry.shape.count == 4 else {
          throw DataError.mismatch(
            "\(file.path): \(tensor) is \(entry.type.rawValue) of shape \(entry.shape), not bytes [images, height, width]",
            help: "store images as U8: [N, H, W], [N, H, W, C] or [N, C, H, W]")
        }
        let shape = entry.shape
        let planar = shape.count == 4 && shape[3] != 3 && shape[3] != 1
        let channels = shape.count == 3 ? 1 : planar ? shape[1] : shape[3]
        let own = planar ? [shape[2], shape[3], channels] : [shape[1], shape[2], channels]
        guard size == nil || size == own else {
          throw DataError.mismatch("\(file.path): the splits have images of different sizes")
        }
        size = own
        count += shape[0]
        bytes +=
          planar ? interleaved(raw, count: shape[0], channels: channels, area: own[0] * own[1]) : [UInt8](raw)
      }
    }
    let own = size ?? [0, 0, 1]
    return try PackedImages(
      name: name, count: count, width: own[1], height: own[0], channels: own[2], bytes: bytes)
  }

  private static func interleaved(
    _ raw: UnsafeRawBufferPointer, count: Int, channels: Int, area: Int
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: raw.count)
    for image in 0..<count {
      for channel in 0..<channels {
        let from = (image * channels + channel) * area
        for i in 0..<area { bytes[(image * area + i) * channels + channel] = raw[from + i] }
      }
    }
    return bytes
  }
}
