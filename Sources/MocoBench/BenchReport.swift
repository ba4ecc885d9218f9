/// The results of a benchmark, as lines `name: value` in the order of the measurements.
public struct BenchReport: Sendable {
  /// The results in the order of the measurements.
  public private(set) var lines: [(name: String, value: String)] = []

  /// A report without lines.
  public init() {}

  /// Appends a line; `name` includes the unit if there is one, such as `peak_memory_mb`.
  public mutating func add(_ name: String, _ value: String) { lines.append((name, value)) }
  /// Appends an integer with all its digits.
  public mutating func add(_ name: String, _ value: Int) { add(name, String(value)) }

  /// Appends a number with about four significant digits.
  public mutating func add(_ name: String, _ value: Double) { add(name, BenchReport.text(value)) }

  /// The value of the first line with this name; nil if there is none.
  public subscript(name: String) -> String? { lines.first { $0.name == name }?.value }

  /// All lines, each with a newline at its end.
  public var text: String { lines.map { "\($0.name): \($0.value)\n" }.joined() }

  static func text(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    while abs(value) * scale < 1000, scale < 1e6 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) >= 1000 ? String(Int(rounded)) : "\(rounded)"
  }
}
