import MocoBase
import MocoTensor

// T rows of an image's state, W width.

/// A cache of image states between two blocks of a frozen tower, with a size limit in bytes.
///
/// An entry is identified by the hash of the image's pixels and the number of blocks below; all entries belong to the same
/// weights below, and are removed when one of these changes. Caching does not change the bits of a state.
package final class VisionStateCache {
  private struct Key: Hashable {
    let pixels: [UInt8]
    let blocks: Int
  }

  private struct Entry {
    /// [T, W]
    let state: Tensor
    var lastUse: Int
  }

  private var entries: [Key: Entry] = [:]
  private var bytes = 0
  private var uses = 0
  /// The weights below, including the highest block with entries, and how often they were written.
  private var weights: [(tensor: Tensor, writes: Int)] = []

  /// An empty cache.
  package init() {}

  /// The states of images; missing ones come from `make`.
  /// - Parameters:
  ///   - images: contiguous, [B, …].
  ///   - parameters: the values of the weights below.
  ///   - budget: size limit of cached states in bytes.
  ///   - make: states [M, T, W] of the images at these places.
  /// - Shape: [B, T, W]
  package func states(
    of images: Tensor, blocks: Int, tokens: Int, width: Int, parameters: [Tensor], budget: Int,
    make: ([Int]) throws -> Tensor
  ) throws -> Tensor {
    let count = images.shape[0]
    guard budget > 0, count > 0 else {
      entries = [:]
      bytes = 0
      return try make(Array(0..<count))
    }
    if !isSame(parameters) {
      entries = [:]
      bytes = 0
      weights = parameters.map { ($0, $0.storage.writes) }
    }
    let keys = digests(images).map { Key(pixels: $0, blocks: blocks) }
    uses += 1
    var missing: [Int] = []
    var firsts: [Key: Int] = [:]
    for (place, key) in keys.enumerated() where entries[key] == nil && firsts[key] == nil {
      firsts[key] = missing.count
      missing.append(place)
    }
    let made = missing.isEmpty ? nil : try make(missing)
    let size = tokens * width
    let out = try Tensor(uninitialized: [count, tokens, width])
    for (place, key) in keys.enumerated() {
      let target = out.mutableFloatBase + place * size
      if let slot = firsts[key], let made {
        target.update(from: made.floatBase + slot * size, count: size)
      } else if let state = entries[key]?.state {
        target.update(from: state.floatBase, count: size)
        entries[key]?.lastUse = uses
      }
    }
    // Memory that a step may need stays free.
    if let made, MemoryAccountant.available > VisionPrompts.defaultMemory {
      for (slot, place) in missing.enumerated() {
        guard makeRoom(size * MemoryLayout<Float>.stride, budget) else { break }
        // A state that does not fit in memory is not cached.
        guard let state = try? Tensor(uninitialized: [tokens, width]) else { break }
        state.mutableFloatBase.update(from: made.floatBase + slot * size, count: size)
        entries[keys[place]] = Entry(state: state, lastUse: uses)
        bytes += state.byteCount
      }
    }
    withExtendedLifetime((images, made)) {}
    return out
  }

  private func isSame(_ parameters: [Tensor]) -> Bool {
    parameters.count == weights.count
      && zip(parameters, weights).allSatisfy { new, old in
        new.storage === old.tensor.storage && new.offset == old.tensor.offset && new.shape == old.tensor.shape
          && new.strides == old.tensor.strides && new.storage.writes == old.writes
      }
  }

  /// Whether there is room for another state. States that were not used for a long time are removed; those used in every epoch
  /// stay, because otherwise a limit smaller than the data would never have a hit.
  private func makeRoom(_ size: Int, _ budget: Int) -> Bool {
    if bytes + size <= budget { return true }
    let old = uses - 4 * max(entries.count, 64)
    entries = entries.filter { $0.value.lastUse > old }
    bytes = entries.count * size
    return bytes + size <= budget
  }

  private func digests(_ images: Tensor) -> [[UInt8]] {
    let count = images.shape[0]
    let size = images.count / max(count, 1) * MemoryLayout<Float>.stride
    let base = UnsafeRawPointer(images.floatBase)
    var flat = [UInt8](repeating: 0, count: 32 * count)
    flat.withUnsafeMutableBufferPointer { flat in
      let target = DigestRows(flat.baseAddress)
      Lanes.run(count, lanes: Lanes.count) { _, image in
        let hash = SHA256()
        hash.update(UnsafeRawBufferPointer(start: base + image * size, count: size))
        let digest = hash.finishBytes()
        target.base?.advanced(by: 32 * image).update(from: digest, count: 32)
      }
    }
    return (0..<count).map { Array(flat[($0 * 32)..<($0 * 32 + 32)]) }
  }

  /// - Safety: tasks write disjoint rows, and the call waits for them.
  private struct DigestRows: @unchecked Sendable {
    let base: UnsafeMutablePointer<UInt8>?
    init(_ base: UnsafeMutablePointer<UInt8>?) { self.base = base }
  }
}
