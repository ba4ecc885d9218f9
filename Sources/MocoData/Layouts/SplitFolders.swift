/// Decides which sub-folders of a data folder are splits, and which are classes.
struct SplitFolders {
  /// A folder of class folders.
  struct Level {
    /// nil if the data has no splits.
    let split: String?
    let path: String
    /// The class folders in it, as they are on disk.
    let classes: [String]
  }

  var levels: [Level] = []
  /// Decisions, and ignored folders.
  var notes: [String] = []
  /// Folders that are neither a split nor a class, and why.
  var skipped: [SkippedImage] = []

  /// Reads a folder with the sub-folders `folders`.
  ///
  /// If there is a folder `train` with others next to it, or two folders with names of splits, they are splits and contain the class folders. A
  /// folder with such a name that contains images and no folders is a class among classes, and ignored next to splits.
  /// - Throws: E0521 if the names are ambiguous.
  init(_ root: String, _ folders: [String], options: DataOptions, walk: inout FolderWalk) throws {
    let meant = options.named.map { named in Set(named.flatMap(\.from)) }
    let callable = folders.filter { meant?.contains($0) ?? (SplitNames.split($0) != nil) }
    if options.named != nil {
      _ = try SplitNames.resolve(
        folders, named: options.named, keeps: false, place: root, kind: "folder")
    }
    var inner: [String: Level] = [:]
    for folder in callable { inner[folder] = try SplitFolders.level(root, folder, &walk) }
    let holding = callable.filter { !(inner[$0]?.classes.isEmpty ?? true) }
    let others = folders.filter { !callable.contains($0) }
    let kinds = Set(callable.compactMap { SplitNames.split($0) })
    let isSplit =
      options.named != nil || kinds.count >= 2 || others.isEmpty && !callable.isEmpty
      || !holding.isEmpty && kinds == ["train"]
    guard isSplit else {
      if let folder = holding.first {
        throw DataError.splits(
          "\(root): \(folder) has the name of a split and contains folders, but next to it \(NameList.few(others)) "
            + "\(others.count == 1 ? "is not a split" : "are not splits")",
          help: "name the splits, split: {test: \"\(folder)\"}, or rename the folder if it is a class")
      }
      for folder in callable {
        notes.append("\(folder) contains images and no folders: it is read as a class")
      }
      levels = [Level(split: nil, path: root, classes: folders)]
      return
    }
    guard !holding.isEmpty else {
      throw DataError.splits(
        "\(root): \(NameList.few(callable)) \(callable.count == 1 ? "has the name of a split" : "have names of splits") but "
          + "\(callable.count == 1 ? "contains" : "contain") no class folders",
        help:
          "create one sub-folder for each class in each split, or list path, label and split of every image in a CSV file"
      )
    }
    let splits = try SplitNames.resolve(
      options.named == nil ? holding : folders, named: options.named, keeps: false, place: root,
      kind: "folder")
    for folder in folders {
      let path = FolderWalk.join(root, folder)
      if let split = splits[folder], let level = inner[folder], !level.classes.isEmpty {
        levels.append(Level(split: split, path: level.path, classes: level.classes))
        if split != folder.lowercased() { notes.append("the split \(split) is the folder \(folder)") }
      } else if SplitNames.split(folder) != nil, callable.contains(folder) {
        skipped.append(
          SkippedImage(path: path, reason: "has the name of a split, but contains no class folders"))
      } else {
        skipped.append(SkippedImage(path: path, reason: "next to the splits, but not a split"))
      }
    }
  }

  /// The class folders in a split's folder; if it contains only a folder for the same split, those
  /// in there.
  private static func level(_ root: String, _ folder: String, _ walk: inout FolderWalk) throws -> Level {
    let path = FolderWalk.join(root, folder)
    // Files in a folder without classes are ignored with it.
    var look = walk
    let classes = try look.folders(in: path)
    guard !classes.isEmpty else { return Level(split: nil, path: path, classes: []) }
    walk = look
    if classes.count == 1, let only = classes.first, let split = SplitNames.split(only),
      split == SplitNames.split(folder)
    {
      let inside = try walk.folders(in: FolderWalk.join(path, only))
      if !inside.isEmpty { return Level(split: nil, path: FolderWalk.join(path, only), classes: inside) }
    }
    return Level(split: nil, path: path, classes: classes)
  }
}
