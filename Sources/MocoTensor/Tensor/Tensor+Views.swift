// Views share the storage; where a view cannot express the result, a copy is made.

import MocoBase

extension Tensor {
  func view(_ shape: [Int], _ strides: [Int], offset: Int? = nil, count: Int? = nil) -> Tensor {
    Tensor(
      storage: storage, dtype: dtype, shape: shape, strides: strides, offset: offset ?? self.offset,
      count: count ?? self.count)
  }

  /// The same elements in another shape; one size may be -1 and is inferred.
  ///
  /// - Throws: E0205 naming both shapes and counts.
  public func reshaped(_ sizes: [Int]) throws -> Tensor {
    let shape = try Tensor.resolve(sizes, count: count, from: self.shape)
    if shape == self.shape { return self }
    if let strides = stridesOf(reshape: shape) { return view(shape, strides) }
    let flat = try copy()
    return flat.view(shape, Shape.strides(shape))
  }

  private static func resolve(_ sizes: [Int], count: Int, from shape: [Int]) throws -> [Int] {
    let open = sizes.indices.filter { sizes[$0] == -1 }
    guard open.count <= 1 else {
      throw Failure(
        "E0205", "reshape: only one size of \(Shape.text(sizes)) can be -1",
        help: "write -1 once")
    }
    if let open = open.first {
      var rest = sizes
      rest[open] = 1
      let known = try Shape.count(rest)
      guard known > 0, count % known == 0 else {
        throw Failure(
          "E0205",
          "reshape: cannot reshape \(Shape.text(shape)) with \(count) elements to \(Shape.text(sizes))",
          help: known > 0
            ? "choose sizes whose product is \(count), which is not a multiple of \(known)"
            : "replace -1: it cannot be inferred with a size of 0")
      }
      rest[open] = count / known
      return rest
    }
    let wanted = try Shape.count(sizes)
    guard wanted == count else {
      throw Failure(
        "E0205",
        "reshape: \(Shape.text(shape)) has \(count) elements, but \(Shape.text(sizes)) has \(wanted)",
        help: remedy(sizes, count: count))
    }
    return sizes
  }

  /// A shape close to the given sizes that has `count` elements: one size changed, the first that can be.
  private static func remedy(_ sizes: [Int], count: Int) -> String {
    for place in sizes.indices {
      var near = sizes
      near[place] = 1
      guard let rest = try? Shape.count(near), rest > 0, count % rest == 0 else { continue }
      near[place] = count / rest
      return "write \(Shape.text(near)), or other sizes whose product is \(count)"
    }
    return "choose sizes whose product is \(count)"
  }

  // Strides that show the same elements in another shape; nil if only a copy can.
  private func stridesOf(reshape new: [Int]) -> [Int]? {
    if isContiguous || count == 0 { return Shape.strides(new) }
    // Match groups of old and new dimensions of equal product; within a group the old ones must join.
    let kept = shape.indices.filter { shape[$0] != 1 }
    var strides = [Int](repeating: 0, count: new.count)
    var i = 0
    var j = 0
    while i < kept.count {
      var oldProduct = shape[kept[i]]
      var newProduct = 1
      var oldEnd = i + 1
      var newEnd = j
      while newProduct != oldProduct {
        if newProduct < oldProduct {
          guard newEnd < new.count else { return nil }
          newProduct *= new[newEnd]
          newEnd += 1
        } else {
          guard oldEnd < kept.count else { return nil }
          oldProduct *= shape[kept[oldEnd]]
          oldEnd += 1
        }
      }
      for d in i..<(oldEnd - 1) where self.strides[kept[d]] != self.strides[kept[d + 1]] * shape[kept[d + 1]]
      {
        return nil
      }
      var step = self.strides[kept[oldEnd - 1]]
      for d in stride(from: newEnd - 1, through: j, by: -1) {
        strides[d] = step
        step *= new[d]
      }
      i = oldEnd
      j = newEnd
    }
    while j < new.count {
      strides[j] = 1
      j += 1
    }
    return strides
  }

  /// Dimension i of the result is dimension `order[i]`.
  ///
  /// - Throws: E0205 unless `order` contains every axis once.
  public func permuted(_ order: [Int]) throws -> Tensor {
    let axes = try Shape.permutation(order, shape)
    return view(axes.map { shape[$0] }, axes.map { strides[$0] })
  }

  /// The last two dimensions swapped; a vector or scalar is unchanged.
  public func transposed() -> Tensor {
    guard rank >= 2 else { return self }
    var shape = self.shape
    var strides = self.strides
    shape.swapAt(rank - 1, rank - 2)
    strides.swapAt(rank - 1, rank - 2)
    return view(shape, strides)
  }

  /// Two dimensions swapped.
  public func transposed(_ a: Int, _ b: Int) throws -> Tensor {
    let a = try Shape.axis(a, shape, for: "transpose")
    let b = try Shape.axis(b, shape, for: "transpose")
    var order = Array(0..<rank)
    order.swapAt(a, b)
    return try permuted(order)
  }

  /// Repeated along new leading dimensions and dimensions of size 1, without a copy.
  ///
  /// - Throws: E0204 if the shape does not broadcast to `target`.
  public func expanded(to target: [Int]) throws -> Tensor {
    if shape == target { return self }
    let lead = target.count - rank
    guard lead >= 0, Shape.broadcast(shape, target) == target else {
      throw Failure(
        "E0204", "shape \(Shape.text(shape)) does not broadcast to \(Shape.text(target))",
        help: "use equal sizes, or 1 to repeat, counted from the last dimension",
        operandLabels: (Shape.text(shape), Shape.text(target)))
    }
    var strides = [Int](repeating: 0, count: target.count)
    for d in 0..<rank where shape[d] == target[lead + d] { strides[lead + d] = self.strides[d] }
    return view(target, strides, count: try Shape.count(target))
  }

  /// With a dimension of size 1 inserted before `axis`.
  public func unsqueezed(_ axis: Int) throws -> Tensor {
    let at = try Shape.axis(axis, shape + [1], for: "unsqueeze")
    var shape = self.shape
    var strides = self.strides
    shape.insert(1, at: at)
    strides.insert(1, at: at)
    return view(shape, strides)
  }

  /// Removes one dimension of size 1, or all of them.
  public func squeezed(_ axis: Int? = nil) throws -> Tensor {
    var drop = Set(shape.indices.filter { shape[$0] == 1 })
    if let axis {
      let at = try Shape.axis(axis, shape, for: "squeeze")
      guard shape[at] == 1 else {
        throw Failure(
          "E0205", "squeeze: dimension \(at) of \(Shape.text(shape)) has size \(shape[at]), not 1")
      }
      drop = [at]
    }
    let keep = shape.indices.filter { !drop.contains($0) }
    return view(keep.map { shape[$0] }, keep.map { strides[$0] })
  }

  /// Elements from ..< to along an axis, every `step`-th. The bounds are clipped to nothing: they must fit.
  ///
  /// - Throws: E0202 naming the bounds and the length.
  public func sliced(axis: Int, from: Int, to: Int, by step: Int = 1) throws -> Tensor {
    let at = try Shape.axis(axis, shape, for: "slice")
    guard from >= 0, to <= shape[at], from <= to, step >= 1 else {
      throw Failure(
        "E0202", "slice \(from)..<\(to) is out of range for dimension \(at) of length \(shape[at])")
    }
    var shape = self.shape
    var strides = self.strides
    shape[at] = to == from ? 0 : (to - from - 1) / step + 1
    strides[at] *= shape[at] > 1 ? step : 1
    let start = shape[at] == 0 ? offset : offset + from * self.strides[at]
    return view(shape, strides, offset: start, count: try Shape.count(shape))
  }
}

extension Shape {
  /// Resolves an order of axes, with negative ones counted from the end, for `permuted`.
  ///
  /// - Throws: E0205 unless `order` contains every axis once.
  package static func permutation(_ order: [Int], _ shape: [Int]) throws -> [Int] {
    let rank = shape.count
    let axes = order.map { $0 < 0 ? $0 &+ rank : $0 }
    guard axes.count == rank, Set(axes).count == rank, axes.allSatisfy({ $0 >= 0 && $0 < rank }) else {
      throw Failure(
        "E0205", "permute: \(text(order)) does not contain each axis of \(text(shape)) once",
        help: "write for example \(text(Array((0..<rank).reversed())))")
    }
    return axes
  }
}
