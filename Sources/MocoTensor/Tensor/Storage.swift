import Glibc
import MocoBase

/// The memory behind tensors: accounted, zeroed or not.
///
/// - Safety: address and size never change; elements are written by one thread, or by tasks on disjoint
///   parts that it waits for.
package final class Storage: @unchecked Sendable {
  /// The first byte, aligned as malloc aligns. Valid while this object lives.
  package let base: UnsafeMutableRawPointer
  /// Bytes requested and accounted. The allocation itself is rounded up to a multiple of 64.
  package let byteCount: Int
  /// The number of writes; a recorded operation compares it before it uses its saved values.
  package var writes = 0

  /// Reserves memory from the accountant and allocates it; both are released with this object.
  ///
  /// - Throws: E0405 if the memory is not available.
  package init(bytes: Int, zeroed: Bool = false) throws {
    try MemoryAccountant.reserve(bytes)
    let rounded = (max(bytes, 1) + 63) & ~63
    var raw: UnsafeMutableRawPointer?
    if zeroed, bytes >= 1 << 18 {
      // New pages from the system are already zero.
      raw = calloc(1, rounded)
    } else if rounded <= 256 {
      raw = malloc(rounded)
    } else if posix_memalign(&raw, 64, rounded) != 0 {
      raw = nil
    }
    guard let raw else {
      MemoryAccountant.release(bytes)
      throw MemoryAccountant.refusal(bytes)
    }
    if zeroed, bytes < 1 << 18 { memset(raw, 0, rounded) }
    base = raw
    byteCount = bytes
  }

  deinit {
    free(base)
    MemoryAccountant.release(byteCount)
  }
}
