import CKernels
import Foundation
import Glibc
import MocoTensor
import Testing

/// Every kernel in every copy that this machine runs: the bits are the same.
@Suite(.serialized) struct KernelCopyTests {
  /// What a copy is compared in: the results of all kernels on the same numbers, one after the other.
  ///
  /// - Safety: what it hands out is freed with it.
  private final class Results {
    /// How much of what is drawn is awkward.
    enum Inputs: CaseIterable { case plain, awkward, anyBits }

    private let inputs: Inputs
    private var state: UInt64 = 88_172_645_463_325_252
    private var owned: [UnsafeMutablePointer<Float>] = []
    private(set) var words: [UInt32] = []
    /// Where the results of a kernel begin.
    private(set) var places: [(name: String, at: Int)] = []

    /// What is drawn is drawn once; kernels get parts of it.
    private static let poolSize = 1 << 15
    private var pool: [Float] = []

    private static let odd: [Float] = [
      0, -0.0, .infinity, -.infinity, .nan, 700 * .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 3e38,
      -3e38, 88.8,
      -104, -88, 0.55, 1e-38,
    ]

    init(_ inputs: Inputs) {
      self.inputs = inputs
      for _ in 0..<Results.poolSize { pool.append(number()) }
    }

    deinit { for pointer in owned { pointer.deallocate() } }

    func draw() -> UInt32 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt32(truncatingIfNeeded: state >> 32)
    }

    func number() -> Float {
      let kind = draw()
      if inputs == .anyBits { return Float(bitPattern: kind) }
      if inputs == .awkward, kind % 23 == 0 { return Results.odd[Int(kind / 23) % Results.odd.count] }
      return (Float(draw() >> 8) - 8_388_608) / 2_097_152
    }

    func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
      let pointer = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
      owned.append(pointer)
      pool.withUnsafeBufferPointer { pool in
        guard let base = pool.baseAddress else { return }
        var done = 0
        while done < max(count, 1) {
          let from = Int(draw()) % pool.count
          let part = min(max(count, 1) - done, pool.count - from)
          (pointer + done).initialize(from: base + from, count: part)
          done += part
        }
      }
      return pointer
    }

    func begin(_ name: String) { places.append((name, words.count)) }

    func take(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
      x.withMemoryRebound(to: UInt32.self, capacity: count) {
        words.append(contentsOf: UnsafeBufferPointer(start: $0, count: count))
      }
    }

    func take(_ x: Double) {
      let word = x.isNaN ? 0 : x.bitPattern
      words += [UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32)]
    }

    /// The first result that differs, where any NaN is as good as another.
    func difference(from other: Results) -> (name: String, own: Float, other: Float)? {
      if places.map(\.at) != other.places.map(\.at) { return ("number of results", 0, 0) }
      for (place, next) in zip(places, places.dropFirst().map(\.at) + [words.count]) {
        let range = place.at..<next
        if words[range].withUnsafeBytes({ a in other.words[range].withUnsafeBytes { equal(a, $0) } }) {
          continue
        }
        for i in range {
          let (own, wanted) = (Float(bitPattern: words[i]), Float(bitPattern: other.words[i]))
          if words[i] != other.words[i], !(own.isNaN && wanted.isNaN) { return (place.name, own, wanted) }
        }
      }
      return nil
    }

    private func equal(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
      guard a.count == b.count, let a0 = a.baseAddress, let b0 = b.baseAddress else {
        return a.count == b.count
      }
      return memcmp(a0, b0, a.count) == 0
    }

    func finish() {
      for pointer in owned { pointer.deallocate() }
      owned = []
    }
  }

  private static let sizes = Array(1...67) + [512, 768, 777, 3072]

  private func compare(_ body: (Results) -> Void) throws {
    for inputs in Results.Inputs.allCases {
      var first: Results?
      for copy in KernelFamily.copies {
        let results = try #require(
          KernelFamily.with(copy) {
            let results = Results(inputs)
            body(results)
            return results
          })
        guard let wanted = first else {
          first = results
          continue
        }
        if let found = results.difference(from: wanted) {
          Issue.record(
            "\(found.name) gives \(found.own) in \(copy) and \(found.other) in baseline, \(inputs) numbers")
        }
      }
    }
  }

  @Test func elementwise() throws {
    try compare { r in
      for n in Self.sizes {
        let (a, b, c, wide) = (r.floats(n), r.floats(n), r.floats(n), r.floats(3 * n))
        for op in Kernels.Binary.allCases {
          r.begin("\(op) of \(n)")
          for (x, stride) in [(a, 1), (a, 0), (wide, 3)] {
            moco_binary(op.rawValue, n, x, stride, b, 1, c)
            r.take(c, n)
          }
          moco_binary(op.rawValue, n, a, 1, b, 0, c)
          r.take(c, n)
        }
        for op in Kernels.Unary.allCases {
          r.begin("\(op) of \(n)")
          let (y, dx) = (r.floats(n), r.floats(n))
          moco_unary(op.rawValue, n, wide, 3, y)
          r.take(y, n)
          moco_unary(op.rawValue, n, a, 1, y)
          r.take(y, n)
          moco_unary_backward(op.rawValue, n, a, y, b, dx)
          r.take(dx, n)
        }
        r.begin("scaled sums of \(n)")
        moco_affine(n, r.number(), a, r.number(), c)
        r.take(c, n)
        moco_add_scaled(n, r.number(), a, b)
        r.take(b, n)
        moco_fused(n, a, b, wide, c)
        r.take(c, n)
        r.finish()
      }
    }
  }

  @Test func rows() throws {
    try compare { r in
      for (rows, width) in Self.sizes.map({ (3, $0) }) + [(512, 3), (777, 5)] {
        let n = rows * width
        let (x, y, dy, dx) = (r.floats(n), r.floats(n), r.floats(n), r.floats(n))
        let (inverse, columns) = (r.floats(rows), r.floats(width))
        r.begin("rows of \(width)")
        moco_softmax(x, y, rows, width)
        r.take(y, n)
        moco_softmax_backward(y, dy, dx, rows, width)
        r.take(dx, n)
        moco_log_softmax(x, y, rows, width)
        r.take(y, n)
        moco_log_softmax_backward(y, dy, dx, rows, width)
        r.take(dx, n)
        moco_normalize(x, 1e-12, y, inverse, rows, width)
        r.take(y, n)
        r.take(inverse, rows)
        moco_normalize_backward(y, inverse, 1e-12, dy, dx, rows, width)
        r.take(dx, n)
        r.begin("exponentials of \(n) doubles")
        var doubles = (0..<n).map { Double(x[$0]) * 40 }
        moco_exp_double(doubles, &doubles, n)
        for value in doubles { r.take(value) }
        r.begin("sums of \(n)")
        r.take(moco_sum(x, n))
        r.take(moco_dot(x, dy, n))
        for some in [width, width - width / 3] {
          moco_sum_columns(x, rows, width, some, columns)
          r.take(columns, some)
        }
        r.finish()
      }
    }
  }

  @Test func towers() throws {
    try compare { r in
      for (rows, width) in Self.sizes.map({ (3, $0) }) + [(100, 3), (77, 33)] {
        let n = rows * width
        let (x, y, dy, dx) = (r.floats(n), r.floats(n), r.floats(n), r.floats(n))
        let (weight, bias) = (r.floats(width), r.floats(width))
        let (statistics, sums) = (r.floats(2 * rows), r.floats(2 * width))
        r.begin("norm of \(width)")
        moco_tower_add_bias(x, bias, y, rows, width)
        r.take(y, n)
        moco_tower_norm(x, weight, bias, 1e-5, y, statistics, rows, width)
        r.take(y, n)
        r.take(statistics, 2 * rows)
        moco_tower_norm_again(x, weight, bias, statistics, y, rows, width)
        r.take(y, n)
        moco_tower_norm_backward(dy, x, weight, statistics, nil, dx, sums, rows, width)
        r.take(dx, n)
        r.take(sums, 2 * width)
        moco_tower_norm_backward(dy, x, weight, statistics, y, dx, nil, rows, width)
        r.take(dx, n)
        for kind: Int32 in 0..<3 {
          r.begin("activation \(kind) of \(width)")
          moco_tower_activation(x, bias, y, kind, rows, width)
          r.take(x, n)
          r.take(y, n)
          moco_tower_activation_backward(x, dy, y, kind, n)
          r.take(dy, n)
          r.take(y, n)
        }
        r.begin("column sums of \(width)")
        moco_tower_column_sums(x, width, rows, bias, 0, width)
        moco_tower_column_sums(x, width, rows, bias, width / 3, width - width / 4)
        r.take(bias, width)
        r.finish()
      }
    }
  }

  @Test func attention() throws {
    try compare { r in
      for dim in 1...67 {
        let (rows, heads, gap) = (1 + Int(r.draw() % 70), 1 + dim % 3, dim % 2 * 5)
        let stride = heads * dim + gap
        var offsets: [Int32] = [0]
        for row in 0..<rows { offsets.append(offsets[row] + 1 + Int32(r.draw() % UInt32(row + 1))) }
        let edges = Int(offsets[rows])
        let keys = (0..<edges).map { _ in Int32(r.draw() % UInt32(rows)) }
        let n = rows * stride
        let (q, k, v, dout) = (r.floats(n), r.floats(n), r.floats(n), r.floats(n))
        let (out, dq, dk, dv) = (r.floats(n), r.floats(n), r.floats(n), r.floats(n))
        let (scratch, probabilities) = (r.floats(rows), r.floats(edges * heads))
        r.begin("lists of \(dim)")
        offsets.withUnsafeBufferPointer { offsets in
          keys.withUnsafeBufferPointer { keys in
            guard let offsets = offsets.baseAddress, let keys = keys.baseAddress else { return }
            var lists = moco_attention_lists(
              q: q, k: k, v: v, q_stride: stride, k_stride: stride, v_stride: stride, offsets: offsets,
              keys: keys,
              heads: heads, dim: dim, scale: 0.25)
            moco_attention_lists_forward(&lists, out, stride, nil, scratch, 0, rows)
            r.take(out, n)
            moco_attention_lists_forward(&lists, out, stride, probabilities, scratch, 0, rows)
            r.take(out, n)
            r.take(probabilities, edges * heads)
            for head in 0..<heads {
              moco_attention_lists_backward(
                &lists, probabilities, dout, stride, dq, stride, dk, stride, dv, stride, scratch, head, 0,
                rows)
            }
          }
        }
        for gradient in [dq, dk, dv] { r.take(gradient, n) }
        r.finish()
      }
      for columns in Self.sizes {
        let n = 3 * columns
        let (scores, raw, dp, lse) = (r.floats(n), r.floats(n), r.floats(n), r.floats(6))
        r.begin("softmax of \(columns) scores")
        moco_attention_softmax(scores, 3, columns, 0.5, lse, 2)
        r.take(scores, n)
        r.take(lse, 6)
        moco_attention_softmax_backward(raw, dp, 3, columns, 0.5, lse, 2)
        r.take(raw, n)
        r.take(dp, n)
        r.finish()
      }
    }
  }

  @Test func optimizersAndFormats() throws {
    try compare { r in
      for n in Self.sizes {
        let (p, g, m, v) = (r.floats(n), r.floats(n), r.floats(n), r.floats(n))
        r.begin("optimizers of \(n)")
        for flags: Int32 in 0..<4 {
          moco_sgd_step(p, g, m, n, 0.1, 0.9, 0.01, flags & 1, flags >> 1)
          r.take(p, n)
          r.take(m, n)
          moco_adam_step(
            p, g, m, v, n, 0.1, 0.9, 0.999, 1e-8, flags & 1 == 1 ? 0.01 : 0, flags >> 1, 0.1, 0.001)
          for state in [p, m, v] { r.take(state, n) }
        }
        moco_sgd_step(p, g, nil, n, 0.1, 0, 0, 0, 1)
        r.take(p, n)
        r.take(moco_sum_squares(g, n))
        r.take(Double(moco_all_finite(g, n)))
        r.begin("halves of \(n)")
        let halves = (0..<n).map { _ in UInt16(truncatingIfNeeded: r.draw()) }
        moco_float_from_half(p, halves, n)
        r.take(p, n)
        moco_float_from_bfloat(p, halves, n)
        r.take(p, n)
        r.finish()
      }
    }
  }

  /// A product and a sum that are rounded once, where the processor has an instruction for it and where not.
  @Test func fusedProducts() throws {
    let r = Results(.anyBits)
    let n = 1 << 12
    func shifted(_ x: Float, _ by: UInt32) -> Float {
      x * Float(sign: .plus, exponent: -Int(by), significand: 1)
    }
    for turn in 0..<30 {
      let (a, b, c, out) = (r.floats(n), r.floats(n), r.floats(n), r.floats(n))
      for i in 0..<n {
        let kind = turn % 6 == 0 ? 0 : turn % 6 == 1 ? Int(r.draw() % 6) : turn % 6
        if kind >= 2 {
          // Of like size, so that neither product nor sum is lost in the other.
          a[i] = Float(bitPattern: a[i].bitPattern & 0x807F_FFFF | (90 + r.draw() % 70) << 23)
          b[i] = Float(bitPattern: b[i].bitPattern & 0x807F_FFFF | (90 + r.draw() % 70) << 23)
          c[i] = shifted(a[i] * b[i], r.draw() % 60) * (r.draw() & 1 == 0 ? 1 : -1)
        }
        if kind >= 3 {
          // Few digits: halfway between two floats.
          a[i] = Float(bitPattern: a[i].bitPattern & 0xFFFF_F000)
          b[i] = Float(bitPattern: b[i].bitPattern & 0xFFFF_F000)
          c[i] = shifted(Float(bitPattern: c[i].bitPattern & 0xFFFF_FE00), r.draw() % 3)
        }
        // What is left after cancelling, and what is smaller than the normal numbers.
        if kind == 4 { c[i] = -(a[i] * b[i]) }
        if kind == 5 {
          let by = 60 + r.draw() % 40
          (a[i], b[i], c[i]) = (shifted(a[i], by), shifted(b[i], 20), shifted(c[i], by))
        }
      }
      for copy in KernelFamily.copies {
        KernelFamily.with(copy) { moco_fused(n, a, b, c, out) }
        for i in 0..<n {
          let wanted = referenceFused(a[i], b[i], c[i])
          if out[i].bitPattern == wanted.bitPattern || (out[i].isNaN && wanted.isNaN) { continue }
          Issue.record("\(a[i]) · \(b[i]) + \(c[i]) is \(wanted), in \(copy) \(out[i])")
          return
        }
      }
      r.finish()
    }
  }

  @Test func copiesAreChosen() throws {
    let widest = try #require(KernelFamily.copies.last)
    #expect(KernelFamily.copies.first == "baseline" && KernelFamily.copies.contains(KernelFamily.vectors))
    // Within a choice nobody else makes one.
    _ = KernelFamily.with(widest) {
      for copy in KernelFamily.copies {
        let inside = KernelFamily.with(copy) { KernelFamily.vectors }
        #expect(inside == copy && KernelFamily.vectors == widest)
      }
      let unknown = KernelFamily.with("sse") { 1 }
      #expect(unknown == nil && KernelFamily.vectors == widest)
      #expect(moco_kernel_use(3) == -1 && moco_kernel_use(-1) == -1 && KernelFamily.vectors == widest)
    }
    #expect(String(cString: moco_kernel_name(7)).isEmpty)
  }

  /// Threads that choose at once take turns: each computes with its own choice, and none is left chosen.
  @Test func choicesOfThreadsTakeTurns() {
    DispatchQueue.concurrentPerform(iterations: 64) { turn in
      let copy = KernelFamily.copies[turn % KernelFamily.copies.count]
      let seen = KernelFamily.with(copy) {
        (0..<20).map { _ in
          sched_yield()
          return KernelFamily.vectors
        }
      }
      #expect(seen?.allSatisfy { $0 == copy } == true)
    }
  }
}
