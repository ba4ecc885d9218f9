import MocoBase

extension DataLayout {
  /// Object detection data, detected in order to reject it.
  static let boxes = DataLayout(
    folder: "an object detection data set", help: nil,
    holds: { path, entries in Dataset.detectionLabels(path, entries) != nil },
    read: { place, _ in
      let labels = Dataset.detectionLabels(place.path, place.entries ?? [])
      throw DataError.detection(place.path, boxes: labels ?? place.path)
    })
}

extension Dataset {
  /// The folder of labels in an object detection data set, as YOLO's programs lay them out: `labels` next to `images`, or
  /// both in each split, with a text of numbers for each image. nil for anything else.
  static func detectionLabels(_ path: String, _ entries: [String]) -> String? {
    if let found = labels(beside: path, entries) { return found }
    for entry in entries where SplitNames.split(entry) != nil {
      let folder = FolderWalk.join(path, entry)
      guard FileSystem.kind(folder) == .folder, let inner = try? FileSystem.list(folder) else { continue }
      if let found = labels(beside: folder, inner) { return found }
    }
    return nil
  }

  private static func labels(beside path: String, _ entries: [String]) -> String? {
    guard entries.contains("images"), entries.contains("labels") else { return nil }
    let folder = FolderWalk.join(path, "labels")
    guard let inside = try? FileSystem.list(folder) else { return nil }
    if holdsBoxes(folder, inside), holdsImages(FolderWalk.join(path, "images")) { return folder }
    for entry in inside where SplitNames.split(entry) != nil {
      let split = FolderWalk.join(folder, entry)
      if let names = try? FileSystem.list(split), holdsBoxes(split, names),
        holdsImages(FolderWalk.join(path, "images/" + entry))
      {
        return split
      }
    }
    return nil
  }

  /// Whether the images are in the folder itself, not in possible class folders.
  private static func holdsImages(_ folder: String) -> Bool {
    (try? FileSystem.list(folder))?.contains { ImageKind.named($0) != nil } ?? false
  }

  /// Whether a text file of a folder starts with a line of at least five numbers. An image without objects has an empty file.
  private static func holdsBoxes(_ folder: String, _ names: [String]) -> Bool {
    guard !names.contains(where: { ImageKind.named($0) != nil }) else { return false }
    for name in names.lazy.filter({ $0.hasSuffix(".txt") && $0 != "classes.txt" }).prefix(50) {
      guard let text = try? FileSystem.readText(FolderWalk.join(folder, name), limit: 1 << 20),
        let line = text.split(whereSeparator: \.isNewline).first
      else { continue }
      let fields = line.split(separator: " ")
      return fields.count >= 5 && fields.allSatisfy { Double($0) != nil }
    }
    return false
  }
}
