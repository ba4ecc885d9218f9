import CKernels
import Glibc
import MocoBase

/// The vector kernels and the BLAS in use.
public enum KernelFamily {
  /// The copy of the vector kernels in use: `avx512`, `avx2` or `baseline`. All give the same bits.
  public static var vectors: String { String(cString: moco_kernel_family()) }

  /// The code that determines the last bits of a result: `moco's own arithmetic` if they are the same on every
  /// processor, else the copy of the vector kernels and OpenBLAS's version and core.
  public static var arithmetic: String {
    Products.isPortable ? "moco's own arithmetic" : "\(vectors) kernels, OpenBLAS \(Blas.text)"
  }

  /// The processor: its name, vendor, family and model.
  public static var processor: String { Processor.current.text }

  /// Remarks for the user on `MOCO_KERNELS`, as sentences: that it cannot be used, and what is used instead.
  public static let remarks: [String] = {
    let refusal = moco_kernel_refusal()
    guard refusal != 0, let value = getenv("MOCO_KERNELS") else { return [] }
    let usable = copies.reversed().joined(separator: ", ")
    return [
      "MOCO_KERNELS=\(String(cString: value)) is ignored: "
        + (refusal == 1 ? "unknown kernels" : "this processor does not support these kernels")
        + ", so \(vectors) is used; set it to one of \(usable), or remove it from the environment"
    ]
  }()

  /// Sends the remarks to the listener of `Blas.onRemarks`, once.
  public static func check() { _ = told }

  private static let told: Void = { if !remarks.isEmpty { Blas.tell(remarks) } }()

  /// The names of the copies that this processor runs, the widest last.
  package static let copies = (0...moco_kernel_widest()).map { String(cString: moco_kernel_name($0)) }

  /// Computes with another copy while `body` runs, in every thread of the process: for tests and measurements.
  ///
  /// - Returns: nil, without running `body`, if the processor does not support that copy.
  package static func with<T>(_ copy: String, _ body: () throws -> T) rethrows -> T? {
    guard let variant = copies.firstIndex(of: copy) else { return nil }
    // Two callers at once would each restore the choice of the other.
    return try changing.locked {
      let before = moco_kernel_use(Int32(variant))
      defer { _ = moco_kernel_use(before) }
      return try body()
    }
  }

  private static let changing = Monitor()
}
