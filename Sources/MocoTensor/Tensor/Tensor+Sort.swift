import MocoBase

extension Tensor {
  /// Sorted along an axis, with the original positions. Stable; NaN comes last in both directions.
  ///
  /// - Throws: E0205; E0405 without room for the positions; E0406 when interrupted.
  public func sorted(axis: Int = -1, descending: Bool = false) throws -> (values: Tensor, indices: Tensor) {
    try ordered(axis: axis, descending: descending, keep: nil, "sort")
  }

  /// The k largest (or smallest) along an axis, in order, with their positions. Among equal ones the first comes
  /// first.
  ///
  /// - Throws: E0205 for k outside 0 ... length.
  public func topK(_ k: Int, axis: Int = -1, largest: Bool = true) throws -> (values: Tensor, indices: Tensor)
  {
    let at = try Shape.axis(axis, shape, for: "topk")
    guard k >= 0, k <= shape[at] else {
      throw Failure(
        "E0205", "topk: k is \(k), but axis \(at) of \(Shape.text(shape)) has \(shape[at]) elements",
        help: "use k from 0 to \(shape[at])")
    }
    return try ordered(axis: at, descending: largest, keep: k, "topk")
  }

  private func ordered(
    axis: Int, descending: Bool, keep: Int?, _ operation: String
  ) throws -> (values: Tensor, indices: Tensor) {
    let v = try along(axis, operation, keep: true)
    let (n, inner) = (v.n, v.inner)
    let k = keep ?? n
    var shape = self.shape
    shape[v.axis] = k
    let indices = try Tensor(uninitialized: shape, .int64)
    let ints = dtype == .float32 ? nil : try v.source.cast(to: .int64)
    // Positions being sorted: a list for every thread.
    let (bytes, overflow) = n.multipliedReportingOverflow(by: 8 * min(Parallel.threadCount, max(v.outer, 1)))
    try MemoryAccountant.reserve(overflow ? Int.max : bytes)
    defer { MemoryAccountant.release(overflow ? Int.max : bytes) }
    try withExtendedLifetime((v.source.storage, indices.storage)) {
      let (out, x) = (indices.ints, v.source)
      try Parallel.chunks(v.outer, size: max(1, 4096 / max(n * inner, 1))) { r in
        var comparisons: UInt32 = 0
        func poll() throws {
          comparisons &+= 1
          if comparisons & 0xFFFF == 0 { try Cancellation.check() }
        }
        var order = [Int](repeating: 0, count: n)
        for outer in r {
          for i in 0..<inner {
            for j in 0..<n { order[j] = j }
            let base = outer * n * inner + i
            if let ints {
              let values = ints.ints + base
              try order.sort { a, b in
                try poll()
                let p = values[a * inner]
                let q = values[b * inner]
                return p == q ? a < b : descending ? p > q : p < q
              }
            } else {
              let values = x.floats + base
              try order.sort { a, b in
                try poll()
                let p = values[a * inner]
                let q = values[b * inner]
                if p.isNaN || q.isNaN { return p.isNaN == q.isNaN ? a < b : q.isNaN }
                return p == q ? a < b : descending ? p > q : p < q
              }
            }
            for j in 0..<k { out[(outer * k + j) * inner + i] = Int64(order[j]) }
          }
        }
      }
    }
    return (try takeAlong(axis: v.axis, indices), indices)
  }

  /// Ones at the labels. Shape: [..] → [.., classes], float32.
  ///
  /// - Throws: E0202 for a label outside 0 ..< classes, E0201 for floats.
  public func oneHot(_ classes: Int) throws -> Tensor {
    guard dtype == .int64 else {
      throw Failure("E0201", "one_hot needs integer labels, not \(dtype.rawValue)")
    }
    let labels = try toInts()
    let out = try Tensor.zeros(shape + [classes])
    for (i, label) in labels.enumerated() {
      guard label >= 0, label < classes else {
        throw Failure("E0202", "one_hot: label \(label) is out of range for \(classes) classes")
      }
      out.floats[i * classes + label] = 1
    }
    return out
  }
}
