/// The argument of `%history`: `3-7`, `5`, `-n 20`, or a text.
///
///     HistorySelection("3-7")     // inputs 3 to 7 of this session
///     HistorySelection("-n 5")    // the last five entries
///     HistorySelection("20")      // the last twenty, as before numbers were shown
package enum HistorySelection: Equatable {
  case last(Int)
  case inputs(ClosedRange<Int>)
  case holding(String)

  /// The default number of entries.
  package static let usual = 20

  /// - Returns: nil if a number is missing or not valid.
  package init?(_ argument: String) {
    let text = argument.trimmed
    if text.isEmpty {
      self = .last(HistorySelection.usual)
    } else if text.hasPrefix("-n") {
      guard let count = Int(text.dropFirst(2).trimmingBlanks), count > 0 else { return nil }
      self = .last(count)
    } else if let count = Int(text) {
      guard count > 0 else { return nil }
      self = .last(count)
    } else if let range = HistorySelection.range(text) {
      self = .inputs(range)
    } else {
      self = .holding(text)
    }
  }

  /// `3-7`, `3-` and `-7`.
  private static func range(_ text: String) -> ClosedRange<Int>? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(\.trimmingBlanks)
    guard parts.count == 2, !(parts[0].isEmpty && parts[1].isEmpty) else { return nil }
    let first = parts[0].isEmpty ? 1 : Int(parts[0])
    let last = parts[1].isEmpty ? Int.max : Int(parts[1])
    guard let first, let last, first > 0 else { return nil }
    return min(first, last)...max(first, last)
  }
}

extension StringProtocol {
  fileprivate var trimmingBlanks: Substring {
    let text = Substring(self)
    let front = text.drop { $0 == " " }
    return front.prefix(
      front.lastIndex { $0 != " " }.map { front.distance(from: front.startIndex, to: $0) + 1 } ?? 0)
  }
}
