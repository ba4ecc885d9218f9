import MocoTensor

extension F {
  /// The matrix product over the last two dimensions; those before broadcast.
  ///
  /// - Shape: [.., m, k] @ [.., k, n] → [.., m, n]; vectors as in NumPy.
  /// - Throws: E0203 for sizes that do not match and for a scalar, E0204 for batches that do not
  ///   broadcast, E0402 when integers overflow.
  public static func matmul(_ a: Variable, _ b: Variable) throws -> Variable {
    let value = try a.value.matmul(b.value)
    guard a.isTracked || b.isTracked else { return Variable(value) }
    let (x, y) = (a.value, b.value)
    let saved = (a.requiresGrad ? [y] : []) + (b.requiresGrad ? [x] : [])
    return Variable.custom("@", inputs: [a, b], value: value, saved: saved) { grad, needs in
      let (p, q, _) = try Tensor.matrixOperands(x, y)
      let m = p.shape[p.rank - 2]
      let n = q.shape[q.rank - 1]
      // Restores the dimension that was dropped for a vector.
      let batch = Array(grad.shape.dropLast((x.rank == 1 ? 0 : 1) + (y.rank == 1 ? 0 : 1)))
      let g = try grad.reshaped(batch + [m, n])
      var result: [Tensor?] = [nil, nil]
      if needs[0] { result[0] = try g.matmul(q.transposed()).reduced(to: p.shape).reshaped(x.shape) }
      if needs[1] {
        if q.rank == 2, p.rank > 2 {
          // One product over all rows of the batch, instead of one for each and their sum.
          let rows = p.shape.dropLast().reduce(1, *)
          let tall = try p.reshaped([rows, p.shape[p.rank - 1]])
          result[1] = try tall.transposed().matmul(g.reshaped([rows, n])).reshaped(y.shape)
        } else {
          result[1] = try p.transposed().matmul(g).reduced(to: q.shape).reshaped(y.shape)
        }
      }
      return result
    }
  }

  /// x @ weightᵀ + bias, as layers store their weights. Shape: x [.., in], weight [out, in], bias [out].
  public static func linear(_ x: Variable, _ weight: Variable, _ bias: Variable? = nil) throws -> Variable {
    let product = try matmul(x, transpose(weight))
    return try bias.map { try add(product, $0) } ?? product
  }
}
