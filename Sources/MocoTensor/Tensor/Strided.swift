import CKernels

/// Loops over operands of one shape, each with its own strides, as long inner rows.
package enum Strided {
  /// A shape with neighbouring dimensions merged where all operands allow it, and at least one dimension.
  package struct Loop {
    /// Sizes of the merged dimensions, outermost first; never empty, [1] for a single element.
    package var shape: [Int]
    /// By operand.
    package var strides: [[Int]]

    /// Merges the dimensions of `shape`. Each operand is given by its strides in elements, one per dimension.
    package init(_ shape: [Int], _ operands: [[Int]]) {
      var sizes: [Int] = []
      var merged = [[Int]](repeating: [], count: operands.count)
      for d in shape.indices where shape[d] != 1 {
        let last = sizes.count - 1
        let joins =
          last >= 0 && operands.indices.allSatisfy { merged[$0][last] == operands[$0][d] * shape[d] }
        if joins {
          sizes[last] *= shape[d]
          for i in operands.indices { merged[i][last] = operands[i][d] }
        } else {
          sizes.append(shape[d])
          for i in operands.indices { merged[i].append(operands[i][d]) }
        }
      }
      if sizes.isEmpty {
        sizes = [1]
        merged = merged.map { _ in [0] }
      }
      self.shape = sizes
      strides = merged
    }

    /// Length of the innermost dimension.
    package var inner: Int { shape[shape.count - 1] }
    /// Number of runs of the innermost dimension.
    package var rows: Int { shape.dropLast().reduce(1, *) }
    /// An operand's stride along the innermost dimension, in elements; 0 where it is repeated.
    package func innerStride(_ operand: Int) -> Int { strides[operand][shape.count - 1] }

    /// Calls `body` for runs of the innermost dimension: the offset of each operand and the run's length.
    /// Runs are split and spread over threads by size alone, so `body` must write to its own places.
    package func run(_ body: ([Int], Int) -> Void) {
      let inner = self.inner
      let rows = self.rows
      guard inner > 0, rows > 0 else { return }
      if rows == 1 {
        Parallel.chunks(inner, size: Kernels.taskSize) { r in
          body(strides.map { $0[shape.count - 1] * r.lowerBound }, r.count)
        }
        return
      }
      Parallel.chunks(rows, size: max(1, Kernels.taskSize / inner)) { block in
        let outer = shape.count - 1
        var index = [Int](repeating: 0, count: outer)
        var rest = block.lowerBound
        for d in stride(from: outer - 1, through: 0, by: -1) {
          index[d] = rest % shape[d]
          rest /= shape[d]
        }
        var offsets = strides.map { s in (0..<outer).reduce(0) { $0 + index[$1] * s[$1] } }
        for _ in block {
          body(offsets, inner)
          var d = outer - 1
          while d >= 0 {
            index[d] += 1
            for i in offsets.indices { offsets[i] += strides[i][d] }
            if index[d] < shape[d] { break }
            for i in offsets.indices { offsets[i] -= strides[i][d] * shape[d] }
            index[d] = 0
            d -= 1
          }
        }
      }
    }
  }

  /// Copies elements of equal shape and dtype.
  package static func copy(_ source: Tensor, to target: Tensor) {
    guard source.count > 0 else { return }
    let loop = Loop(source.shape, [target.strides, source.strides])
    withExtendedLifetime((source.storage, target.storage)) {
      switch source.dtype {
      case .float32: copy(loop, source.floats, target.floats)
      case .int64: copy(loop, source.ints, target.ints)
      case .bool: copy(loop, source.bytes, target.bytes)
      }
    }
  }

  private static func copy<T>(
    _ loop: Loop, _ source: UnsafeMutablePointer<T>, _ target: UnsafeMutablePointer<T>
  ) {
    let to = loop.innerStride(0)
    let from = loop.innerStride(1)
    loop.run { offsets, n in
      let out = target + offsets[0]
      let x = source + offsets[1]
      if to == 1, from == 1 {
        out.update(from: x, count: n)
      } else {
        for i in 0..<n { out[i * to] = x[i * from] }
      }
    }
  }
}
