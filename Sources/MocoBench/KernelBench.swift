import CKernels
import MocoBase
import MocoTensor

/// The vector kernels, each on rows of a tower that fit in the second-level cache, on one thread.
extension Bench {
  private static let rows = 32
  private static let width = 768
  private static let count = rows * width

  /// Nanoseconds per element and gigabytes read and written per second, of the fastest repetition.
  static func kernels(_ options: BenchOptions, _ report: inout BenchReport) throws {
    var random = Philox(seed: options.seed, stream: "kernels")
    func tensor(_ count: Int = Bench.count, _ change: (Float) -> Float = { $0 }) throws -> Tensor {
      try Tensor((0..<count).map { _ in change(random.nextNormal()) }, shape: [count])
    }
    func measure(_ name: String, elements: Int = Bench.count, floats: Int, _ work: () -> Void) throws {
      try Cancellation.check()
      work()
      var (turns, fastest) = (1, Double.infinity)
      for _ in 0..<max(options.repetitions, 1) {
        var seconds = 0.0
        repeat {
          let begin = ProcessClock.seconds
          for _ in 0..<turns { work() }
          seconds = ProcessClock.seconds - begin
          if seconds < 1e-3 { turns *= 2 }
        } while seconds < 1e-3 && turns < 1 << 20
        fastest = min(fastest, seconds / Double(turns) / Double(elements))
      }
      report.add("\(name)_ns", fastest * 1e9)
      report.add("\(name)_gb_per_second", Double(4 * floats) / fastest / 1e9)
    }
    let x = try tensor()
    let (y, dy, dx, out) = (try tensor(), try tensor(), try tensor(), try tensor())
    let positive = try tensor { abs($0) + 0.1 }
    let (weight, bias, inverse) = (try tensor(width), try Tensor.zeros([width]), try tensor(rows))
    let (statistics, sums, lse) = (try tensor(2 * rows), try tensor(2 * width), try tensor(rows))
    try pointers([x, y, dy, dx, out, positive, weight, bias, inverse, statistics, sums, lse]) { p in
      let (x, y, dy, dx, out, positive) = (p[0], p[1], p[2], p[3], p[4], p[5])
      let (weight, bias, inverse, statistics, sums, lse) = (p[6], p[7], p[8], p[9], p[10], p[11])
      for op: Kernels.Binary in [.add, .multiply, .divide, .maximum] {
        try measure("\(op)", floats: 3) { moco_binary(op.rawValue, count, x, 1, y, 1, out) }
      }
      for op: Kernels.Unary in [.exp, .log, .sqrt, .tanh, .sigmoid, .erf, .gelu, .quickGelu] {
        try measure("\(op)", floats: 2) { moco_unary(op.rawValue, count, positive, 1, out) }
      }
      try measure("gelu_backward", floats: 4) {
        moco_unary_backward(Kernels.Unary.gelu.rawValue, count, x, y, dy, dx)
      }
      try measure("add_scaled", floats: 3) { moco_add_scaled(count, 1e-6, x, out) }
      try measure("softmax", floats: 2) { moco_softmax(x, y, rows, width) }
      try measure("softmax_backward", floats: 3) { moco_softmax_backward(y, dy, dx, rows, width) }
      try measure("log_softmax", floats: 2) { moco_log_softmax(x, out, rows, width) }
      try measure("normalize", floats: 2) { moco_normalize(x, 1e-12, y, inverse, rows, width) }
      try measure("normalize_backward", floats: 3) {
        moco_normalize_backward(y, inverse, 1e-12, dy, dx, rows, width)
      }
      var sum = 0.0
      try measure("sum", floats: 1) { sum += moco_sum(x, count) }
      try measure("dot", floats: 2) { sum += moco_dot(x, dy, count) }
      try measure("column_sums", floats: 1) { moco_tower_column_sums(x, width, rows, sums, 0, width) }
      try measure("add_bias", floats: 2) { moco_tower_add_bias(x, bias, out, rows, width) }
      try measure("layer_norm", floats: 2) {
        moco_tower_norm(x, weight, bias, 1e-5, out, statistics, rows, width)
      }
      try measure("layer_norm_backward", floats: 3) {
        moco_tower_norm_backward(dy, x, weight, statistics, nil, dx, nil, rows, width)
      }
      for (name, kind) in [("gelu", 0), ("quick_gelu", 1), ("gelu_tanh", 2)] as [(String, Int32)] {
        try measure("tower_\(name)", floats: 3) { moco_tower_activation(x, bias, out, kind, rows, width) }
        out.update(from: dy, count: count)
        try measure("tower_\(name)_backward", floats: 3) {
          moco_tower_activation_backward(x, out, nil, kind, count)
        }
      }
      // Scores are computed again each time: probabilities of probabilities would be different numbers.
      try measure("attention_softmax", floats: 4) {
        out.update(from: x, count: count)
        moco_attention_softmax(out, rows, width, 0.125, lse, 1)
      }
      try measure("attention_softmax_backward", floats: 7) {
        out.update(from: x, count: count)
        dx.update(from: dy, count: count)
        moco_attention_softmax_backward(out, dx, rows, width, 0.125, lse, 1)
      }
      try lists(x, y, out, dx, inverse) { try measure($0, elements: $1, floats: $2, $3) }
      out.update(repeating: 0, count: count)
      dx.update(repeating: 0, count: count)
      try measure("sgd", floats: 5) { moco_sgd_step(y, dy, dx, count, 1e-9, 0.9, 1e-4, 0, 0) }
      try measure("adam", floats: 7) {
        moco_adam_step(y, dy, dx, out, count, 1e-9, 0.9, 0.999, 1e-8, 0.01, 1, 0.1, 0.001)
      }
      try measure("sum_squares", floats: 1) { sum += moco_sum_squares(dy, count) }
      withExtendedLifetime(sum) {}
    }
  }

  /// Attention of nodes of a trie: every row attends to itself and up to 15 rows before it; 64 numbers per head.
  private static func lists(
    _ x: Kernels.Floats, _ y: Kernels.Floats, _ out: Kernels.Floats, _ gradients: Kernels.Floats,
    _ scratch: Kernels.Floats, _ measure: (String, Int, Int, () -> Void) throws -> Void
  ) throws {
    let (heads, dim) = (4, 64)
    var offsets: [Int32] = [0]
    var keys: [Int32] = []
    for row in 0..<rows {
      keys += (max(0, row - 15)...row).map(Int32.init)
      offsets.append(Int32(keys.count))
    }
    let each = heads * dim
    var probabilities = [Float](repeating: 0, count: keys.count * heads)
    try offsets.withUnsafeBufferPointer { offsets in
      try keys.withUnsafeBufferPointer { keys in
        try probabilities.withUnsafeMutableBufferPointer { probabilities in
          guard let o = offsets.baseAddress, let k = keys.baseAddress, let p = probabilities.baseAddress
          else {
            return
          }
          var lists = moco_attention_lists(
            q: x, k: x + each, v: x + 2 * each, q_stride: width, k_stride: width, v_stride: width, offsets: o,
            keys: k, heads: heads, dim: dim, scale: 0.125)
          try measure("attention_lists", keys.count * each, 2) {
            moco_attention_lists_forward(&lists, out, width, p, scratch, 0, rows)
          }
          try measure("attention_lists_backward", keys.count * each, 6) {
            for head in 0..<heads {
              moco_attention_lists_backward(
                &lists, p, y, width, gradients, width, gradients + each, width, gradients + 2 * each, width,
                scratch, head, 0, rows)
            }
          }
        }
      }
    }
  }

  /// Calls the closure with the numbers of all tensors.
  private static func pointers(_ tensors: [Tensor], _ body: ([Kernels.Floats]) throws -> Void) throws {
    func open(_ rest: ArraySlice<Tensor>, _ found: [Kernels.Floats]) throws {
      guard let first = rest.first else { return try body(found) }
      try first.withMutableFloats { floats in
        guard let base = floats.baseAddress else { return }
        try open(rest.dropFirst(), found + [base])
      }
    }
    try open(tensors[...], [])
  }
}
