import CKernels

/// What decides about the last bits of a result besides the program: the vector kernels and the BLAS in use.
public enum KernelFamily {
  /// `avx2` or `baseline`.
  public static var vectors: String { String(cString: moco_kernel_family()) }

  /// OpenBLAS's version and the core it computes with: `0.3.21 Zen`.
  public static var blas: String { Blas.text }

  /// The processor: its name, vendor, family and model.
  public static var processor: String { Processor.current.text }
}
