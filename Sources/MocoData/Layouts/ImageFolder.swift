import MocoBase

extension DataLayout {
  /// The layout of any folder without another layout; its reader reports missing parts.
  static let classFolders = DataLayout(
    folder: "a folder with one sub-folder for each class",
    help: """
      A folder with one sub-folder for each class, directly or in `train`, `val`, `test` (also `training`, `valid`,
        `dev`, …).
      """,
    uses: [.named], holds: { _, _ in true }, read: readFolders)

  static let splitFolders = DataLayout(
    folder: "a folder of splits with one sub-folder for each class", help: nil, uses: [.named],
    holds: { _, entries in entries.contains { SplitNames.split($0) != nil } }, read: readFolders)

  private static let readFolders: @Sendable (Place, Request) throws -> Dataset = { place, request in
    let list = Dataset.classNames
    let notes =
      place.entries?.contains(list) == true ? ["\(list) is ignored: it has no folder identifiers"] : []
    return try Dataset.folder(place.path, name: nil, options: request.options, notes: notes)
  }
}

extension Dataset {
  /// A folder with one sub-folder for each class, with or without a level of splits above.
  ///
  /// Classes are the folders' names in byte order, `_` reads as a space. Files are searched in deeper folders too.
  /// Every file is read, or is in `skipped` with its reason; what systems leave in folders (`__MACOSX`, `Thumbs.db`)
  /// is ignored. `origin` summarises this.
  /// - Throws: E0501 for a missing folder, E0510 for one without images, E0511 for one class, E0512 for two
  ///   classes with the same name, E0514 for a class without images, E0521 for ambiguous split folders, E0522
  ///   for a tree that is too large; E0502, E0503 for broken images when they are read.
  public static func folder(
    _ path: String, name: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    try folder(path, name: name, options: options, notes: [])
  }

  static func folder(
    _ path: String, name: String?, options: DataOptions, notes lines: [String]
  ) throws -> Dataset {
    let entries = try FileSystem.list(path)
    var walk = FolderWalk(root: path)
    let folders = try walk.folders(in: path, entries)
    guard !folders.isEmpty else { throw emptyFolder(path, entries, walk) }
    let found = try SplitFolders(path, folders, options: options, walk: &walk)
    if let level = found.levels.first, found.levels.count == 1, level.split == nil {
      try SplitFolders.refuseNested(path, level.classes)
    }
    var names: [String] = []
    var labels: [String: Int] = [:]
    for folder in found.levels.flatMap(\.classes) where labels[folder] == nil {
      labels[folder] = 0
      names.append(folder)
    }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for (label, folder) in names.enumerated() { labels[folder] = label }
    let classes = names.map { ClassNames.readable($0) }
    var listed: [ListedImage] = []
    var used = [Bool](repeating: false, count: names.count)
    for level in found.levels {
      for folder in level.classes {
        let label = labels[folder] ?? 0
        for file in try walk.files(under: FolderWalk.join(level.path, folder)) {
          listed.append(ListedImage(path: file, label: label, split: level.split))
          used[label] = true
        }
      }
    }
    var notes = ListingNotes(lines: lines + found.notes, skipped: walk.accounted() + found.skipped)
    notes.shown = names
    notes.lines += [walk.innerNote(of: path), walk.clutterNote].compactMap { $0 }
    let escaped = names.filter { FileSystem.isEscaped($0) }
    if !escaped.isEmpty {
      notes.lines.append(
        "folder names are not valid UTF-8, so class names contain escapes: " + NameList.few(escaped)
          + "; use classes: {…} to rename them")
    }
    guard !listed.isEmpty else {
      throw DataError.empty(
        path, "it contains no images" + (SkippedImage.summary(notes.skipped).map { "; \($0)" } ?? ""),
        help: notes.skipped.isEmpty
          ? nil : "convert the images to \(ImageKind.readNames), or use another folder")
    }
    try ClassNames.check(classes, data: path, shown: names)
    let empty = names.indices.filter { !used[$0] }
    if !empty.isEmpty {
      let prefixes = found.levels.flatMap { level in
        empty.map { FolderWalk.join(level.path, names[$0]) + "/" }
      }
      let there = notes.skipped.filter { file in prefixes.contains { file.path.hasPrefix($0) } }
      throw DataError.classesWithoutImages(path, empty.map { names[$0] }, there: SkippedImage.summary(there))
    }
    return try from(
      listed, name: name ?? FileSystem.name(of: path), classes: classes, options: options, place: path,
      notes: notes)
  }

  private static func emptyFolder(_ path: String, _ entries: [String], _ walk: FolderWalk) -> Failure {
    if entries.isEmpty { return DataError.empty(path, "the folder is empty") }
    if entries.contains(where: { !FolderClutter.holds($0) && ImageKind.named($0) != nil }) {
      return DataError.empty(
        path, "the images are in the folder itself, not in class folders",
        help:
          "create one sub-folder for each class and move the images into it; its name becomes the class name")
    }
    let passed = walk.clutterNote.map { " (\($0))" } ?? ""
    return DataError.empty(path, "it contains no sub-folders and no images" + passed)
  }

  /// A data set over files; broken and missing ones are skipped if the options say so.
  static func from(
    _ listed: [ListedImage], name: String, classes: [String], options: DataOptions, place: String,
    notes: ListingNotes = .init()
  ) throws -> Dataset {
    let source = ImageFiles(paths: listed.map(\.path), root: notes.root, reading: options.reading)
    var notes = notes
    var broken = Set<Int>()
    let missing = notes.root == nil ? [] : try source.missing()
    if let first = missing.first, !options.skipsBroken, !options.skipsMissing {
      throw DataError.missingImages(place, listed[first].path, missing.count, of: listed.count)
    }
    for index in missing {
      broken.insert(index)
      notes.skipped.append(
        SkippedImage(path: listed[index].path, reason: "listed, but the file does not exist"))
    }
    if options.skipsBroken {
      for (index, reason) in try source.broken() where broken.insert(index).inserted {
        notes.skipped.append(
          SkippedImage(path: listed[index].path, reason: reason, kind: "images that cannot be decoded"))
      }
    }
    var groups: [(name: String, items: [DataItem])] = []
    var places: [String: Int] = [:]
    for (index, image) in listed.enumerated() where !broken.contains(index) {
      let split = image.split ?? ""
      let item = DataItem(source: index, label: image.label)
      if let place = places[split] {
        groups[place].items.append(item)
      } else {
        places[split] = groups.count
        groups.append((split, [item]))
      }
    }
    var used = [Bool](repeating: false, count: classes.count)
    for group in groups { for item in group.items { used[item.label] = true } }
    if let label = used.firstIndex(of: false) {
      let own = Set(listed.filter { $0.label == label }.map(\.path))
      let there = notes.skipped.filter { own.contains($0.path) }
      throw DataError.classesWithoutImages(
        place, [notes.shown?[label] ?? classes[label]], there: SkippedImage.summary(there))
    }
    var splits = groups.map {
      DataSplit(
        name: $0.name, classes: classes, identifiers: notes.identifiers, items: $0.items, source: source)
    }
    if let twins = ClassNames.twinsNote(classes) { notes.lines.append(twins) }
    if let whole = splits.first, splits.count == 1, whole.name.isEmpty {
      let cut = options.cut ?? .standard(seed: options.seed)
      splits = cut.apply(to: whole).filter { $0.count > 0 }
      notes.lines.append("split within each class into \(cut.description) (seed \(cut.seed))")
    } else {
      if options.cut != nil, options.named == nil {
        throw DataError.mismatch(
          "\(place) already has splits, \(splits.map(\.name).joined(separator: ", ")): shares would be ignored",
          help: "leave out split:, or use names of splits: split: {test: \"\(splits.last?.name ?? "test")\"}"
        )
      }
      notes.lines += splitNotes(splits, classes)
    }
    if let summary = SkippedImage.summary(notes.skipped) { notes.lines.append("left out " + summary) }
    return Dataset(
      name: name, classes: classes, splits: ordered(splits), skipped: notes.skipped,
      origin: notes.lines.isEmpty ? nil : notes.lines.joined(separator: "\n"))
  }

  /// Classes that some split lacks.
  private static func splitNotes(_ splits: [DataSplit], _ classes: [String]) -> [String] {
    splits.compactMap { split in
      let absent = zip(classes, split.classCounts).filter { $1 == 0 }.map { "\"\($0.0)\"" }
      return absent.isEmpty ? nil : "\(split.name) has no images of \(NameList.few(absent))"
    }
  }

  /// train, val, test, then the others in their order.
  static func ordered(_ splits: [DataSplit]) -> [DataSplit] {
    let known = ["train", "val", "test"]
    return known.compactMap { name in splits.first { $0.name == name } }
      + splits.filter { !known.contains($0.name) }
  }
}
