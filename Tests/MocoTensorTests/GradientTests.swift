import MocoAutograd
import MocoTensor
import Testing

/// Finite differences for every operation, over random shapes with broadcasting, views, empty and size-1
/// dimensions.
@Suite struct GradientTests {
  static let rounds = 0..<12

  @Test(arguments: Kernels.Binary.allCases, rounds)
  func twoOperands(_ op: Kernels.Binary, _ round: Int) throws {
    var draw = Draw("binary \(op)", round)
    let shape = draw.shape(rank: 0...3)
    let other = draw.broadcasting(shape)
    // Away from ties, zeros and the jumps of %.
    let low: Float = op == .power ? 0.5 : 0.6
    let a = try draw.tensor(shape, low, 2)
    let b = try draw.tensor(other, op == .modulo ? 2.5 : 0.7, 3)
    if op == .maximum || op == .minimum {
      let gap = try zip(Tensor.subtract(a, b).toFloats(), 0...).contains { abs($0.0) < 0.03 }
      if gap { return }
    }
    let swap = round % 2 == 1
    try checkGradients(swap && op != .modulo ? [b, a] : [a, b], step: 5e-3, "\(op)") {
      try F.binary(op, $0[0], $0[1])
    }
  }

  @Test(arguments: Kernels.Unary.allCases)
  func oneOperand(_ op: Kernels.Unary) throws {
    for round in 0..<4 {
      var draw = Draw("unary \(op)", round)
      let positive = [.log, .sqrt, .rsqrt, .reciprocal].contains(op)
      let steps = [.floor, .ceil, .round, .sign].contains(op)
      let x = try draw.tensor(
        draw.shape(rank: 0...2) + [draw.int(1...19)], positive ? 0.4 : 0.05, steps ? 0.45 : 2.5)
      try checkGradients([x], "\(op)") { try F.unary(op, $0[0]) }
      guard !positive else { continue }
      try checkGradients([x.affine(-1)], "\(op)") { try F.unary(op, $0[0]) }
    }
  }

  @Test(arguments: rounds)
  func products(_ round: Int) throws {
    var draw = Draw("matmul", round)
    let m = draw.int(1...4)
    let k = draw.int(round == 3 ? 0...0 : 1...5)
    let n = draw.int(1...4)
    let batch = draw.shape(rank: 0...2, empty: round == 5)
    let a = try draw.tensor(draw.broadcasting(batch) + [m, k])
    let b = try draw.tensor(draw.broadcasting(batch) + [k, n])
    try checkGradients([a, b]) { try F.matmul($0[0], $0[1]) }
    try checkGradients([scattered(a), scattered(b)]) { try F.matmul($0[0], $0[1]) }
    let v = try draw.tensor([k])
    try checkGradients([a, v]) { try F.matmul($0[0], $0[1]) }
    try checkGradients([v, b]) { try F.matmul($0[0], $0[1]) }
    try checkGradients([v, v.affine(2)]) { try F.matmul($0[0], $0[1]) }
    let weight = try draw.tensor([n, k])
    let bias = try draw.tensor([n])
    try checkGradients([a, weight, bias]) { try F.linear($0[0], $0[1], $0[2]) }
  }

  @Test(arguments: rounds)
  func reductions(_ round: Int) throws {
    var draw = Draw("reduce", round)
    let shape = draw.shape(rank: 1...4, empty: round % 3 == 0)
    let x = try draw.tensor(shape)
    let axis = draw.int(0...(shape.count - 1))
    let keep = round % 2 == 0
    try checkGradients([x]) { try F.sum($0[0]) }
    try checkGradients([x]) { try F.sum($0[0], axis: axis, keep: keep) }
    try checkGradients([scattered(x)]) { try F.sum($0[0], axis: axis - shape.count, keep: keep) }
    if shape.count > 1 {
      try checkGradients([x]) { try F.sum($0[0], axes: [axis, (axis + 1) % shape.count], keep: keep) }
    }
    guard !shape.contains(0) else { return }
    try checkGradients([x]) { try F.mean($0[0]) }
    try checkGradients([x]) { try F.mean($0[0], axis: axis, keep: keep) }
    if shape[axis] > 1 { try checkGradients([x]) { try F.variance($0[0], axis: axis, keep: keep) } }
    // Distinct values, so that no step changes which is the largest.
    var order = draw.random.permutation(x.count).map { Float($0) * 0.1 }
    order = order.map { $0 - 1 }
    let distinct = try Tensor(order, shape: shape)
    try checkGradients([distinct]) { try F.max($0[0], axis: axis, keep: keep) }
    try checkGradients([distinct]) { try F.min($0[0], axis: axis, keep: keep) }
    try checkGradients([distinct]) { try F.max($0[0]) }
    try checkGradients([distinct]) { try F.min($0[0]) }
    let k = draw.int(0...shape[axis])
    try checkGradients([distinct]) { try F.topK($0[0], k, axis: axis).values }
    try checkGradients([distinct]) { try F.sorted($0[0], axis: axis, descending: keep).values }
  }

  @Test(arguments: rounds)
  func shapes(_ round: Int) throws {
    var draw = Draw("shapes", round)
    let shape = draw.shape(rank: 1...4)
    let x = try draw.tensor(shape)
    try checkGradients([x]) { try F.reshape($0[0], [x.count]) }
    try checkGradients([scattered(x)]) { try F.reshape($0[0], [1, x.count]) }
    let order = draw.random.permutation(shape.count)
    try checkGradients([x]) { try F.permute($0[0], order) }
    try checkGradients([x]) { try F.transpose($0[0]) }
    try checkGradients([x]) { try F.unsqueeze($0[0], -1) }
    try checkGradients([x]) { try F.squeeze($0[0]) }
    try checkGradients([draw.tensor(draw.broadcasting(shape))]) { try F.expand($0[0], shape) }
    let axis = draw.int(0...(shape.count - 1))
    var other = shape
    other[axis] = draw.int(0...3)
    try checkGradients([x, draw.tensor(other), x]) { try F.concat($0, axis: axis) }
    try checkGradients([x, x.affine(2)]) { try F.stack($0, axis: -1) }
    let mask = try Tensor.compare(.greater, draw.tensor(draw.broadcasting(shape)), Tensor(Float(0)))
    try checkGradients([x, draw.tensor(draw.broadcasting(shape))]) { try F.select(mask, $0[0], $0[1]) }
    try checkGradients([x.affine(0.1, 0.4)]) { try F.clip($0[0], 0.2, 0.7) }
  }

  @Test(arguments: rounds)
  func indexing(_ round: Int) throws {
    var draw = Draw("index", round)
    let shape = [draw.int(2...4), draw.int(2...4), draw.int(1...3)]
    let x = try draw.tensor(shape)
    let rows = (0..<draw.int(0...5)).map { _ in draw.int(0...(shape[0] - 1)) }
    let mask = try Tensor((0..<shape[1]).map { _ in draw.int(0...1) == 1 }, shape: [shape[1]])
    let plane = try Tensor(
      (0..<(shape[0] * shape[1])).map { _ in draw.int(0...1) == 1 }, shape: [shape[0], shape[1]])
    let items: [[IndexItem]] = [
      [.index(-1)], [.range(from: 1, to: nil)], [.all, .index(0), .range(from: 0, to: 1)],
      [.range(from: 0, to: nil, step: 2)], [.list(rows)], [.all, .list([1, 0, 1])], [.all, .mask(mask)],
      [.mask(plane)], [.list([0, 1, 0]), .list([1, 1, 0])], [.list([0, 1]), .all, .list([0, 0])],
      [.index(1), .list([1, 1])], [.range(from: 1, to: 1)], [.mask(plane), .index(0)],
    ]
    for item in items { try checkGradients([x], "\(item)") { try F.index($0[0], item) } }
    try checkGradients([scattered(x)]) { try F.slice($0[0], axis: 1, from: 1, to: 2) }
    try checkGradients([x]) { try F.indexSelect($0[0], axis: 1, [1, -1, 1]) }
    try checkGradients([x]) { try F.scatter($0[0], axis: 1, Array(0..<shape[1]), length: 6) }
    let indices = try Tensor(
      (0..<(shape[0] * shape[1] * 2)).map { _ in draw.int(0...(shape[2] - 1)) },
      shape: [shape[0], shape[1], 2])
    try checkGradients([x]) { try F.takeAlong($0[0], axis: -1, indices) }
  }

  @Test(arguments: rounds)
  func rows(_ round: Int) throws {
    var draw = Draw("rows", round)
    let shape = draw.shape(rank: 0...2, empty: round % 4 == 0) + [draw.int(1...11)]
    let x = try draw.tensor(shape, -2, 2)
    let axis = draw.int(0...(shape.count - 1))
    try checkGradients([x]) { try F.softmax($0[0], axis: axis) }
    try checkGradients([x]) { try F.logSoftmax($0[0], axis: axis) }
    if shape[axis] > 1 { try checkGradients([x.affine(1, 3)]) { try F.normalize($0[0], axis: axis) } }
    let width = shape[shape.count - 1]
    if width > 1 {
      let w = try draw.tensor([width], 0.5, 1.5)
      let b = try draw.tensor([width])
      let spread = try Tensor.add(x, Tensor.arange(0.0, Double(width)))
      try checkGradients([spread, w, b]) { try F.layerNorm($0[0], weight: $0[1], bias: $0[2]) }
      try checkGradients([spread]) { try F.layerNorm($0[0]) }
      try checkGradients([spread, b]) { try F.layerNorm($0[0], bias: $0[1]) }
    }
    let count = shape.dropLast().reduce(1, *)
    let targets = (0..<count).map { _ in draw.int(0...(width - 1)) }
    try checkGradients([x]) { try F.crossEntropy($0[0], targets: targets, reduction: .none) }
    try checkGradients([x]) { try F.crossEntropy($0[0], targets: targets, reduction: .sum) }
    if count > 0 {
      try checkGradients([x]) { try F.crossEntropy($0[0], targets: targets) }
      try checkGradients([x, draw.tensor(shape, 0, 1)]) { try F.crossEntropy($0[0], target: $0[1]) }
    }
    try checkGradients([x.affine(1, 3), draw.tensor(shape, 0.5, 1)]) { try F.cosineSimilarity($0[0], $0[1]) }
  }

  @Test func einsums() throws {
    var draw = Draw("einsum")
    func check(_ equation: String, _ shapes: [[Int]]) throws {
      let inputs = try shapes.map { try draw.tensor($0) }
      try checkGradients(inputs, "\(equation)") { try F.einsum(equation, $0) }
    }
    try check("bd,cd->bc", [[2, 3], [4, 3]])
    try check("bd,cd", [[2, 3], [4, 3]])
    try check("bhqd,bhkd->bhqk", [[2, 2, 3, 2], [2, 2, 2, 2]])
    try check("ij->ji", [[2, 3]])
    try check("ij->", [[2, 3]])
    try check("ii->i", [[3, 3]])
    try check("ii", [[3, 3]])
    try check("i,j->ij", [[2], [3]])
    try check("ij,jk,kl->il", [[2, 3], [3, 2], [2, 2]])
    try check("bgd,bg->bd", [[2, 3, 2], [2, 3]])
    try check("i,i,i->", [[3], [3], [3]])
    try check("ab,cd->ac", [[2, 0], [2, 3]])
  }

  /// A large sum over repeated use of one variable, and the same node as two inputs.
  @Test func sharedInputs() throws {
    var draw = Draw("shared")
    let x = try draw.tensor([3])
    try checkGradients([x]) { v in
      var sum = try F.mul(v[0], v[0])
      for _ in 0..<5 { sum = try F.add(sum, F.mul(v[0], sum)) }
      return sum
    }
  }
}
