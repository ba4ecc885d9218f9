import CKernels
import MocoBase

/// Matrix products, C = alpha op(A) op(B) + beta C, row-major.
///
/// They run on a grid of tiles that depends on the shape alone, and the tiles are spread over `Parallel`. moco's own
/// products have the same bits on every grid. OpenBLAS's do not, and its own threads change the order of sums with
/// their number: it is always called on one thread.
public enum Gemm {
  /// A grid of tiles over the result.
  package struct Grid: Equatable {
    /// Rows of a tile; tiles of the last row of the grid may have fewer.
    package var rowSize: Int
    /// Columns of a tile; tiles of the last column of the grid may have fewer.
    package var columnSize: Int
    /// Tiles along the rows of the result; 0 if it has none.
    package var rowTiles: Int
    /// Tiles along the columns of the result; 0 if it has none.
    package var columnTiles: Int

    /// Number of tiles.
    package var count: Int { rowTiles * columnTiles }

    /// Tiles of about 256 rows and at most 512 columns, of nearly equal sizes, an even number if there is
    /// a choice.
    ///
    /// Measured on two cores: smaller tiles repeat OpenBLAS's packing (128 rows cost 4 to 8 %), larger ones
    /// leave a core waiting at the end.
    package init(m: Int, n: Int, k: Int) {
      let work = Double(m) * Double(n) * Double(max(k, 1))
      guard work > 500_000 else {
        (rowSize, columnSize, rowTiles, columnTiles) = (max(m, 1), max(n, 1), m > 0 ? 1 : 0, n > 0 ? 1 : 0)
        return
      }
      var rows = (m + 271) / 272
      var columns = (n + 639) / 640
      if rows * columns % 2 == 1 {
        // One more tile along the side where tiles are larger.
        if m / (rows + 1) * 2 >= n / (columns + 1) { rows += 1 } else { columns += 1 }
      }
      rowSize = Grid.size(m, rows, multiple: 8)
      columnSize = Grid.size(n, columns, multiple: 16)
      rowTiles = (m + rowSize - 1) / rowSize
      columnTiles = (n + columnSize - 1) / columnSize
    }

    private static func size(_ extent: Int, _ tiles: Int, multiple: Int) -> Int {
      let even = (extent + tiles - 1) / tiles
      return min((even + multiple - 1) / multiple * multiple, extent)
    }
  }

  /// A product whose tiles run in parallel; the same bits on any number of threads.
  ///
  /// A is [m, k], or [k, m] with `transA`; B is [k, n], or [n, k] with `transB`; C is [m, n]. Once a stop is
  /// requested, tiles are left out: the caller must call `Cancellation.check()` before it uses C.
  ///
  /// The kind of the products is chosen on the calling thread, so that no task of the pool loads a library.
  package static func run(
    _ transA: Bool, _ transB: Bool, m: Int, n: Int, k: Int, alpha: Float, a: UnsafePointer<Float>, lda: Int,
    b: UnsafePointer<Float>, ldb: Int, beta: Float, c: UnsafeMutablePointer<Float>, ldc: Int,
    by kind: Products.Kind = Products.kind
  ) {
    let grid = Grid(m: m, n: n, k: k)
    guard grid.count > 1 else {
      runSingle(
        transA, transB, m: m, n: n, k: k, alpha: alpha, a: a, lda: lda, b: b, ldb: ldb, beta: beta, c: c,
        ldc: ldc, by: kind)
      return
    }
    // - Safety: each task writes its own tile of c and reads a and b, and the caller waits for all of them.
    nonisolated(unsafe) let (a, b, c) = (a, b, c)
    Parallel.forEach(grid.count) { tile in
      if Cancellation.isRequested { return }
      let row = tile / grid.columnTiles * grid.rowSize
      let column = tile % grid.columnTiles * grid.columnSize
      runSingle(
        transA, transB, m: min(grid.rowSize, m - row), n: min(grid.columnSize, n - column), k: k,
        alpha: alpha,
        a: transA ? a + row : a + row * lda, lda: lda, b: transB ? b + column * ldb : b + column, ldb: ldb,
        beta: beta, c: c + row * ldc + column, ldc: ldc, by: kind)
    }
  }

  /// One product on this thread, with shapes and strides as in `run`.
  package static func runSingle(
    _ transA: Bool, _ transB: Bool, m: Int, n: Int, k: Int, alpha: Float, a: UnsafePointer<Float>, lda: Int,
    b: UnsafePointer<Float>, ldb: Int, beta: Float, c: UnsafeMutablePointer<Float>, ldc: Int,
    by kind: Products.Kind = Products.kind
  ) {
    guard m > 0, n > 0 else { return }
    if kind == .fixed {
      var product = moco_product()
      (product.m, product.n, product.k, product.alpha, product.beta) = (m, n, max(k, 0), alpha, beta)
      (product.a, product.a_stride, product.a_transposed) = (a, lda, transA ? 1 : 0)
      (product.b, product.b_stride, product.b_transposed) = (b, ldb, transB ? 1 : 0)
      (product.c, product.c_stride) = (c, ldc)
      return moco_product_run(&product)
    }
    let limit = Int(Int32.max)
    guard k > 0, max(m, n, k) <= limit, max(lda, ldb, ldc) <= limit, let blas = Blas.library else {
      plain(transA, transB, m: m, n: n, k: k, alpha, a, lda, b, ldb, beta, c, ldc)
      return
    }
    blas.sgemm(
      BlasLibrary.rowMajor, BlasLibrary.transpose(transA), BlasLibrary.transpose(transB), Int32(m), Int32(n),
      Int32(k), alpha, a, Int32(max(lda, 1)), b, Int32(max(ldb, 1)), beta, c, Int32(max(ldc, 1)))
  }

  /// One product on this thread that is added to a bias, or to a bias and other rows: C = (source + bias) + op(A) op(B).
  ///
  /// - Parameters:
  ///   - bias: [n], added to every row; nil for none.
  ///   - source: [m, n] with rows `sourceStride` apart, which may be C; nil for none.
  package static func runSingle(
    _ transA: Bool, _ transB: Bool, m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int,
    b: UnsafePointer<Float>, ldb: Int, bias: UnsafePointer<Float>?, source: UnsafePointer<Float>?,
    sourceStride: Int, c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    guard m > 0, n > 0 else { return }
    guard Products.kind == .fixed else {
      for i in 0..<m {
        let row = c + i * ldc
        let from = source.map { $0 + i * sourceStride }
        for j in 0..<n { row[j] = (from?[j] ?? 0) + (bias?[j] ?? 0) }
      }
      let beta: Float = bias == nil && source == nil ? 0 : 1
      return runSingle(
        transA, transB, m: m, n: n, k: k, alpha: 1, a: a, lda: lda, b: b, ldb: ldb, beta: beta, c: c, ldc: ldc
      )
    }
    var product = moco_product()
    (product.m, product.n, product.k, product.alpha) = (m, n, max(k, 0), 1)
    (product.a, product.a_stride, product.a_transposed) = (a, lda, transA ? 1 : 0)
    (product.b, product.b_stride, product.b_transposed) = (b, ldb, transB ? 1 : 0)
    (product.bias, product.source, product.source_stride) = (bias, source, sourceStride)
    (product.c, product.c_stride) = (c, ldc)
    moco_product_run(&product)
  }

  /// The product in plain loops, sums in double precision: for k = 0, for sizes that OpenBLAS's 32-bit
  /// integers cannot hold, and without OpenBLAS.
  ///
  /// Sizes and strides as in `run`; `lda`, `ldb`, `ldc` are elements from one row to the next. With beta = 0
  /// C is not read.
  package static func plain<T: BinaryFloatingPoint>(
    _ transA: Bool, _ transB: Bool, m: Int, n: Int, k: Int, _ alpha: T, _ a: UnsafePointer<T>, _ lda: Int,
    _ b: UnsafePointer<T>, _ ldb: Int, _ beta: T, _ c: UnsafeMutablePointer<T>, _ ldc: Int
  ) {
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for l in 0..<k {
          sum +=
            Double(transA ? a[l * lda + i] : a[i * lda + l])
            * Double(transB ? b[j * ldb + l] : b[l * ldb + j])
        }
        let old = beta == 0 ? 0 : beta * c[i * ldc + j]
        c[i * ldc + j] = alpha * T(sum) + old
      }
    }
  }
}
