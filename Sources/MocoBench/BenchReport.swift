/// The figures of a benchmark, as lines `name: value` in the order in which they were found.
public struct BenchReport: Sendable {
  public private(set) var lines: [(name: String, value: String)] = []

  public init() {}

  public mutating func add(_ name: String, _ value: String) { lines.append((name, value)) }
  public mutating func add(_ name: String, _ value: Int) { add(name, String(value)) }

  /// A number with about four digits that count.
  public mutating func add(_ name: String, _ value: Double) { add(name, BenchReport.text(value)) }

  public subscript(name: String) -> String? { lines.first { $0.name == name }?.value }

  public var text: String { lines.map { "\($0.name): \($0.value)\n" }.joined() }

  static func text(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    while abs(value) * scale < 1000, scale < 1e6 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) >= 1000 ? String(Int(rounded)) : "\(rounded)"
  }
}
