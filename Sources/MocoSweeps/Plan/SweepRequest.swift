import MocoBase
import MocoData

/// What a command line asks of a sweep, beside the program.
public struct SweepRequest: Sendable {
  /// `--set`: one value for a setting.
  public var set: [(name: String, text: String)] = []
  /// `--over`: values for a setting, as they are written.
  public var over: [(name: String, text: String)] = []
  /// `--only`: of the points those with one of these values.
  public var only: [(name: String, text: String)] = []
  /// `--over-file`: a setting a column, a point a row.
  public var table: SweepTable?
  /// The seed of everything random, which `--over seed=1..5` replaces where the program has no setting of that name.
  public var seed: UInt64 = 0
  /// What `args` gives.
  public var arguments: [String] = []
  /// Whether results must have the same bits on every processor.
  public var isPortable = false

  /// Nothing beside the program.
  public init() {}
}

/// Points that were written into a file: the settings of its first line, and a row a point.
public struct SweepTable: Sendable {
  /// The file, as messages call it.
  public let name: String
  /// The settings of its columns.
  public let names: [String]
  /// The values of each row, with its line.
  public let rows: [(line: Int, values: [String])]

  /// Reads a CSV file.
  ///
  /// - Throws: E0501 where there is none, E0517 where its quotes are not whole, E1106 where it is not a table of settings.
  public init(file: String) throws {
    name = file
    let (text, separator) = try CSV.withoutSeparatorLine(try FileSystem.readText(file), path: file)
    let rows = try CSV.rows(text, path: file, delimiter: separator ?? .comma)
    guard let head = rows.first, rows.count > 1 else {
      throw Failure(
        "E1106", "\(file) has no points",
        help: "write the names of settings into its first line, and a point a line below")
    }
    let heads = head.fields
    names = heads
    if let twice = heads.first(where: { name in heads.filter { $0 == name }.count > 1 }) {
      throw Failure("E1106", "\(file) has two columns \(StringText.quoted(twice))", help: "leave one out")
    }
    self.rows = try rows.dropFirst().map { row in
      guard row.fields.count == head.fields.count else {
        throw Failure(
          "E1106",
          "line \(row.line) of \(file) has \(row.fields.count) values, and the first line \(head.fields.count) names",
          help: "give each point a value for each setting")
      }
      return (row.line, row.fields)
    }
  }
}
