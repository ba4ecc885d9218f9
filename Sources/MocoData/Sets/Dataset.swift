import MocoBase
import MocoTensor

/// Labelled images (or image features) in named splits: `train`, `val`, `test`, and other splits of the
/// source.
///
/// A data set is immutable: `styled`, `fewShot`, `base` … return new ones over the same images.
public final class Dataset: Sendable {
  /// For display: "fashion", a folder's name.
  public let name: String
  /// Class names in the order of the labels.
  public let classes: [String]
  /// The splits with at least one image, in the order train, val, test, others.
  public let splits: [DataSplit]
  /// Skipped files: files that are not images or cannot be accessed, and files that could not be decoded if the program
  /// requested that.
  public let skipped: [SkippedImage]
  /// Where the images come from and on what terms, one or two lines of text.
  public let origin: String?

  /// A data set of splits with these classes; a split without a data set name gets this name.
  public init(
    name: String, classes: [String], splits: [DataSplit], skipped: [SkippedImage] = [], origin: String? = nil
  ) {
    self.name = name
    self.classes = classes
    // The first data set with a split names it: subsets and styles of it are the same data.
    self.splits = splits.map { $0.dataset == nil ? $0.of(dataset: name) : $0 }
    self.skipped = skipped
    self.origin = origin
  }

  /// Images in all splits.
  public var count: Int { splits.reduce(0) { $0 + $1.count } }

  /// The split of that name, nil if the data set has none.
  public func split(_ name: String) -> DataSplit? { splits.first { $0.name == name } }

  /// The split of that name.
  ///
  /// - Throws: E0516 if the data set has none; the message lists its splits.
  public func requireSplit(_ name: String) throws -> DataSplit {
    guard let split = split(name) else { throw DataError.noSplit(name, in: self) }
    return split
  }

  /// The split "train".
  ///
  /// - Throws: E0516 if the data set has none.
  public func train() throws -> DataSplit { try requireSplit("train") }
  /// The split "val", for validation.
  ///
  /// - Throws: E0516 if the data set has none.
  public func val() throws -> DataSplit { try requireSplit("val") }
  /// The split "test".
  ///
  /// - Throws: E0516 if the data set has none.
  public func test() throws -> DataSplit { try requireSplit("test") }

  /// A data set with the same classes, with `transform` applied to the splits.
  func mapSplits(name: String? = nil, _ transform: (DataSplit) throws -> DataSplit) rethrows -> Dataset {
    try Dataset(
      name: name ?? self.name, classes: classes, splits: splits.map(transform), skipped: skipped,
      origin: origin)
  }
}

/// A file that was left out, and why.
public struct SkippedImage: Sendable, Equatable {
  /// The file that was left out.
  public let path: String
  /// Why, as words that follow a colon.
  public let reason: String
  /// The summary of files with such reasons; nil for the reason itself.
  let kind: String?

  /// A file with its reason as the summary.
  public init(path: String, reason: String) { self.init(path: path, reason: reason, kind: nil) }

  init(path: String, reason: String, kind: String?) {
    self.path = path
    self.reason = reason
    self.kind = kind
  }

  /// "5 (HEIC is not supported: 0.heic, …), 3 (…)"; nil for none.
  public static func summary(_ skipped: [SkippedImage]) -> String? {
    guard !skipped.isEmpty else { return nil }
    var groups: [(reason: String, names: [String])] = []
    var places: [String: Int] = [:]
    for file in skipped {
      let reason = file.kind ?? file.reason
      if let place = places[reason] {
        groups[place].names.append(file.path)
      } else {
        places[reason] = groups.count
        groups.append((reason, [file.path]))
      }
    }
    let parts = groups.prefix(8).map { group in
      let names = group.names.prefix(2).map { FileSystem.name(of: $0) }.joined(separator: ", ")
      return "\(group.names.count) (\(group.reason): \(names)\(group.names.count > 2 ? ", …" : ""))"
    }
    let more = groups.count > 8 ? ", …" : ""
    return parts.joined(separator: ", ") + more
  }

  /// Whether the file may be intended as an image: not text files etc.
  public var looksLikeImage: Bool {
    ImageKind.named(path) != nil || !reason.hasPrefix(FolderWalk.unknownEnding)
  }
}
