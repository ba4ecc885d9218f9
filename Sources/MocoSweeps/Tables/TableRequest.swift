import MocoBase

/// What a table is to show of the runs of a sweep.
public struct TableRequest: Sendable {
  /// How far the values of a cell lie apart.
  public enum Deviation: String, Sendable, CaseIterable {
    /// The root of the mean square distance from the mean: divided by the number of runs.
    case population
    /// The same, divided by one less, which estimates that of all runs there could be.
    case sample
    /// None.
    case none
  }

  /// Which means are marked.
  public enum Best: String, Sendable, CaseIterable {
    case max, min, none
  }

  /// Settings whose values name the rows.
  public var rows: [String]
  /// Settings whose values name the columns; none where the values alone do.
  public var columns: [String]
  /// Names of the results that cells show.
  public var values: [String]
  /// Settings that are averaged over, besides `seed`.
  public var over: [String] = []
  /// Settings that must have one of these values, as texts.
  public var filters: [(name: String, values: [String])] = []
  /// How far the values of a cell lie apart.
  public var deviation = Deviation.population
  /// Two results whose averages make a column H = 2ab/(a + b); nil for none.
  public var harmonic: (a: String, b: String)?
  /// Which mean of each line of `marks` is set in bold.
  public var best = Best.max
  /// Whether the best of each row is marked, and not of each column.
  public var marksRows = false
  /// Whether numbers are multiplied by 100.
  public var isPercent = false
  /// Digits after the point; nil for what suits the numbers.
  public var digits: Int?
  /// A few words above.
  public var title = ""

  /// A table of one result or several.
  public init(rows: [String], columns: [String], values: [String]) {
    self.rows = rows
    self.columns = columns
    self.values = values
  }
}
