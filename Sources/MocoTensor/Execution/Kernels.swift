import CKernels

/// Kernels of CKernels on raw pointers, cut into fixed pieces and spread over `Parallel`.
///
/// The instruction set is chosen once at run time; results have the same bits with any. Matrices are row-major without gaps, [rows, width].
/// Sizes are not checked here: the caller checks them.
public enum Kernels {
  /// Elements that a kernel writes, or reads and writes.
  public typealias Floats = UnsafeMutablePointer<Float>
  /// Elements that a kernel only reads.
  public typealias Values = UnsafePointer<Float>

  // Elements of a task: enough to outweigh the cost of its start, few enough to be spread and to stay in the
  // second-level cache.
  static let taskSize = 1 << 15

  static func rowBlocks(_ rows: Int, _ width: Int, _ body: (Range<Int>) -> Void) {
    Parallel.chunks(rows, size: max(1, taskSize / max(width, 1)), body)
  }

  // MARK: Elementwise

  /// Operations on one element; raw values are those of `moco_unary_op`. `gelu` is exact, `quickGelu` is x
  /// σ(1.702 x), `round` takes ties to even.
  public enum Unary: Int32, Sendable, CaseIterable {
    case negate, abs, exp, log, sqrt, rsqrt, square, reciprocal, tanh, sigmoid, relu, gelu, quickGelu, erf,
      sin, cos
    case floor, ceil, round, sign
  }

  /// Operations on two elements; raw values are those of `moco_binary_op`. `maximum` and `minimum` pass NaN
  /// on, `modulo` has the sign of the right side.
  public enum Binary: Int32, Sendable, CaseIterable {
    case add, subtract, multiply, divide, maximum, minimum, power, modulo
  }

  /// Comparisons of two elements; raw values are those of `moco_compare_op`. Every one but `notEqual` is
  /// false if either side is NaN.
  public enum Comparison: Int32, Sendable, CaseIterable {
    case equal, notEqual, less, lessEqual, greater, greaterEqual
  }

  /// out = op(x).
  public static func unary(_ op: Unary, _ x: Values, _ out: Floats, count: Int) {
    // - Safety: each task works on its own part, and the caller waits for all of them.
    nonisolated(unsafe) let (x, out) = (x, out)
    Parallel.chunks(count, size: taskSize) { r in
      moco_unary(op.rawValue, r.count, x + r.lowerBound, 1, out + r.lowerBound)
    }
  }

  /// op(x) of one number, to the same bits.
  public static func unary(_ op: Unary, _ x: Float) -> Float {
    var (x, y) = (x, Float.nan)
    moco_unary(op.rawValue, 1, &x, 1, &y)
    return y
  }

  /// dx = dy · op'(x), with y = op(x).
  public static func unaryBackward(_ op: Unary, x: Values, y: Values, dy: Values, _ dx: Floats, count: Int) {
    Parallel.chunks(count, size: taskSize) { r in
      let i = r.lowerBound
      moco_unary_backward(op.rawValue, r.count, x + i, y + i, dy + i, dx + i)
    }
  }

  /// out = eˣ; out may be x.
  public static func exp(_ x: Values, _ out: Floats, count: Int) { unary(.exp, x, out, count: count) }

  /// out = eˣ in double precision, on the calling thread; out may be x.
  public static func exp(_ x: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>, count: Int) {
    moco_exp_double(x, out, count)
  }

  /// y += alpha · x.
  public static func addScaled(_ alpha: Float, _ x: Values, _ y: Floats, count: Int) {
    Parallel.chunks(count, size: taskSize) { r in
      moco_add_scaled(r.count, alpha, x + r.lowerBound, y + r.lowerBound)
    }
  }

  /// out = alpha · x + beta.
  public static func affine(_ alpha: Float, _ x: Values, _ beta: Float, _ out: Floats, count: Int) {
    Parallel.chunks(count, size: taskSize) { r in
      moco_affine(r.count, alpha, x + r.lowerBound, beta, out + r.lowerBound)
    }
  }

  /// out = value, `count` times.
  public static func fill(_ out: Floats, _ value: Float, count: Int) {
    Parallel.chunks(count, size: taskSize) { r in
      (out + r.lowerBound).update(repeating: value, count: r.count)
    }
  }

  // MARK: Rows

  /// out = softmax of each row; a row in which all elements are −infinity gives NaN. out may be x.
  public static func softmax(_ x: Values, _ out: Floats, rows: Int, width: Int) {
    rowBlocks(rows, width) { r in
      moco_softmax(x + r.lowerBound * width, out + r.lowerBound * width, r.count, width)
    }
  }

  /// dx = y (dy − ⟨y, dy⟩) by row, with y = softmax(x).
  public static func softmaxBackward(y: Values, dy: Values, _ dx: Floats, rows: Int, width: Int) {
    rowBlocks(rows, width) { r in
      let i = r.lowerBound * width
      moco_softmax_backward(y + i, dy + i, dx + i, r.count, width)
    }
  }

  /// out = x − log Σ eˣ of each row; out may be x.
  public static func logSoftmax(_ x: Values, _ out: Floats, rows: Int, width: Int) {
    rowBlocks(rows, width) { r in
      moco_log_softmax(x + r.lowerBound * width, out + r.lowerBound * width, r.count, width)
    }
  }

  /// dx = dy − e^y Σ dy by row, with y = logSoftmax(x).
  public static func logSoftmaxBackward(y: Values, dy: Values, _ dx: Floats, rows: Int, width: Int) {
    rowBlocks(rows, width) { r in
      let i = r.lowerBound * width
      moco_log_softmax_backward(y + i, dy + i, dx + i, r.count, width)
    }
  }

  /// out = x / max(|x|, eps) by row; `inverse` [rows] receives the factors.
  public static func normalizeRows(
    _ x: Values, eps: Float, _ out: Floats, inverse: Floats?, rows: Int, width: Int
  ) {
    rowBlocks(rows, width) { r in
      let i = r.lowerBound
      moco_normalize(x + i * width, eps, out + i * width, inverse.map { $0 + i }, r.count, width)
    }
  }

  /// dx = inverse (dy − y ⟨y, dy⟩) by row, without the second term if the row's norm was below eps; y and
  /// `inverse` are the results of `normalizeRows`.
  public static func normalizeRowsBackward(
    y: Values, inverse: Values, eps: Float, dy: Values, _ dx: Floats, rows: Int, width: Int
  ) {
    rowBlocks(rows, width) { r in
      let i = r.lowerBound * width
      moco_normalize_backward(y + i, inverse + r.lowerBound, eps, dy + i, dx + i, r.count, width)
    }
  }

  /// out = (x − mean) · rstd · weight + bias by row; `statistics` [rows, 2] receives mean and rstd.
  public static func layerNorm(
    _ x: Values, weight: Values, bias: Values, eps: Float, _ out: Floats, statistics: Floats?, rows: Int,
    width: Int
  ) {
    rowBlocks(rows, width) { r in
      let i = r.lowerBound
      moco_tower_norm(
        x + i * width, weight, bias, eps, out + i * width, statistics.map { $0 + 2 * i }, r.count, width)
    }
  }

  // Rows whose sums are formed together; a constant, so that the order of additions never changes.
  private static let sumRows = 256

  /// dx of a LayerNorm, and the gradients of weight and bias added to `sums` [2, width]; either may be nil.
  public static func layerNormBackward(
    dy: Values, x: Values, weight: Values, statistics: Values, _ dx: Floats?, sums: Floats?, rows: Int,
    width: Int
  ) {
    let blocks = (rows + sumRows - 1) / sumRows
    let part = 2 * width
    let partial = sums == nil ? nil : UnsafeMutablePointer<Float>.allocate(capacity: max(blocks * part, 1))
    partial?.initialize(repeating: 0, count: blocks * part)
    defer { partial?.deallocate() }
    Parallel.forEach(blocks) { block in
      let first = block * sumRows
      let i = first * width
      moco_tower_norm_backward(
        dy + i, x + i, weight, statistics + 2 * first, nil, dx.map { $0 + i },
        partial.map { $0 + block * part },
        min(sumRows, rows - first), width)
    }
    guard let sums, let partial else { return }
    for block in 0..<blocks { moco_add_scaled(part, 1, partial + block * part, sums) }
  }

  // MARK: Reductions

  // Elements summed in one task; partial sums are added in order.
  private static let sumSize = 1 << 16

  /// Sum in double precision, in an order that depends on the count alone.
  public static func sum(_ x: Values, count: Int) -> Double {
    if count <= sumSize { return moco_sum(x, count) }
    let parts = (count + sumSize - 1) / sumSize
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: parts) { partial in
      // - Safety: each task writes its own slot only, and the caller waits for all of them.
      nonisolated(unsafe) let out = partial
      Parallel.forEach(parts) { i in
        out[i] = moco_sum(x + i * sumSize, min(sumSize, count - i * sumSize))
      }
      return partial.reduce(0, +)
    }
  }

  /// out[r] = sum of a row.
  public static func rowSums(_ x: Values, _ out: Floats, rows: Int, width: Int) {
    if rows < 4, width > sumSize {
      for r in 0..<rows { out[r] = Float(sum(x + r * width, count: width)) }
      return
    }
    rowBlocks(rows, width) { block in
      for r in block { out[r] = Float(moco_sum(x + r * width, width)) }
    }
  }

  /// out[c] = sum over rows.
  public static func columnSums(_ x: Values, stride: Int, _ out: Floats, rows: Int, columns: Int) {
    Parallel.chunks(columns, size: max(8, (taskSize / max(rows, 1)) & ~7)) { r in
      moco_sum_columns(x + r.lowerBound, rows, stride, r.count, out + r.lowerBound)
    }
  }
}
