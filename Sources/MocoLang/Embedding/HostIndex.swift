import MocoBase

/// One item between the brackets of `x[…]`.
public enum HostIndex {
  case int(Int)
  case name(String)
  /// A range; a missing end is the end of the axis. Resolve it with `HostRange.resolve(count:)`.
  case range(HostRange)
  /// A bare `:`.
  case all
  /// Anything else: a list of indices, a mask, a tensor.
  case value(AnyValue)

  /// The non-negative index; negative ones count from the end.
  /// - Throws: E0202 naming index and length.
  public static func resolve(_ index: Int, count: Int) throws -> Int {
    let place = index < 0 ? index &+ count : index
    guard place >= 0, place < count else {
      throw Failure(
        "E0202", "index \(index) is out of range for length \(count)",
        help: count == 0
          ? "there are no elements" : "valid indices are 0 to \(count - 1), or -\(count) to -1 from the end")
    }
    return place
  }
}

/// A range inside brackets: ends may be missing, negative ones count from the end.
public struct HostRange: Sendable {
  /// The first index; nil for the beginning of the axis. Negative ones count from the end.
  public var start: Int?
  /// The end as written; nil for the end of the axis.
  public var end: Int?
  /// Whether the end is included: `...` and not `..<`.
  public var isClosed: Bool
  /// The distance between elements; negative goes backwards, never 0.
  public var step: Int

  /// A range between brackets. `step` must not be 0.
  public init(start: Int?, end: Int?, isClosed: Bool = false, step: Int = 1) {
    self.start = start
    self.end = end
    self.isClosed = isClosed
    self.step = step
  }

  /// First index, number of elements and distance between them, for an axis of that length.
  ///
  /// An end before the start results in no elements. A negative step needs both ends, and every index must
  /// exist.
  /// - Throws: E0202 if an end is outside `0...count`, or, with a negative step, is missing or before the
  ///   first element.
  public func resolve(count: Int) throws -> (start: Int, count: Int, step: Int) {
    func outside(_ bound: Int) -> Failure {
      Failure(
        "E0202", "the range \(description) is out of range for length \(count)",
        help: "\(bound) is outside 0 to \(count)")
    }
    guard step > 0 else {
      // Negative step: the indices of the range, each checked.
      guard let start, let end else {
        throw Failure("E0202", "a range with a negative step needs both ends here")
      }
      let places = RangeValue(start: start, end: end, isClosed: isClosed, step: step)
      let length = places.count
      guard length > 0 else { return (0, 0, step) }
      let first = try HostIndex.resolve(places.element(0), count: count)
      let last = places.element(length - 1)
      _ = try HostIndex.resolve(last, count: count)
      // -1 is the last index, not the one before the first.
      guard (start < 0) == (last < 0), !places.isUncountable else {
        throw Failure(
          "E0202", "the range \(description) continues past the first element",
          help: "end it at -1 to stop at the first element")
      }
      return (first, length, step)
    }
    var low = start ?? 0
    if low < 0 { low = low &+ count }
    guard low >= 0, low <= count else { throw outside(start ?? 0) }
    var high = count
    if let end {
      high = end < 0 ? end &+ count : end
      if isClosed { high = high &+ 1 }
      guard high >= 0, high <= count else { throw outside(end) }
    }
    guard low < high else { return (low, 0, step) }
    return (low, (high - low - 1) / step + 1, step)
  }

  public var description: String {
    let low = start.map(String.init) ?? ""
    let high = end.map(String.init) ?? ""
    if step != 1 { return "range(\(low), \(high), by: \(step))" }
    return end == nil && start == nil ? ":" : "\(low)\(isClosed ? "..." : "..<")\(high)"
  }
}
