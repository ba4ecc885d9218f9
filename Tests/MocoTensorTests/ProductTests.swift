import CKernels
import MocoBase
import MocoTensor
import Testing

/// moco's own products against their definition, to the bit, in every copy that this processor runs. Serialized: the
/// copy in use is the process's.
@Suite(.serialized) struct ProductTests {
  private struct Case {
    var m, n, k: Int
    var transA, transB: Bool
    var lda, ldb, ldc, source: Int
    var alpha: Double, beta: Double
    var hasBias, hasSource: Bool

    init(_ random: inout Philox, tall: Bool, deep: Bool) {
      func below(_ n: Int) -> Int { min(Int(random.nextUniform() * Float(n)), n - 1) }
      m = 1 + below(tall ? 350 : 34)
      n = 1 + below(70)
      k = below(deep ? 900 : 50)
      (transA, transB) = (below(2) == 0, below(2) == 0)
      lda = max(1, (transA ? m : k) + below(4))
      ldb = max(1, (transB ? k : n) + below(4))
      (ldc, source) = (n + below(4), n + below(4))
      alpha = below(3) == 0 ? 0.75 : 1
      beta = [0, 1, -0.25][below(3)]
      (hasBias, hasSource) = (below(3) == 0, below(3) == 0)
    }

    var text: String { "\(self)" }
  }

  /// Element by element: chains of fused products in blocks over k, added in order.
  private func defined<T: BinaryFloatingPoint>(
    _ x: Case, _ a: [T], _ b: [T], _ bias: [T], _ source: [T], _ c: [T]
  ) -> [T] {
    var out = c
    let block = moco_product_block(x.k)
    for i in 0..<x.m {
      for j in 0..<x.n {
        var value: T?
        if x.hasBias || x.hasSource {
          value = x.hasSource ? source[i * x.source + j] : nil
          if x.hasBias { value = value.map { $0 + bias[j] } ?? bias[j] }
        } else if x.beta != 0 {
          value = T(x.beta) * c[i * x.ldc + j]
        }
        var start = 0
        while start < x.k || start == 0 {
          var sum: T = 0
          for l in start..<min(start + block, max(x.k, start)) {
            sum.addProduct(
              x.transA ? a[l * x.lda + i] : a[i * x.lda + l], x.transB ? b[j * x.ldb + l] : b[l * x.ldb + j])
          }
          sum *= T(x.alpha)
          value = value.map { $0 + sum } ?? sum
          start += block
        }
        out[i * x.ldc + j] = value ?? 0
      }
    }
    return out
  }

  private func inputs<T: BinaryFloatingPoint>(_ x: Case, _ random: inout Philox, as _: T.Type) -> [[T]] {
    [
      x.lda * (x.transA ? x.k : x.m), x.ldb * (x.transB ? x.n : x.k), x.n, x.source * x.m, x.ldc * x.m,
    ].map { count in (0..<max(count, 1)).map { _ in T(random.nextUniform() - 0.5) * T(random.nextUniform()) }
    }
  }

  @Test(arguments: 0..<24) func productsAreAsDefinedInEveryCopy(_ seed: Int) throws {
    var random = Philox(seed: UInt64(seed), stream: "products")
    for turn in 0..<12 {
      let x = Case(&random, tall: turn % 4 == 0 && seed % 3 == 0, deep: turn % 3 == 0)
      let v = inputs(x, &random, as: Float.self)
      let expected = defined(x, v[0], v[1], v[2], v[3], v[4]).map(\.bitPattern)
      for copy in KernelFamily.copies {
        var out = v[4]
        KernelFamily.with(copy) {
          v[2].withUnsafeBufferPointer { bias in
            v[3].withUnsafeBufferPointer { source in
              var product = moco_product()
              (product.m, product.n, product.k) = (x.m, x.n, x.k)
              (product.alpha, product.beta) = (Float(x.alpha), Float(x.beta))
              (product.a_stride, product.a_transposed) = (x.lda, x.transA ? 1 : 0)
              (product.b_stride, product.b_transposed) = (x.ldb, x.transB ? 1 : 0)
              product.bias = x.hasBias ? bias.baseAddress : nil
              product.source = x.hasSource ? source.baseAddress : nil
              (product.source_stride, product.c_stride) = (x.source, x.ldc)
              v[0].withUnsafeBufferPointer { a in
                v[1].withUnsafeBufferPointer { b in
                  out.withUnsafeMutableBufferPointer { c in
                    (product.a, product.b, product.c) = (a.baseAddress, b.baseAddress, c.baseAddress)
                    moco_product_run(&product)
                  }
                }
              }
            }
          }
        }
        let same = out.map(\.bitPattern) == expected
        #expect(same, "\(copy), \(x)")
      }
    }
  }

  @Test(arguments: 0..<8) func productsOfDoublesAreAsDefinedInEveryCopy(_ seed: Int) throws {
    var random = Philox(seed: UInt64(seed), stream: "double products")
    for turn in 0..<8 {
      let x = Case(&random, tall: turn == 0, deep: turn % 3 == 0)
      let v = inputs(x, &random, as: Double.self)
      let expected = defined(x, v[0], v[1], v[2], v[3], v[4]).map(\.bitPattern)
      for copy in KernelFamily.copies {
        var out = v[4]
        KernelFamily.with(copy) {
          v[2].withUnsafeBufferPointer { bias in
            v[3].withUnsafeBufferPointer { source in
              var product = moco_product_double()
              (product.m, product.n, product.k, product.alpha, product.beta) = (
                x.m, x.n, x.k, x.alpha, x.beta
              )
              (product.a_stride, product.a_transposed) = (x.lda, x.transA ? 1 : 0)
              (product.b_stride, product.b_transposed) = (x.ldb, x.transB ? 1 : 0)
              product.bias = x.hasBias ? bias.baseAddress : nil
              product.source = x.hasSource ? source.baseAddress : nil
              (product.source_stride, product.c_stride) = (x.source, x.ldc)
              v[0].withUnsafeBufferPointer { a in
                v[1].withUnsafeBufferPointer { b in
                  out.withUnsafeMutableBufferPointer { c in
                    (product.a, product.b, product.c) = (a.baseAddress, b.baseAddress, c.baseAddress)
                    moco_product_run_double(&product)
                  }
                }
              }
            }
          }
        }
        let same = out.map(\.bitPattern) == expected
        #expect(same, "\(copy), \(x)")
      }
    }
  }

  /// The fused product without an instruction for it: ties, numbers below the normal range, cancellation, infinities.
  @Test func chainsRoundOnceInEveryCopy() throws {
    var random = Philox(seed: 5, stream: "fused")
    func any() -> Float {
      var bits = UInt32(random.nextUniform() * 65536) << 16 | UInt32(random.nextUniform() * 65536)
      switch Int(random.nextUniform() * 6) {
      case 0: bits &= 0x807f_ffff
      case 1: bits = bits & 0x80ff_ffff | 0x3f00_0000
      case 2: bits &= 0xffff_f000
      case 3: bits = bits & 0x8fff_ffff | 0x3800_0000
      default: break
      }
      return Float(bitPattern: bits)
    }
    for _ in 0..<20_000 {
      let (x, y) = (any(), any())
      var z = any()
      if random.nextUniform() < 0.3 {
        z = -(x * y)
      } else if random.nextUniform() < 0.3 {
        z = (x * y) * 0x1p-23
      }
      // 1 z, and then x y: two links of one chain.
      let expected = (Float(0).addingProduct(1, z)).addingProduct(x, y)
      let (a, b): ([Float], [Float]) = ([1, x], [z, y])
      for copy in KernelFamily.copies {
        var c: Float = 0
        KernelFamily.with(copy) {
          Gemm.runSingle(
            false, false, m: 1, n: 1, k: 2, alpha: 1, a: a, lda: 2, b: b, ldb: 1, beta: 0, c: &c, ldc: 1,
            by: .fixed)
        }
        let same = c.bitPattern == expected.bitPattern || c.isNaN && expected.isNaN
        #expect(same, "\(copy): \(x) \(y) \(z) gives \(c), not \(expected)")
      }
    }
  }

  /// A row has the same bits alone, among others, and in every copy; so has a product on any grid of tiles.
  @Test func rowsDoNotDependOnTheirNeighbours() throws {
    var draw = Draw("rows")
    let (a, b) = (try draw.tensor([213, 700]), try draw.tensor([700, 150]))
    func product(_ rows: Range<Int>, _ columns: Range<Int>) throws -> [Float] {
      var c = [Float](repeating: .nan, count: rows.count * columns.count)
      try a.withFloats { a in
        try b.withFloats { b in
          let (a, b) = (try #require(a.baseAddress), try #require(b.baseAddress))
          Gemm.run(
            false, false, m: rows.count, n: columns.count, k: 700, alpha: 1, a: a + rows.lowerBound * 700,
            lda: 700,
            b: b + columns.lowerBound, ldb: 150, beta: 0, c: &c, ldc: columns.count, by: .fixed)
        }
      }
      return c
    }
    let whole = try product(0..<213, 0..<150)
    for copy in KernelFamily.copies {
      let again = try KernelFamily.with(copy) { try product(0..<213, 0..<150) }
      #expect(again == whole)
    }
    for (rows, columns) in [(0..<1, 0..<150), (5..<7, 3..<20), (100..<213, 149..<150), (0..<213, 77..<78)] {
      let part = try product(rows, columns)
      #expect(part == rows.flatMap { row in columns.map { whole[row * 150 + $0] } })
    }
  }

  /// Both kinds of products are near each other.
  @Test func bothKindsAreRight() throws {
    var draw = Draw("kinds")
    for (m, n, k) in [(3, 5, 7), (64, 100, 1500), (200, 31, 64)] {
      let (a, b) = (try draw.tensor([m, k]).toFloats(), try draw.tensor([k, n]).toFloats())
      let (own, other) = (product(a, b, m, n, k, .fixed), product(a, b, m, n, k, .openBLAS))
      #expect(zip(own, other).allSatisfy { abs($0 - $1) < 1e-4 })
      let (x, y) = (a.map(Double.init), b.map(Double.init))
      var (c, d) = ([Double](repeating: 0, count: m * n), [Double](repeating: 0, count: m * n))
      Gemm.run(
        false, false, m: m, n: n, k: k, alpha: 1, a: x, lda: k, b: y, ldb: n, beta: 0, c: &c, ldc: n,
        by: .fixed)
      Gemm.run(
        false, false, m: m, n: n, k: k, alpha: 1, a: x, lda: k, b: y, ldb: n, beta: 0, c: &d, ldc: n,
        by: .openBLAS)
      #expect(zip(c, d).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  private func product(
    _ a: [Float], _ b: [Float], _ m: Int, _ n: Int, _ k: Int, _ kind: Products.Kind
  ) -> [Float] {
    var c = [Float](repeating: .nan, count: m * n)
    Gemm.run(
      false, false, m: m, n: n, k: k, alpha: 1, a: a, lda: k, b: b, ldb: n, beta: 0, c: &c, ldc: n, by: kind)
    return c
  }
}
