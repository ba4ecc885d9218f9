import MocoBase
import MocoData

/// The options of a sweep in a command line.
public struct SweepRequest: Sendable {
  /// `--set`: one value for a setting.
  public var set: [(name: String, text: String)] = []
  /// `--over`: values for a setting, as written.
  public var over: [(name: String, text: String)] = []
  /// `--only`: only points with one of these values.
  public var only: [(name: String, text: String)] = []
  /// `--over-file`: one setting per column, one point per row.
  public var table: SweepTable?
  /// The random seed, which `--over seed=1..5` replaces if the program has no setting with that name.
  public var seed: UInt64 = 0
  /// The list `args`.
  public var arguments: [String] = []
  /// Whether results must be bit-identical on every processor.
  public var isPortable = false

  /// No options.
  public init() {}
}

/// Points from a file: settings in its first line, and one row per point.
public struct SweepTable: Sendable {
  /// The file, as messages call it.
  public let name: String
  /// The settings of its columns.
  public let names: [String]
  /// The values of each row, with its line.
  public let rows: [(line: Int, values: [String])]

  /// Reads a CSV file.
  ///
  /// - Throws: E0501 if it does not exist, E0517 for an unclosed quote, E1106 if it is not a table of settings.
  public init(file: String) throws {
    name = file
    let (text, separator) = try CSV.withoutSeparatorLine(try FileSystem.readText(file), path: file)
    let rows = try CSV.rows(text, path: file, delimiter: separator ?? .comma)
    guard let head = rows.first, rows.count > 1 else {
      throw Failure(
        "E1106", "\(file) has no points",
        help: "write the setting names in the first line, and one point per line below")
    }
    let heads = head.fields
    names = heads
    if let twice = heads.first(where: { name in heads.filter { $0 == name }.count > 1 }) {
      throw Failure(
        "E1106", "\(file) has two columns \(StringText.quoted(twice))", help: "remove one of them")
    }
    self.rows = try rows.dropFirst().map { row in
      guard row.fields.count == head.fields.count else {
        throw Failure(
          "E1106",
          "line \(row.line) of \(file) has \(row.fields.count) values, but the first line has \(head.fields.count) names",
          help: "write a value of each setting for each point")
      }
      return (row.line, row.fields)
    }
  }
}
