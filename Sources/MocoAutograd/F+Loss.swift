import CKernels
import MocoBase
import MocoTensor

extension F {
  /// The reduction of the rows' losses: their mean, their sum, or one loss per row; the raw values are the names
  /// of the language's `reduction` option.
  public enum Reduction: String, Sendable { case mean, sum, none }

  /// −log softmax(logits)[target], averaged.
  ///
  /// - Shape: logits [.., C], as many targets as rows; the result [] or, without reduction, [..]
  /// - Throws: E0205 for another number of targets or no rows to average, E0202 for a target outside 0 ..< C.
  public static func crossEntropy(
    _ logits: Variable, targets: [Int], reduction: Reduction = .mean
  ) throws -> Variable {
    guard let width = logits.shape.last else {
      throw Failure("E0205", "cross_entropy needs logits of at least one dimension")
    }
    let rows = logits.shape.dropLast().reduce(1, *)
    guard targets.count == rows else {
      throw Failure(
        "E0205",
        "cross_entropy: \(targets.count) targets for \(rows) rows of logits \(Shape.text(logits.shape))")
    }
    if let wrong = targets.first(where: { $0 < 0 || $0 >= width }) {
      throw Failure(
        "E0202", "cross_entropy: target \(wrong) is out of range for \(width) classes",
        help: width > 0 ? "use targets from 0 to \(width - 1)" : nil)
    }
    guard rows > 0 || reduction != .mean else {
      throw Failure("E0205", "cross_entropy: no rows to average")
    }
    let source = try logits.value.cast(to: .float32).contiguous()
    let logs = try Tensor(uninitialized: logits.shape)
    withExtendedLifetime((source, logs)) {
      Kernels.logSoftmax(source.floats, logs.floats, rows: rows, width: width)
    }
    let value: Tensor
    let share: Float = reduction == .mean ? 1 / Float(rows) : 1
    if reduction == .none {
      value = try Tensor(uninitialized: Array(logits.shape.dropLast()))
      for (r, t) in targets.enumerated() { value.floats[r] = -logs.floats[r * width + t] }
    } else {
      var total = 0.0
      for (r, t) in targets.enumerated() { total -= Double(logs.floats[r * width + t]) }
      value = try Tensor(Float(reduction == .mean ? total / Double(rows) : total))
    }
    return unary("cross_entropy", logits, value) { g in
      // (softmax − one-hot) of each row, times the row's gradient.
      let out = try Tensor(uninitialized: logs.shape)
      let g = try g.contiguous()
      withExtendedLifetime((logs, out, g)) {
        Kernels.exp(logs.floats, out.floats, count: out.count)
        let single = reduction != .none
        for r in 0..<rows {
          let row = out.floats + r * width
          row[targets[r]] -= 1
          moco_affine(width, (single ? g.floats[0] : g.floats[r]) * share, row, 0, row)
        }
      }
      return out
    }
  }

  /// −Σ target · log softmax(logits) along the last axis, averaged over rows.
  ///
  /// - Shape: both [.., C]
  public static func crossEntropy(_ logits: Variable, target: Variable) throws -> Variable {
    guard logits.shape == target.shape, !logits.shape.isEmpty else {
      throw Failure(
        "E0205",
        "cross_entropy: logits \(Shape.text(logits.shape)) and target probabilities "
          + "\(Shape.text(target.shape)) must have the same shape",
        operandLabels: (Shape.text(logits.shape), Shape.text(target.shape)))
    }
    let rows = logits.shape.dropLast().reduce(1, *)
    guard rows > 0 else { throw Failure("E0205", "cross_entropy: no rows to average") }
    return try scale(sum(mul(target, logSoftmax(logits))), -1 / Float(rows))
  }
}
