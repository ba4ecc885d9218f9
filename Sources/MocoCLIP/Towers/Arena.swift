import Glibc
import MocoBase
import MocoTensor
import Synchronization

/// Memory for the rows of a tower call, taken from a pool of slabs and returned when the call (or the
/// graph that keeps its activations) ends. In the steady state of a training loop nothing is allocated.
///
/// An arena is sized by a dry run: the same layout code runs once with a measuring arena and once for real.
package final class Arena {
  private let slab: Slab?
  private var used = 0

  /// Floats handed out so far, padding included.
  package var count: Int { used }

  /// An arena that only measures; its pointers must not be used.
  package init() { slab = nil }

  /// - Throws: E0405 if memory runs out.
  package init(floats: Int) throws { slab = try SlabPool.take(floats) }

  deinit {
    if let slab { SlabPool.giveBack(slab) }
  }

  /// Uninitialised floats, aligned to a cache line.
  package func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let start = used
    used += (max(count, 0) + 15) & ~15
    guard let slab else { return Arena.measuring }
    return slab.base + start
  }

  /// Runs a layout twice: to measure it, and on memory of the measured size.
  package static func lay<Layout>(_ layout: (Arena) -> Layout) throws -> (Arena, Layout) {
    let measure = Arena()
    _ = layout(measure)
    let arena = try Arena(floats: measure.used)
    return (arena, layout(arena))
  }

  // A valid address that means "not allocated yet" in the measuring run.
  // - Safety: the address is never read or written through.
  private nonisolated(unsafe) static let measuring = UnsafeMutablePointer<Float>.allocate(capacity: 16)
}

/// One allocation, at least 64-byte aligned; large ones on huge pages where the system has them.
///
/// - Safety: address and size never change; the code that laid it out controls all writes.
package final class Slab: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let capacity: Int
  private static let hugePage = 2 << 20

  init(capacity: Int) throws {
    let (bytes, overflow) = capacity.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard !overflow else { throw Slab.refused(capacity) }
    try MemoryAccountant.reserve(bytes)
    var raw: UnsafeMutableRawPointer?
    let large = bytes >= Slab.hugePage * 2
    guard posix_memalign(&raw, large ? Slab.hugePage : 64, max(bytes, 64)) == 0, let raw else {
      MemoryAccountant.release(bytes)
      throw Slab.refused(capacity)
    }
    if large { madvise(raw, bytes, MADV_HUGEPAGE) }
    base = raw.bindMemory(to: Float.self, capacity: max(capacity, 16))
    self.capacity = capacity
  }

  deinit {
    free(base)
    MemoryAccountant.release(capacity * MemoryLayout<Float>.stride)
  }

  private static func refused(_ capacity: Int) -> Failure {
    Failure(
      "E0405", "out of memory: cannot allocate \(capacity >> 18) MB of activations",
      help: "use smaller batches or fewer prompts at once")
  }
}

/// Slabs that are free for reuse.
package enum SlabPool {
  private static let free = Mutex<[Slab]>([])
  private static let keptSlabs = 12

  /// The smallest free slab that is large enough, or a new one with some room to spare.
  static func take(_ floats: Int) throws -> Slab {
    let found: Slab? = free.withLock { slabs in
      var best: Int?
      for (i, slab) in slabs.enumerated() where slab.capacity >= floats {
        if best.map({ slabs[$0].capacity > slab.capacity }) ?? true { best = i }
      }
      // A slab that is many times too large stays in the pool.
      guard let best, slabs[best].capacity <= max(floats * 4, 1 << 18) else { return nil }
      return slabs.remove(at: best)
    }
    if let found { return found }
    // The new slab replaces the largest one that is now too small for the same work.
    let outgrown: Slab? = free.withLock { slabs in
      let candidates = slabs.indices.filter {
        slabs[$0].capacity < floats && slabs[$0].capacity >= floats / 4
      }
      return candidates.max { slabs[$0].capacity < slabs[$1].capacity }.map { slabs.remove(at: $0) }
    }
    _ = consume outgrown
    let rounded = floats + floats / 16
    do { return try Slab(capacity: (rounded + 1023) & ~1023) } catch {
      trim()
      return try Slab(capacity: floats)
    }
  }

  static func giveBack(_ slab: Slab) {
    free.withLock { slabs in
      slabs.append(slab)
      if slabs.count > keptSlabs { slabs.removeFirst() }
    }
  }

  /// Frees every slab not in use.
  package static func trim() { free.withLock { $0.removeAll() } }
}
