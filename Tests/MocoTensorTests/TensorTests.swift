import MocoBase
import MocoTensor
import Testing

@Suite struct TensorTests {
  // MARK: An oracle that knows nothing of strides

  private func element(_ values: [Float], _ shape: [Int], _ index: [Int]) -> Float {
    var at = 0
    let lead = index.count - shape.count
    for d in shape.indices { at = at * shape[d] + (shape[d] == 1 ? 0 : index[lead + d]) }
    return values[at]
  }

  private func indices(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { partial, size in partial.flatMap { p in (0..<size).map { p + [$0] } } }
  }

  @Test(arguments: 0..<40)
  func broadcasting(_ round: Int) throws {
    var draw = Draw("broadcast", round)
    let shape = draw.shape(rank: 0...4)
    let aShape = draw.broadcasting(shape)
    let bShape = draw.broadcasting(shape)
    guard let common = Shape.broadcast(aShape, bShape) else {
      Issue.record("\(aShape) and \(bShape)")
      return
    }
    let a = try draw.tensor(aShape)
    let b = try draw.tensor(bShape)
    for (x, y) in [(a, b), (try scattered(a), try scattered(b))] {
      let sum = try Tensor.add(x, y)
      let less = try Tensor.compare(.less, x, y)
      #expect(sum.shape == common)
      let av = try a.toFloats()
      let bv = try b.toFloats()
      let expected = indices(common).map { (element(av, aShape, $0), element(bv, bShape, $0)) }
      #expect(try sum.toFloats() == expected.map { $0.0 + $0.1 })
      #expect(try less.toBools() == expected.map { $0.0 < $0.1 })
    }
  }

  @Test(arguments: 0..<40)
  func reshapeOfViews(_ round: Int) throws {
    var draw = Draw("reshape", round)
    let shape = draw.shape(rank: 1...4, empty: false)
    let x = try draw.tensor(shape).permuted(draw.random.permutation(shape.count))
    let flat = try x.toFloats()
    // Any factoring of the count.
    var rest = x.count
    var sizes: [Int] = []
    while rest > 1 {
      let divisors = (1...rest).filter { rest % $0 == 0 }
      let d = divisors[draw.int(0...(divisors.count - 1))]
      sizes.append(d)
      rest /= d
      if sizes.count > 5 { break }
    }
    sizes.append(rest)
    #expect(try x.reshaped(sizes).toFloats() == flat)
    sizes[0] = -1
    #expect(try x.reshaped(sizes).toFloats() == flat)
  }

  @Test(arguments: 0..<30)
  func reductionsAgreeWithLoops(_ round: Int) throws {
    var draw = Draw("reduction", round)
    let shape = draw.shape(rank: 1...4, empty: false)
    let x = try scattered(draw.tensor(shape))
    let axis = draw.int(0...(shape.count - 1))
    let values = try x.toFloats()
    var reduced = shape
    reduced.remove(at: axis)
    let groups = indices(reduced).map { index in
      (0..<shape[axis]).map { k in element(values, shape, index[..<axis] + [k] + index[axis...]) }
    }
    #expect(try close(x.sum(axis: axis), Tensor(groups.map { $0.reduce(0, +) }, shape: reduced)))
    let (most, at) = try x.extreme(.max, axis: axis)
    #expect(try most.toFloats() == groups.compactMap { $0.max() })
    #expect(try at.toInts() == groups.compactMap { g in g.max().flatMap { g.firstIndex(of: $0) } })
    let (sorted, order) = try x.sorted(axis: axis, descending: true)
    #expect(try sorted.toFloats() == x.takeAlong(axis: axis, order).toFloats())
    let top = try x.topK(1, axis: axis)
    #expect(try top.values.squeezed(axis).toFloats() == most.toFloats())
  }

  @Test func indexingFollowsNumPy() throws {
    let x = try Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
    #expect(try x[[.index(-1), .index(0)]].toFloats() == [12, 13, 14, 15])
    #expect(try x[[.range(from: 0, to: 1), .all, .index(0)]].shape == [1, 3])
    #expect(try x[[.all, .range(from: -2, to: nil), .index(3)]].toFloats() == [7, 11, 19, 23])
    #expect(try x[[.list([1, 0])]].shape == [2, 3, 4])
    #expect(try x[[.list([0, 1]), .list([2, 0])]].toFloats() == [8, 9, 10, 11, 12, 13, 14, 15])
    // Lists apart from each other put their dimension first.
    #expect(try x[[.list([0, 1, 1]), .all, .list([0, 1, 2])]].shape == [3, 3])
    #expect(try x[[.all, .list([0, 1, 1]), .list([0, 1, 2])]].shape == [2, 3])
    let mask = try Tensor.compare(.greater, x, Tensor(Float(20)))
    #expect(try x[[.mask(mask)]].toFloats() == [21, 22, 23])
    #expect(try x[[.range(from: 1, to: 1)]].shape == [0, 3, 4])
    #expect(try x[[]].shape == [2, 3, 4])
  }

  @Test func assignment() throws {
    let x = try Tensor.zeros([2, 3])
    try x.assign([.all, .index(1)], Tensor([5, 6], shape: [2]))
    try x.assign([.index(0), .list([2, 0])], Tensor([7, 8], shape: [2]))
    #expect(try x.toFloats() == [8, 5, 7, 0, 6, 0])
    try x.assign([.mask(Tensor.compare(.equal, x, Tensor(Float(0))))], Tensor(Float(-1)))
    #expect(try x.toFloats() == [8, 5, 7, -1, 6, -1])
    // Overlapping source and target.
    let y = try Tensor([1, 2, 3, 4], shape: [4])
    try y.assign([.range(from: 1, to: nil)], y[[.range(from: 0, to: 3)]])
    #expect(try y.toFloats() == [1, 1, 2, 3])
    #expect(code { try y.assign([.all], Tensor.ones([3])) } == "E0204")
    #expect(
      code { try Tensor([1], shape: [1] as [Int]).cast(to: .int64).assign([.all], Tensor(Float(1))) }
        == "E0201")
  }

  @Test func integers() throws {
    let a = try Tensor([7, -7] as [Int], shape: [2])
    let two = try Tensor([2] as [Int], shape: [])
    #expect(try Tensor.binary(.modulo, a, two).toInts() == [1, 1])
    #expect(try Tensor.binary(.divide, a, two).toFloats() == [3.5, -3.5])
    #expect(try Tensor.binary(.power, a, two).toInts() == [49, 49])
    let most = try Tensor([Int.max] as [Int], shape: [1])
    let least = try Tensor([Int.min] as [Int], shape: [1])
    #expect(code { _ = try Tensor.add(most, two) } == "E0402")
    #expect(code { _ = try Tensor.multiply(most, two) } == "E0402")
    #expect(code { _ = try least.unary(.negate) } == "E0402")
    #expect(code { _ = try least.unary(.abs) } == "E0402")
    #expect(code { _ = try Tensor.concat([most, most]).sum() } == "E0402")
    let minus = try Tensor([-1] as [Int], shape: [])
    #expect(try Tensor.binary(.modulo, least, minus).toInts() == [0])
    #expect(code { _ = try Tensor.binary(.modulo, a, Tensor([0] as [Int], shape: [])) } == "E0403")
    #expect(code { _ = try Tensor([.nan], shape: [1]).toInts() } == "E0402")
    #expect(code { _ = try Tensor([1e30], shape: [1]).toInts() } == "E0402")
  }

  @Test func errorsNameShapes() throws {
    func error(_ body: () throws -> Void) -> Failure? {
      do { try body() } catch { return error as? Failure }
      return nil
    }
    let image = try Tensor.zeros([32, 512])
    let text = try Tensor.zeros([10, 512])
    let product = error { _ = try image.matmul(text) }
    #expect(product?.code == "E0203")
    #expect(product?.message == "shapes do not match for @: 512 columns on the left, 10 rows on the right")
    #expect(product?.operandLabels?.left == "[32, 512]" && product?.operandLabels?.right == "[10, 512]")
    #expect(
      product?.help(left: "img", right: "a + b") == "transpose the right side: img @ (a + b).T gives [32, 10]"
    )
    #expect(product?.help == "transpose the right side: left @ right.T gives [32, 10]")
    let left = error { _ = try Tensor.zeros([3, 2]).matmul(Tensor.zeros([3, 4])) }
    #expect(left?.help == "transpose the left side: left.T @ right gives [2, 4]")
    let swapped = error { _ = try Tensor.zeros([2, 3]).matmul(Tensor.zeros([4, 2])) }
    #expect(swapped?.help == "swap the sides: right @ left gives [4, 3]")
    let sum = error { _ = try Tensor.add(Tensor.zeros([4, 3]), Tensor.zeros([4])) }
    #expect(
      sum?.code == "E0204"
        && sum?.message.contains("size 3 on the left, 4 on the right in the last dimension") == true)
    #expect(sum?.help?.contains("[4, 1]") == true)
    #expect(error { _ = try image.reshaped([7, -1]) }?.code == "E0205")
    #expect(error { _ = try image.sum(axis: 2) }?.message == "sum: axis 2 does not exist in shape [32, 512]")
    #expect(
      error { _ = try image[[.index(32)]] }?.message
        == "index 32 is out of range for dimension 0 of length 32")
    #expect(error { _ = try image.item() }?.code == "E0206")
    #expect(error { _ = try Tensor.concat([image, Tensor.zeros([2, 3])]) }?.code == "E0205")
    #expect(error { _ = try Tensor.stack([image, text]) }?.code == "E0205")
    #expect(error { _ = try image.topK(513) }?.code == "E0205")
    #expect(error { _ = try Tensor.zeros([0, 2]).mean(axis: 0) }?.code == "E0205")
    #expect(error { _ = try Tensor.zeros([2, 0]).extreme(.max, axis: 1) }?.code == "E0205")
  }

  /// Sizes that no memory holds are refused before anything is allocated.
  @Test func absurdSizes() throws {
    let huge = Int.max
    #expect(code { _ = try Tensor.zeros([1_000_000, 1_000_000]) } == "E0405")
    #expect(code { _ = try Tensor.zeros([huge, huge]) } == "E0405")
    #expect(code { _ = try Tensor.zeros([huge, 0]) } == "E0405")
    #expect(code { _ = try Tensor.full([huge], 1) } == "E0405")
    #expect(code { _ = try Tensor.zeros([-1]) } == "E0205")
    #expect(code { _ = try Tensor.eye(huge) } == "E0405")
    #expect(code { _ = try Tensor.arange(0, huge) } == "E0405")
    #expect(code { _ = try Tensor.arange(Int.min, Int.max) } == "E0405")
    #expect(code { _ = try Tensor.arange(0.0, 1e300) } == "E0405")
    #expect(code { _ = try Tensor.arange(0.0, .infinity) } == "E0205")
    #expect(code { _ = try Tensor.arange(0, 5, by: 0) } == "E0205")
    let row = try Tensor.zeros([1 << 20, 1])
    let column = try Tensor.zeros([1, 1 << 21])
    #expect(code { _ = try Tensor.add(row, column) } == "E0405")
    #expect(code { _ = try row.matmul(column) } == "E0405")
    #expect(code { _ = try Tensor([3] as [Int], shape: [1]).oneHot(huge) } == "E0405")
    #expect(code { _ = try row.reshaped([huge, -1]) } != nil)
    #expect(code { _ = try row.expanded(to: [huge, 1 << 20, 1]) } == "E0405")
    #expect(try Tensor.arange(Int.max - 2, Int.max).count == 2)
    #expect(try Tensor.arange(0, Int.min, by: Int.min).count == 1)
  }

  @Test func emptyAndScalar() throws {
    let empty = try Tensor.zeros([0, 3])
    #expect(try empty.sum().item() == 0)
    #expect(try empty.sum(axis: 0).toFloats() == [0, 0, 0])
    #expect(try empty.matmul(Tensor.zeros([3, 2])).shape == [0, 2])
    #expect(
      try Tensor.zeros([2, 0]).matmul(Tensor.zeros([0, 3])).toFloats() == [Float](repeating: 0, count: 6))
    #expect(try Tensor.concat([empty, empty]).shape == [0, 3])
    #expect(try Tensor.stack([empty]).shape == [1, 0, 3])
    #expect(try empty.sorted().values.shape == [0, 3])
    #expect(try empty.isEqual(to: empty))
    #expect(try Tensor(Float(3)).item() == 3)
    #expect(try Tensor(Float(3)).transposed().shape == [])
    #expect(code { _ = try Tensor(Float(3))[[.index(0)]] } == "E0202")
    #expect(code { _ = try Tensor(Float(3)).matmul(empty) } == "E0203")
    #expect(try empty.reshaped([3, 0]).shape == [3, 0])
    #expect(code { _ = try empty.reshaped([0, -1]) } == "E0205")
  }

  @Test func eyeAndOneHot() throws {
    #expect(try Tensor.eye(2, 3).toFloats() == [1, 0, 0, 0, 1, 0])
    #expect(try Tensor([2, 0] as [Int], shape: [2]).oneHot(3).toFloats() == [0, 0, 1, 1, 0, 0])
    #expect(code { _ = try Tensor([3] as [Int], shape: [1]).oneHot(3) } == "E0202")
  }

  @Test func memoryIsCounted() throws {
    let before = MemoryAccountant.limit
    defer { MemoryAccountant.limit = before }
    #expect(MemoryAccountant.text(1536) == "1.5 KB" && MemoryAccountant.text(5) == "5 bytes")
    #expect(MemoryAccountant.text(3 << 30) == "3 GB")
  }
}
