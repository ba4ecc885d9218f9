import MocoAutograd
import MocoTensor
import Testing

/// Serialized: the number of threads is the process's.
@Suite(.serialized) struct ThreadTests {
  static let shapes = [
    [1, 1, 1], [7, 5, 3], [77, 512, 512], [2176, 128, 128], [500, 384, 128], [128, 128, 2176],
    [197, 768, 768],
    [325, 512, 2048], [33, 1000, 17], [1, 4096, 300], [4096, 1, 300], [3, 5, 0],
  ]

  @Test(arguments: shapes)
  func productsDoNotDependOnThreads(_ shape: [Int]) throws {
    let (m, n, k) = (shape[0], shape[1], shape[2])
    var draw = Draw("gemm")
    let a = try draw.tensor([m, k])
    let b = try draw.tensor([k, n])
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    for (left, right) in [
      (a, b), (try scattered(a), b), (a, try scattered(b)), (try scattered(a), try scattered(b)),
    ] {
      var results: [[Float]] = []
      for count in [1, 2, 5] {
        Parallel.threadCount = count
        results.append(try left.matmul(right).toFloats())
      }
      #expect(results[0] == results[1] && results[0] == results[2])
      guard m * n * k < 2_000_000 else { continue }
      let x = try a.toFloats()
      let y = try b.toFloats()
      for i in 0..<m {
        for j in 0..<n {
          let exact = (0..<k).reduce(0.0) { $0 + Double(x[i * k + $1]) * Double(y[$1 * n + j]) }
          #expect(abs(exact - Double(results[0][i * n + j])) < 1e-4)
        }
      }
    }
  }

  @Test func otherOperationsDoNotDependOnThreads() throws {
    var draw = Draw("threads")
    let x = try draw.tensor([700, 300])
    let w = try draw.tensor([300])
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    var results: [[[Float]]] = []
    for count in [1, 2, 7] {
      Parallel.threadCount = count
      let v = Variable(x, requiresGrad: true)
      let u = Variable(w, requiresGrad: true)
      let y = try F.layerNorm(v, weight: u, bias: u)
      let loss = try F.mean(F.mul(F.gelu(y), F.softmax(F.add(v, u))))
      try loss.backward()
      results.append([
        try loss.value.toFloats(), try v.grad?.toFloats() ?? [], try u.grad?.toFloats() ?? [],
        try x.sum(axis: 0).toFloats(), try x.sum(axis: 1).toFloats(), try x.sum().toFloats(),
      ])
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test func tilesCoverTheResult() {
    for (m, n, k) in [
      (1, 1, 1), (8, 16, 5000), (100, 500, 128), (257, 16, 5000), (2176, 1, 5000), (2176, 3072, 128),
      (1, 3072, 5000),
    ] {
      let grid = Gemm.Grid(m: m, n: n, k: k)
      #expect(grid.rowSize * grid.rowTiles >= m && grid.rowSize * (grid.rowTiles - 1) < m)
      #expect(grid.columnSize * grid.columnTiles >= n && grid.columnSize * (grid.columnTiles - 1) < n)
    }
  }

  @Test func everyTaskRunsOnce() {
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    Parallel.threadCount = 4
    for count in [0, 1, 2, 3, 100, 10_000] {
      let hits = UnsafeMutablePointer<Int32>.allocate(capacity: count + 1)
      hits.initialize(repeating: 0, count: count + 1)
      defer { hits.deallocate() }
      // - Safety: each task writes its own slot only, and the caller waits for all of them.
      nonisolated(unsafe) let target = hits
      for _ in 0..<20 { Parallel.forEach(count) { target[$0] += 1 } }
      #expect((0..<count).allSatisfy { hits[$0] == 20 })
    }
  }

  @Test func nestedCallsAndErrors() {
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    Parallel.threadCount = 3
    let sums = UnsafeMutablePointer<Int>.allocate(capacity: 64)
    sums.initialize(repeating: 0, count: 64)
    defer { sums.deallocate() }
    // - Safety: each task writes its own slot only, and the caller waits for all of them.
    nonisolated(unsafe) let target = sums
    Parallel.forEach(8) { i in Parallel.forEach(8) { j in target[i * 8 + j] += i + j } }
    #expect((0..<64).allSatisfy { sums[$0] == $0 / 8 + $0 % 8 })
    struct Wrong: Error, Equatable { let index: Int }
    let wrong: Wrong? = {
      do throws(Wrong) {
        try Parallel.forEach(50) { i throws(Wrong) in if i % 7 == 3 { throw Wrong(index: i) } }
      } catch {
        return error
      }
      return nil
    }()
    #expect(wrong == Wrong(index: 3))
  }
}
