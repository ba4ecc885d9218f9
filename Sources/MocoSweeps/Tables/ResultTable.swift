import MocoBase
import MocoTraining

/// The results of a sweep's finished runs by two groups of settings, averaged over the other settings.
///
/// Averaged settings are `seed` and those in the request; another setting with several values is an error, so that
/// nothing is mixed silently. Rows, columns and the runs of a cell are in the order of the sweep's points, so
/// that the table depends only on the finished runs.
public struct ResultTable: Sendable {
  /// The entry for a row and a column.
  public struct Cell: Sendable {
    /// The mean; nil if no run has the value.
    public internal(set) var mean: Double?
    /// The standard deviation; nil for a single run, for H, and if not requested.
    public internal(set) var deviation: Double?
    /// The number of runs with the value.
    public internal(set) var runs: Int
    /// Whether it is the best of its column or row, as displayed.
    public internal(set) var isBest = false
  }

  /// A column: the values of its settings, and the name of its result.
  public struct Column: Sendable, Equatable {
    /// The values of the request's `columns`.
    public let settings: [Json?]
    /// The result, or `H`.
    public let value: String
    /// The label in tables.
    public let label: String
  }

  /// The request.
  public let request: TableRequest
  /// The values of the rows' settings, from top to bottom.
  public let rows: [[Json?]]
  /// From left to right.
  public let columns: [Column]
  /// By row and column.
  public internal(set) var cells: [[Cell]]
  /// Settings with several values that cells are averaged over.
  let averaged: [String]
  /// Notes about the table: sentences without full stops.
  public internal(set) var notes: [String] = []
  /// Digits after the decimal point.
  public let digits: Int

  /// The name of the column that `harmonic` adds.
  public static let harmonicName = "H"
  /// The setting that is always averaged over.
  public static let seedName = "seed"

  /// - Parameters:
  ///   - runs: all points of the sweep, in order, in any state.
  ///   - source: the name of the sweep in messages.
  /// - Throws: E1113 if there is nothing to show; E1114 for an unknown name; E1115 for settings that
  ///   would be mixed; E1116 for a result that is not a number.
  public init(_ runs: [SweepRun], _ request: TableRequest, source: String) throws {
    self.request = request
    let selection = try RunSelection(runs, request, source: source)
    let grouped = selection.chosen
    averaged = selection.averaged
    rows = RunSelection.ordered(grouped, by: request.rows, within: request.columns)
    let groups = RunSelection.ordered(grouped, by: request.columns, within: request.rows)
    let names = request.values + (request.harmonic == nil ? [] : [Self.harmonicName])
    columns = groups.flatMap { group in
      names.map { name in
        let words = group.map { SettingText.of($0) } + (names.count > 1 || group.isEmpty ? [name] : [])
        return Column(settings: group, value: name, label: words.joined(separator: " "))
      }
    }
    var places: [String: [SweepRun]] = [:]
    for run in grouped where run.state == .finished {
      let key = RunSelection.key((request.rows + request.columns).map { run.settings[$0] })
      places[key, default: []].append(run)
    }
    let scale = request.isPercent ? 100.0 : 1
    var numbers: [[Cell]] = []
    for row in rows {
      var line: [Cell] = []
      for column in columns {
        let found = places[RunSelection.key(row + column.settings)] ?? []
        line.append(try Self.cell(column.value, found, request, scale: scale))
      }
      numbers.append(line)
    }
    cells = numbers
    digits = request.digits ?? Self.usualDigits(numbers)
    mark()
    say(selection)
  }

  /// The names of all results, for an unknown name.
  private static func cell(
    _ value: String, _ runs: [SweepRun], _ request: TableRequest, scale: Double
  ) throws -> Cell {
    if value == harmonicName, let (a, b) = request.harmonic, !request.values.contains(harmonicName) {
      // Both from the same run, so that the averages are over the same runs.
      let pairs = try runs.compactMap { run -> (Double, Double)? in
        guard let one = try number(a, run), let other = try number(b, run) else { return nil }
        return (one, other)
      }
      guard !pairs.isEmpty else { return Cell(mean: nil, deviation: nil, runs: 0) }
      let h = harmonicMean(mean(pairs.map(\.0)), mean(pairs.map(\.1)))
      return Cell(mean: h * scale, deviation: nil, runs: pairs.count)
    }
    let numbers = try runs.compactMap { try number(value, $0) }.map { $0 * scale }
    guard !numbers.isEmpty else { return Cell(mean: nil, deviation: nil, runs: 0) }
    return Cell(
      mean: mean(numbers), deviation: deviation(numbers, request.deviation), runs: numbers.count)
  }

  /// A result of a run; nil if it is missing or not finite.
  static func number(_ name: String, _ run: SweepRun) throws -> Double? {
    guard let value = run.result?[name] else { return name == "seconds" ? run.seconds : nil }
    switch value {
    case .null: return nil
    case .bool(let flag): return flag ? 1 : 0
    default:
      guard let number = value.doubleValue else {
        throw Failure(
          "E1116",
          "the result \(name) of \(run.name) is \(StringText.quoted(SettingText.of(value))), not a number",
          help: "use another result, or pass a number: result({\(name): …})")
      }
      return number.isFinite ? number : nil
    }
  }

  static func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(max(numbers.count, 1)) }

  /// nil for a single number.
  static func deviation(_ numbers: [Double], _ kind: TableRequest.Deviation) -> Double? {
    guard kind != .none, numbers.count > 1 else { return nil }
    let mean = mean(numbers)
    let sum = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (sum / Double(kind == .sample ? numbers.count - 1 : numbers.count)).squareRoot()
  }

  /// About four significant digits of the largest number, the same for all.
  private static func usualDigits(_ cells: [[Cell]]) -> Int {
    let numbers = cells.joined().compactMap(\.mean).map(\.magnitude)
    guard let largest = numbers.max() else { return 1 }
    if largest >= 1000, cells.joined().compactMap(\.mean).allSatisfy({ $0 == $0.rounded() }) { return 0 }
    return largest < 10 ? 3 : largest < 1000 ? 1 : 0
  }

  // MARK: The best

  private mutating func mark() {
    guard request.best != .none else { return }
    let lines: [[(Int, Int)]] =
      request.marksRows
      ? rows.indices.map { row in columns.indices.map { (row, $0) } }
      : columns.indices.map { column in rows.indices.map { ($0, column) } }
    for line in lines {
      // The best of a row is determined among cells of the same result.
      for value in request.marksRows ? RunSelection.unique(columns.map(\.value)) : [""] {
        let places = line.filter { value.isEmpty || columns[$0.1].value == value }
        let means = places.compactMap { cells[$0.0][$0.1].mean }
        guard means.count > 1, let best = request.best == .max ? means.max() : means.min() else { continue }
        let shown = NumberText.fixed(best, digits)
        let marked = places.filter { cells[$0.0][$0.1].mean.map { NumberText.fixed($0, digits) } == shown }
        guard marked.count < means.count else { continue }
        for (row, column) in marked { cells[row][column].isBest = true }
      }
    }
  }

  /// Whether any cell is marked.
  var hasBest: Bool { cells.joined().contains(where: \.isBest) }

  // MARK: Messages

  /// The maximum number of runs of a cell.
  var mostRuns: Int { cells.joined().map(\.runs).max() ?? 0 }
  /// Whether cells have different numbers of runs.
  package var isUneven: Bool {
    let most = mostRuns
    return cells.joined().contains { $0.runs > 0 && $0.runs < most }
  }

  /// The description of the numbers, for `place`, a cell or a point; empty for single runs.
  package func average(a place: String) -> String {
    let most = mostRuns
    guard most > 1 else { return "" }
    let kind =
      switch request.deviation {
      case .population: "mean ± standard deviation of the population (divided by the number of runs)"
      case .sample: "mean ± standard deviation of the sample (divided by the number of runs minus one)"
      case .none: "mean"
      }
    let over = averaged.isEmpty ? "" : " over \(averaged.joined(separator: ", "))"
    return kind + over + ", \(isUneven ? "at most " : "")\(most) runs a \(place)"
  }

  private mutating func say(_ selection: RunSelection) {
    let average = average(a: "cell")
    if !average.isEmpty {
      notes.append(
        average + (isUneven ? "; the number of runs in brackets where it is less than \(mostRuns)" : ""))
    }
    if request.isPercent { notes.append("in percent") }
    if let (a, b) = request.harmonic {
      notes.append("H is the harmonic mean of the averages of \(a) and \(b)")
    }
    if hasBest {
      notes.append(
        "marked: the \(request.best == .max ? "largest" : "smallest") of each \(request.marksRows ? "row" : "column")"
      )
    }
    let empty = rows.indices.flatMap { row in
      columns.indices.filter { cells[row][$0].mean == nil }.map { (row, $0) }
    }
    if !empty.isEmpty {
      let names = empty.prefix(8).map { row, column in
        (rows[row].map { SettingText.of($0) } + [columns[column].label]).joined(separator: "/")
      }
      notes.append(
        "without a run: \(names.joined(separator: ", "))"
          + (empty.count > 8 ? " and \(empty.count - 8) more" : ""))
    }
    notes += selection.notes(for: request)
  }
}
