import MocoCLIP

extension Dataset {
  /// A `split_zhou_*.json`: `{"train": [[path, label, name], …], "val": …, "test": …}`, paths relative to a
  /// folder of images that lies beside the list (or is its folder, or the one given).
  ///
  /// - Throws: E0501, E0502, E0517 for the list; E0511, E0512, E0514, E0519 for what it says.
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
    guard let first = rows.first else {
      throw DataError.empty(path, "it lists no images", help: "the list is empty")
    }
    var names: [Int: String] = [:]
    for row in rows {
      if let other = names.updateValue(row.name, forKey: row.label), other != row.name {
        throw DataError.mismatch(
          "\(path): label \(row.label) is called both \"\(other)\" and \"\(row.name)\"")
      }
    }
    let count = (names.keys.max() ?? -1) + 1
    guard count == names.count else {
      let missing = (0..<count).first { names[$0] == nil } ?? 0
      throw DataError.mismatch(
        "\(path): label \(missing) has no images", help: "labels count from 0 without gaps")
    }
    let classes = (0..<count).compactMap { names[$0] }
    try ClassNames.check(classes, data: path, areLabelled: true)
    let folder = try images ?? imageFolder(beside: path, holding: first.path)
    let listed = rows.map { ListedImage(path: "\(folder)/\($0.path)", label: $0.label, split: $0.split) }
    return try from(
      listed, name: name ?? FileSystem.name(of: path), classes: classes, options: options, place: path)
  }

  /// The folder beside a list in which the first listed image lies.
  private static func imageFolder(beside list: String, holding file: String) throws -> String {
    let parent = FileSystem.parent(of: list)
    let folders = try FileSystem.list(parent).map { "\(parent)/\($0)" }.filter {
      FileSystem.kind($0) == .folder
    }
    for folder in [parent] + folders where FileSystem.kind("\(folder)/\(file)") == .file { return folder }
    throw CLIPError(
      code: "E0501", "\(list): there is no \(file) in \(parent) or a folder in it",
      help: "say where the images are: dataset(\"…json\", images: \"folder\")")
  }

  /// A CSV file with the columns path, label and optionally split; a first line that names them may be there.
  ///
  /// Paths are relative to the file's folder (or to the one given). Classes come in the order of their first
  /// appearance.
  /// - Throws: E0501, E0502, E0517 for the list; E0511, E0512, E0514 for what it says.
  public static func csv(
    _ path: String, images: String? = nil, name: String? = nil, options: DataOptions = .init()
  ) throws -> Dataset {
    let rows = try CSV.rows(FileSystem.readText(path), path: path)
    var columns = (path: 0, label: 1, split: 2)
    var body = rows[...]
    if let head = rows.first?.fields.map({ $0.lowercased() }),
      let pathColumn = head.firstIndex(where: { ["path", "file", "filename", "image"].contains($0) }),
      let labelColumn = head.firstIndex(where: { ["label", "class", "classname", "name"].contains($0) })
    {
      columns = (pathColumn, labelColumn, head.firstIndex(of: "split") ?? Int.max)
      body = body.dropFirst()
    }
    let folder = images ?? FileSystem.parent(of: path)
    var classes: [String] = []
    var labels: [String: Int] = [:]
    var listed: [ListedImage] = []
    for row in body {
      guard row.fields.count > max(columns.path, columns.label) else {
        throw DataError.badList(
          path, line: row.line,
          "expected path,label or path,label,split, found \(row.fields.count == 1 ? "1 column" : "\(row.fields.count) columns")",
          help: row.fields.count == 1 ? "columns are separated by commas" : nil)
      }
      let file = row.fields[columns.path]
      let label = ClassNames.readable(row.fields[columns.label])
      guard !file.isEmpty, !label.isEmpty else {
        throw DataError.badList(
          path, line: row.line, file.isEmpty ? "the path is empty" : "the label is empty")
      }
      let split = columns.split < row.fields.count ? row.fields[columns.split] : ""
      if labels[label] == nil {
        labels[label] = classes.count
        classes.append(label)
      }
      listed.append(
        ListedImage(
          path: file.hasPrefix("/") ? file : "\(folder)/\(file)", label: labels[label] ?? 0,
          split: split.isEmpty ? nil : splitFolders[split.lowercased()] ?? split))
    }
    guard !listed.isEmpty else {
      throw DataError.empty(path, "it lists no images", help: "one line an image: path,label,split")
    }
    if let without = listed.first(where: { $0.split == nil }), listed.contains(where: { $0.split != nil }) {
      throw DataError.badList(path, "\(without.path) has no split, but other lines have one")
    }
    try ClassNames.check(classes, data: path)
    return try from(
      listed, name: name ?? FileSystem.name(of: path), classes: classes, options: options, place: path)
  }
}

/// Comma-separated values (RFC 4180): quotes around fields, doubled inside; line ends of any kind.
enum CSV {
  struct Row {
    /// From 1.
    let line: Int
    var fields: [String]
  }

  /// The rows that are not empty.
  ///
  /// - Throws: E0517 for a quote that is not closed.
  static func rows(_ text: String, path: String) throws -> [Row] {
    var rows: [Row] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var line = 1
    var start = 1
    var quoted = false
    var wasQuoted = false
    func endField() {
      let text = String(decoding: field, as: UTF8.self)
      fields.append(wasQuoted ? text : trimmed(text))
      field.removeAll(keepingCapacity: true)
      wasQuoted = false
    }
    func endRow() {
      endField()
      if fields.contains(where: { !$0.isEmpty }) { rows.append(Row(line: start, fields: fields)) }
      fields = []
    }
    let bytes = Array(text.utf8)
    var i = 0
    while i < bytes.count {
      let byte = bytes[i]
      i += 1
      if byte == 0x0A { line += 1 }
      if quoted {
        if byte != 0x22 {
          field.append(byte)
        } else if i < bytes.count, bytes[i] == 0x22 {
          field.append(byte)
          i += 1
        } else {
          quoted = false
        }
        continue
      }
      switch byte {
      case 0x22 where field.isEmpty:
        quoted = true
        wasQuoted = true
      case 0x2C: endField()
      case 0x0A, 0x0D:
        endRow()
        start = line
      default: field.append(byte)
      }
    }
    guard !quoted else { throw DataError.badList(path, line: start, "a quote is not closed") }
    endRow()
    return rows
  }

  private static func trimmed(_ text: String) -> String {
    var part = Substring(text)
    while part.first?.isWhitespace == true { part.removeFirst() }
    while part.last?.isWhitespace == true { part.removeLast() }
    return String(part)
  }
}
