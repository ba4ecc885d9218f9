import MocoBase

extension Tensor {
  /// [.., m, k] @ [.., k, n] of integers and bools, whose batches broadcast: exact, as NumPy's, but never wrapped.
  ///
  /// - Throws: E0402 if a sum of products overflows; E0406 if interrupted.
  static func wholeProduct(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
    let batch = Shape.broadcast(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2))) ?? []
    let x = try a.cast(to: .int64).expanded(to: batch + [m, k]).contiguous()
    let y = try b.cast(to: .int64).expanded(to: batch + [k, n]).contiguous()
    let out = try Tensor.zeros(batch + [m, n], .int64)
    guard out.count > 0, k > 0 else { return out }
    try withExtendedLifetime((x.storage, y.storage, out.storage)) {
      let (p, q, o) = (x.ints, y.ints, out.ints)
      let fits = product(of: magnitude(x), magnitude(y), k) <= UInt64(Int64.max)
      try Parallel.chunks(batch.reduce(1, *) * m, size: max(1, 100_000 / max(k * n, 1))) { rows in
        for row in rows {
          try Cancellation.check()
          let right = q + row / m * k * n
          let sums = o + row * n
          for j in 0..<k {
            let factor = p[row * k + j]
            let line = right + j * n
            if fits {
              for i in 0..<n { sums[i] &+= factor &* line[i] }
            } else {
              for i in 0..<n { try add(factor, line[i], to: &sums[i]) }
            }
          }
        }
      }
    }
    return out
  }

  private static func add(_ a: Int64, _ b: Int64, to sum: inout Int64) throws {
    let (product, tooLarge) = a.multipliedReportingOverflow(by: b)
    let (total, overflow) = sum.addingReportingOverflow(product)
    guard !tooLarge, !overflow else {
      throw Failure(
        "E0402", "@: a sum of products is out of range for a 64-bit integer",
        help: "multiply as Floats: a.float() @ b.float()")
    }
    sum = total
  }

  private static func magnitude(_ x: Tensor) -> UInt64 {
    var largest: UInt64 = 0
    for i in 0..<x.count { largest = max(largest, x.ints[i].magnitude) }
    return largest
  }

  /// The largest number on overflow.
  private static func product(of a: UInt64, _ b: UInt64, _ count: Int) -> UInt64 {
    let (first, tooLarge) = a.multipliedReportingOverflow(by: b)
    let (all, overflow) = first.multipliedReportingOverflow(by: UInt64(count))
    return tooLarge || overflow ? .max : all
  }
}
