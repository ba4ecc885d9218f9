import MocoBase

extension Tensor {
  /// The cumulative sums along an axis, from its beginning or, if `reversed`, from its end. Integers and bools give
  /// int64; floats give float32, added in double precision.
  ///
  /// - Throws: E0205 for an axis that does not exist, E0402 when integers overflow.
  public func cumulativeSum(axis: Int, reversed: Bool = false) throws -> Tensor {
    let view = try along(axis, "cumsum", keep: true)
    let (n, inner) = (view.n, view.inner)
    let isFloat = dtype == .float32
    let ints = isFloat ? nil : try view.source.cast(to: .int64)
    let out = try Tensor(uninitialized: shape, isFloat ? .float32 : .int64)
    let size = max(1, Kernels.taskSize / max(n * inner, 1))
    try withExtendedLifetime((view.source.storage, out.storage)) {
      try Parallel.chunks(view.outer, size: size) { rows in
        var sums = [Double](repeating: 0, count: inner)
        var wholes = [Int64](repeating: 0, count: inner)
        for row in rows {
          for i in 0..<inner { (sums[i], wholes[i]) = (0, 0) }
          for step in 0..<n {
            let base = (row * n + (reversed ? n - 1 - step : step)) * inner
            for i in 0..<inner {
              guard let ints else {
                sums[i] += Double(view.source.floats[base + i])
                out.floats[base + i] = Float(sums[i])
                continue
              }
              let (sum, overflow) = wholes[i].addingReportingOverflow(ints.ints[base + i])
              if overflow { throw Failure("E0402", "cumsum: a sum is out of range for Int") }
              wholes[i] = sum
              out.ints[base + i] = sum
            }
          }
        }
      }
    }
    return out
  }
}
