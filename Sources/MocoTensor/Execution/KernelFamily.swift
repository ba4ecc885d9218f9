import CBLAS
import CKernels

/// What decides about the last bits of a result besides the program: the vector kernels and the BLAS in use.
public enum KernelFamily {
  /// `avx2` or `baseline`.
  public static var vectors: String { String(cString: moco_kernel_family()) }

  /// OpenBLAS's version and the processor it computes for: `0.3.21 Zen`.
  public static var blas: String {
    let words = openblas_get_config().map { String(cString: $0).split(separator: " ").map(String.init) } ?? []
    let version = words.count > 1 ? words[1] : "?"
    let core = openblas_get_corename().map { String(cString: $0) } ?? "?"
    return "\(version) \(core)"
  }
}
