/// Tables as text (RFC 4180): fields separated by commas, semicolons or tabs. Quoted fields, with doubled quotes inside, may
/// contain any of these and line ends; line ends of any kind.
public enum CSV {
  /// One row of a table.
  public struct Row: Sendable {
    /// From 1.
    public let line: Int
    /// The fields without their quotes.
    public var fields: [String]
    /// The indices of the fields that were in quotes.
    public var quoted: [Int] = []
  }

  /// The separator of fields.
  public enum Delimiter: String, Sendable, CaseIterable {
    case comma = ","
    case tab = "\t"
    case semicolon = ";"

    /// Its plural, for messages: "commas".
    public var name: String {
      switch self {
      case .comma: "commas"
      case .tab: "tabs"
      case .semicolon: "semicolons"
      }
    }
  }

  /// The rows that are not empty.
  ///
  /// - Parameter keepsSpace: whether space around a field without quotes belongs to it.
  /// - Throws: E0517 for a quoted field that is not closed, or text after it.
  public static func rows(
    _ text: String, path: String, delimiter: Delimiter = .comma, keepsSpace: Bool = false
  ) throws -> [Row] {
    var reader = Reader(path: path, delimiter: delimiter, keepsSpace: keepsSpace)
    return try reader.read(Array(text.utf8))
  }

  /// A text without a first line such as `sep=;` (from Excel), and the delimiter in that line. The
  /// other lines keep their numbers.
  ///
  /// - Throws: E0517 for an unsupported separator.
  public static func withoutSeparatorLine(
    _ text: String, path: String
  ) throws -> (text: String, delimiter: Delimiter?) {
    let end = text.firstIndex(where: \.isNewline) ?? text.endIndex
    var line = text[..<end]
    if line.hasPrefix("\""), line.hasSuffix("\""), line.count > 1 { line = line.dropFirst().dropLast() }
    guard line.lowercased().hasPrefix("sep=") else { return (text, nil) }
    let separator = String(line.dropFirst(4))
    guard let delimiter = Delimiter(rawValue: separator) else {
      throw DataError.badList(
        path, line: 1,
        separator.isEmpty ? "sep= without a separator" : "the separator \(separator) is not supported",
        help: "separate columns with commas, semicolons or tabs")
    }
    return (String(text[end...]), delimiter)
  }

  /// The best delimiter: the one with which all rows have the same number of columns, more than one, or at least
  /// the first has more than one; of several, the one that `prefers` likes best, then the one with most columns, in the order comma, tab, semicolon. A comma
  /// where none fits.
  public static func delimiter(
    of text: String, path: String, prefers: ([Row]) -> Int = { _ in 0 }
  ) throws -> Delimiter {
    // The start of a long table is sufficient.
    var head = text
    if text.utf8.count > 1 << 16 {
      let bytes = text.utf8.prefix(1 << 16)
      head = String(decoding: bytes[..<(bytes.lastIndex(of: 0x0A) ?? bytes.endIndex)], as: UTF8.self)
    }
    var best: (delimiter: Delimiter, score: [Int])?
    for delimiter in Delimiter.allCases where head.utf8.contains(delimiter.rawValue.utf8.first ?? 0) {
      // The sample may end inside a field.
      let whole = try? rows(head, path: path, delimiter: delimiter)
      guard
        let rows = whole
          ?? (try? rows(head + "\"", path: path, delimiter: delimiter)).map({ Array($0.dropLast()) })
      else { continue }
      let counts = rows.map(\.fields.count)
      guard let most = counts.max(), most > 1 else { continue }
      let score = [counts.allSatisfy { $0 == most } ? 1 : 0, counts[0] > 1 ? 1 : 0, prefers(rows), most]
      if best.map({ $0.score.lexicographicallyPrecedes(score) }) ?? true { best = (delimiter, score) }
    }
    return best?.delimiter ?? .comma
  }

  /// A field for writing: quoted if it contains a delimiter of any kind, a quote, a line end, or space at
  /// an end.
  public static func written(_ field: String) -> String {
    let special = field.utf8.contains { [0x22, 0x2C, 0x3B, 0x09, 0x0A, 0x0D].contains($0) }
    guard special || field.first?.isWhitespace == true || field.last?.isWhitespace == true else {
      return field
    }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }

  private struct Reader {
    let path: String
    let delimiter: UInt8
    let keepsSpace: Bool
    private var rows: [Row] = []
    private var fields: [String] = []
    private var field: [UInt8] = []
    private var wasQuoted = false
    private var quotedFields: [Int] = []
    private var start = 1

    init(path: String, delimiter: Delimiter, keepsSpace: Bool) {
      self.path = path
      self.delimiter = delimiter.rawValue.utf8.first ?? 0x2C
      self.keepsSpace = keepsSpace
    }

    mutating func read(_ bytes: [UInt8]) throws -> [Row] {
      var line = 1
      var quoted = false
      var i = 0
      while i < bytes.count {
        let byte = bytes[i]
        i += 1
        if byte == 0x0A || byte == 0x0D && !(i < bytes.count && bytes[i] == 0x0A) { line += 1 }
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
        case delimiter: endField()
        case 0x0A, 0x0D:
          endRow()
          start = line
        case 0x22 where !wasQuoted && field.allSatisfy { $0 == 0x20 || $0 == 0x09 }:
          field.removeAll(keepingCapacity: true)
          quoted = true
          wasQuoted = true
        case 0x20 where wasQuoted, 0x09 where wasQuoted: break
        default:
          guard !wasQuoted else {
            throw DataError.badList(
              path, line: start, "unexpected text after a closing quote",
              help: "write two quotes for a quote inside a field: \"a \"\"b\"\" c\"")
          }
          field.append(byte)
        }
      }
      guard !quoted else { throw DataError.badList(path, line: start, "a quoted field is not closed") }
      endRow()
      return rows
    }

    private mutating func endField() {
      let text = String(decoding: field, as: UTF8.self)
      if wasQuoted { quotedFields.append(fields.count) }
      fields.append(wasQuoted || keepsSpace ? text : CSV.trimmed(text))
      field.removeAll(keepingCapacity: true)
      wasQuoted = false
    }

    private mutating func endRow() {
      let isBlank = fields.isEmpty && !wasQuoted && field.allSatisfy { $0 == 0x20 || $0 == 0x09 }
      endField()
      if !isBlank { rows.append(Row(line: start, fields: fields, quoted: quotedFields)) }
      fields = []
      quotedFields = []
    }
  }

  static func trimmed(_ text: String) -> String {
    var part = Substring(text)
    while part.first?.isWhitespace == true { part.removeFirst() }
    while part.last?.isWhitespace == true { part.removeLast() }
    return String(part)
  }
}
