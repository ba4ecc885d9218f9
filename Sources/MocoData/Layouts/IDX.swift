import MocoBase
import MocoTensor

/// IDX files, the format of MNIST and similar: two zero bytes, a type, the number of dimensions, the
/// dimensions as big-endian 32-bit numbers, the data. Bytes only; `.gz` is decompressed.
/// Source: yann.lecun.com/exdb/mnist, "The IDX file format".
public struct IDXFile: Sendable {
  /// The file, for messages.
  public let path: String
  /// The sizes of the dimensions, the slowest first: [images, height, width], or [labels].
  public let dimensions: [Int]
  /// The values in the order of the file, the last dimension fastest.
  public let bytes: [UInt8]

  static let byteLimit = 1 << 31

  /// - Throws: E0501 if there is no file; E0502 if it is not an IDX file of bytes, corrupted, truncated, or larger than its
  ///   header says; E0405 if memory runs out.
  public init(path: String) throws {
    let file = try OpenedFile(path: path)
    let header: Header
    if path.hasSuffix(".gz") {
      (header, bytes) = try file.withBytes { packed in
        let header = try Header(Gzip.beginning(packed, count: Header.limit), path: path)
        return (header, try IDXFile.unpack(packed, header, path: path))
      }
    } else {
      header = try Header(file.beginning(Header.limit), path: path)
      guard file.count - header.count == header.size else {
        throw Failure.corrupt(path, "\(header.promise), but \(file.count - header.count) follow")
      }
      try MemoryAccountant.reserve(header.size)
      defer { MemoryAccountant.release(header.size) }
      bytes = try file.bytes(header.count..<file.count)
    }
    self.path = path
    dimensions = header.dimensions
  }

  /// Never decompresses more than the size in the header.
  private static func unpack(
    _ packed: UnsafeRawBufferPointer, _ header: Header, path: String
  ) throws -> [UInt8] {
    guard header.size / Gzip.bestRatio <= packed.count else {
      throw Failure.corrupt(path, "\(header.promise), which \(packed.count) compressed bytes cannot contain")
    }
    // The decompressed data, and the copy without its header.
    try MemoryAccountant.reserve(2 * header.size)
    defer { MemoryAccountant.release(2 * header.size) }
    let raw = try Gzip.inflate(
      packed, cap: header.count + header.size, name: path, excess: "\(header.promise), but more follow")
    guard raw.count == header.count + header.size else {
      throw Failure.corrupt(path, "\(header.promise), but \(raw.count - header.count) follow")
    }
    return Array(raw[header.count...])
  }

  /// The header before the data.
  private struct Header {
    let dimensions: [Int]
    /// Bytes of the data.
    let size: Int
    /// Bytes of the header.
    var count: Int { 4 + 4 * dimensions.count }
    /// In words: `its header says 60000 × 28 × 28 bytes`.
    var promise: String { "its header says \(dimensions.map(String.init).joined(separator: " × ")) bytes" }

    static let limit = 4 + 4 * 4

    init(_ raw: [UInt8], path: String) throws {
      guard raw.count >= 4, raw[0] == 0, raw[1] == 0 else {
        throw Failure.corrupt(
          path, "this is not an IDX file", help: "use a file that starts with two zero bytes")
      }
      guard raw[2] == 0x08 else {
        throw Failure.corrupt(
          path, "its data type is 0x\(String(raw[2], radix: 16)); only bytes (0x8) are supported",
          help: "convert the images to 8 bits")
      }
      let rank = Int(raw[3])
      guard rank >= 1, rank <= 4, raw.count >= 4 + 4 * rank else {
        throw Failure.corrupt(path, "the header is truncated or has \(rank) dimensions")
      }
      var dimensions: [Int] = []
      var size = 1
      for axis in 0..<rank {
        let at = 4 + 4 * axis
        let length = raw[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        let (product, overflow) = size.multipliedReportingOverflow(by: length)
        guard !overflow, product <= IDXFile.byteLimit else {
          throw Failure.corrupt(
            path, "its header says more than the limit of \(IDXFile.byteLimit) bytes",
            help: "use another file: this one probably has another format")
        }
        size = product
        dimensions.append(length)
      }
      self.dimensions = dimensions
      self.size = size
    }
  }
}

extension DataLayout {
  static let idx = DataLayout(
    folder: "a folder of IDX files",
    help: """
      A folder of IDX files, as for MNIST: `train-images-idx3-ubyte.gz` etc., with names in `classes.txt`.
      """,
    holds: { _, entries in entries.contains { $0.contains("-images-idx3-ubyte") } },
    read: { place, request in
      if request.options.cut != nil {
        throw DataError.unheeded(
          "split:", place.path, help: "leave it out: IDX files already have splits")
      }
      return try Dataset.idx(folder: place.path)
    })
}

extension Dataset {
  /// A folder with pairs of IDX files, `train-images-idx3-ubyte[.gz]` and `train-labels-idx1-ubyte[.gz]`, the
  /// same with `val`, `t10k` or `test`. Class names, one per line, in `classes.txt`; without it the labels'
  /// numbers.
  ///
  /// - Parameter border: black pixels on every side of every image.
  /// - Throws: E0501, E0502 for the files; E0510 if there are none; E0513, E0519 if they do not belong
  ///   together.
  public static func idx(
    folder: String, name: String? = nil, classes: [String]? = nil, border: Int = 0, origin: String? = nil
  ) throws -> Dataset {
    let entries = try FileSystem.list(folder)
    var parts: [(split: String, images: IDXFile, labels: IDXFile)] = []
    for (prefix, split) in idxPrefixes {
      func find(_ kind: String, _ rank: Int) -> String? {
        let stem = "\(prefix)-\(kind)-idx\(rank)-ubyte"
        return [stem + ".gz", stem].first(where: entries.contains).map { "\(folder)/\($0)" }
      }
      guard let images = find("images", 3) else { continue }
      guard let labels = find("labels", 1) else {
        throw Failure.noSuchFile("\(folder)/\(prefix)-labels-idx1-ubyte")
      }
      parts.append((split, try IDXFile(path: images), try IDXFile(path: labels)))
    }
    guard let first = parts.first else {
      throw DataError.empty(
        folder, "no IDX files here", help: "use a folder with files such as train-images-idx3-ubyte.gz")
    }
    var names = classes
    if names == nil, entries.contains("classes.txt") {
      names = try FileSystem.readText("\(folder)/classes.txt").split(whereSeparator: \.isNewline)
        .map { ClassNames.readable(String($0)) }.filter { !$0.isEmpty }
    }
    return try packed(
      name: name ?? FileSystem.name(of: folder), parts: parts, first: first.images,
      classes: names, border: border, origin: origin)
  }

  static let idxPrefixes = [("train", "train"), ("val", "val"), ("t10k", "test"), ("test", "test")]

  /// All splits over one packed source, so that image indices are unique.
  private static func packed(
    name: String, parts: [(split: String, images: IDXFile, labels: IDXFile)], first: IDXFile,
    classes: [String]?,
    border: Int, origin: String?
  ) throws -> Dataset {
    var bytes: [UInt8] = []
    var labels: [(split: String, labels: [UInt8])] = []
    for part in parts {
      let shape = part.images.dimensions
      guard shape.count == 3, shape.dropFirst() == first.dimensions.dropFirst() else {
        throw Failure.corrupt(part.images.path, "its images have another size than those in \(first.path)")
      }
      guard part.labels.dimensions == [shape[0]] else {
        throw DataError.mismatch(
          "\(part.images.path) has \(shape[0]) images, but \(part.labels.path) has \(part.labels.bytes.count) labels",
          help: "use two files that belong together")
      }
      bytes.append(contentsOf: part.images.bytes)
      labels.append((part.split, part.labels.bytes))
    }
    let count = labels.reduce(0) { $0 + $1.labels.count }
    let highest = labels.flatMap(\.labels).max().map { Int($0) } ?? -1
    let classes = classes ?? (0..<max(highest + 1, 0)).map(String.init)
    try ClassNames.check(classes, data: name, areLabeled: true)
    guard highest < classes.count else {
      throw DataError.mismatch(
        "\(name) has the label \(highest), but there are only \(classes.count) class names",
        help: "write one class name per line in classes.txt, from label 0")
    }
    let source = try PackedImages(
      name: name, count: count, width: first.dimensions[2], height: first.dimensions[1], border: border,
      bytes: bytes)
    var splits: [DataSplit] = []
    var start = 0
    for part in labels {
      let items = part.labels.enumerated().map { DataItem(source: start + $0, label: Int($1)) }
      start += part.labels.count
      if !items.isEmpty {
        splits.append(DataSplit(name: part.split, classes: classes, items: items, source: source))
      }
    }
    return Dataset(
      name: name, classes: classes, splits: splits, origin: ClassNames.noting(twinsOf: classes, in: origin))
  }
}
