import CKernels
import MocoBase

extension Tensor {
  /// The matrix product, as NumPy's `@`: vectors are rows on the left and columns on the right, and leading
  /// dimensions are batches that broadcast. Integers and bools give integers.
  ///
  /// - Shape: [.., m, k] @ [.., k, n] → [.., m, n]
  /// - Throws: E0203 naming the inner sizes, or for a single number; E0204 for batches that do not broadcast, E0402
  ///   when integers overflow.
  public func matmul(_ other: Tensor) throws -> Tensor {
    let (a, b, shape) = try Tensor.matrixOperands(self, other)
    return try Tensor.product(a, b).reshaped(shape)
  }

  /// Both sides as matrices, and the shape of the result.
  package static func matrixOperands(_ left: Tensor, _ right: Tensor) throws -> (Tensor, Tensor, [Int]) {
    guard left.rank > 0, right.rank > 0 else {
      throw Failure(
        "E0203", "a matrix product needs vectors or matrices, not a scalar",
        help: "use * to multiply by a number",
        operandLabels: (Shape.text(left.shape), Shape.text(right.shape)))
    }
    let a = left.rank == 1 ? try left.unsqueezed(0) : left
    let b = right.rank == 1 ? try right.unsqueezed(1) : right
    let m = a.shape[a.rank - 2]
    let k = a.shape[a.rank - 1]
    let n = b.shape[b.rank - 1]
    guard k == b.shape[b.rank - 2] else {
      throw productError(left.shape, right.shape, k, b.shape[b.rank - 2])
    }
    let leftBatch = Array(a.shape.dropLast(2))
    let rightBatch = Array(b.shape.dropLast(2))
    let batch = try Shape.broadcast(leftBatch, rightBatch, for: "@ over batches")
    return (a, b, batch + (left.rank == 1 ? [] : [m]) + (right.rank == 1 ? [] : [n]))
  }

  private static func productError(_ a: [Int], _ b: [Int], _ k: Int, _ other: Int) -> Failure {
    var error = Failure(
      "E0203", "shapes do not match for @: \(k) columns on the left, \(other) rows on the right",
      operandLabels: (Shape.text(a), Shape.text(b)))
    func result(_ x: [Int], _ y: [Int]) -> [Int]? {
      guard x.count >= 2, y.count >= 2, x[x.count - 1] == y[y.count - 2] else { return nil }
      guard let batch = Shape.broadcast(Array(x.dropLast(2)), Array(y.dropLast(2))) else { return nil }
      return batch + [x[x.count - 2], y[y.count - 1]]
    }
    func flip(_ x: [Int]) -> [Int] {
      var x = x
      if x.count >= 2 { x.swapAt(x.count - 1, x.count - 2) }
      return x
    }
    let remedy: ProductRemedy
    if let shape = result(a, flip(b)) {
      remedy = .transposeRight(shape)
    } else if let shape = result(flip(a), b) {
      remedy = .transposeLeft(shape)
    } else if let shape = result(b, a) {
      remedy = .swap(shape)
    } else {
      error.help = "the last dimension on the left must equal the second to last on the right"
      return error
    }
    error.help = remedy.text(left: "left", right: "right")
    error.operandHelp = { remedy.text(left: $0, right: $1) }
    return error
  }

  /// A matrix as the products need it: its orientation, and the distance of its rows.
  private struct Operand {
    let tensor: Tensor
    let transposed: Bool
    let rowStride: Int

    init(_ source: Tensor) throws {
      let rank = source.rank
      let rows = source.shape[rank - 2]
      let columns = source.shape[rank - 1]
      let s0 = source.strides[rank - 2]
      let s1 = source.strides[rank - 1]
      if s1 == 1 || columns == 1, rows == 1 || s0 >= columns {
        (tensor, transposed, rowStride) = (source, false, rows == 1 ? columns : s0)
      } else if s0 == 1 || rows == 1, columns == 1 || s1 >= rows {
        (tensor, transposed, rowStride) = (source, true, columns == 1 ? rows : s1)
      } else {
        let copy = try source.copy()
        (tensor, transposed, rowStride) = (copy, false, columns)
      }
    }
  }

  /// [.., m, k] @ [.., k, n] with batches that broadcast.
  private static func product(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let m = a.shape[a.rank - 2]
    let k = a.shape[a.rank - 1]
    let n = b.shape[b.rank - 1]
    // Matrices with the same right side are one tall matrix.
    if b.rank == 2, a.rank > 2 {
      let tall = try a.reshaped([a.shape.dropLast(2).reduce(1, *) * m, k])
      return try product(tall, b).reshaped(Array(a.shape.dropLast(1)) + [n])
    }
    if a.dtype != .float32, b.dtype != .float32 { return try wholeProduct(a, b) }
    let left = try a.cast(to: .float32)
    let right = try b.cast(to: .float32)
    let batch = Shape.broadcast(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2))) ?? []
    let out = try Tensor(uninitialized: batch + [m, n])
    guard out.count > 0 else { return out }
    let x = try Operand(left)
    let y = try Operand(right)
    let xs = try x.tensor.expanded(to: batch + x.tensor.shape.suffix(2))
    let ys = try y.tensor.expanded(to: batch + y.tensor.shape.suffix(2))
    withExtendedLifetime((xs.storage, ys.storage, out.storage)) {
      let (p, q, o) = (xs.floats, ys.floats, out.floats)
      let kind = Products.kind
      func one(_ i: Int, parallel: Bool) {
        let a = p + xs.batchOffset(i)
        let b = q + ys.batchOffset(i)
        let c = o + i * m * n
        let run = parallel ? Gemm.run : Gemm.runSingle
        run(x.transposed, y.transposed, m, n, k, 1, a, x.rowStride, b, y.rowStride, 0, c, n, kind)
      }
      let count = batch.reduce(1, *)
      // Whether products run side by side or one after the other does not change their tiles' bits.
      if count > 1, Gemm.Grid(m: m, n: n, k: k).count == 1 {
        Parallel.chunks(count, size: max(1, 200_000 / max(m * n * k, 1))) { r in
          for i in r { one(i, parallel: false) }
        }
      } else {
        for i in 0..<count { one(i, parallel: true) }
      }
    }
    try Cancellation.check()
    return out
  }

  /// Where matrix `index` of a batch begins.
  private func batchOffset(_ index: Int) -> Int {
    var rest = index
    var at = 0
    var d = rank - 3
    while d >= 0 {
      at += rest % shape[d] * strides[d]
      rest /= shape[d]
      d -= 1
    }
    return at
  }
}
