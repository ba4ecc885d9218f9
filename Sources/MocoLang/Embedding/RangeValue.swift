/// A range of Ints: `0..<n`, `1...n`, or `range(0, 10, by: 2)`.
public struct RangeValue: Equatable, Sendable {
  /// The first element, if there is any.
  public var start: Int
  /// The end as written: excluded when `isClosed` is false, included when it is true.
  public var end: Int
  /// Whether the end is included: `...` and not `..<`.
  public var isClosed: Bool
  /// Never 0.
  public var step: Int

  /// A range; a step of 0 is treated as 1.
  public init(start: Int, end: Int, isClosed: Bool = false, step: Int = 1) {
    self.start = start
    self.end = end
    self.isClosed = isClosed
    self.step = step == 0 ? 1 : step
  }

  /// Whether there are more elements than an Int can count.
  public var isUncountable: Bool { count == Int.max && (steps ?? 0) >= UInt(Int.max) }

  /// The number of elements; `Int.max` if it would be larger.
  public var count: Int {
    guard let steps else { return 0 }
    return steps >= UInt(Int.max) ? Int.max : Int(steps) + 1
  }

  /// The number of steps from the first element to the last; nil if the range is empty.
  private var steps: UInt? {
    // Differences of two Ints fit an unsigned word once their order is known.
    let up = step > 0
    guard up ? (isClosed ? start <= end : start < end) : (isClosed ? start >= end : start > end) else {
      return nil
    }
    let distance = up ? UInt(bitPattern: end &- start) : UInt(bitPattern: start &- end)
    let stride = step.magnitude
    return isClosed ? distance / stride : (distance - 1) / stride
  }

  /// The element at an index from 0 to `count - 1`.
  @inline(__always)
  public func element(_ place: Int) -> Int { start &+ place &* step }

  /// Whether the range has this element; in constant time.
  public func contains(_ value: Int) -> Bool {
    let up = step > 0
    guard up ? value >= start : value <= start else { return false }
    guard up ? (isClosed ? value <= end : value < end) : (isClosed ? value >= end : value > end) else {
      return false
    }
    let distance = up ? UInt(bitPattern: value &- start) : UInt(bitPattern: start &- value)
    return distance % step.magnitude == 0
  }

  public var description: String {
    if step != 1 {
      // `range` leaves its end out.
      let beyond =
        isClosed ? end.addingReportingOverflow(step > 0 ? 1 : -1) : (partialValue: end, overflow: false)
      return "range(\(start), \(beyond.overflow ? end : beyond.partialValue), by: \(step))"
    }
    return isClosed ? "\(start)...\(end)" : "\(start)..<\(end)"
  }
}
