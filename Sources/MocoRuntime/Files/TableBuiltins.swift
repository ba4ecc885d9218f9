import MocoBase
import MocoCLIP
import MocoData
import MocoLang

/// read_lines, read_csv, write_csv.
func registerTableBuiltins(_ interpreter: Interpreter) {
  interpreter.define([readLines(), readCSV(), writeCSV()])
}

private func readLines() -> NativeFunction {
  NativeFunction(
    "read_lines(path: String)",
    doc: """
      The lines of a UTF-8 file without their line ends (LF, CRLF or CR). A line end after the last line adds
      no empty line.

      ```
      let names = read_lines("classes.txt")
      ```
      """
  ) { arguments in
    let text = try FileSystem.readText(arguments.string("path"))
    var lines: [Substring.UTF8View] = []
    var rest = text[...].utf8
    while !rest.isEmpty {
      let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
      lines.append(rest[..<end])
      rest = rest[end...]
      if rest.starts(with: [0x0D, 0x0A]) { rest = rest.dropFirst(2) } else { rest = rest.dropFirst() }
    }
    try arguments.interpreter.checkRoom(for: lines.count, each: 120)
    return .list(lines.map { .string(String(Substring($0))) })
  }
}

private func readCSV() -> NativeFunction {
  NativeFunction(
    "read_csv(path: String, numbers = false, header = true, delimiter = nil)",
    doc: """
      The rows of a CSV or TSV table, as Records with the names of the first line; with `header: false` as Lists. Quoted
      fields may contain delimiters, line ends and doubled quotes.

      Fields are Strings. With `numbers: true` a column is read as numbers if every field that is not empty is a
      number without quotes or a leading zero: Ints if all are whole, else Floats; an empty field without quotes is nil.

      `delimiter` is `","`, `";"` or a tab. The default is the one of a first line such as `sep=;`, or the one that
      gives all lines the same number of columns.

      ```
      for row in read_csv("result.csv", numbers: true) { print(row.name, row.accuracy) }
      ```
      """
  ) { arguments in
    let path = try arguments.string("path")
    let (text, declared) = try CSV.withoutSeparatorLine(FileSystem.readText(path), path: path)
    let delimiter =
      try arguments.delimiter() ?? declared
      ?? (path.lowercased().hasSuffix(".tsv") ? .tab : CSV.delimiter(of: text, path: path))
    let ends = text.utf8.reduce(1) {
      $0 + ($1 == delimiter.rawValue.utf8.first || $1 == 0x0A || $1 == 0x0D ? 1 : 0)
    }
    try arguments.interpreter.checkRoom(for: ends, each: 120)
    var rows = try CSV.rows(text, path: path, delimiter: delimiter, keepsSpace: true)
    let header = try arguments.bool("header") ? rows.first?.fields : nil
    if let header {
      rows.removeFirst()
      var seen = Set<String>()
      if let twice = header.first(where: { !seen.insert($0).inserted }) {
        throw Failure(
          "E0517", "\(path):1: duplicate column \"\(twice)\"",
          help: "rename one, or pass header: false to get Lists instead of Records")
      }
    }
    let width = header?.count ?? rows.first?.fields.count ?? 0
    for row in rows where row.fields.count != width {
      throw Failure(
        "E0517", "\(path):\(row.line): expected \(width) columns, found \(row.fields.count)",
        help:
          "put quotes around fields that contain \(delimiter.name), or pass the delimiter: delimiter: \";\"")
    }
    let forms = try arguments.bool("numbers") ? TableForm.columns(rows, width: width) : nil
    var values: [AnyValue] = []
    values.reserveCapacity(rows.count)
    for row in rows {
      if values.count & 0xFFF == 0 { try arguments.interpreter.checkInterrupt() }
      let fields = row.fields.enumerated().map { place, field -> AnyValue in
        guard let forms else { return .string(field) }
        if field.isEmpty, !row.quoted.contains(place) { return .nil }
        return forms[place].value(field)
      }
      values.append(header.map { .record(Array(zip($0, fields))) } ?? .list(fields))
    }
    return .list(values)
  }
}

private func writeCSV() -> NativeFunction {
  NativeFunction(
    "write_csv(path: String, rows: List, header = true, delimiter = \",\")",
    doc: """
      Writes a List of Records with the same fields as a table with their names in the first line (not with `header:
      false`), or a List of Lists. Fields are Strings, numbers, Bools, and nil for an empty one. `read_csv` returns
      the same Strings; with `numbers: true` also the same numbers and nil.

      ```
      write_csv("result.csv", [{name: "zero-shot", accuracy: 0.61}, {name: "mixture", accuracy: 0.72}])
      ```
      """
  ) { arguments in
    let delimiter = try arguments.delimiter() ?? .comma
    var text = ""
    var names: [String]?
    var width: Int?
    for (place, row) in try arguments.list("rows").enumerated() {
      if place & 0xFF == 0 { try arguments.interpreter.checkInterrupt() }
      func wrong(_ what: String, _ help: String) -> any Error {
        arguments.failure("E0303", "row \(place) \(what)", at: "rows", help: help)
      }
      let fields: [AnyValue]
      if let record = row.asRecord {
        let own = record.map(\.name)
        if place == 0 {
          names = own
          if try arguments.bool("header") { text += TableForm.line(own.map { .string($0) }, delimiter) ?? "" }
        }
        guard let names, own.count == names.count, !names.contains(where: { record[$0] == nil }) else {
          throw wrong(
            "has other fields than the first",
            "give every row the fields of the first; use nil for an empty field")
        }
        fields = names.map { record[$0] ?? .nil }
      } else if let list = row.asList, names == nil {
        fields = list
      } else {
        throw wrong("is \(row.typeName)", "pass a List of Records, or a List of Lists")
      }
      guard width ?? fields.count == fields.count, !fields.isEmpty else {
        throw wrong(
          "has \(fields.count) fields, the first has \(width ?? 0)",
          "give every row the same number of fields")
      }
      width = fields.count
      guard let line = TableForm.line(fields, delimiter) else {
        throw wrong("contains a value that a table cannot store", "use Strings, numbers, Bools or nil")
      }
      text += line
    }
    try AtomicFile.write(text, to: arguments.string("path"))
    return .nil
  }
}

extension Arguments {
  fileprivate func delimiter() throws -> CSV.Delimiter? {
    guard let text = try optionalString("delimiter") else { return nil }
    guard let delimiter = CSV.Delimiter(rawValue: text) else {
      throw failure(
        "E0305", "\(functionName) does not support the delimiter \"\(text)\"", at: "delimiter",
        help: "use one of \",\", \";\", \"\\t\"")
    }
    return delimiter
  }
}

/// The type of the fields of a column.
enum TableForm {
  case text, int, float

  static func columns(_ rows: [CSV.Row], width: Int) -> [TableForm] {
    (0..<width).map { place in
      var form: TableForm?
      for row in rows {
        let field = row.fields[place]
        if row.quoted.contains(place) { return .text }
        if field.isEmpty { continue }
        if isWhole(field), form != .float {
          form = .int
        } else if isNumber(field) {
          form = .float
        } else {
          return .text
        }
      }
      return form ?? .text
    }
  }

  /// Digits that are an Int, without a leading zero.
  private static func isWhole(_ field: String) -> Bool {
    let digits = field.hasPrefix("-") ? field.dropFirst() : field[...]
    return digits.allSatisfy { "0"..."9" ~= $0 } && (digits == "0" || !digits.hasPrefix("0")) && field != "-0"
      && Int(field) != nil
  }

  private static func isNumber(_ field: String) -> Bool {
    if ["nan", "inf", "-inf"].contains(field) { return true }
    let digits = field.hasPrefix("-") || field.hasPrefix("+") ? field.dropFirst() : field[...]
    guard field.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(field),
      number.isFinite
    else { return false }
    // "007" is a name; so is a whole number that is out of range for Int.
    if digits.allSatisfy({ "0"..."9" ~= $0 }) { return isWhole(field) }
    return !(digits.hasPrefix("0") && digits.dropFirst().first.map { "0"..."9" ~= $0 } == true)
  }

  func value(_ field: String) -> AnyValue {
    switch self {
    case .text: .string(field)
    case .int: Int(field).map { .int($0) } ?? .string(field)
    case .float: Double(field).map { .float($0) } ?? .string(field)
    }
  }

  /// A line of a table; nil if a value cannot be stored. A String that would be read as a number or as nil is put in
  /// quotes.
  static func line(_ fields: [AnyValue], _ delimiter: CSV.Delimiter) -> String? {
    var parts: [String] = []
    for field in fields {
      switch field.kind {
      case .nil: parts.append("")
      case .bool(let flag): parts.append(flag ? "true" : "false")
      case .int(let number): parts.append(String(number))
      case .float(let number): parts.append(number.description)
      case .string(let text):
        parts.append(
          text.isEmpty || isWhole(text) || isNumber(text) ? "\"\(text)\"" : CSV.written(text))
      case .host(let object):
        guard let number = try? object.number(), let line = line([number], delimiter) else { return nil }
        parts.append(String(line.dropLast()))
      default: return nil
      }
    }
    // A line of one empty field would be skipped as an empty line.
    if parts == [""] { return nil }
    return parts.joined(separator: delimiter.rawValue) + "\n"
  }
}
