import CKernels
import Glibc
import Synchronization

/// Which code multiplies matrices in this process.
///
/// moco's own products give the same bits on every processor: each element is a sum of chains of fused products whose
/// order its shape alone fixes, as `product.h` says. They need an instruction for the fused product to be quick. A
/// processor without one computes with OpenBLAS, whose bits depend on its core, unless the same bits are asked for.
public enum Products {
  /// Whose products they are.
  package enum Kind: Int, Sendable {
    /// moco's own, the same bits everywhere.
    case fixed = 1
    /// OpenBLAS's, whose bits depend on its version and core.
    case openBLAS = 2
  }

  private static let chosen = Atomic<Int>(0)

  /// Whose products are used.
  package static var kind: Kind {
    if let known = Kind(rawValue: chosen.load(ordering: .relaxed)) { return known }
    let kind = choice()
    chosen.store(kind.rawValue, ordering: .relaxed)
    return kind
  }

  private static func choice() -> Kind {
    // Who names the copy of the kernels asks for its bits.
    if moco_kernel_has_fused() != 0 || moco_kernel_is_asked() != 0 { return .fixed }
    // Loops of moco's own are quicker than plain ones, which are what there is without the library.
    return Blas.library == nil ? .fixed : .openBLAS
  }

  /// Uses moco's own products from now on, also where the processor has no instruction for them and they are many times
  /// slower: the same bits on every machine.
  public static func makePortable() { chosen.store(Kind.fixed.rawValue, ordering: .relaxed) }

  /// Whether results have the same bits on every processor.
  public static var isPortable: Bool { kind == .fixed }

  /// For people and records: `moco's own, avx512` or `OpenBLAS 0.3.21 Nehalem`.
  public static var text: String {
    kind == .fixed ? "moco's own, \(KernelFamily.vectors)" : "OpenBLAS \(Blas.description)"
  }
}
