import Glibc
import MocoCLIP
import MocoTensor

/// How a source without splits is cut, class by class.
public struct SplitCut: Sendable, Hashable {
  /// Names and shares in order; shares are positive and sum to at most 1.
  public let parts: [Part]
  public let seed: UInt64

  public struct Part: Sendable, Hashable {
    public let name: String
    public let share: Double
  }

  /// The cut of CoOp's data sets that came without one: half, a fifth, the rest.
  public static let standard = SplitCut(
    checked: [
      Part(name: "train", share: 0.5), Part(name: "val", share: 0.2), Part(name: "test", share: 0.3),
    ], seed: 0)

  private init(checked parts: [Part], seed: UInt64) {
    self.parts = parts
    self.seed = seed
  }

  /// - Throws: E0519 if a share is not positive, or they sum to more than 1, or a name comes twice.
  public init(_ shares: [(String, Double)], seed: UInt64 = 0) throws {
    let total = shares.reduce(0) { $0 + $1.1 }
    guard !shares.isEmpty, shares.allSatisfy({ $0.1 > 0 && $0.1.isFinite }), total <= 1 + 1e-9 else {
      let text = shares.map { "\($0.0): \($0.1)" }.joined(separator: ", ")
      throw DataError.mismatch(
        "cannot cut images by {\(text)}",
        help: "shares are positive and sum to at most 1: {train: 0.7, test: 0.3}")
    }
    guard Set(shares.map(\.0)).count == shares.count else {
      throw DataError.mismatch("cannot cut images: a split is named twice")
    }
    self.init(checked: shares.map { Part(name: $0.0, share: $0.1) }, seed: seed)
  }

  /// Cuts each class's items after a shuffle keyed by (seed, label). Every split gets at least one item of a
  /// class as long as there are any.
  func apply(to whole: DataSplit) -> [DataSplit] {
    var byLabel = [[DataItem]](repeating: [], count: whole.classes.count)
    for item in whole.items { byLabel[item.label].append(item) }
    var cut = [[DataItem]](repeating: [], count: parts.count)
    for (label, items) in byLabel.enumerated() {
      var order = items
      var random = Philox(seed: seed, stream: "split", index: label)
      random.shuffle(&order)
      var start = 0
      for (place, count) in counts(order.count).enumerated() {
        cut[place] += order[start..<start + count]
        start += count
      }
    }
    return zip(parts, cut).map { part, items in
      // Back into the source's order.
      whole.with(name: part.name, items: items.sorted { $0.source < $1.source })
    }
  }

  /// How many of `count` items each split gets: the shares rounded down, at least one, the largest remainders
  /// first.
  package func counts(_ count: Int) -> [Int] {
    let total = min(count, Int((Double(count) * parts.reduce(0) { $0 + $1.share } + 1e-9).rounded()))
    var counts = parts.map { Int(Double(count) * $0.share + 1e-9) }
    let order = parts.indices.sorted { left, right in
      let a = Double(count) * parts[left].share - Double(counts[left])
      let b = Double(count) * parts[right].share - Double(counts[right])
      return a != b ? a > b : left < right
    }
    var rest = total - counts.reduce(0, +)
    for place in order where rest > 0 {
      counts[place] += 1
      rest -= 1
    }
    for place in counts.indices where counts[place] == 0 {
      guard let largest = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[largest] > 1 else {
        break
      }
      counts[largest] -= 1
      counts[place] = 1
    }
    return counts
  }

  var description: String {
    parts.map { "\($0.name) \(Int(($0.share * 100).rounded())) %" }.joined(separator: ", ")
  }
}

/// Options of data sets that are read from files.
public struct DataOptions: Sendable {
  /// How images without splits are cut; nil for `SplitCut.standard`.
  public var cut: SplitCut?
  /// Leave files out that cannot be decoded, in place of stopping. Every file is read once for that.
  public var skipsBroken = false

  public init(cut: SplitCut? = nil, skipsBroken: Bool = false) {
    self.cut = cut
    self.skipsBroken = skipsBroken
  }
}

/// A listed image before anything is opened: a path, a class, maybe a split.
struct ListedImage {
  let path: String
  let label: Int
  let split: String?
}

extension Dataset {
  static let imageEndings = [".jpg", ".jpeg", ".png"]
  /// Pictures that many folders hold and nobody here can read.
  static let foreignEndings = [".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic"]
  /// What the folders of splits are called, by the split's name.
  static let splitFolders = [
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test",
    "testing": "test",
  ]

  /// A folder with one sub-folder a class, with or without a level `train`, `val`, `test` above.
  ///
  /// Classes are the folders' names in byte order, `_` reads as a space. Files are searched in deeper folders
  /// too; hidden ones and other kinds of files are passed over.
  /// - Throws: E0501 for a missing folder, E0510 for one without images, E0511 for one class, E0512 for two
  ///   classes of one name, E0514 for a class without images; E0502, E0503 for broken images when they are
  ///   read.
  public static func folder(
    _ path: String, name: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    let entries = try FileSystem.list(path)
    let folders = entries.filter { !$0.hasPrefix(".") && FileSystem.kind("\(path)/\($0)") == .folder }
    let name = name ?? FileSystem.name(of: path)
    guard !folders.isEmpty else { throw emptyFolder(path, entries) }
    let hasSplits =
      folders.contains { splitFolders[$0.lowercased()] == "train" }
      && folders.allSatisfy { splitFolders[$0.lowercased()] != nil }
    var levels: [(split: String?, path: String, classes: [String])] = []
    if hasSplits {
      for folder in folders {
        let inner = "\(path)/\(folder)"
        let classes = try FileSystem.list(inner).filter {
          !$0.hasPrefix(".") && FileSystem.kind("\(inner)/\($0)") == .folder
        }
        levels.append((splitFolders[folder.lowercased()], inner, classes))
      }
    } else {
      levels = [(nil, path, folders)]
    }
    var names: [String] = []
    for folder in levels.flatMap(\.classes) where !names.contains(folder) { names.append(folder) }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let classes = names.map { ClassNames.readable($0) }
    let labels = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var walk = FolderWalk()
    var listed: [ListedImage] = []
    for level in levels {
      for folder in level.classes {
        for file in try walk.files(under: "\(level.path)/\(folder)") {
          listed.append(ListedImage(path: file, label: labels[folder] ?? 0, split: level.split))
        }
      }
    }
    guard !listed.isEmpty else {
      let help = walk.foreign.map { "only JPEG and PNG are read; \($0) is neither" }
      throw DataError.empty(path, "there is no image in it", help: help)
    }
    try ClassNames.check(classes, data: path)
    return try from(listed, name: name, classes: classes, options: options, place: path)
  }

  private static func emptyFolder(_ path: String, _ entries: [String]) -> CLIPError {
    if entries.isEmpty { return DataError.empty(path, "the folder is empty") }
    if entries.contains(where: { name in imageEndings.contains { name.lowercased().hasSuffix($0) } }) {
      return DataError.empty(
        path, "the images lie in the folder itself",
        help: "make one sub-folder a class and move them there; the folder's name is the class's name")
    }
    return DataError.empty(path, "there is no sub-folder and no image in it")
  }

  /// A data set over files; broken ones are left out if the options say so.
  static func from(
    _ listed: [ListedImage], name: String, classes: [String], identifiers: [String]? = nil,
    options: DataOptions,
    place: String
  ) throws -> Dataset {
    let source = ImageFiles(paths: listed.map(\.path))
    var skipped: [SkippedImage] = []
    var broken = Set<Int>()
    if options.skipsBroken {
      for (index, reason) in try source.broken() {
        broken.insert(index)
        skipped.append(SkippedImage(path: listed[index].path, reason: reason))
      }
    }
    var groups: [(name: String, items: [DataItem])] = []
    for (index, image) in listed.enumerated() where !broken.contains(index) {
      let split = image.split ?? ""
      let item = DataItem(source: index, label: image.label)
      if let group = groups.firstIndex(where: { $0.name == split }) {
        groups[group].items.append(item)
      } else {
        groups.append((split, [item]))
      }
    }
    var used = [Bool](repeating: false, count: classes.count)
    for group in groups { for item in group.items { used[item.label] = true } }
    if let label = used.firstIndex(of: false) { throw DataError.classWithoutImages(place, classes[label]) }
    var splits = groups.map {
      DataSplit(name: $0.name, classes: classes, identifiers: identifiers, items: $0.items, source: source)
    }
    var origin = ClassNames.twinsNote(classes)
    if let whole = splits.first, splits.count == 1, whole.name.isEmpty {
      let cut = options.cut ?? .standard
      splits = cut.apply(to: whole).filter { $0.count > 0 }
      origin = [origin, "cut class by class into \(cut.description) (seed \(cut.seed))"].compactMap { $0 }
        .joined(separator: "; ")
    }
    return Dataset(
      name: name, classes: classes, splits: ordered(splits), skipped: skipped, origin: origin)
  }

  /// train, val, test, then the others as they came.
  static func ordered(_ splits: [DataSplit]) -> [DataSplit] {
    let known = ["train", "val", "test"]
    return known.compactMap { name in splits.first { $0.name == name } }
      + splits.filter { !known.contains($0.name) }
  }
}

/// Finds image files in a folder and those below it.
struct FolderWalk {
  /// Folders seen, by device and number: a link that leads back ends there.
  private var seen = Set<[UInt64]>()
  /// A picture of a kind that is not read, for messages.
  var foreign: String?

  static let depthLimit = 32

  mutating func files(under path: String, depth: Int = 0) throws -> [String] {
    var status = stat()
    guard depth < FolderWalk.depthLimit, stat(path, &status) == 0,
      seen.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted
    else { return [] }
    var files: [String] = []
    for name in try FileSystem.list(path) where !name.hasPrefix(".") {
      let inner = "\(path)/\(name)"
      let lower = name.lowercased()
      switch FileSystem.kind(inner) {
      case .file:
        if Dataset.imageEndings.contains(where: { lower.hasSuffix($0) }) {
          files.append(inner)
        } else if foreign == nil, Dataset.foreignEndings.contains(where: { lower.hasSuffix($0) }) {
          foreign = inner
        }
      case .folder: files += try self.files(under: inner, depth: depth + 1)
      default: break
      }
    }
    return files
  }
}
