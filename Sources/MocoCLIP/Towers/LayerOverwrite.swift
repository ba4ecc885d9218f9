// Symbols in shapes: N rows of a tower, K of them overwritten, Q learned rows, W width.

/// Rows of a layer's input that are replaced by learned rows: deep prompts.
///
/// - Safety: `values` is in a tensor that the owner of the call keeps alive; tasks write only the rows of their own range.
struct LayerOverwrite: @unchecked Sendable {
  /// Rows of the tower, ascending, each once.
  /// - Shape: [K]
  let rows: [Int32]
  /// The learned row that replaces each of them.
  /// - Shape: [K]
  let sources: [Int32]
  /// - Shape: [Q, W]
  let values: Values
  let width: Int

  private func places(in range: Range<Int>) -> Range<Int> {
    let first = rows.partitioningIndex { Int($0) >= range.lowerBound }
    var last = first
    while last < rows.count, Int(rows[last]) < range.upperBound { last += 1 }
    return first..<last
  }

  /// Writes the learned rows over those of `range`.
  func write(into input: Floats, _ range: Range<Int>) {
    for k in places(in: range) {
      (input + Int(rows[k]) * width).update(from: values + Int(sources[k]) * width, count: width)
    }
  }

  /// Moves the gradient of the overwritten rows of `range` aside, if it is needed; the replaced rows get
  /// none.
  /// - Shape: stream [N, W], replaced [K, W]
  func take(from stream: Floats, _ range: Range<Int>, into replaced: Floats?) {
    for k in places(in: range) {
      let row = stream + Int(rows[k]) * width
      if let replaced { (replaced + k * width).update(from: row, count: width) }
      row.update(repeating: 0, count: width)
    }
  }

  /// Adds the gradient that was moved aside to the gradient of the learned rows, in the order of the rows.
  /// - Shape: replaced [K, W], gradient [Q, W]
  func add(_ replaced: Values, to gradient: Floats) {
    for k in rows.indices {
      let target = gradient + Int(sources[k]) * width
      let source = replaced + k * width
      for i in 0..<width { target[i] += source[i] }
    }
  }
}
