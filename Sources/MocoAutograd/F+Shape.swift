import MocoTensor

extension F {
  /// The same elements in row-major order in another shape; one size may be -1 and is inferred.
  ///
  /// - Throws: E0205 when the number of elements differs.
  public static func reshape(_ x: Variable, _ shape: [Int]) throws -> Variable {
    let old = x.shape
    return unary("reshape", x, try x.value.reshaped(shape)) { try $0.reshaped(old) }
  }

  /// Dimension i of the result is dimension `order[i]` of x; a view, nothing is moved.
  ///
  /// - Throws: E0205 unless `order` contains every axis once.
  public static func permute(_ x: Variable, _ order: [Int]) throws -> Variable {
    let value = try x.value.permuted(order)
    guard x.isTracked else { return Variable(value) }
    let back = IndexPlan.inverse(try Shape.permutation(order, x.shape))
    return unary("permute", x, value) { try $0.permuted(back) }
  }

  /// The last two dimensions swapped.
  public static func transpose(_ x: Variable) throws -> Variable {
    unary("transpose", x, x.value.transposed()) { $0.transposed() }
  }

  /// Two dimensions swapped, each counted from the end when negative; a view.
  ///
  /// - Throws: E0205 for an axis that does not exist.
  public static func transpose(_ x: Variable, _ a: Int, _ b: Int) throws -> Variable {
    unary("transpose", x, try x.value.transposed(a, b)) { try $0.transposed(a, b) }
  }

  /// Repeated to a shape it broadcasts to.
  public static func expand(_ x: Variable, _ shape: [Int]) throws -> Variable {
    let old = x.shape
    return unary("expand", x, try x.value.expanded(to: shape)) { try $0.reduced(to: old) }
  }

  /// With a dimension of size 1 inserted before `axis`; -1 appends one.
  ///
  /// - Throws: E0205 for an axis that does not exist.
  public static func unsqueeze(_ x: Variable, _ axis: Int) throws -> Variable {
    let old = x.shape
    return unary("unsqueeze", x, try x.value.unsqueezed(axis)) { try $0.reshaped(old) }
  }

  /// Removes one dimension of size 1; nil removes all of them.
  ///
  /// - Throws: E0205 for an axis that does not exist or is longer than 1.
  public static func squeeze(_ x: Variable, _ axis: Int? = nil) throws -> Variable {
    let old = x.shape
    return unary("squeeze", x, try x.value.squeezed(axis)) { try $0.reshaped(old) }
  }

  /// Joined along an existing axis.
  public static func concat(_ parts: [Variable], axis: Int = 0) throws -> Variable {
    let value = try Tensor.concat(parts.map(\.value), axis: axis)
    guard parts.contains(where: \.isTracked) else { return Variable(value) }
    let at = try Shape.axis(axis, value.shape, for: "concat")
    let sizes = parts.map { $0.shape[at] }
    return Variable.custom("concat", inputs: parts, value: value, saved: []) { g, needs in
      var from = 0
      return try sizes.indices.map { i in
        defer { from += sizes[i] }
        return needs[i] ? try g.sliced(axis: at, from: from, to: from + sizes[i]) : nil
      }
    }
  }

  /// Joined along a new axis.
  public static func stack(_ parts: [Variable], axis: Int = 0) throws -> Variable {
    let value = try Tensor.stack(parts.map(\.value), axis: axis)
    guard parts.contains(where: \.isTracked) else { return Variable(value) }
    let at = try Shape.axis(axis, value.shape, for: "stack")
    let shape = parts[0].shape
    return Variable.custom("stack", inputs: parts, value: value, saved: []) { g, needs in
      try needs.indices.map { needs[$0] ? try g.sliced(axis: at, from: $0, to: $0 + 1).reshaped(shape) : nil }
    }
  }

  // MARK: Selection

  /// `x[items]`.
  public static func index(_ x: Variable, _ items: [IndexItem]) throws -> Variable {
    guard x.isTracked else { return Variable(try x.value[items]) }
    let plan = try IndexPlan(items, x.shape)
    let part = try slices(x, plan.slices)
    guard let first = plan.lists.first else { return part }
    if plan.lists.count == 1 { return try indexSelect(part, axis: first.axis, first.positions) }
    let moved = try permute(part, plan.listsFirst(rank: part.shape.count))
    let picked = moved.shape[..<plan.lists.count].reduce(1, *)
    let table = try reshape(moved, [picked] + moved.shape[plan.lists.count...])
    let chosen = try indexSelect(table, axis: 0, plan.rows(part.shape))
    return try permute(chosen, plan.backOrder(rank: chosen.shape.count))
  }

  private static func slices(_ x: Variable, _ slices: [IndexPlan.Slice]) throws -> Variable {
    if slices.allSatisfy({ $0 == .whole }) { return x }
    let shape = x.shape
    return unary("index", x, try x.value.view(slices)) { g in
      let out = try Tensor.zeros(shape)
      Strided.copy(g, to: try out.view(slices))
      return out
    }
  }

  /// Elements from ..< to along an axis.
  public static func slice(_ x: Variable, axis: Int, from: Int, to: Int) throws -> Variable {
    let shape = x.shape
    return unary("slice", x, try x.value.sliced(axis: axis, from: from, to: to)) { g in
      let out = try Tensor.zeros(shape)
      Strided.copy(g, to: try out.sliced(axis: axis, from: from, to: to))
      return out
    }
  }

  /// The slices at `indices` along an axis; an index may be repeated.
  public static func indexSelect(_ x: Variable, axis: Int, _ indices: [Int]) throws -> Variable {
    let value = try x.value.indexSelect(axis: axis, indices)
    guard x.isTracked else { return Variable(value) }
    let at = try Shape.axis(axis, x.shape, for: "index")
    let length = x.shape[at]
    let positions = indices.map { $0 < 0 ? $0 + length : $0 }
    return unary("index", x, value) { try $0.scatterAdded(axis: at, positions, length: length) }
  }

  /// Rows of a table by index. Shape: [V, W] → [n, W].
  public static func gather(_ table: Variable, _ rows: [Int]) throws -> Variable {
    try indexSelect(table, axis: 0, rows)
  }

  /// The slices of `x` added into a zero tensor at `indices` along an axis.
  public static func scatter(_ x: Variable, axis: Int, _ indices: [Int], length: Int) throws -> Variable {
    let at = try Shape.axis(axis, x.shape, for: "scatter")
    return unary("scatter", x, try x.value.scatterAdded(axis: at, indices, length: length)) {
      try $0.indexSelect(axis: at, indices)
    }
  }

  /// Elements at `indices` along an axis, position by position.
  public static func takeAlong(_ x: Variable, axis: Int, _ indices: Tensor) throws -> Variable {
    let shape = x.shape
    return unary("take_along", x, try x.value.takeAlong(axis: axis, indices), saved: [indices]) {
      try $0.putAlong(axis: axis, indices, shape: shape)
    }
  }

  /// The k largest (or smallest) along an axis, in order, with their positions.
  public static func topK(
    _ x: Variable, _ k: Int, axis: Int = -1, largest: Bool = true
  ) throws -> (values: Variable, indices: Tensor) {
    let (values, indices) = try x.value.topK(k, axis: axis, largest: largest)
    return (picked("topk", x, axis, values, indices), indices)
  }

  /// Sorted along an axis, with the original positions; stable, NaN last in both directions.
  ///
  /// The gradient of each value goes to its original position. The indices, int64, have none.
  ///
  /// - Throws: E0205 for an axis that does not exist, E0405, E0406 when interrupted.
  public static func sorted(
    _ x: Variable, axis: Int = -1, descending: Bool = false
  ) throws -> (values: Variable, indices: Tensor) {
    let (values, indices) = try x.value.sorted(axis: axis, descending: descending)
    return (picked("sort", x, axis, values, indices), indices)
  }

  static func picked(
    _ name: String, _ x: Variable, _ axis: Int, _ values: Tensor, _ indices: Tensor
  ) -> Variable {
    let shape = x.shape
    return unary(name, x, values, saved: [indices]) { try $0.putAlong(axis: axis, indices, shape: shape) }
  }
}
