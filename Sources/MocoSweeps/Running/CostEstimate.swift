import MocoBase

/// Estimates the duration of runs from finished runs with similar settings.
package struct CostEstimate {
  /// Finished runs by their settings, without seeds.
  private var known: [String: (settings: JsonObject, sum: Double, count: Int)] = [:]
  private var cache: [String: Double] = [:]
  private static let most = 2_000

  /// Empty.
  package init() {}

  /// Adds a run, if it has finished.
  package mutating func add(_ run: SweepRun) {
    if run.state == .finished, let seconds = run.seconds { add(settings: run.settings, seconds: seconds) }
  }

  mutating func add(settings: JsonObject, seconds: Double) {
    let key = CostEstimate.key(settings)
    guard known[key] != nil || known.count < CostEstimate.most else { return }
    let before = known[key] ?? (settings, 0, 0)
    known[key] = (settings, before.sum + max(seconds, 0), before.count + 1)
    cache = [:]
  }

  /// Seconds of a run with such settings; nil if unknown.
  mutating func seconds(of settings: JsonObject) -> Double? {
    let key = CostEstimate.key(settings)
    if let same = known[key] { return same.sum / Double(same.count) }
    if let found = cache[key] { return found }
    var best = -1
    var (sum, count) = (0.0, 0)
    for other in known.values {
      let shared = settings.reduce(0) { $0 + (other.settings[$1.key] == $1.value ? 1 : 0) }
      guard shared >= best else { continue }
      if shared > best { (best, sum, count) = (shared, 0, 0) }
      sum += other.sum
      count += other.count
    }
    guard count > 0 else { return nil }
    cache[key] = sum / Double(count)
    return cache[key]
  }

  /// Total seconds of runs; nil if unknown.
  package mutating func seconds(_ runs: [SweepRun]) -> Double? {
    guard !known.isEmpty else { return nil }
    return runs.reduce(0.0) { $0 + (seconds(of: $1.settings) ?? 0) }
  }

  /// Another seed costs the same.
  private static func key(_ settings: JsonObject) -> String {
    settings.filter { $0.key != "seed" }.map { "\($0.key)=\($0.value.serialized())" }.joined(separator: "\n")
  }
}
