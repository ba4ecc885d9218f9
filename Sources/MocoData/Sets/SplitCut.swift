import MocoBase
import MocoTensor

/// How a source without splits is split, within each class.
public struct SplitCut: Sendable, Hashable {
  /// Names and shares in order; shares are positive and sum to at most 1.
  public let parts: [Part]
  /// The seed of the shuffle of each class, together with its label.
  public let seed: UInt64

  /// A split to create.
  public struct Part: Sendable, Hashable {
    /// The name: "train".
    public let name: String
    /// Its share of every class, 0 … 1.
    public let share: Double
  }

  /// The split of CoOp for data sets without splits: half, a fifth, the rest.
  public static let standard = standard(seed: 0)

  /// The same with another shuffle.
  public static func standard(seed: UInt64) -> SplitCut {
    SplitCut(
      checked: [
        Part(name: "train", share: 0.5), Part(name: "val", share: 0.2), Part(name: "test", share: 0.3),
      ], seed: seed)
  }

  private init(checked parts: [Part], seed: UInt64) {
    self.parts = parts
    self.seed = seed
  }

  /// - Throws: E0519 if a share is not positive, or they sum to more than 1, or a name is a duplicate.
  public init(_ shares: [(String, Double)], seed: UInt64 = 0) throws {
    let total = shares.reduce(0) { $0 + $1.1 }
    guard !shares.isEmpty, shares.allSatisfy({ $0.1 > 0 && $0.1.isFinite }), total <= 1 + 1e-9 else {
      let text = shares.map { "\($0.0): \($0.1)" }.joined(separator: ", ")
      throw DataError.mismatch(
        "cannot split images by {\(text)}",
        help: "use positive shares with a sum of at most 1: {train: 0.7, test: 0.3}")
    }
    guard Set(shares.map(\.0)).count == shares.count else {
      throw DataError.mismatch("cannot split images: a split is listed more than once")
    }
    self.init(checked: shares.map { Part(name: $0.0, share: $0.1) }, seed: seed)
  }

  /// Splits each class's items after a shuffle keyed by (seed, label). Every split gets at least one item of a
  /// class while items are left.
  func apply(to whole: DataSplit) -> [DataSplit] {
    var byLabel = [[DataItem]](repeating: [], count: whole.classes.count)
    for item in whole.items { byLabel[item.label].append(item) }
    var cut = [[DataItem]](repeating: [], count: parts.count)
    for (label, items) in byLabel.enumerated() {
      var order = items
      var random = Philox(seed: seed, stream: "split", index: label)
      random.shuffle(&order)
      var start = 0
      for (place, count) in counts(order.count).enumerated() {
        cut[place] += order[start..<start + count]
        start += count
      }
    }
    return zip(parts, cut).map { part, items in
      // Back into the source's order.
      whole.with(name: part.name, items: items.sorted { $0.source < $1.source })
    }
  }

  /// The number of items of each split, of `count`: the shares rounded down, at least one, the largest remainders
  /// first.
  package func counts(_ count: Int) -> [Int] {
    let total = min(count, Int((Double(count) * parts.reduce(0) { $0 + $1.share } + 1e-9).rounded()))
    var counts = parts.map { Int(Double(count) * $0.share + 1e-9) }
    let order = parts.indices.sorted { left, right in
      let a = Double(count) * parts[left].share - Double(counts[left])
      let b = Double(count) * parts[right].share - Double(counts[right])
      return a != b ? a > b : left < right
    }
    var rest = total - counts.reduce(0, +)
    for place in order where rest > 0 {
      counts[place] += 1
      rest -= 1
    }
    for place in counts.indices where counts[place] == 0 {
      guard let largest = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[largest] > 1 else {
        break
      }
      counts[largest] -= 1
      counts[place] = 1
    }
    return counts
  }

  var description: String {
    parts.map { "\($0.name) \(Int(($0.share * 100).rounded())) %" }.joined(separator: ", ")
  }
}
