import MocoTensor

// B images, G experts, K chosen.

/// The router's decision for a batch.
public struct Routing: Sendable {
  /// h, after the router's scale. Shape: [B, G].
  public let scores: [[Float]]
  /// The K experts of each image, best first.
  public let chosen: [[Int]]
  /// α: softmax of h over the chosen, zero elsewhere. Shape: [B, G].
  public let weights: [[Float]]

  /// The mean weight of each expert. Sums to 1.
  public var load: [Float] {
    guard let first = weights.first else { return [] }
    var sum = [Double](repeating: 0, count: first.count)
    for row in weights { for (g, value) in row.enumerated() { sum[g] += Double(value) } }
    return sum.map { Float($0 / Double(weights.count)) }
  }
}

/// The K largest of each row, ties to the lower index, and the softmax over them.
///
/// - Shape: scores [B, G] row-major → chosen B × K, weights [B, G].
func route(_ scores: [Float], rows: Int, experts: Int, topK: Int) -> (chosen: [[Int]], weights: [Float]) {
  var chosen: [[Int]] = []
  chosen.reserveCapacity(rows)
  var weights = [Float](repeating: 0, count: rows * experts)
  for b in 0..<rows {
    let row = scores[(b * experts)..<((b + 1) * experts)]
    let start = row.startIndex
    // NaN sorts last, so that a broken router still names experts.
    let order = row.indices.sorted { a, c in
      let x = row[a].isNaN ? -Float.infinity : row[a]
      let y = row[c].isNaN ? -Float.infinity : row[c]
      return x == y ? a < c : x > y
    }
    let best = order.prefix(topK).map { $0 - start }
    let top = scores[b * experts + best[0]]
    var sum: Float = 0
    for g in best {
      let value = expFloat(scores[b * experts + g] - top)
      weights[b * experts + g] = value
      sum += value
    }
    for g in best { weights[b * experts + g] /= sum }
    chosen.append(best)
  }
  return (chosen, weights)
}
