import CKernels
import Glibc
import Synchronization

/// The code that multiplies matrices in this process.
///
/// moco's own products give the same bits on every processor: each element is a sum of chains of fused products whose
/// order depends on the shape alone, as `product.h` describes. They need an instruction for the fused product to be
/// fast. A processor without one uses OpenBLAS, whose bits depend on its core, unless the same bits are requested.
public enum Products {
  /// The implementation of the products.
  package enum Kind: Int, Sendable {
    /// moco's own, the same bits everywhere.
    case fixed = 1
    /// OpenBLAS's, whose bits depend on its version and core.
    case openBLAS = 2
  }

  private static let chosen = Atomic<Int>(0)

  /// The implementation in use.
  package static var kind: Kind {
    if let known = Kind(rawValue: chosen.load(ordering: .relaxed)) { return known }
    let kind = choice()
    chosen.store(kind.rawValue, ordering: .relaxed)
    return kind
  }

  private static func choice() -> Kind {
    // Choosing a copy of the kernels also requests its bits.
    if moco_kernel_has_fused() != 0 || moco_kernel_is_asked() != 0 { return .fixed }
    // moco's own loops are faster than the plain ones that would be used without the library.
    return Blas.library == nil ? .fixed : .openBLAS
  }

  /// Uses moco's own products from now on, even if the processor has no instruction for them and they are many times
  /// slower: the same bits on every machine.
  public static func makePortable() { chosen.store(Kind.fixed.rawValue, ordering: .relaxed) }

  /// Whether results have the same bits on every processor.
  public static var isPortable: Bool { kind == .fixed }

  /// For messages and records: `moco's own, avx512` or `OpenBLAS 0.3.21 Nehalem`.
  public static var text: String {
    kind == .fixed ? "moco's own, \(KernelFamily.vectors)" : "OpenBLAS \(Blas.description)"
  }
}
