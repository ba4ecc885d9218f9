import MocoBase

extension SplitFolders {
  /// Rejects class folders that contain splits, or a single class folder that contains folders: they are one level too high or too
  /// low, and would be read incorrectly.
  ///
  /// - Throws: E0521 for splits, E0511 for one folder that contains several.
  static func refuseNested(_ root: String, _ folders: [String]) throws {
    for folder in folders {
      let path = FolderWalk.join(root, folder)
      // A folder that cannot be listed is reported when its images are searched.
      guard let entries = try? FileSystem.list(path) else { continue }
      let splits = entries.filter {
        // In a folder of many images, not every image is checked.
        $0.utf8.count <= 40 && ImageKind.named($0) == nil && SplitNames.split($0) != nil
          && FileSystem.kind(FolderWalk.join(path, $0)) == .folder
      }
      guard Set(splits.compactMap { SplitNames.split($0) }).count >= 2 else { continue }
      if splits.contains(where: { holdsFolders(FolderWalk.join(path, $0)) }) {
        throw DataError.splits(
          "\(root): \(folder) contains \(NameList.few(splits)), which are names of splits, so it is not a class",
          help: "use the folder that contains the splits: dataset(\"\(path)\")")
      }
      guard splits.contains(where: { holdsImages(FolderWalk.join(path, $0)) }) else { continue }
      throw DataError.splits(
        "\(root): the class folder \(folder) contains \(NameList.few(splits)), which are names of splits",
        help:
          "move the splits above the classes (\(splits[0])/\(folder)), or list path, label and split of every image in a"
          + " CSV file")
    }
    guard folders.count == 1, let only = folders.first else { return }
    // Archives are often unpacked into a folder that contains one folder.
    var path = FolderWalk.join(root, only)
    var inner = subfolders(path)
    for _ in 0..<8 {
      guard inner.count == 1, SplitNames.split(inner[0]) == nil else { break }
      path = FolderWalk.join(path, inner[0])
      inner = subfolders(path)
    }
    if inner.count == 1, holdsFolders(FolderWalk.join(path, inner[0])) {
      throw DataError.tooFewClasses(
        root, [only],
        help: "use the folder with the sub-folder \(inner[0]), which is the split: dataset(\"\(path)\")")
    }
    guard inner.count >= 2 else { return }
    throw DataError.tooFewClasses(
      root, [only],
      help: "use the folder with the class folders (\(NameList.few(inner))): dataset(\"\(path)\")"
    )
  }

  private static func subfolders(_ path: String) -> [String] {
    let entries = (try? FileSystem.list(path)) ?? []
    return entries.filter {
      !$0.hasPrefix(".") && !FolderClutter.holds($0) && ImageKind.named($0) == nil
        && FileSystem.kind(FolderWalk.join(path, $0)) == .folder
    }
  }

  private static func holdsFolders(_ path: String) -> Bool { !subfolders(path).isEmpty }

  private static func holdsImages(_ path: String) -> Bool {
    ((try? FileSystem.list(path)) ?? []).contains { ImageKind.named($0) != nil }
  }
}
