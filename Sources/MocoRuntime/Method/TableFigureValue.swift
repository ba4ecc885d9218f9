import MocoBase
import MocoDocument
import MocoLang
import MocoPlot

/// A figure with named rows and columns, with numbers that programs can read: `report.routing["dark"]`.
final class TableFigureValue: FigureConvertible {
  let figure: Figure
  let rows: [String]
  let columns: [String]
  let values: [[Double]]
  /// Whether the numbers are counts, and Ints for programs.
  let isWhole: Bool

  init(
    _ figure: Figure, rows: [String], columns: [String], values: [[Double]], isWhole: Bool = false
  ) {
    self.figure = figure
    self.rows = rows
    self.columns = columns
    self.values = values
    self.isWhole = isWhole
  }

  private var drawn: FigureValue { FigureValue(figure) }

  var typeName: String { "Figure" }
  var memberNames: [String] { ["rows", "columns", "values"] + drawn.memberNames }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "rows": return .list(rows)
    case "columns": return .list(columns)
    case "values": return .list(values.map { .list($0.map(number)) })
    default: return try drawn.member(name)
    }
  }
  func method(_ name: String) -> NativeFunction? { drawn.method(name) }

  var count: Int? { rows.count }

  private func number(_ value: Double) -> AnyValue {
    isWhole ? Int(exactly: value).map { .int($0) } ?? .float(value) : .float(value)
  }

  /// A row as a record of its columns.
  private func row(_ place: Int) -> AnyValue {
    .record(zip(columns, values[place]).map { ($0, number($1)) })
  }

  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1 else { return nil }
    var name: String?
    switch items[0] {
    case .int(let place): return row(try HostIndex.resolve(place, count: rows.count))
    case .name(let text): name = text
    case .value(let value): name = value.asString
    default: break
    }
    guard let name else { return nil }
    guard let place = rows.firstIndex(of: name) else {
      throw Failure(
        "E0202", "unknown row \"\(name)\"",
        help: Nearest.name(to: name, among: rows).map { "did you mean \"\($0)\"?" }
          ?? "use one of \(rows.joined(separator: ", "))")
    }
    return row(place)
  }

  func makeIterator() throws -> (() throws -> AnyValue?)? {
    var place = 0
    return { [self] in
      guard place < rows.count else { return nil }
      place += 1
      return row(place - 1)
    }
  }

  var shortDescription: String { drawn.shortDescription }
  func document(_ limits: DocumentLimits) -> Document { drawn.document(limits) }
}
