/// Which sub-folders of a data folder are splits, and which are classes.
struct SplitFolders {
  /// A folder of class folders.
  struct Level {
    /// nil where the data has no splits.
    let split: String?
    let path: String
    /// The class folders in it, as they are on disk.
    let classes: [String]
  }

  var levels: [Level] = []
  /// What was decided, and what was left out.
  var notes: [String] = []
  /// Folders that are neither a split nor a class, and why.
  var skipped: [SkippedImage] = []

  /// Reads a folder with the sub-folders `folders`.
  ///
  /// Where `train` stands beside anything, or two names of splits, they are splits and hold the class folders. A
  /// folder of that name that holds images and no folders is one of classes among classes, and none beside splits.
  /// - Throws: E0521 where the names do not say what is meant.
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
          "\(root): \(folder) is called like a split and holds folders, but \(NameList.few(others)) beside it "
            + "\(others.count == 1 ? "is" : "are") no split",
          help: "say which are splits, split: {test: \"\(folder)\"}, or rename the folder if it is a class")
      }
      for folder in callable { notes.append("\(folder) holds images and no folders: it is read as a class") }
      levels = [Level(split: nil, path: root, classes: folders)]
      return
    }
    guard !holding.isEmpty else {
      throw DataError.splits(
        "\(root): \(NameList.few(callable)) \(callable.count == 1 ? "is" : "are") called like splits and "
          + "\(callable.count == 1 ? "holds" : "hold") no folders of classes",
        help:
          "make one sub-folder for each class in each, or list path, label and split of every image in a CSV file"
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
          SkippedImage(path: path, reason: "called like a split, but holds no folders of classes"))
      } else {
        skipped.append(SkippedImage(path: path, reason: "a folder beside splits that is none"))
      }
    }
  }

  /// The class folders in a split's folder; where it holds nothing but a folder that means the same split, those
  /// in there.
  private static func level(_ root: String, _ folder: String, _ walk: inout FolderWalk) throws -> Level {
    let path = FolderWalk.join(root, folder)
    // What lies in a folder without classes is left out with it.
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
