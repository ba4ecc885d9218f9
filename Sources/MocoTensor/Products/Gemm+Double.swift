import CKernels
import MocoBase

/// Products in double precision, for problems that are solved rather than trained. The grid of tiles and the rules are
/// those of `Gemm.run`.
extension Gemm {
  /// C = alpha op(A) op(B) + beta C, row-major; the same bits on any number of threads.
  ///
  /// Every extent and stride must fit in 32 bits (see `fitsDouble`); otherwise C is not changed.
  package static func run(
    _ transA: Bool, _ transB: Bool, m: Int, n: Int, k: Int, alpha: Double, a: UnsafePointer<Double>, lda: Int,
    b: UnsafePointer<Double>, ldb: Int, beta: Double, c: UnsafeMutablePointer<Double>, ldc: Int,
    by kind: Products.Kind = Products.kind
  ) {
    guard m > 0, n > 0, k > 0, fitsDouble(m, n, k, lda, ldb, ldc) else { return }
    let grid = Grid(m: m, n: n, k: k)
    // - Safety: each task writes its own tile of c and reads a and b, and the caller waits for all of them.
    nonisolated(unsafe) let (a, b, c) = (a, b, c)
    Parallel.forEach(grid.count) { tile in
      if Cancellation.isRequested { return }
      let row = tile / grid.columnTiles * grid.rowSize
      let column = tile % grid.columnTiles * grid.columnSize
      let (rows, columns) = (min(grid.rowSize, m - row), min(grid.columnSize, n - column))
      let (a, b) = (transA ? a + row : a + row * lda, transB ? b + column * ldb : b + column)
      let c = c + row * ldc + column
      if kind == .fixed {
        var product = moco_product_double()
        (product.m, product.n, product.k, product.alpha, product.beta) = (rows, columns, k, alpha, beta)
        (product.a, product.a_stride, product.a_transposed) = (a, lda, transA ? 1 : 0)
        (product.b, product.b_stride, product.b_transposed) = (b, ldb, transB ? 1 : 0)
        (product.c, product.c_stride) = (c, ldc)
        return moco_product_run_double(&product)
      }
      guard let blas = Blas.library else {
        return plain(transA, transB, m: rows, n: columns, k: k, alpha, a, lda, b, ldb, beta, c, ldc)
      }
      blas.dgemm(
        BlasLibrary.rowMajor, BlasLibrary.transpose(transA), BlasLibrary.transpose(transB), Int32(rows),
        Int32(columns), Int32(k), alpha, a, Int32(lda), b, Int32(ldb), beta, c, Int32(ldc))
    }
  }

  /// Whether extents and strides fit in the 32-bit integers of OpenBLAS.
  package static func fitsDouble(_ extents: Int...) -> Bool {
    extents.allSatisfy { $0 >= 0 && $0 <= Int(Int32.max) }
  }

  /// Σ x y, in pieces of a fixed size, so that no count is too large.
  package static func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int) -> Double {
    var sum = 0.0
    pieces(count) { start, size in
      if Products.kind == .fixed {
        sum += moco_dot_double(x + start, y + start, Int(size))
      } else if let blas = Blas.library {
        sum += blas.ddot(size, x + start, 1, y + start, 1)
      } else {
        for i in start..<start + Int(size) { sum += x[i] * y[i] }
      }
    }
    return sum
  }

  /// y += alpha x.
  package static func add(
    _ alpha: Double, _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, count: Int
  ) {
    pieces(count) { start, size in
      if Products.kind == .fixed {
        moco_add_scaled_double(Int(size), alpha, x + start, y + start)
      } else if let blas = Blas.library {
        blas.daxpy(size, alpha, x + start, 1, y + start, 1)
      } else {
        for i in start..<start + Int(size) { y[i] += alpha * x[i] }
      }
    }
  }

  private static func pieces(_ count: Int, _ body: (Int, Int32) -> Void) {
    let piece = 1 << 20
    var start = 0
    while start < count {
      body(start, Int32(min(piece, count - start)))
      start += piece
    }
  }
}
