import MocoBase

// Layouts of published data sets, as used in prompt learning: ImageNet and
// its variants with `classnames.txt`, FGVC Aircraft with `variants.txt`.

extension DataLayout {
  static let imageNet = DataLayout(
    folder: "an ImageNet folder with classnames.txt",
    help: "An ImageNet folder with `classnames.txt`; its `val` is used as `test`.",
    holds: { path, entries in
      try entries.contains(Dataset.classNames) && Dataset.listsIdentifiers(path, entries)
    },
    read: { try Dataset.imageNet($0.path, options: $1.options) })

  static let aircraft = DataLayout(
    folder: "an FGVC Aircraft folder with lists of variants",
    help: "An FGVC Aircraft folder with `variants.txt` and `images_variant_train.txt`.",
    holds: { _, entries in entries.contains("variants.txt") && entries.contains("images_variant_train.txt") },
    read: { try Dataset.aircraft($0.path, options: $1.options) })
}

extension Dataset {
  static let classNames = "classnames.txt"

  /// Whether `classnames.txt` has folder identifiers: those of WordNet, or names of existing folders. A list of
  /// bare names belongs to an ordinary folder.
  fileprivate static func listsIdentifiers(_ path: String, _ entries: [String]) throws -> Bool {
    let folders = Set(entries)
    let lines = try FileSystem.readText("\(path)/\(classNames)").split(whereSeparator: \.isNewline)
    return lines.contains { line in
      guard let word = line.split(separator: " ", maxSplits: 1).first else { return false }
      if word.count == 9, word.hasPrefix("n"), word.dropFirst().allSatisfy({ "0"..."9" ~= $0 }) {
        return true
      }
      return word.count < line.count && folders.contains(String(word)) && !folders.contains(String(line))
    }
  }

  // MARK: ImageNet

  /// ImageNet, ImageNetV2, -Sketch, -A, -R as CoOp's instructions lay them out: `classnames.txt` with a line
  /// "n01440764 tench" for every class, and somewhere below it folders with these identifiers (V2: with the
  /// line numbers from 0), with or without a level `train` and `val`.
  ///
  /// The classes are those with a folder, in the order of the list. The published evaluation is on `val`, which is
  /// called `test` in moco. Without `train`, all images are `test`.
  /// - Throws: E0510 if no folder of a listed class is found, E0517 for the list; E0511, E0514.
  public static func imageNet(
    _ path: String, name: String? = nil, options: DataOptions = .init()
  ) throws
    -> Dataset
  {
    let list = "\(path)/\(classNames)"
    let order = try identified(list, "an identifier and a name", example: "n01440764 tench")
      .map { (identifier: $0.word, name: ClassNames.readable($0.rest), line: $0.line) }
    var places: [String: Int] = [:]
    for (index, entry) in order.enumerated() {
      guard places.updateValue(index, forKey: entry.identifier) == nil else {
        throw DataError.badList(list, line: entry.line, "\(entry.identifier) is a duplicate")
      }
    }
    // In V2 folders are named by number.
    for index in order.indices where places[String(index)] == nil { places[String(index)] = index }

    let levels = try classLevels(below: path, depth: 0) { places[$0] != nil }
    guard !levels.isEmpty else {
      throw DataError.empty(
        path, "it contains no folder of a class from classnames.txt",
        help:
          "put the images of each class into a folder named by its identifier, such as n01440764 for tench")
    }
    let hasTraining = levels.contains { $0.split == "train" }
    let hasTest = levels.contains { $0.split == "test" }
    var walk = FolderWalk(root: path)
    var found: [(path: String, place: Int, split: String)] = []
    for level in levels {
      let split =
        hasTraining && level.split != nil ? (level.split == "val" && !hasTest ? "test" : level.split) : "test"
      for folder in level.folders {
        guard let place = places[folder] else { continue }
        for file in try walk.files(under: "\(level.path)/\(folder)") {
          found.append((file, place, split ?? "test"))
        }
      }
    }
    var notes = ListingNotes(lines: [walk.clutterNote].compactMap { $0 }, skipped: walk.accounted())
    guard !found.isEmpty else {
      throw DataError.empty(
        path, "it contains no images" + (SkippedImage.summary(notes.skipped).map { "; \($0)" } ?? ""))
    }
    let listedOnly = order.count - Set(found.map(\.place)).count
    if listedOnly > 0 { notes.lines.append("\(listedOnly) classes of \(classNames) have no images") }
    let present = Set(found.map(\.place)).sorted()
    let labels = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
    let classes = present.map { order[$0].name }
    try ClassNames.check(classes, data: path, areLabeled: true)
    let listed = found.map { ListedImage(path: $0.path, label: labels[$0.place] ?? 0, split: $0.split) }
    notes.identifiers = present.map { order[$0].identifier }
    let data = try from(
      listed, name: name ?? FileSystem.name(of: path), classes: classes, options: options, place: path,
      notes: notes)
    // A data set with ImageNet's layout is trained like ImageNet, independent of its folder's name.
    guard PublishedDataSets.name(of: data.name) != "ImageNet" else { return data }
    return data.mapSplits { $0.of(dataset: "ImageNet, by its folders") }
  }

  /// The lines of a list that start with an identifier.
  /// - Throws: E0501, E0502, E0517 for a line of one word.
  private static func identified(
    _ list: String, _ wanted: String, example: String
  ) throws -> [(line: Int, word: String, rest: String)] {
    let lines = try FileSystem.readText(list).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return try lines.enumerated().filter { !$0.element.isEmpty }.map { index, line in
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2 else {
        throw DataError.badList(
          list, line: index + 1, "expected \(wanted), found \"\(line)\"", help: "write \(example)")
      }
      return (index + 1, words[0], words[1])
    }
  }

  private struct ClassLevel {
    /// The split by the name of the folder above.
    let split: String?
    let path: String
    let folders: [String]
  }

  /// The folders that contain class folders, the highest of every branch.
  private static func classLevels(
    below path: String, depth: Int, isClass: (String) -> Bool
  ) throws -> [ClassLevel] {
    let folders = try FileSystem.list(path).filter {
      !$0.hasPrefix(".") && !FolderClutter.holds($0) && FileSystem.kind("\(path)/\($0)") == .folder
    }
    let classes = folders.filter(isClass)
    if !classes.isEmpty {
      return [
        ClassLevel(
          split: SplitNames.split(FileSystem.name(of: path)), path: path, folders: classes)
      ]
    }
    guard depth < 3 else { return [] }
    return try folders.flatMap { try classLevels(below: "\(path)/\($0)", depth: depth + 1, isClass: isClass) }
  }

  // MARK: FGVC Aircraft

  /// FGVC Aircraft: `variants.txt` with one class per line, `images_variant_train.txt`, `…val…`, `…test…` with a
  /// line "0034309 707-320" for every image, which is `images/0034309.jpg`.
  ///
  /// - Throws: E0501, E0502 for the lists, E0517 for what they say; E0511, E0512, E0514.
  public static func aircraft(
    _ path: String, name: String? = nil, options: DataOptions = .init()
  ) throws
    -> Dataset
  {
    let variants = try FileSystem.readText(path + "/variants.txt").split(whereSeparator: \.isNewline)
      .map(String.init)
    let classes = variants.map { ClassNames.readable($0) }
    try ClassNames.check(classes, data: path + "/variants.txt")
    let labels = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    let entries = try FileSystem.list(path)
    var listed: [ListedImage] = []
    for split in ["train", "val", "test"] where entries.contains("images_variant_\(split).txt") {
      let list = "\(path)/images_variant_\(split).txt"
      for line in try identified(list, "an image and a variant", example: "0034309 707-320") {
        guard let label = labels[ClassNames.readable(line.rest)] else {
          throw DataError.badList(list, line: line.line, "variants.txt has no variant \"\(line.rest)\"")
        }
        listed.append(ListedImage(path: "\(path)/images/\(line.word).jpg", label: label, split: split))
      }
    }
    guard !listed.isEmpty else { throw DataError.empty(path, "its lists contain no images") }
    var notes = ListingNotes()
    notes.root = path + "/images"
    return try from(
      listed, name: name ?? FileSystem.name(of: path), classes: classes, options: options, place: path,
      notes: notes)
  }
}
