import CKernels
import MocoBase
import MocoTensor

// Operations on the rows along one axis. Any other axis is moved to the end and back.

extension F {
  static func onLast(
    _ x: Variable, axis: Int, _ name: String, _ body: (Variable) throws -> Variable
  ) throws -> Variable {
    let rank = x.shape.count
    let at = try Shape.axis(axis, x.shape, for: name)
    if at == rank - 1 { return try body(x) }
    var order = Array(0..<rank)
    order.swapAt(at, rank - 1)
    return try permute(body(permute(x, order)), order)
  }

  struct Rows {
    let rows: Int, width: Int
    init(_ shape: [Int]) {
      width = shape.last ?? 1
      rows = shape.dropLast().reduce(1, *)
    }
  }

  /// e^x / Σ e^x along an axis.
  public static func softmax(_ x: Variable, axis: Int = -1) throws -> Variable {
    try onLast(x, axis: axis, "softmax") { x in
      let source = try x.value.cast(to: .float32).contiguous()
      let out = try Tensor(uninitialized: x.shape)
      let r = Rows(x.shape)
      withExtendedLifetime((source, out)) {
        Kernels.softmax(source.floats, out.floats, rows: r.rows, width: r.width)
      }
      return unary("softmax", x, out, saved: [out]) { g in
        let g = try g.contiguous()
        let dx = try Tensor(uninitialized: g.shape)
        withExtendedLifetime((g, out, dx)) {
          Kernels.softmaxBackward(y: out.floats, dy: g.floats, dx.floats, rows: r.rows, width: r.width)
        }
        return dx
      }
    }
  }

  /// x − log Σ e^x along an axis.
  public static func logSoftmax(_ x: Variable, axis: Int = -1) throws -> Variable {
    try onLast(x, axis: axis, "log_softmax") { x in
      let source = try x.value.cast(to: .float32).contiguous()
      let out = try Tensor(uninitialized: x.shape)
      let r = Rows(x.shape)
      withExtendedLifetime((source, out)) {
        Kernels.logSoftmax(source.floats, out.floats, rows: r.rows, width: r.width)
      }
      return unary("log_softmax", x, out, saved: [out]) { g in
        let g = try g.contiguous()
        let dx = try Tensor(uninitialized: g.shape)
        withExtendedLifetime((g, out, dx)) {
          Kernels.logSoftmaxBackward(y: out.floats, dy: g.floats, dx.floats, rows: r.rows, width: r.width)
        }
        return dx
      }
    }
  }

  /// x / max(|x|, eps) along an axis.
  public static func normalize(_ x: Variable, axis: Int = -1, eps: Float = 1e-12) throws -> Variable {
    try onLast(x, axis: axis, "normalize") { x in
      let source = try x.value.cast(to: .float32).contiguous()
      let out = try Tensor(uninitialized: x.shape)
      let r = Rows(x.shape)
      let inverse = try Tensor(uninitialized: [r.rows])
      withExtendedLifetime((source, out, inverse)) {
        Kernels.normalizeRows(
          source.floats, eps: eps, out.floats, inverse: inverse.floats, rows: r.rows, width: r.width)
      }
      return unary("normalize", x, out, saved: [out]) { g in
        let g = try g.contiguous()
        let dx = try Tensor(uninitialized: g.shape)
        withExtendedLifetime((g, out, inverse, dx)) {
          Kernels.normalizeRowsBackward(
            y: out.floats, inverse: inverse.floats, eps: eps, dy: g.floats, dx.floats, rows: r.rows,
            width: r.width)
        }
        return dx
      }
    }
  }

  /// (x − mean) / √(variance + eps) · weight + bias along the last axis.
  ///
  /// - Shape: weight and bias [width]
  /// - Throws: E0205 for a scalar, an empty last axis, or weights of another shape.
  public static func layerNorm(
    _ x: Variable, weight: Variable? = nil, bias: Variable? = nil, eps: Float = 1e-5
  ) throws -> Variable {
    guard let width = x.shape.last, width > 0 else {
      throw Failure("E0205", "layer_norm needs a last dimension, not shape \(Shape.text(x.shape))")
    }
    for (name, p) in [("weight", weight), ("bias", bias)] {
      guard let p, p.shape != [width] else { continue }
      throw Failure(
        "E0205",
        "layer_norm: shape mismatch: \(name) has shape \(Shape.text(p.shape)), rows have width \(width)",
        operandLabels: (Shape.text(x.shape), Shape.text(p.shape)))
    }
    let rows = x.value.count / width
    let source = try x.value.cast(to: .float32).contiguous()
    let out = try Tensor(uninitialized: x.shape)
    let w = try (weight?.value ?? Tensor.ones([width])).cast(to: .float32).contiguous()
    let b = try (bias?.value ?? Tensor.zeros([width])).cast(to: .float32).contiguous()
    let statistics = try Tensor(uninitialized: [rows, 2])
    withExtendedLifetime((source, out, w, b, statistics)) {
      Kernels.layerNorm(
        source.floats, weight: w.floats, bias: b.floats, eps: eps, out.floats, statistics: statistics.floats,
        rows: rows, width: width)
    }
    let parameters = [weight, bias].compactMap { $0 }
    let hasWeight = weight != nil
    let hasBias = bias != nil
    return Variable.custom("layer_norm", inputs: [x] + parameters, value: out, saved: [source, w]) {
      g, needs in
      let g = try g.contiguous()
      let dx = needs[0] ? try Tensor(uninitialized: g.shape) : nil
      let sums = needs.dropFirst().contains(true) ? try Tensor.zeros([2, width]) : nil
      withExtendedLifetime((g, source, w, statistics, dx, sums)) {
        Kernels.layerNormBackward(
          dy: g.floats, x: source.floats, weight: w.floats, statistics: statistics.floats, dx?.floats,
          sums: sums?.floats, rows: rows, width: width)
      }
      var result = [dx]
      if hasWeight { result.append(try sums?[[.index(0)]]) }
      if hasBias { result.append(try sums?[[.index(1)]]) }
      return result
    }
  }

  /// ⟨a, b⟩ / (|a| |b|) along an axis.
  public static func cosineSimilarity(
    _ a: Variable, _ b: Variable, axis: Int = -1, eps: Float = 1e-8
  ) throws -> Variable {
    let shape = try Shape.broadcast(a.shape, b.shape, for: "cosine_similarity")
    let at = try Shape.axis(axis, shape, for: "cosine_similarity")
    func unit(_ x: Variable) throws -> Variable {
      let x = try expand(x, shape)
      return try normalize(x, axis: at, eps: eps)
    }
    return try sum(mul(unit(a), unit(b)), axis: at)
  }
}
