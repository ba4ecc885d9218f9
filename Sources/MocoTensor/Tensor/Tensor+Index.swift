import CKernels
import MocoBase

/// One item of an index such as `t[1..<3, :, list]`.
public enum IndexItem: Sendable {
  /// A single position, counted from the end when negative; removes the dimension.
  case index(Int)
  /// Positions from ..< to, counted from the end when negative; nil is the end of the dimension.
  ///
  /// With a negative step both ends are required, and every number between them is a separate position.
  case range(from: Int?, to: Int?, step: Int = 1)
  /// `:`, the whole dimension.
  case all
  /// Positions in any order, repetitions allowed.
  case list([Int])
  /// Positions where a bool tensor is true; it spans as many dimensions as it has.
  case mask(Tensor)
}

/// An index resolved against a shape: a view, then at most one gather.
package struct IndexPlan {
  /// The selection of one dimension: all of it; one position, which removes the dimension; or positions from
  /// ..< to, every `step`-th, with 0 ≤ from, to ≤ length and step > 0.
  package enum Slice: Equatable {
    case whole
    case pick(Int)
    case span(from: Int, to: Int, step: Int)
  }

  /// By dimension of the source.
  package var slices: [Slice] = []
  /// Dimensions of the view that lists index, and the positions; all lists have the same length.
  package var lists: [(axis: Int, positions: [Int])] = []
  /// The index of the lists' common dimension in the result.
  package var listAxis = 0

  /// Resolves the items, which may be fewer than the dimensions; the others are selected completely.
  ///
  /// - Throws: E0202 for a position out of range or too many items, E0205 for lists or masks of another shape.
  package init(_ items: [IndexItem], _ shape: [Int]) throws {
    let used = items.reduce(0) {
      if case .mask(let m) = $1 { return $0 + max(m.rank, 1) }
      return $0 + 1
    }
    guard used <= shape.count else {
      throw Failure(
        "E0202",
        shape.isEmpty
          ? "a tensor of rank 0 cannot be indexed"
          : "too many indices: \(used) for shape \(Shape.text(shape))",
        help: shape.isEmpty
          ? "use item() to get its value"
          : "the tensor has \(shape.count) dimension\(shape.count == 1 ? "" : "s")")
    }
    var viewAxis = 0
    var adjacent = true
    var lastWasList = false
    func note(_ positions: [Int]) {
      if !lists.isEmpty, !lastWasList { adjacent = false }
      lists.append((viewAxis, positions))
      slices.append(.whole)
      viewAxis += 1
      lastWasList = true
    }
    for item in items {
      let d = slices.count
      let length = d < shape.count ? shape[d] : 0
      switch item {
      case .all:
        slices.append(.whole)
        viewAxis += 1
        lastWasList = false
      case .index(let i):
        slices.append(.pick(try IndexPlan.position(i, length, d)))
      case .range(let from, let to, let step):
        guard step != 0 else {
          throw Failure("E0202", "a slice cannot have a step of 0")
        }
        if step > 0 {
          let (a, b) = try IndexPlan.bounds(from, to, length, d)
          slices.append(a == 0 && b == length && step == 1 ? .whole : .span(from: a, to: b, step: step))
          viewAxis += 1
          lastWasList = false
        } else {
          note(try IndexPlan.backwards(from, to, step, length, d))
        }
      case .list(let list):
        note(try list.map { try IndexPlan.position($0, length, d) })
      case .mask(let mask):
        let span = Array(shape[d..<(d + mask.rank)])
        guard mask.rank > 0, mask.shape == span else {
          throw Failure(
            "E0205",
            "shape mismatch: mask \(Shape.text(mask.shape)), dimensions \(Shape.text(span))",
            help: "make a mask by comparing the tensor with a value",
            operandLabels: (Shape.text(shape), Shape.text(mask.shape)))
        }
        let set = try mask.toBools()
        let hits = set.indices.filter { set[$0] }
        let strides = Shape.strides(span)
        for k in span.indices { note(hits.map { $0 / strides[k] % max(span[k], 1) }) }
      }
    }
    while slices.count < shape.count {
      slices.append(.whole)
      viewAxis += 1
    }
    try alignLists()
    // If lists are separated by other items, their dimension comes first, as in NumPy.
    listAxis = adjacent ? lists.first?.axis ?? 0 : 0
  }

  private mutating func alignLists() throws {
    let longest = lists.map(\.positions.count).max() ?? 0
    let length = lists.contains { $0.positions.isEmpty } ? 0 : longest
    for i in lists.indices where lists[i].positions.count != length {
      guard lists[i].positions.count == 1, length != 0 else {
        throw Failure(
          "E0205",
          "index lists of different lengths: \(lists.map { String($0.positions.count) }.joined(separator: " and "))",
          help: "use lists of the same length; they select pairs")
      }
      lists[i].positions = [Int](repeating: lists[i].positions[0], count: length)
    }
  }

  /// The assigned values, repeated to the shape of the assigned part.
  /// - Throws: E0204 naming both shapes.
  static func fitted(_ source: Tensor, to shape: [Int]) throws -> Tensor {
    do { return try source.expanded(to: shape) } catch let error as Failure where error.code == "E0204" {
      throw Failure(
        "E0204",
        "shape mismatch in assignment: values \(Shape.text(source.shape)), target \(Shape.text(shape))",
        help: error.help)
    }
  }

  /// - Throws: E0202 naming index and length.
  static func position(_ i: Int, _ length: Int, _ dimension: Int) throws -> Int {
    let at = i < 0 ? i &+ length : i
    guard at >= 0, at < length else {
      throw Failure(
        "E0202", "index \(i) is out of range for dimension \(dimension) of length \(length)",
        help: length == 0
          ? "the dimension is empty" : "use an index from 0 to \(length - 1), or from -1 back to -\(length)")
    }
    return at
  }

  static func bounds(_ from: Int?, _ to: Int?, _ length: Int, _ dimension: Int) throws -> (Int, Int) {
    func resolve(_ i: Int) -> Int { i < 0 ? i &+ length : i }
    let a = resolve(from ?? 0)
    let b = to.map(resolve) ?? length
    guard a >= 0, a <= length, b >= -1, b <= length else {
      throw Failure(
        "E0202",
        "slice \(from.map(String.init) ?? "")..<\(to.map(String.init) ?? "") is out of range for dimension"
          + " \(dimension) of length \(length)")
    }
    return (a, max(b, 0))
  }

  /// The positions from, from + step, … each resolved separately, before `to` is reached; `step` is negative.
  ///
  /// - Throws: E0202 if an end is missing, for a position out of range, or if the slice continues from the first
  ///   position to those that are counted from the end.
  static func backwards(
    _ from: Int?, _ to: Int?, _ step: Int, _ length: Int, _ dimension: Int
  ) throws -> [Int] {
    guard let from, let to else { throw Failure("E0202", "a slice with a negative step needs both ends") }
    guard from > to else { return [] }
    let first = try position(from, length, dimension)
    // The distance of two Ints fits an unsigned word.
    let steps = (UInt(bitPattern: from &- to) - 1) / step.magnitude
    let last = from &- Int(bitPattern: steps &* step.magnitude)
    _ = try position(last, length, dimension)
    // -1 is the last position, not the one before the first.
    guard (from < 0) == (last < 0) else {
      throw Failure(
        "E0202", "the slice from \(from) to \(to) by \(step) extends past the first position",
        help: "end it at -1 to stop at the first position")
    }
    return (0...Int(steps)).map { first + $0 * step }
  }

  /// The elements selected by the lists, as rows of the view with the lists' dimensions moved first and joined.
  package func rows(_ viewShape: [Int]) -> [Int] {
    guard let first = lists.first else { return [] }
    var rows = [Int](repeating: 0, count: first.positions.count)
    for (axis, positions) in lists {
      for i in rows.indices { rows[i] = rows[i] * viewShape[axis] + positions[i] }
    }
    return rows
  }
}

extension Tensor {
  /// The part selected by plain indices and ranges: a view.
  package func view(_ slices: [IndexPlan.Slice]) throws -> Tensor {
    var shape: [Int] = []
    var strides: [Int] = []
    var start = offset
    for (d, slice) in slices.enumerated() {
      switch slice {
      case .whole:
        shape.append(self.shape[d])
        strides.append(self.strides[d])
      case .pick(let i): start += i * self.strides[d]
      case .span(let from, let to, let step):
        let n = to <= from ? 0 : (to - from - 1) / step + 1
        shape.append(n)
        strides.append(n > 1 ? self.strides[d] * step : self.strides[d])
        if n > 0 { start += from * self.strides[d] }
      }
    }
    let count = try Shape.count(shape)
    return view(shape, strides, offset: count == 0 ? offset : start, count: count)
  }

  /// `t[items]`: a view for indices and ranges, a copy for lists or masks.
  ///
  /// - Throws: E0202 naming index and length, E0205.
  public subscript(_ items: [IndexItem]) -> Tensor {
    get throws {
      let plan = try IndexPlan(items, shape)
      let part = try view(plan.slices)
      guard let first = plan.lists.first else { return part }
      if plan.lists.count == 1 { return try part.indexSelect(axis: first.axis, first.positions) }
      let order = plan.listsFirst(rank: part.rank)
      let moved = try part.permuted(order)
      let picked = moved.shape[..<plan.lists.count].reduce(1, *)
      let table = try moved.reshaped([picked] + moved.shape[plan.lists.count...])
      let chosen = try table.indexSelect(axis: 0, plan.rows(part.shape))
      return try chosen.permuted(plan.backOrder(rank: chosen.rank))
    }
  }

  /// Writes `value`, which broadcasts, into `t[items]`; every view of the storage sees it.
  ///
  /// - Throws: E0202, E0204, E0205; E0201 for floats into integers.
  public func assign(_ items: [IndexItem], _ value: Tensor) throws {
    guard value.dtype == dtype || dtype == .float32 || value.dtype == .bool else {
      throw Failure(
        "E0201", "cannot assign \(value.dtype.rawValue) values to a tensor of dtype \(dtype.rawValue)")
    }
    let plan = try IndexPlan(items, shape)
    let part = try view(plan.slices)
    storage.writes &+= 1
    var source = try value.cast(to: dtype)
    // Reading and writing the same storage would see half-written values.
    if source.storage === storage { source = try source.copy() }
    guard !plan.lists.isEmpty else {
      return Strided.copy(try IndexPlan.fitted(source, to: part.shape), to: part)
    }
    let order = plan.listsFirst(rank: part.rank)
    let moved = try part.permuted(order)
    let lists = plan.lists.count
    let n = plan.lists[0].positions.count
    let target = [n] + moved.shape[lists...]
    let back = plan.backOrder(rank: target.count)
    let shown = back.map { target[$0] }
    let values = try IndexPlan.fitted(source, to: shown).permuted(IndexPlan.inverse(back))
    for i in 0..<n {
      let slices =
        plan.lists.map { IndexPlan.Slice.pick($0.positions[i]) }
        + [IndexPlan.Slice](repeating: .whole, count: moved.rank - lists)
      let row = try values.view([.pick(i)] + [IndexPlan.Slice](repeating: .whole, count: values.rank - 1))
      Strided.copy(row, to: try moved.view(slices))
    }
  }

  /// The slices at `indices` along an axis, in that order; negative ones count from the end.
  ///
  /// - Throws: E0202 for an index outside -length ..< length.
  public func indexSelect(axis: Int, _ indices: [Int]) throws -> Tensor {
    let v = try along(axis, "index", keep: true)
    for i in indices where i < 0 || i >= v.n { _ = try IndexPlan.position(i, v.n, v.axis) }
    let positions = indices.map { $0 < 0 ? $0 + v.n : $0 }
    var shape = self.shape
    shape[v.axis] = positions.count
    let out = try Tensor(uninitialized: shape, dtype)
    let row = v.inner * dtype.size
    withExtendedLifetime((v.source.storage, out.storage)) {
      let from = v.source.storage.base + v.source.offset * dtype.size
      let to = out.storage.base
      Parallel.chunks(v.outer * positions.count, size: max(1, 4 * Kernels.taskSize / max(row, 1))) { r in
        for i in r {
          let source = (i / positions.count) * v.n + positions[i % positions.count]
          (to + i * row).copyMemory(from: from + source * row, byteCount: row)
        }
      }
    }
    return out
  }

  /// Adds the slices of `self` along an axis to those of a zero tensor at `indices`: the gradient of
  /// `indexSelect`. Slices of the same index are added in order.
  package func scatterAdded(axis: Int, _ indices: [Int], length: Int) throws -> Tensor {
    let v = try cast(to: .float32).along(axis, "scatter", keep: true)
    var shape = self.shape
    shape[v.axis] = length
    let out = try Tensor.zeros(shape)
    guard v.n == indices.count, indices.allSatisfy({ $0 >= 0 && $0 < length }) else {
      throw Failure("E0202", "scatter: an index is out of range for length \(length)")
    }
    withExtendedLifetime((v.source.storage, out.storage)) {
      let (x, o) = (v.source.floats, out.floats)
      for outer in 0..<v.outer {
        for (k, i) in indices.enumerated() {
          moco_add_scaled(
            v.inner, 1, x + (outer * v.n + k) * v.inner, o + (outer * length + i) * v.inner)
        }
      }
    }
    return out
  }

  /// Elements at `indices` along an axis, position by position (NumPy's take_along_axis).
  ///
  /// - Shape: indices like self but for the axis; the result like indices.
  public func takeAlong(axis: Int, _ indices: Tensor) throws -> Tensor {
    let (v, at) = try alongIndices(axis, indices)
    let out = try Tensor(uninitialized: indices.shape, dtype)
    withExtendedLifetime((v.source.storage, out.storage)) {
      for (o, i) in at.enumerated() {
        switch dtype {
        case .float32: out.floats[o] = v.source.floats[i]
        case .int64: out.ints[o] = v.source.ints[i]
        case .bool: out.bytes[o] = v.source.bytes[i]
        }
      }
    }
    return out
  }

  /// A zero tensor of `shape` with the elements of `self` added at `indices` along an axis.
  package func putAlong(axis: Int, _ indices: Tensor, shape: [Int]) throws -> Tensor {
    let out = try Tensor.zeros(shape)
    let (_, at) = try out.alongIndices(axis, indices)
    try withFloats { source in for (o, i) in at.enumerated() { out.floats[i] += source[o] } }
    return out
  }

  // The flat position in `self` of every element of an index tensor.
  private func alongIndices(_ axis: Int, _ indices: Tensor) throws -> (AxisView, [Int]) {
    let v = try along(axis, "take_along", keep: true)
    var expected = shape
    expected[v.axis] = indices.rank == rank ? indices.shape[v.axis] : -1
    guard indices.shape == expected else {
      throw Failure(
        "E0205",
        "shape mismatch along axis \(v.axis): indices \(Shape.text(indices.shape)), tensor \(Shape.text(shape))",
        operandLabels: (Shape.text(shape), Shape.text(indices.shape)))
    }
    let k = indices.shape[v.axis]
    let list = try indices.toInts()
    var flat = [Int](repeating: 0, count: list.count)
    for (o, raw) in list.enumerated() {
      let i = try IndexPlan.position(raw, v.n, v.axis)
      flat[o] = (o / (k * v.inner) * v.n + i) * v.inner + o % v.inner
    }
    return (v, flat)
  }
}

extension IndexPlan {
  /// An order of the view's axes with the lists' first.
  package func listsFirst(rank: Int) -> [Int] {
    let axes = lists.map(\.axis)
    return axes + (0..<rank).filter { !axes.contains($0) }
  }

  /// Moves the lists' common dimension from the front to its final position.
  package func backOrder(rank: Int) -> [Int] {
    var order = Array(1..<max(rank, 1))
    order.insert(0, at: min(listAxis, order.count))
    return order
  }

  /// The inverse of a permutation. `order` must contain each of 0 ..< its length once.
  package static func inverse(_ order: [Int]) -> [Int] {
    var inverse = order
    for (i, axis) in order.enumerated() { inverse[axis] = i }
    return inverse
  }
}
