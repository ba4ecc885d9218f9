import CKernels
import MocoBase

// outer: dimensions before the axis; n: the axis; inner: dimensions after it.

extension Tensor {
  struct AxisView {
    let source: Tensor
    let outer: Int, n: Int, inner: Int
    let axis: Int
    let reducedShape: [Int]
  }

  func along(_ axis: Int, _ operation: String, keep: Bool) throws -> AxisView {
    let at = try Shape.axis(axis, shape, for: operation)
    var reduced = shape
    if keep { reduced[at] = 1 } else { reduced.remove(at: at) }
    return AxisView(
      source: try contiguous(), outer: shape[..<at].reduce(1, *), n: shape[at],
      inner: shape[(at + 1)...].reduce(1, *),
      axis: at, reducedShape: reduced)
  }

  /// The axes of a reduction moved to the end and joined: [kept…, n].
  func joined(_ axes: [Int], _ operation: String, keep: Bool) throws -> (tensor: Tensor, shape: [Int]) {
    let at = try axes.map { try Shape.axis($0, shape, for: operation) }
    guard Set(at).count == at.count else {
      throw Failure("E0205", "\(operation): duplicate axis in \(Shape.text(axes))")
    }
    let kept = shape.indices.filter { !at.contains($0) }
    let n = at.reduce(1) { $0 * shape[$1] }
    let moved = try permuted(kept + at.sorted()).reshaped(kept.map { shape[$0] } + [n])
    let result = keep ? shape.indices.map { at.contains($0) ? 1 : shape[$0] } : kept.map { shape[$0] }
    return (moved, result)
  }

  /// The sum of all elements; integers and bools give an integer.
  ///
  /// Formed in double precision, in an order that depends on the shape alone.
  ///
  /// - Throws: E0402 when integers overflow.
  public func sum() throws -> Tensor {
    if dtype == .float32 {
      let source = try contiguous()
      let total = withExtendedLifetime(source.storage) { Kernels.sum(source.floats, count: count) }
      return try Tensor(Float(total))
    }
    return try reshaped([count]).sum(axis: 0)
  }

  /// The sum along one axis; integers and bools give integers. `keep` leaves the axis as size 1.
  ///
  /// - Throws: E0205 for an axis that does not exist, E0402 when integers overflow.
  public func sum(axis: Int, keep: Bool = false) throws -> Tensor {
    let v = try along(axis, "sum", keep: keep)
    if dtype != .float32 { return try intSum(v) }
    let out = try Tensor(uninitialized: v.reducedShape)
    let (n, inner) = (v.n, v.inner)
    withExtendedLifetime((v.source.storage, out.storage)) {
      let (x, o) = (v.source.floats, out.floats)
      if inner == 1 {
        Kernels.rowSums(x, o, rows: v.outer, width: n)
      } else if v.outer == 1 {
        Kernels.columnSums(x, stride: inner, o, rows: n, columns: inner)
      } else {
        Parallel.chunks(v.outer, size: max(1, Kernels.taskSize / max(n * inner, 1))) { r in
          for i in r { moco_sum_columns(x + i * n * inner, n, inner, inner, o + i * inner) }
        }
      }
    }
    return out
  }

  /// The sum over several axes.
  public func sum(axes: [Int], keep: Bool = false) throws -> Tensor {
    if axes.count == 1 { return try sum(axis: axes[0], keep: keep) }
    let (moved, shape) = try joined(axes, "sum", keep: keep)
    return try moved.sum(axis: -1).reshaped(shape)
  }

  private func intSum(_ v: AxisView) throws -> Tensor {
    let source = try v.source.cast(to: .int64)
    let out = try Tensor.zeros(v.reducedShape, .int64)
    try withExtendedLifetime((source.storage, out.storage)) {
      for o in 0..<v.outer {
        for k in 0..<v.n {
          for i in 0..<v.inner {
            let (sum, overflow) = out.ints[o * v.inner + i].addingReportingOverflow(
              source.ints[(o * v.n + k) * v.inner + i])
            guard !overflow else {
              throw Failure("E0402", "sum is out of range for a 64-bit integer")
            }
            out.ints[o * v.inner + i] = sum
          }
        }
      }
    }
    return out
  }

  /// The mean of all elements, as float32, shape [].
  ///
  /// - Throws: E0205 for an empty tensor.
  public func mean() throws -> Tensor {
    try checkNotEmpty(count, "mean", nil)
    let source = try cast(to: .float32).contiguous()
    let total = withExtendedLifetime(source.storage) { Kernels.sum(source.floats, count: count) }
    return try Tensor(Float(total / Double(count)))
  }

  /// The mean along one axis, as float32; `keep` leaves the axis as size 1.
  ///
  /// - Throws: E0205 for an axis that is empty or does not exist.
  public func mean(axis: Int, keep: Bool = false) throws -> Tensor {
    let at = try Shape.axis(axis, shape, for: "mean")
    try checkNotEmpty(shape[at], "mean", at)
    return try cast(to: .float32).sum(axis: at, keep: keep).affine(1 / Float(shape[at]))
  }

  func checkNotEmpty(_ n: Int, _ operation: String, _ axis: Int?) throws {
    guard n > 0 else {
      throw Failure(
        "E0205",
        "\(operation) of an empty tensor: "
          + (axis.map { "dimension \($0) of \(Shape.text(shape)) is empty" }
            ?? "shape \(Shape.text(shape)) is empty"))
    }
  }

  /// Largest or smallest elements along an axis and their first indices. NaN takes precedence, as in NumPy.
  ///
  /// - Throws: E0205 for an empty axis.
  public func extreme(
    _ sign: Extreme, axis: Int, keep: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    let v = try along(axis, sign.name, keep: keep)
    try checkNotEmpty(v.n, sign.name, v.axis)
    let indices = try Tensor(uninitialized: v.reducedShape, .int64)
    let (n, inner) = (v.n, v.inner)
    guard dtype == .float32 else {
      let source = try v.source.cast(to: .int64)
      let values = try Tensor(uninitialized: v.reducedShape, .int64)
      withExtendedLifetime((source.storage, values.storage, indices.storage)) {
        for o in 0..<v.outer {
          for i in 0..<inner {
            var best = source.ints[o * n * inner + i]
            var at = 0
            for k in 1..<max(n, 1) {
              let value = source.ints[(o * n + k) * inner + i]
              if sign == .max ? value > best : value < best { (best, at) = (value, k) }
            }
            values.ints[o * inner + i] = best
            indices.ints[o * inner + i] = Int64(at)
          }
        }
      }
      return (values, indices)
    }
    let values = try Tensor(uninitialized: v.reducedShape)
    withExtendedLifetime((v.source.storage, values.storage, indices.storage)) {
      let (x, best, at) = (v.source.floats, values.floats, indices.ints)
      Parallel.chunks(v.outer, size: max(1, Kernels.taskSize / max(n * inner, 1))) { r in
        for i in r {
          moco_extreme_columns(
            x + i * n * inner, n, inner, inner, sign == .max ? 1 : -1, best + i * inner, at + i * inner)
        }
      }
    }
    return (values, indices)
  }

  /// The end of the order to search for.
  public enum Extreme: Sendable {
    case max, min
    var name: String { self == .max ? "max" : "min" }
  }

  /// The first index of the largest element along an axis, int64; NaN counts as largest.
  ///
  /// - Throws: E0205 for an axis that is empty or does not exist.
  public func argmax(axis: Int, keep: Bool = false) throws -> Tensor {
    try extreme(.max, axis: axis, keep: keep).indices
  }

  /// Summed over the repeated dimensions, so that the result has `target`'s shape; the gradient of
  /// `expanded`.
  package func reduced(to target: [Int]) throws -> Tensor {
    if shape == target { return self }
    let lead = rank - target.count
    guard lead >= 0 else { return try reshaped(target) }
    var axes = Array(0..<lead)
    for d in target.indices where target[d] == 1 && shape[lead + d] != 1 { axes.append(lead + d) }
    if axes.isEmpty { return try reshaped(target) }
    // Leading axes alone are column sums, without moving anything.
    if axes == Array(0..<axes.count), lead > 0 {
      let rows = axes.reduce(1) { $0 * shape[$1] }
      return try reshaped([rows] + shape[axes.count...]).sum(axis: 0).reshaped(target)
    }
    return try sum(axes: axes, keep: true).reshaped(target)
  }
}
