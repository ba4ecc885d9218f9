// The byte offsets of scalars in a text that is not ASCII.
//
// A short String (one in a cell) is scanned eight bytes at a time. A long one gets an index when one of its
// scalars is accessed for the first time: the byte offset of every 32nd scalar, up to the largest offset
// requested. The address of the index is stored before the object; its memory counts for the heap. The index
// stays valid when text is appended in place.

import Glibc

/// The head of an index; the offsets follow.
private struct ScalarIndex {
  /// The number of known offsets.
  var count: Int
  /// The capacity, in offsets.
  var capacity: Int

  /// The number of scalars from one offset to the next.
  static let step = 32

  static func size(_ capacity: Int) -> Int {
    MemoryLayout<ScalarIndex>.size + capacity * MemoryLayout<UInt32>.size
  }
}

extension UnsafeMutableRawPointer {
  fileprivate var scalarIndex: UnsafeMutablePointer<ScalarIndex> {
    assumingMemoryBound(to: ScalarIndex.self)
  }
  /// The byte offsets of the scalars 0, 32, 64, …
  fileprivate var scalarOffsets: UnsafeMutablePointer<UInt32> {
    (self + MemoryLayout<ScalarIndex>.size).assumingMemoryBound(to: UInt32.self)
  }
  /// For a string from malloc, the location of the address of its index.
  fileprivate var indexPlace: UnsafeMutablePointer<ObjectPointer?> {
    (self - StringObject.prefixSize).assumingMemoryBound(to: ObjectPointer?.self)
  }
}

extension StringObject {
  /// The byte offset of the scalar `count` scalars after the one at `from`. `from` must be the beginning of a
  /// scalar or the end, and there must be this many scalars.
  static func offset(
    _ bytes: UnsafeBufferPointer<UInt8>, skipping count: Int, from: Int
  ) -> Int {
    var remaining = count
    var at = from
    let raw = UnsafeRawBufferPointer(bytes)
    // Eight bytes are skipped at once if they begin no more scalars than remain; the top bits of a
    // continuation byte are 10.
    while remaining >= 8, at + 8 <= bytes.count {
      let word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      let continuations = (word & ~(word << 1) & 0x8080_8080_8080_8080) >> 7
      // The sum of the eight bytes is in the highest byte.
      remaining -= 8 - Int(truncatingIfNeeded: (continuations &* 0x0101_0101_0101_0101) >> 56)
      at += 8
    }
    // The skipped bytes may end inside a scalar, which is already counted.
    while at < bytes.count, bytes[at] & 0xC0 == 0x80 { at += 1 }
    while remaining > 0 {
      at += width(bytes[at])
      remaining -= 1
    }
    return at
  }
}

extension Heap {
  /// The byte offset of a scalar; `scalar` is from 0 to `scalarCount`. In constant time on average: long
  /// texts get an index on first access.
  package func offset(ofScalar scalar: Int, _ object: ObjectPointer) -> Int {
    if StringObject.isASCII(object) { return scalar }
    let bytes = StringObject.bytes(object)
    if scalar >= object.string.pointee.scalarCount { return bytes.count }
    let block = scalar / ScalarIndex.step
    // Offsets beyond 32 bits are not kept.
    if block == 0 || object.header.pointee.cell != 0 || bytes.count > Int(UInt32.max) {
      return StringObject.offset(bytes, skipping: scalar, from: 0)
    }
    guard let index = index(of: object, through: block) else {
      return StringObject.offset(bytes, skipping: scalar, from: 0)
    }
    let from = Int(index.scalarOffsets[block])
    return StringObject.offset(bytes, skipping: scalar - block * ScalarIndex.step, from: from)
  }

  /// The index of a long String, complete up to this block; nil if there is not enough memory.
  private func index(of object: ObjectPointer, through block: Int) -> ObjectPointer? {
    var index = object.indexPlace.pointee
    if let index, index.scalarIndex.pointee.count > block { return index }
    let blocks = object.string.pointee.scalarCount / ScalarIndex.step + 1
    if index.map({ $0.scalarIndex.pointee.capacity < blocks }) ?? true {
      // Capacity for the entire text at once, and for more if it has grown since.
      let capacity = index == nil ? blocks : blocks + blocks / 2
      let size = ScalarIndex.size(capacity)
      guard (try? reserve(size)) != nil, let made = malloc(size) else { return nil }
      charge(size)
      made.scalarIndex.initialize(to: ScalarIndex(count: 1, capacity: capacity))
      made.scalarOffsets[0] = 0
      if let index {
        memcpy(
          made.scalarOffsets, index.scalarOffsets, index.scalarIndex.pointee.count * MemoryLayout<UInt32>.size
        )
        made.scalarIndex.pointee.count = index.scalarIndex.pointee.count
        freeIndex(of: object)
      }
      object.indexPlace.pointee = made
      index = made
    }
    guard let index else { return nil }
    let bytes = StringObject.bytes(object)
    var known = index.scalarIndex.pointee.count
    while known <= block {
      let next = StringObject.offset(
        bytes, skipping: ScalarIndex.step, from: Int(index.scalarOffsets[known - 1]))
      index.scalarOffsets[known] = UInt32(truncatingIfNeeded: next)
      known += 1
    }
    index.scalarIndex.pointee.count = known
    return index
  }

  /// Frees the index of a string from malloc, if it has one.
  func freeIndex(of object: ObjectPointer) {
    guard let index = object.indexPlace.pointee else { return }
    discharge(ScalarIndex.size(index.scalarIndex.pointee.capacity))
    free(index)
    object.indexPlace.pointee = nil
  }
}
