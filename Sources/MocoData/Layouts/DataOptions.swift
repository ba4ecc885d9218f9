/// Options of data sets that are read from files.
public struct DataOptions: Sendable {
  /// How images without splits are split; nil for `SplitCut.standard`.
  public var cut: SplitCut?
  /// The seed of the standard split, if `cut` is nil.
  public var seed: UInt64 = 0
  /// Skip files that cannot be decoded or are missing, instead of stopping. Every file is read once
  /// for that.
  public var skipsBroken = false
  /// Splits by the names of their folders, or by the values of a list's column: `train` from "seg_train". nil
  /// for the usual names.
  public var named: [NamedSplit]?
  /// The columns of a table for the path, the label and the split: `path` from "photo".
  public var columns: [TableColumn: String] = [:]
  /// How files are converted to pixels.
  public var reading = ImageReading()
  /// Skip listed files that are missing, without decoding the others.
  var skipsMissing = false

  /// A split and its names in the source.
  public struct NamedSplit: Sendable, Hashable {
    /// The name of the split: "train".
    public let name: String
    /// The folders, or the values of a list's split column, that belong to it.
    public let from: [String]

    /// A split of all images with one of the names `from`.
    public init(name: String, from: [String]) {
      self.name = name
      self.from = from
    }
  }

  /// The usual names and columns, with the standard split if `cut` is nil.
  public init(cut: SplitCut? = nil, skipsBroken: Bool = false) {
    self.cut = cut
    self.skipsBroken = skipsBroken
  }
}

/// The meaning of a column of a table.
public enum TableColumn: String, Sendable, CaseIterable {
  case path, label, split
}

/// A listed image before it is opened: a path, a class, optionally a split.
struct ListedImage {
  let path: String
  let label: Int
  let split: String?
}

/// Additional results of a reader besides the images.
struct ListingNotes {
  /// Lines for `origin`.
  var lines: [String] = []
  /// Files left out so far.
  var skipped: [SkippedImage] = []
  /// The name of the classes in messages, if it differs from their name: folders as they are on disk.
  var shown: [String]?
  /// Identifiers that distinguish classes with the same name; nil for the labels.
  var identifiers: [String]?
  /// The folder that the paths of a list are relative to; nil if there is no list.
  var root: String?
}
