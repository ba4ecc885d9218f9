/// Options of data sets that are read from files.
public struct DataOptions: Sendable {
  /// How images without splits are cut; nil for `SplitCut.standard`.
  public var cut: SplitCut?
  /// The seed of the standard cut, where `cut` is nil.
  public var seed: UInt64 = 0
  /// Leave files out that cannot be decoded or are listed and missing, in place of stopping. Every file is read once
  /// for that.
  public var skipsBroken = false
  /// Splits by what their folders are called, or by what stands in a list's column: `train` from "seg_train". nil
  /// where the usual names tell.
  public var named: [NamedSplit]?
  /// Which column of a table is the path, the label, the split: `path` from "photo".
  public var columns: [TableColumn: String] = [:]
  /// How the files become pixels.
  public var reading = ImageReading()
  /// Leave listed files that are missing out without decoding the others.
  var skipsMissing = false

  /// A split and the names that the source has for it.
  public struct NamedSplit: Sendable, Hashable {
    /// What the split is called: "train".
    public let name: String
    /// The folders, or the values of a list's split column, that it is made of.
    public let from: [String]

    /// A split made of those with one of the names `from`.
    public init(name: String, from: [String]) {
      self.name = name
      self.from = from
    }
  }

  /// The usual names and columns, with the standard cut where `cut` is nil.
  public init(cut: SplitCut? = nil, skipsBroken: Bool = false) {
    self.cut = cut
    self.skipsBroken = skipsBroken
  }
}

/// What a column of a table says of an image.
public enum TableColumn: String, Sendable, CaseIterable {
  case path, label, split
}

/// A listed image before anything is opened: a path, a class, maybe a split.
struct ListedImage {
  let path: String
  let label: Int
  let split: String?
}

/// What a reader has found out about a source besides its images.
struct ListingNotes {
  /// Lines for `origin`.
  var lines: [String] = []
  /// Files left out so far.
  var skipped: [SkippedImage] = []
  /// What messages call the classes, where that is not their name: folders as they are on disk.
  var shown: [String]?
  /// What tells classes of one name apart; nil: the labels do.
  var identifiers: [String]?
  /// The folder that the paths of a list are relative to; nil where there is no list.
  var root: String?
}
