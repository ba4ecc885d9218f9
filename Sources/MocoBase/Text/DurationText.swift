/// Durations as text. All values are in seconds.
package enum DurationText {
  /// A measured duration, with three digits and a unit: `12.3 ms`.
  package static func precise(_ seconds: Double) -> String {
    let (value, unit): (Double, String) =
      seconds >= 1
      ? (seconds, "s")
      : seconds >= 1e-3
        ? (seconds * 1e3, "ms")
        : seconds >= 1e-6 ? (seconds * 1e6, "µs") : (seconds * 1e9, "ns")
    let scale = value >= 100 ? 1.0 : value >= 10 ? 10 : 100
    let rounded = (value * scale).rounded() / scale
    return (rounded == rounded.rounded() && scale == 1 ? String(Int(rounded)) : String(rounded)) + " " + unit
  }

  /// An expected duration, in a suitable unit: `0.4 s`, `12 min`, `3.5 h`, `2 days`.
  package static func estimate(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.0095: return "\(NumberText.fixed(seconds * 1000, 1)) ms"
    case ..<9.5: return "\(NumberText.fixed(seconds, 2)) s"
    case ..<90: return "\(NumberText.fixed(seconds, 0)) s"
    case ..<5400: return "\(NumberText.fixed(seconds / 60, 0)) min"
    case ..<172_800: return "\(NumberText.fixed(seconds / 3600, 1)) h"
    default: return "\(NumberText.fixed(seconds / 86_400, 0)) days"
    }
  }

  /// The remaining duration: `0:07`, `12:30`, `1:02:03`.
  package static func countdown(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e8).rounded(.up))
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    let two = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }
}
