// Strings: UTF-8 with the number of Unicode scalars, so that ASCII text (as many scalars as bytes) is indexed
// in constant time; other text by an index of its own (Heap+StringIndex.swift). An object is never changed
// once it is shared.

import Glibc
import MocoBase

extension StringObject {
  /// A copy of the text.
  package static func text(_ object: ObjectPointer) -> String {
    String(decoding: bytes(object), as: UTF8.self)
  }

  /// The UTF-8 of a string object; valid while the object lives and is not appended to.
  @inline(__always)
  package static func bytes(_ object: ObjectPointer) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: object.stringBytes, count: object.string.pointee.byteCount)
  }

  /// Whether every scalar is one byte, so that indices are byte offsets.
  @inline(__always)
  package static func isASCII(_ object: ObjectPointer) -> Bool {
    object.string.pointee.byteCount == object.string.pointee.scalarCount
  }

  package static func hash(_ object: ObjectPointer) -> UInt32 {
    let known = object.header.pointee.scratch
    if known != 0 { return known }
    let computed = hash(bytes(object))
    object.header.pointee.scratch = computed
    return computed
  }

  /// The hash of the bytes, never 0. It processes eight bytes at a time, with a multiplication whose high
  /// half is folded back.
  package static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var state = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
    var at = 0
    let raw = UnsafeRawBufferPointer(bytes)
    while at + 8 <= bytes.count {
      state = mix(state ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      at += 8
    }
    var tail: UInt64 = 0
    while at < bytes.count {
      tail = tail << 8 | UInt64(bytes[at])
      at += 1
    }
    state = mix(state ^ tail)
    let folded = UInt32(truncatingIfNeeded: state ^ (state >> 32))
    return folded == 0 ? 1 : folded
  }

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }

  /// Whether two texts have the same bytes. Nothing is normalized: é in one scalar is not é in two.
  @inline(__always)
  package static func equal(_ left: ObjectPointer, _ right: ObjectPointer) -> Bool {
    if left == right { return true }
    let count = left.string.pointee.byteCount
    guard count == right.string.pointee.byteCount else { return false }
    return memcmp(left.stringBytes, right.stringBytes, count) == 0
  }

  /// Order by Unicode scalars, which for UTF-8 is the order of the bytes.
  package static func less(_ left: ObjectPointer, _ right: ObjectPointer) -> Bool {
    compare(left, right) < 0
  }

  /// Negative, 0 or positive if the left text is before, equal to or after the right one in byte order.
  package static func compare(_ left: ObjectPointer, _ right: ObjectPointer) -> Int {
    let leftCount = left.string.pointee.byteCount
    let rightCount = right.string.pointee.byteCount
    let order = memcmp(left.stringBytes, right.stringBytes, min(leftCount, rightCount))
    return order != 0 ? Int(order) : leftCount - rightCount
  }

  /// The number of scalars in valid UTF-8.
  package static func countScalars(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var continuations = 0
    for byte in bytes where byte & 0xC0 == 0x80 { continuations &+= 1 }
    return bytes.count - continuations
  }

  /// The number of bytes of the scalar that begins with this byte.
  @inline(__always)
  package static func width(_ lead: UInt8) -> Int {
    lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }
}

extension Heap {
  /// A String object whose bytes and `scalarCount` the caller fills in.
  /// - Throws: E0405.
  package func emptyString(byteCount: Int, capacity: Int? = nil) throws -> ObjectPointer {
    let room = max(byteCount, capacity ?? byteCount)
    let (size, overflow) = room.addingReportingOverflow(StringObject.bytesOffset)
    guard !overflow else { throw outOfMemory(room) }
    let object: ObjectPointer
    if size <= Heap.largestCell {
      object = allocate(size, .string, leaf: true)
      object.string.pointee.capacity =
        Int(object.header.pointee.cell) * Heap.cellStep - StringObject.bytesOffset
    } else {
      if size >= 1 << 16 { try reserve(size) }
      guard size < Int.max - StringObject.prefixSize, let memory = malloc(size + StringObject.prefixSize)
      else {
        throw outOfMemory(size)
      }
      charge(size + StringObject.prefixSize)
      memory.assumingMemoryBound(to: ObjectPointer?.self).pointee = nil
      object = memory + StringObject.prefixSize
      object.header.initialize(
        to: ObjectHeader(
          references: 1, scratch: 0, tag: UInt8(truncatingIfNeeded: Tag.string.rawValue), flags: 0, cell: 0))
      object.string.pointee.capacity = room
    }
    object.string.pointee.byteCount = byteCount
    object.string.pointee.scalarCount = byteCount
    return object
  }

  /// A string of valid UTF-8.
  package func string(_ bytes: UnsafeBufferPointer<UInt8>, scalarCount: Int? = nil) throws -> Word {
    let object = try emptyString(byteCount: bytes.count)
    if let start = bytes.baseAddress { memcpy(object.stringBytes, start, bytes.count) }
    object.string.pointee.scalarCount = scalarCount ?? StringObject.countScalars(bytes)
    return .object(.string, object)
  }

  /// A String of the language, with a reference for the caller.
  ///
  /// - Throws: E0405.
  package func string(_ text: String) throws -> Word {
    var text = text
    return try text.withUTF8 { try string($0) }
  }

  /// A String of bytes that are valid UTF-8, with a reference for the caller.
  ///
  /// - Throws: E0405.
  package func string(_ bytes: [UInt8]) throws -> Word {
    try bytes.withUnsafeBufferPointer { try string($0) }
  }

  /// A key from source text, the same object for the same text. It lives as long as the heap; the caller
  /// receives no reference.
  package func intern(_ text: String) throws -> ObjectPointer {
    let exact = ExactText(text)
    if let known = internTable[exact] { return known }
    let key = try string(text).pointer
    key.header.pointee.flags |= ObjectFlag.interned
    _ = StringObject.hash(key)
    internTable[exact] = key
    return key
  }

  /// `left + right`. Takes over the caller's reference to `left` and appends in place if it was the only one.
  package func concatenate(consuming left: Word, _ right: Word) throws -> Word {
    let object = left.pointer
    let count = object.string.pointee.byteCount
    let extra = right.pointer.string.pointee.byteCount
    let total = count &+ extra
    let scalars = object.string.pointee.scalarCount &+ right.pointer.string.pointee.scalarCount
    if object.header.pointee.references == 1, object != right.pointer,
      object.header.pointee.flags & ObjectFlag.interned == 0
    {
      var target = object
      if total > object.string.pointee.capacity {
        let grown = try emptyString(byteCount: total, capacity: total < 256 ? total * 2 : total + total / 2)
        memcpy(grown.stringBytes, object.stringBytes, count)
        release(object: object)
        target = grown
      }
      memcpy(target.stringBytes + count, right.pointer.stringBytes, extra)
      target.string.pointee.byteCount = total
      target.string.pointee.scalarCount = scalars
      target.header.pointee.scratch = 0
      return .object(.string, target)
    }
    let joined = try emptyString(byteCount: total)
    memcpy(joined.stringBytes, object.stringBytes, count)
    memcpy(joined.stringBytes + count, right.pointer.stringBytes, extra)
    joined.string.pointee.scalarCount = scalars
    release(object: object)
    return .object(.string, joined)
  }

  /// The scalars from `start`, `count` of them.
  package func substring(_ object: ObjectPointer, start: Int, count: Int) throws -> Word {
    let from = offset(ofScalar: start, object)
    let bytes = StringObject.bytes(object)
    let to: Int
    if StringObject.isASCII(object) {
      to = from + count
    } else if count == 1 {
      to = from + StringObject.width(bytes[from])
    } else {
      to = offset(ofScalar: start + count, object)
    }
    return try string(UnsafeBufferPointer(rebasing: bytes[from..<to]), scalarCount: count)
  }
}
