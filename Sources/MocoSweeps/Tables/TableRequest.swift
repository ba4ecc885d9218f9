import MocoBase

/// The request for a table of a sweep's runs.
public struct TableRequest: Sendable {
  /// The standard deviation of a cell.
  public enum Deviation: String, Sendable, CaseIterable {
    /// Of the population: divided by the number of runs.
    case population
    /// Of the sample: divided by the number of runs minus one.
    case sample
    /// None.
    case none
  }

  /// The means to mark.
  public enum Best: String, Sendable, CaseIterable {
    case max, min, none
  }

  /// Settings for the rows.
  public var rows: [String]
  /// Settings for the columns; none if only results are columns.
  public var columns: [String]
  /// Names of the results in cells.
  public var values: [String]
  /// Settings to average over, in addition to `seed`.
  public var over: [String] = []
  /// Settings that must have one of these values, as text.
  public var filters: [(name: String, values: [String])] = []
  /// The standard deviation of a cell.
  public var deviation = Deviation.population
  /// Two results whose averages make a column H = 2ab/(a + b); nil for none.
  public var harmonic: (a: String, b: String)?
  /// The mean of each row or column to set in bold.
  public var best = Best.max
  /// Whether the best of each row is marked instead of each column.
  public var marksRows = false
  /// Whether numbers are multiplied by 100.
  public var isPercent = false
  /// Digits after the decimal point; nil for a suitable number.
  public var digits: Int?
  /// The title.
  public var title = ""

  /// A table of one result or several.
  public init(rows: [String], columns: [String], values: [String]) {
    self.rows = rows
    self.columns = columns
    self.values = values
  }
}
