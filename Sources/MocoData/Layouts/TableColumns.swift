import MocoBase

/// Which columns of a table of images are the path, the label and the split.
///
/// A first line without an image is a header. Columns are found by their usual names, in
/// any order and case; without usual names, by their contents. Ambiguous columns are rejected with an error that lists them.
struct TableColumns {
  var path = 0
  /// The column with class names; nil if there are only class numbers.
  var name: Int?
  /// The column with class numbers.
  var number: Int?
  var split: Int?
  /// The names of the columns; nil without a header.
  var header: [String]?
  /// Assumptions.
  var notes: [String] = []

  static let pathNames: Set<String> = [
    "path", "paths", "file", "files", "filepath", "file_path", "image", "images", "image_path", "imagepath",
    "img",
    "img_path", "imgpath", "file_name", "filename", "image_name", "img_name", "image_file", "image_filename",
    "imagename", "relative_path", "rel_path", "fname", "picture", "photo",
  ]
  static let labelNames: Set<String> = [
    "label", "labels", "class", "classes", "target", "targets", "category", "classname", "class_name",
    "label_name",
    "category_name", "name", "label_id", "labelid", "class_id", "classid", "class_idx", "category_id",
    "class_label",
    "label_idx", "class_index", "label_index", "target_name",
  ]
  static let splitNames: Set<String> = [
    "split", "set", "fold", "subset", "partition", "phase", "usage", "data_set",
  ]

  /// Values of columns that mark training images: 1 and 0, true and false, yes and no.
  static let trainingFlags: Set<String> = [
    "is_train", "is_training", "is_training_image", "in_train", "istrain",
  ]
  private static let flags = [
    "1": "train", "true": "train", "yes": "train", "0": "test", "false": "test", "no": "test",
  ]
  private var isFlag = false

  private let rows: [CSV.Row]
  private let file: String
  private let width: Int

  /// - Parameter isThere: whether a field is the path of a file.
  /// - Throws: E0517 for ambiguous columns, E0519 for numbers and names that do not match.
  init(
    _ all: [CSV.Row], file: String, delimiter: CSV.Delimiter, options: DataOptions, isThere: (String) -> Bool
  ) throws {
    self.file = file
    var body = all[...]
    if let first = all.first, TableColumns.isHeader(first, of: all, isThere: isThere) {
      header = first.fields
      body = body.dropFirst()
    }
    rows = Array(body)
    width = header?.count ?? rows.first?.fields.count ?? 0
    if width == 1, let first = all.first, let next = all.dropFirst().first, next.fields.count > 1 {
      throw DataError.badList(
        file, line: first.line, "the line has 1 column, but the next one has \(next.fields.count)",
        help: "remove it if it is a title, or replace it by a line with column names")
    }
    for row in body where row.fields.count != width {
      throw DataError.badList(
        file, line: row.line,
        "expected \(TableColumns.columns(width)), found \(TableColumns.columns(row.fields.count))",
        help: row.fields.count < width
          ? "separate columns with \(delimiter.name), as in the first line"
          : "put quotes around fields that contain \(delimiter.name)")
    }
    guard width > 1 else {
      throw DataError.badList(
        file, line: all.first?.line,
        "expected path,label or path,label,split, found \(TableColumns.columns(width))",
        help: "separate columns with commas, semicolons or tabs")
    }
    try choose(options, isThere)
    if let header {
      let used = [path, name, number, split].compactMap { $0 }
      let others = header.indices.filter { !used.contains($0) }.map { "\"\(header[$0])\"" }
      if !others.isEmpty { notes.append("columns not used: " + NameList.few(others)) }
    }
  }

  private static func columns(_ count: Int) -> String { count == 1 ? "1 column" : "\(count) columns" }

  /// Whether a field names an image, by its extension or because the file exists.
  private static func isImage(_ field: String, _ isThere: (String) -> Bool) -> Bool {
    ImageKind.named(field) != nil || isThere(field)
  }

  /// Whether the first line is a header: it has the usual names, or no image while other lines have one.
  private static func isHeader(_ first: CSV.Row, of rows: [CSV.Row], isThere: (String) -> Bool) -> Bool {
    guard !first.fields.contains(where: { isImage($0, isThere) }) else { return false }
    let words = first.fields.map(plain)
    if words.contains(where: pathNames.contains) && words.contains(where: labelNames.contains) { return true }
    return rows.dropFirst().prefix(100).contains { row in row.fields.contains { isImage($0, isThere) } }
  }

  /// A column's name for lookup.
  static func plain(_ name: String) -> String {
    String(name.lowercased().map { " -.".contains($0) ? "_" : $0 })
  }

  private func column(_ place: Int) -> [String] { rows.map { $0.fields[place] } }
  private func called(_ place: Int) -> String { header.map { "\"\($0[place])\"" } ?? "\(place + 1)" }
  private func called(_ places: [Int]) -> String { places.map { called($0) }.joined(separator: ", ") }
  private func isNumbers(_ place: Int) -> Bool {
    rows.allSatisfy { Int($0.fields[place]).map { $0 >= 0 } ?? false }
  }
  /// Whether a column contains numbers, possibly invalid as labels: -1, 0.5, nan.
  private func isNumeric(_ place: Int) -> Bool {
    var holdsNumbers = false
    for row in rows where !row.fields[place].isEmpty {
      guard let number = Double(row.fields[place]) else { return false }
      holdsNumbers = holdsNumbers || number.isFinite
    }
    return holdsNumbers
  }
  private func isWhole(_ place: Int) -> Bool {
    rows.allSatisfy { Double($0.fields[place]).flatMap { Int(exactly: $0) } != nil }
  }
  private func isSplits(_ place: Int) -> Bool {
    rows.allSatisfy { SplitNames.split($0.fields[place]) != nil }
  }

  private var firstLine: String {
    NameList.few((rows.first?.fields ?? []).map { "\"\($0)\"" })
  }

  private func found(_ names: Set<String>) -> [Int] {
    (header ?? []).indices.filter { names.contains(TableColumns.plain(header?[$0] ?? "")) }
  }

  /// A column from the options, by name or number from 1.
  private func asked(_ column: TableColumn, _ options: DataOptions) throws -> Int? {
    guard let name = options.columns[column] else { return nil }
    if let header {
      let places = header.indices.filter { header[$0] == name }
      if let place = places.first, places.count == 1 { return place }
    } else if let number = Int(name), number >= 1, number <= width {
      return number - 1
    }
    throw DataError.badList(
      file, "there is no column \"\(name)\"",
      help: "use one of: \(header?.joined(separator: ", ") ?? "1 to \(width); the file has no header")")
  }

  private mutating func choose(_ options: DataOptions, _ isThere: (String) -> Bool) throws {
    let sample = rows.prefix(50)
    func holdsImages(_ place: Int) -> Bool {
      !sample.isEmpty && sample.allSatisfy { TableColumns.isImage($0.fields[place], isThere) }
    }
    func unclear(_ column: TableColumn, among places: [Int], _ what: String) -> Failure {
      func example(_ place: Int) -> String {
        header.flatMap { $0.indices.contains(place) ? $0[place] : nil } ?? "\(place + 1)"
      }
      return DataError.badList(
        file, what,
        help: "choose one: columns: {\(column): \"\(example(places.last ?? 0))\"}"
          + (header == nil ? ", or add a first line with column names" : ""))
    }
    // The path.
    let pathsByName = found(TableColumns.pathNames)
    if let place = try asked(.path, options) {
      path = place
    } else {
      var places = pathsByName.count > 1 ? pathsByName.filter(holdsImages) : pathsByName
      if places.isEmpty { places = (0..<width).filter(holdsImages) }
      if places.count > 1 {
        // Only one of them may exist.
        let there = places.filter { place in sample.allSatisfy { isThere($0.fields[place]) } }
        if there.count == 1 { places = there }
      }
      guard let place = places.first, places.count == 1 else {
        throw unclear(
          .path, among: places,
          places.isEmpty
            ? "no column contains image paths"
              + (header == nil ? "; the first line is \(firstLine)" : "")
            : "ambiguous: the columns \(called(places)) could both be the path")
      }
      path = place
      if header != nil, pathsByName != [place] {
        notes.append("the path is read from the column \(called(place))")
      }
    }
    // The split.
    if let place = try asked(.split, options) {
      split = place
    } else {
      let places = found(TableColumns.splitNames).filter { $0 != path }
      guard places.count <= 1 else {
        throw unclear(
          .split, among: places, "ambiguous: the columns \(called(places)) could both be the split")
      }
      split = places.first
      let yesOrNo = found(TableColumns.trainingFlags)
      if split == nil, let place = yesOrNo.first, yesOrNo.count == 1,
        column(place).allSatisfy({ TableColumns.flags[$0.lowercased()] != nil })
      {
        split = place
        isFlag = true
        notes.append("the column \(called(place)) marks the training images; the others are test images")
      }
      if split == nil, options.columns[.label] == nil, width > 2 {
        let byValue = (0..<width).filter { $0 != path && isSplits($0) }
        if byValue.count == 1 {
          split = byValue[0]
          if header != nil { notes.append("the split is read from the column \(called(byValue[0]))") }
        }
      }
    }
    // The label.
    if let place = try asked(.label, options) {
      if isNumeric(place) { number = place } else { name = place }
      return
    }
    let rest = (0..<width).filter { $0 != path && $0 != split }
    let byName = found(TableColumns.labelNames).filter { rest.contains($0) }
    let places = byName.isEmpty ? rest : byName
    var numbers = places.filter(isNumbers)
    var texts = places.filter { !isNumbers($0) }
    // Numbers that cannot be labels are rejected, not used as names.
    let odd = texts.filter(isNumeric)
    if numbers.isEmpty, odd.count == 1, texts.count == 1 || texts.count == 2 && isWhole(odd[0]) {
      numbers = odd
      texts.removeAll { $0 == odd[0] }
    }
    guard !places.isEmpty else { throw unclear(.label, among: rest, "no column is left for the label") }
    guard texts.count <= 1, numbers.count <= 1 else {
      throw unclear(
        .label, among: texts.count > 1 ? texts : numbers,
        "ambiguous: the columns \(called(texts.count > 1 ? texts : numbers)) could \(places.count > 2 ? "all" : "both") be the label"
      )
    }
    name = texts.first
    number = numbers.first
    if byName.isEmpty, header != nil {
      notes.append("the label is read from the column \(called(places[0]))")
    }
    if header == nil, width > 2, let place = number, name != nil {
      notes.append("the column \(place + 1) contains class numbers")
    }
  }

  /// The classes of the rows, and the label of each: numbers in their order, names in the order of first appearance.
  ///
  /// Two numbers may have one name, as in ImageNet.
  /// - Throws: E0517 for an empty field, E0519 where a number has two names, or a label is not an integer from 0.
  mutating func labels() throws -> (classes: [String], labels: [Int]) {
    guard let key = number ?? name else { return ([], []) }
    var order: [String] = []
    var first: [String: Int] = [:]
    var names: [String: (text: String, line: Int)] = [:]
    for row in rows {
      let field = ClassNames.readable(row.fields[key])
      guard !field.isEmpty else {
        throw DataError.badList(
          file, line: row.line, "the label is empty", help: "write the class name, or remove the line")
      }
      if let digits = ForeignDigits(field) {
        throw DataError.mismatch(
          "\(file):\(row.line): the label \(field) contains characters other than 0 to 9, - and .",
          help: "write \(digits.plain)" + (number == nil ? ", or a name with letters in it" : ""))
      }
      let value = try number == nil ? field : self.label(row, key)
      if first[value] == nil {
        first[value] = order.count
        order.append(value)
      }
      guard number != nil, let name else { continue }
      let text = ClassNames.readable(row.fields[name])
      guard !text.isEmpty else {
        throw DataError.badList(
          file, line: row.line, "the class name is empty", help: "write the class name, or remove the line")
      }
      if let other = names[value], other.text != text {
        throw DataError.mismatch(
          "\(file):\(row.line): label \(value) has two names, \"\(other.text)\" (line \(other.line)) and \"\(text)\"",
          help:
            "correct the line, or choose the column: columns: {label: \"\(header?[name] ?? "\(name + 1)")\"}"
        )
      }
      if names[value] == nil { names[value] = (text, row.line) }
    }
    if number != nil {
      order.sort { (Int($0) ?? 0) < (Int($1) ?? 0) }
      for (label, value) in order.enumerated() { first[value] = label }
      if order.enumerated().contains(where: { String($0.offset) != $0.element }) {
        notes.append("the numbers \(NameList.few(order)) are mapped to labels from 0")
      }
    }
    let classes = order.map { names[$0]?.text ?? $0 }
    let labels = try rows.map { row -> Int in
      first[try number == nil ? ClassNames.readable(row.fields[key]) : self.label(row, key)] ?? 0
    }
    if number != nil, let row = rows.first(where: { Int($0.fields[key]) == nil }) {
      notes.append("a label such as \(row.fields[key]) is read as \(try label(row, key))")
    }
    noteNames(classes)
    return (classes, labels)
  }

  /// Whether two classes may have the same name: they are distinguished by numbers.
  var areLabeled: Bool { number != nil && name != nil }

  /// The label of a row as an integer, `1` for `1.0` too.
  private func label(_ row: CSV.Row, _ key: Int) throws -> String {
    let field = row.fields[key]
    let whole = Int(field) ?? Double(field).flatMap { Int(exactly: $0) }
    guard let whole, whole >= 0, whole < 1 << 53 else {
      let shown = field.isEmpty ? "empty" : field
      throw DataError.mismatch(
        "\(file):\(row.line): the label is \(shown); labels must be integers from 0",
        help: "remove the line if its image has no label, or write class names instead of numbers")
    }
    return String(whole)
  }

  private static let nothings: Set<String> = [
    "nan", "none", "null", "nil", "na", "n/a", "?", "-", "unknown", "undefined",
  ]

  /// Adds notes about numbers without names, and suspicious names.
  private mutating func noteNames(_ classes: [String]) {
    guard name != nil else {
      notes.append("no column has class names: classes are named by their numbers")
      return
    }
    let odd = classes.filter { Double($0) != nil || TableColumns.nothings.contains($0.lowercased()) }
    guard !odd.isEmpty else { return }
    notes.append("class names that look like numbers or missing values: \(NameList.few(odd))")
  }

  /// Line, path and raw split of every row.
  ///
  /// - Throws: E0517 for an empty path, or a row without a split if others have one.
  func entries() throws -> [(line: Int, path: String, split: String?)] {
    let splits = split.map { column($0) }
    let hasSplits = splits?.contains { !$0.isEmpty } ?? false
    return try rows.enumerated().map { place, row in
      let file = row.fields[path]
      guard !file.isEmpty else { throw DataError.badList(self.file, line: row.line, "the path is empty") }
      guard hasSplits, let field = splits?[place] else { return (row.line, file, nil) }
      guard !field.isEmpty else {
        throw DataError.badList(self.file, line: row.line, "\(file) has no split, but other images have one")
      }
      return (row.line, file, isFlag ? TableColumns.flags[field.lowercased()] ?? field : field)
    }
  }
}
