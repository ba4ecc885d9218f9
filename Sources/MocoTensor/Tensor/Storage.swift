import Glibc
import MocoBase

/// The memory behind tensors: accounted, zeroed or not.
///
/// - Safety: address and size never change; elements are written by one thread, or by tasks on disjoint
///   parts that it waits for.
package final class Storage: @unchecked Sendable {
  /// The first byte, aligned as malloc aligns. Valid while this object lives.
  package let base: UnsafeMutableRawPointer
  /// Bytes asked for and accounted. The allocation itself is rounded up to a multiple of 64.
  package let byteCount: Int
  /// How often elements were assigned to; a recorded operation compares it before it uses what it saved.
  package var writes = 0

  /// Reserves memory from the accountant and allocates it; both are given back when this object goes.
  ///
  /// - Throws: E0405 when the memory is not there.
  package init(bytes: Int, zeroed: Bool = false) throws {
    try MemoryAccountant.reserve(bytes)
    let rounded = (max(bytes, 1) + 63) & ~63
    var raw: UnsafeMutableRawPointer?
    if zeroed, bytes >= 1 << 18 {
      // Pages fresh from the system are zero already.
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
