import Glibc

/// One loaded copy of OpenBLAS: the few functions that moco calls.
///
/// It is loaded by name rather than linked, because it reads `OPENBLAS_CORETYPE` once, while it is being loaded, before
/// a program's own code could say which core suits the processor.
///
/// - Safety: the handle is closed only before anything else has the library, and the functions are
///   thread-safe.
package struct BlasLibrary: @unchecked Sendable {
  // Row-major order and the two transpositions, as CBLAS numbers them.
  static let rowMajor: Int32 = 101
  static func transpose(_ yes: Bool) -> Int32 { yes ? 112 : 111 }

  typealias Sgemm =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>,
      Int32,
      Float, UnsafeMutablePointer<Float>, Int32
    ) -> Void
  typealias Dgemm =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Double, UnsafePointer<Double>, Int32, UnsafePointer<Double>,
      Int32, Double, UnsafeMutablePointer<Double>, Int32
    ) -> Void
  typealias Ddot =
    @convention(c) (Int32, UnsafePointer<Double>, Int32, UnsafePointer<Double>, Int32) -> Double
  typealias Daxpy =
    @convention(c) (
      Int32, Double, UnsafePointer<Double>, Int32, UnsafeMutablePointer<Double>, Int32
    ) -> Void

  private let handle: UnsafeMutableRawPointer
  let sgemm: Sgemm
  let dgemm: Dgemm
  let ddot: Ddot
  let daxpy: Daxpy
  /// `0.3.21`.
  package let version: String
  /// The core whose kernels it runs, as it reports: `Zen`.
  package let core: String

  /// The names under which distributions install it. The header is not needed.
  static let names = ["libopenblas.so.0", "libopenblasp.so.0", "libopenblas.so"]

  /// Loads the library with the given `OPENBLAS_CORETYPE` (unset for nil), and on one thread. The environment is
  /// restored afterwards.
  ///
  /// Call it from one thread at a time.
  package static func load(core: String?) -> BlasLibrary? {
    withEnvironment("OPENBLAS_NUM_THREADS", "1") {
      withEnvironment("OPENBLAS_CORETYPE", core) {
        for name in names {
          if let handle = dlopen(name, RTLD_LAZY | RTLD_LOCAL) {
            if let library = BlasLibrary(handle) { return library }
            dlclose(handle)
          }
        }
        return nil
      }
    }
  }

  /// Unloads the library. None of its functions may be called afterwards, and it must be closed at most once.
  package func close() { dlclose(handle) }

  private init?(_ handle: UnsafeMutableRawPointer) {
    guard let sgemm = dlsym(handle, "cblas_sgemm"), let dgemm = dlsym(handle, "cblas_dgemm"),
      let ddot = dlsym(handle, "cblas_ddot"), let daxpy = dlsym(handle, "cblas_daxpy"),
      let threads = dlsym(handle, "openblas_set_num_threads")
    else { return nil }
    self.handle = handle
    self.sgemm = unsafeBitCast(sgemm, to: Sgemm.self)
    self.dgemm = unsafeBitCast(dgemm, to: Dgemm.self)
    self.ddot = unsafeBitCast(ddot, to: Ddot.self)
    self.daxpy = unsafeBitCast(daxpy, to: Daxpy.self)
    unsafeBitCast(threads, to: (@convention(c) (Int32) -> Void).self)(1)
    let words = BlasLibrary.text(handle, "openblas_get_config").split(separator: " ")
    version = words.count > 1 ? String(words[1]) : "?"
    let core = BlasLibrary.text(handle, "openblas_get_corename")
    self.core = core.isEmpty ? "?" : core
  }

  private static func text(_ handle: UnsafeMutableRawPointer, _ name: String) -> String {
    guard let symbol = dlsym(handle, name) else { return "" }
    typealias Text = @convention(c) () -> UnsafePointer<CChar>?
    return unsafeBitCast(symbol, to: Text.self)().map { String(cString: $0) } ?? ""
  }

  private static func withEnvironment<R>(_ name: String, _ value: String?, _ body: () -> R) -> R {
    let before = getenv(name).map { String(cString: $0) }
    func set(_ value: String?) { if let value { setenv(name, value, 1) } else { unsetenv(name) } }
    set(value)
    defer { set(before) }
    return body()
  }
}

extension BlasLibrary {
  /// Whether its products are correct on a few shapes, even and odd, plain and transposed. The factors are small
  /// whole numbers, so every order of the sums gives the same bits.
  package var isRight: Bool {
    for (m, n, k) in [(1, 1, 1), (3, 5, 7), (17, 33, 21), (2, 70, 40)] {
      for transposed in [(false, false), (false, true), (true, false), (true, true)] {
        guard isRight(m, n, k, transposed.0, transposed.1) else { return false }
      }
    }
    return true
  }

  private func isRight(_ m: Int, _ n: Int, _ k: Int, _ ta: Bool, _ tb: Bool) -> Bool {
    let a = (0..<m * k).map { Double($0 * 5 % 7 - 3) }
    let b = (0..<k * n).map { Double($0 * 3 % 5 - 2) }
    var c = [Double](repeating: 1, count: m * n)
    var single = [Float](repeating: 1, count: m * n)
    let (rows, columns, depth) = (Int32(m), Int32(n), Int32(k))
    let (lda, ldb) = (ta ? rows : depth, tb ? depth : columns)
    dgemm(
      Self.rowMajor, Self.transpose(ta), Self.transpose(tb), rows, columns, depth, 2, a, lda, b, ldb, 1, &c,
      columns)
    sgemm(
      Self.rowMajor, Self.transpose(ta), Self.transpose(tb), rows, columns, depth, 2, a.map(Float.init), lda,
      b.map(Float.init), ldb, 1, &single, columns)
    var expected = [Double](repeating: 1, count: m * n)
    Gemm.plain(ta, tb, m: m, n: n, k: k, 2, a, Int(lda), b, Int(ldb), 1, &expected, n)
    return c == expected && single.map(Double.init) == expected && ddot(rows, a, 1, a, 1) == dot(a, m)
  }

  private func dot(_ a: [Double], _ count: Int) -> Double { a.prefix(count).reduce(0) { $0 + $1 * $1 } }
}
