import MocoBase

extension DataLayout {
  static let jsonList = DataLayout(
    file: "a list of images in JSON", endings: [".json"],
    help: "A `split_zhou_….json`, or its folder: paths, labels and class names by split.",
    uses: [.images, .named],
    read: { try Dataset.splitJSON($0.path, images: $1.images, options: $1.options) })

  static let listFolder = DataLayout(
    folder: "a folder with a list of images", help: nil, uses: [.images, .named],
    holds: { _, entries in entries.contains(where: isList) },
    read: { place, request in
      let lists = (place.entries ?? []).filter(isList)
      guard let list = lists.first, lists.count == 1 else {
        throw DataError.mismatch(
          "\(place.path) has several lists of images: \(NameList.few(lists))",
          help: "name one of them: dataset(\"\(place.path)/\(lists.first ?? "")\")")
      }
      return try Dataset.splitJSON(
        "\(place.path)/\(list)", images: request.images, name: FileSystem.name(of: place.path),
        options: request.options)
    })

  private static func isList(_ name: String) -> Bool {
    name.hasPrefix("split_zhou_") && name.hasSuffix(".json")
  }

  static let csvList = table(
    "CSV", [".csv"], help: "A list in CSV or TSV: one row per image with path, label and optionally split.")
  static let tsvList = table("TSV", [".tsv", ".tab"], help: nil)

  private static func table(_ format: String, _ endings: [String], help: String?) -> DataLayout {
    DataLayout(
      file: "a list of images in \(format)", endings: endings, help: help,
      uses: [.images, .columns, .named],
      read: { try Dataset.csv($0.path, images: $1.images, options: $1.options) })
  }
}

extension Dataset {
  /// A `split_zhou_*.json`: `{"train": [[path, label, name], …], "val": …, "test": …}`, paths relative to a
  /// folder of images that is next to the list (or is its folder, or the one given).
  ///
  /// - Throws: E0501, E0502, E0517 for the list; E0511, E0512, E0514, E0519, E0521 for its contents.
  public static func splitJSON(
    _ path: String, images: String? = nil, name: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    let json = try Json.parse(FileSystem.readText(path), name: path)
    guard let object = json.objectValue else {
      throw DataError.badList(
        path, "expected an object with \"train\", \"val\", \"test\", found \(json.kindName)")
    }
    var rows: [(split: String, path: String, label: Int, name: String)] = []
    for (split, value) in object {
      guard let list = value.arrayValue else {
        throw DataError.badList(path, "\"\(split)\" is \(value.kindName), not a list of [path, label, name]")
      }
      for (place, row) in list.enumerated() {
        guard let file = row[0]?.stringValue, let label = row[1]?.intValue, let name = row[2]?.stringValue,
          label >= 0, label < 1 << 24
        else { throw DataError.badList(path, "entry \(place) of \"\(split)\" is not [path, label, name]") }
        rows.append((split, file, label, ClassNames.readable(name)))
      }
    }
    guard !rows.isEmpty else {
      throw DataError.empty(path, "it lists no images", help: "use a list that is not empty")
    }
    var names: [Int: String] = [:]
    for row in rows {
      if let other = names.updateValue(row.name, forKey: row.label), other != row.name {
        throw DataError.mismatch(
          "\(path): label \(row.label) has two names, \"\(other)\" and \"\(row.name)\"")
      }
    }
    let count = (names.keys.max() ?? -1) + 1
    guard count == names.count else {
      let missing = (0..<count).first { names[$0] == nil } ?? 0
      throw DataError.mismatch(
        "\(path): label \(missing) has no images", help: "use labels from 0 without gaps")
    }
    let classes = (0..<count).compactMap { names[$0] }
    try ClassNames.check(classes, data: path, areLabeled: true)
    return try list(
      path, rows.map { ($0.path, $0.label, $0.split) }, classes: classes, images: images, name: name,
      options: options, notes: [])
  }

  /// A table in CSV or TSV with a path and a label in every row, and optionally a split; see `TableColumns` for how columns
  /// are found.
  ///
  /// Paths are relative to the file's folder, one next to it, or to the one given. Classes come in the order of their
  /// numbers, or of their first appearance.
  /// - Throws: E0501, E0502, E0517 for the list; E0511, E0512, E0514, E0519, E0521 for its contents.
  public static func csv(
    _ path: String, images: String? = nil, name: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    let (text, declared) = try CSV.withoutSeparatorLine(FileSystem.readText(path), path: path)
    let delimiter =
      try declared
      ?? CSV.delimiter(of: text, path: path) { rows in
        let width = rows.first?.fields.count ?? 0
        let sample = rows.dropFirst().prefix(50)
        return (0..<width).contains { place in
          !sample.isEmpty
            && sample.allSatisfy { place < $0.fields.count && ImageKind.named($0.fields[place]) != nil }
        } ? 1 : 0
      }
    var rows = try CSV.rows(text, path: path, delimiter: delimiter)
    guard !rows.isEmpty else {
      throw DataError.empty(path, "it lists no images", help: "write one line per image: path,label,split")
    }
    let folder = images ?? FileSystem.parent(of: path)
    func isThere(_ field: String) -> Bool {
      !field.isEmpty && FileSystem.kind(ListedPaths.place(field, in: folder)) == .file
    }
    var notes = declared == nil ? [] : ["the first line, sep=, sets the separator to \(delimiter.name)"]
    try refuseComments(rows, list: path, isThere)
    if trim(&rows, isThere) { notes.append("space around quoted fields is ignored") }
    var columns = try TableColumns(
      rows, file: path, delimiter: delimiter, options: options, isThere: isThere)
    let entries = try columns.entries()
    let (classes, labels) = try columns.labels()
    guard !entries.isEmpty else {
      throw DataError.empty(path, "it lists no images", help: "write one line per image: path,label,split")
    }
    try ClassNames.check(classes, data: path, areLabeled: columns.areLabeled)
    return try list(
      path, zip(entries, labels).map { ($0.path, $1, $0.split) }, classes: classes, images: images,
      name: name,
      options: options, notes: notes + columns.notes)
  }

  /// Lines that begin with `#` are comments to some programs and rows to others.
  private static func refuseComments(_ rows: [CSV.Row], list: String, _ isThere: (String) -> Bool) throws {
    for row in rows {
      guard let first = row.fields.first, first.hasPrefix("#"), !row.quoted.contains(0), !isThere(first)
      else {
        continue
      }
      // A class name may start like this, before the path of an image.
      if !first.hasPrefix("# "), row.fields.dropFirst().contains(where: { ImageKind.named($0) != nil }) {
        continue
      }
      throw DataError.badList(
        list, line: row.line, "the line starts with #, but comments are not supported in a list of images",
        help: "remove the lines that start with #, or quote a field that starts with #")
    }
  }

  /// Removes space around quoted fields, unless it belongs to a file name.
  private static func trim(_ rows: inout [CSV.Row], _ isThere: (String) -> Bool) -> Bool {
    var hasChanged = false
    for index in rows.indices {
      for place in rows[index].quoted {
        let field = rows[index].fields[place]
        let inner = CSV.trimmed(field)
        guard inner != field, !isThere(field) else { continue }
        rows[index].fields[place] = inner
        hasChanged = true
      }
    }
    return hasChanged
  }

  /// A data set of listed images.
  private static func list(
    _ path: String, _ rows: [(path: String, label: Int, split: String?)], classes: [String], images: String?,
    name: String?, options: DataOptions, notes: [String]
  ) throws -> Dataset {
    let paths = try ListedPaths(rows.map(\.path), list: path, images: images)
    var raw: [String] = []
    var seen = Set<String>()
    for row in rows { if let split = row.split, seen.insert(split).inserted { raw.append(split) } }
    var lines = notes + paths.notes
    // "Train" and "train" are one spelling of one split; "val" and "dev" are not.
    var spellings: [String: [String]] = [:]
    for split in raw { spellings[split.lowercased(), default: []].append(split) }
    let heads = raw.filter { spellings[$0.lowercased()]?.first == $0 }
    var splits: [String: String]
    if let named = options.named {
      splits = try SplitNames.resolve(raw, named: named, keeps: true, place: path, kind: "split")
    } else {
      splits = try SplitNames.resolve(heads, named: nil, keeps: true, place: path, kind: "split")
      for head in heads { for split in spellings[head.lowercased()] ?? [] { splits[split] = splits[head] } }
    }
    for split in raw {
      guard let meant = splits[split] else {
        lines.append("rows with \"\(split)\" belong to no split and are left out")
        continue
      }
      if meant != split { lines.append("the split \(meant) is called \"\(split)\" in the list") }
    }
    if !raw.isEmpty, !splits.values.contains("train") {
      lines.append(
        "no split is called train: they are \(NameList.few(raw)); assign them with split: {train: [\"…\"], test: \"…\"}"
      )
    }
    var listed: [ListedImage] = []
    for (row, place) in zip(rows, paths.places) {
      guard let split = row.split else {
        listed.append(ListedImage(path: place, label: row.label, split: nil))
        continue
      }
      if let meant = splits[split] { listed.append(ListedImage(path: place, label: row.label, split: meant)) }
    }
    var listing = ListingNotes(lines: lines)
    listing.root = paths.root
    return try from(
      listed, name: name ?? FileSystem.name(of: path), classes: classes, options: options, place: path,
      notes: listing)
  }
}

/// The location of the images of a list.
struct ListedPaths {
  /// The folder that paths are relative to.
  let root: String
  let places: [String]
  var notes: [String] = []

  /// The full path of a listed path.
  static func place(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : FolderWalk.join(folder, path)
  }

  /// - Throws: E0501 if none of the first images is found.
  init(_ paths: [String], list: String, images: String?) throws {
    let sample = paths.prefix(20)
    var written = paths
    func holds(_ folder: String, _ names: some Sequence<String>) -> Bool {
      names.contains { FileSystem.kind(ListedPaths.place($0, in: folder)) == .file }
    }
    let parent = FileSystem.parent(of: list)
    var folders: [String] = images.map { [$0] } ?? [parent]
    if images == nil {
      folders += try FileSystem.list(parent).filter { !FolderClutter.holds($0) && !$0.hasPrefix(".") }
        .map { FolderWalk.join(parent, $0) }.filter { FileSystem.kind($0) == .folder }
    }
    var found = folders.first { holds($0, sample) }
    if found == nil {
      // Lists made on Windows.
      let slashed = sample.map { $0.replacing("\\", with: "/") }
      if slashed != Array(sample), let folder = folders.first(where: { holds($0, slashed) }) {
        found = folder
        written = paths.map { $0.replacing("\\", with: "/") }
        notes.append("backslashes in paths are read as /")
      }
    }
    guard let found else {
      let first = paths.first ?? ""
      let isAddress = first.hasPrefix("http://") || first.hasPrefix("https://")
      throw Failure(
        "E0501",
        images.map { "\(list): there is no \(first) in \($0)" }
          ?? "\(list): there is no \(first) in \(parent) or its sub-folders",
        help: isAddress
          ? "download the images and list their files; URLs are not supported"
          : "pass the folder of the images: dataset(\"\(FileSystem.name(of: list))\", images: \"folder\")")
    }
    root = found
    if images == nil, found != parent { notes.append("images are in \(FileSystem.name(of: found))") }
    places = written.map { ListedPaths.place($0, in: found) }
  }
}
