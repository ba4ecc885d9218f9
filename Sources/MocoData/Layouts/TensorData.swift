import MocoBase
import MocoFormats
import MocoTensor

// N: images, H: height, W: width, C: channels, D: feature width.

extension DataLayout {
  static let tensors = DataLayout(
    file: "a safetensors file", endings: [".safetensors"],
    help: """
      A safetensors file with `images` (bytes) or `features`, and `labels`; with splits `train.images`,
        `train.labels`, …
      """,
    read: { place, request in try Dataset.safetensors(place.path, options: request.options) })
}

extension Dataset {
  /// Feature vectors with labels, in memory.
  ///
  /// - Parameters:
  ///   - features: Shape: [N, D].
  ///   - labels: N indices into `classes`.
  ///   - classes: nil for the labels' numbers.
  ///   - splits: for each split the rows that belong to it; nil for all of them in `train` and the same in
  ///     `test`.
  /// - Throws: E0519 if numbers do not fit; E0511, E0512 for the classes.
  public static func features(
    _ features: Tensor, labels: [Int], classes: [String]? = nil, name: String = "features",
    splits: [(name: String, rows: [Int])]? = nil
  ) throws -> Dataset {
    let source = try FeatureTable(name: name, features: features)
    guard source.count == labels.count else {
      throw DataError.mismatch(
        "\(name): \(source.count) rows of features, but \(labels.count) labels", help: "give one label a row")
    }
    let names = try checkLabels(labels, classes: classes, name: name)
    let items = labels.enumerated().map { DataItem(source: $0, label: $1) }
    func split(_ name: String, _ rows: [Int]) throws -> DataSplit {
      let chosen = try rows.map { row in
        guard items.indices.contains(row) else {
          throw DataError.mismatch("the split \"\(name)\" names row \(row) of \(items.count)")
        }
        return items[row]
      }
      return DataSplit(name: name, classes: names, items: chosen, source: source)
    }
    let all = Array(items.indices)
    let parts = try (splits ?? [("train", all), ("test", all)]).map { try split($0.name, $0.rows) }
    return Dataset(
      name: name, classes: names, splits: ordered(parts.filter { $0.count > 0 }),
      origin: ClassNames.twinsNote(names))
  }

  /// Class names for labels; numbers where no names are given.
  private static func checkLabels(_ labels: [Int], classes: [String]?, name: String) throws -> [String] {
    guard let highest = labels.max(), let lowest = labels.min() else {
      throw DataError.empty(
        name, "there are no images", help: "give at least two images of different classes")
    }
    guard lowest >= 0, highest < 1 << 24 else {
      throw DataError.mismatch(
        "\(name) has the label \(lowest < 0 ? lowest : highest)", help: "labels count from 0")
    }
    let names = classes?.map { ClassNames.readable($0) } ?? (0...highest).map(String.init)
    try ClassNames.check(names, data: name, areLabeled: true)
    guard highest < names.count else {
      throw DataError.mismatch(
        "\(name) has the label \(highest), but only \(names.count) classes", help: "name every class")
    }
    return names
  }

  /// A safetensors file with `images` or `features`, and `labels`; for splits with the names `train.images`,
  /// `train.labels`, `test.features` …. The metadata may hold `classes`, a JSON list of names.
  ///
  /// Images are bytes: [N, H, W], [N, H, W, C] or [N, C, H, W] with 1 or 3 channels.
  /// - Throws: E0501, E0502 for the file; E0510 if it holds neither; E0511, E0512, E0513, E0519.
  public static func safetensors(
    _ path: String, name: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    let file = try SafetensorsFile(path: path)
    let name = name ?? FileSystem.name(of: path)
    let prefixes = file.names.compactMap { entry -> String? in
      if entry == "labels" { return "" }
      return entry.hasSuffix(".labels") ? String(entry.dropLast("labels".count)) : nil
    }
    var classes: [String]?
    if let text = file.metadata("classes") {
      classes = try Json.parse(text, name: path).arrayValue?.compactMap(\.stringValue)
    }
    let kind = ["images", "features"].first { kind in
      !prefixes.isEmpty && prefixes.allSatisfy { file.contains($0 + kind) }
    }
    guard let kind else {
      if let other = file.unread.first {
        throw DataError.empty(
          path, "\(other.name) is \(other.kind), which is not read",
          help: "save labels as I64, features as F32 or F16, and images as U8")
      }
      throw DataError.empty(
        path,
        "it holds no images or features with labels (tensors: \(file.names.prefix(8).joined(separator: ", ")))",
        help: "expected images and labels, or train.images, train.labels, test.images, test.labels")
    }
    var labels: [Int] = []
    var rows: [(name: String, rows: [Int])] = []
    for prefix in prefixes {
      let own = try wholeLabels(file.tensor(prefix + "labels"), path: path, name: prefix + "labels")
      rows.append((String(prefix.dropLast()), Array(labels.count..<labels.count + own.count)))
      labels += own
    }
    let names = try checkLabels(labels, classes: classes, name: path)
    let source: any ImageSource
    if kind == "features" {
      let parts = try prefixes.map { prefix in
        let part = try file.tensor(prefix + kind)
        // Whole numbers become float32, which has 24 bits for them.
        if part.dtype != .float32, let large = try part.toInts().first(where: { $0.magnitude > 1 << 24 }) {
          throw DataError.mismatch(
            "\(path): \(prefix + kind) holds the whole number \(large), which float32 does not hold",
            help: "save features as F32 or F16")
        }
        return part
      }
      source = try FeatureTable(name: name, features: try joined(parts, path: path))
    } else {
      source = try images(prefixes.map { $0 + kind }, in: file, name: name)
    }
    guard source.count == labels.count else {
      throw DataError.mismatch("\(path): \(source.count) images, but \(labels.count) labels")
    }
    var splits = rows.map { part in
      DataSplit(
        name: part.name, classes: names, items: part.rows.map { DataItem(source: $0, label: labels[$0]) },
        source: source)
    }
    if let whole = splits.first, splits.count == 1, whole.name.isEmpty {
      splits = (options.cut ?? .standard(seed: options.seed)).apply(to: whole)
    } else if options.cut != nil {
      throw DataError.unheeded("split:", path, help: "leave it out: the file has splits of its own")
    }
    return Dataset(
      name: name, classes: names, splits: ordered(splits.filter { $0.count > 0 }),
      origin: ClassNames.twinsNote(names))
  }

  /// - Throws: E0519 for labels that are no whole numbers.
  private static func wholeLabels(_ tensor: Tensor, path: String, name: String) throws -> [Int] {
    if tensor.dtype == .float32 {
      let values = try tensor.toFloats()
      if let odd = values.first(where: { !($0 == $0.rounded() && $0.magnitude <= 0x1p24) }) {
        throw DataError.mismatch(
          "\(path): \(name) holds \(odd), which is no label",
          help: "labels are whole numbers from 0: save them as I64")
      }
    }
    return try tensor.toInts()
  }

  private static func joined(_ parts: [Tensor], path: String) throws -> Tensor {
    let widths = Set(parts.map { $0.rank == 2 ? $0.shape[1] : -1 })
    guard let width = widths.first, widths.count == 1, width > 0 else {
      throw DataError.mismatch("\(path): features are not [images, width] of one width")
    }
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
          throw DataError.mismatch("\(file.path): the splits' images differ in size")
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
