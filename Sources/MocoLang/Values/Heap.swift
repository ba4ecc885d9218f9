// The heap of one interpreter.
//
// Objects come from slabs of cells in steps of 16 bytes, leaves (strings, ranges) apart from containers so
// that the cycle collector walks only slabs that can hold cycles. Strings beyond the largest cell, list items
// and record entries come from malloc. References are counted without atomics: an object is destroyed as soon
// as its last reference is dropped. Its contents are released through a work list (linked through the
// header's count field), so that no structure is too deep to release.
//
// `bytes` counts slabs, malloc'd storage and what host objects report. It triggers the collector and the
// memory limit: large storage is rejected at once (`reserve`), small objects set `attention`, which the
// machine polls.

import Glibc
import MocoBase

/// The memory of one interpreter: objects with counted references, the memory they use, and its limit.
///
/// One thread at a time. References held by Swift code keep it alive.
package final class Heap {
  /// State that the machine and the allocator read often, in bytes unless stated otherwise.
  package struct Counters {
    /// Slabs, malloc'd storage, and memory of host objects.
    package var bytes = 0
    /// The part of `bytes` that host objects reported.
    package var hostBytes = 0
    /// The size of the heap beyond which the next collection is due.
    package var collectAt = Heap.firstCollection
    /// The limit of `bytes`; 0 once malloc has failed.
    package var limit = Int.max
    /// If not 0, the machine must collect or fail at its next safe point.
    package var attention: Int32 = 0
    /// The number of collections so far.
    package var collections = 0
  }

  static let cellStep = 16
  static let largestCell = 512
  static let classCount = 2 * (largestCell / cellStep + 1)
  static let leafClasses = largestCell / cellStep + 1
  static let slabSize = 1 << 16
  /// The size of the heap below which no collection is due: 16 MiB.
  package static let firstCollection = 16 << 20

  struct Slab {
    var memory: ObjectPointer
    var cellSize: Int
  }

  /// Plain memory at a fixed address, valid as long as the heap, so that the loop reads it without a call.
  package let counters: UnsafeMutablePointer<Counters>
  private let freeCells: UnsafeMutablePointer<ObjectPointer?>
  private let fresh: UnsafeMutablePointer<(next: ObjectPointer?, end: ObjectPointer?)>
  /// Objects that are waiting for destruction, linked through their headers.
  private let condemned: UnsafeMutablePointer<ObjectPointer?>
  private let isDestroying: UnsafeMutablePointer<Bool>
  private(set) var containerSlabs: [Slab] = []
  private var leafSlabs: [Slab] = []
  /// Slabs used when malloc fails, so that the failure can be reported normally.
  private var reserveSlabs: [ObjectPointer] = []
  /// Keys from source text, by their text.
  package var internTable: [ExactText: ObjectPointer] = [:]
  /// Cleared while the interpreter is being destroyed.
  package weak var interpreter: Interpreter?

  /// The units; the words of quantities refer to them by index.
  package let units: [Quantity.Unit]

  /// An empty heap that may grow to `limit` bytes, with a few slabs reserved for reporting that memory is
  /// exhausted.
  package init(limit: Int, units: [Quantity.Unit] = []) {
    self.units = units
    counters = .allocate(capacity: 1)
    counters.initialize(to: Counters())
    counters.pointee.limit = limit
    freeCells = .allocate(capacity: Heap.classCount)
    freeCells.initialize(repeating: nil, count: Heap.classCount)
    fresh = .allocate(capacity: Heap.classCount)
    fresh.initialize(repeating: (nil, nil), count: Heap.classCount)
    condemned = .allocate(capacity: 1)
    condemned.initialize(to: nil)
    isDestroying = .allocate(capacity: 1)
    isDestroying.initialize(to: false)
    for _ in 0..<4 { if let slab = malloc(Heap.slabSize) { reserveSlabs.append(slab) } }
  }

  deinit {
    for (_, key) in internTable { release(object: key) }
    // The remaining objects are cycles and objects that registers or globals still held: release the Swift
    // objects they own.
    forEachContainer { object in
      switch object.pointee.tag {
      case UInt8(Tag.host.rawValue): UnsafeMutableRawPointer(object).hostBox.deinitialize(count: 1)
      case UInt8(Tag.native.rawValue), UInt8(Tag.module.rawValue), UInt8(Tag.iterator.rawValue):
        UnsafeMutableRawPointer(object).box.pointee.box.release()
      case UInt8(Tag.closure.rawValue): UnsafeMutableRawPointer(object).closure.pointee.prototype.release()
      case UInt8(Tag.list.rawValue):
        let list = UnsafeMutableRawPointer(object).list.pointee
        if list.room > 0 { freeStorage(list.items - list.gap, list.room * MemoryLayout<Word>.stride) }
      case UInt8(Tag.record.rawValue):
        let record = UnsafeMutableRawPointer(object).record.pointee
        if record.capacity > 0 {
          freeStorage(record.entries, record.capacity * MemoryLayout<RecordSlot>.stride)
        }
        if let table = record.table { freeStorage(table, (record.mask + 1) * MemoryLayout<Int32>.stride) }
      default: break
      }
      object.pointee.tag = 0
    }
    for slab in containerSlabs + leafSlabs { free(slab.memory) }
    for slab in reserveSlabs { free(slab) }
    counters.deallocate()
    freeCells.deallocate()
    fresh.deallocate()
    condemned.deallocate()
    isDestroying.deallocate()
  }

  // MARK: Cells

  /// A cell with its header set and one reference; the rest is not initialized.
  @inline(__always)
  package func allocate(_ size: Int, _ tag: Tag, leaf: Bool = false) -> ObjectPointer {
    let units = (size + Heap.cellStep - 1) / Heap.cellStep
    let index = leaf ? units + Heap.leafClasses : units
    let cell: ObjectPointer
    if let free = freeCells[index] {
      freeCells[index] = ObjectPointer(bitPattern: free.header.pointee.references)
      cell = free
    } else {
      cell = freshCell(index, units)
    }
    cell.header.initialize(
      to: ObjectHeader(
        references: 1, scratch: 0, tag: UInt8(truncatingIfNeeded: tag.rawValue), flags: 0,
        cell: UInt16(truncatingIfNeeded: units)))
    return cell
  }

  @inline(never)
  private func freshCell(_ index: Int, _ units: Int) -> ObjectPointer {
    let size = units * Heap.cellStep
    if let next = fresh[index].next, let end = fresh[index].end, next + size <= end {
      fresh[index].next = next + size
      return next
    }
    let memory: ObjectPointer
    if let slab = malloc(Heap.slabSize) {
      memory = slab
    } else if let slab = reserveSlabs.popLast() {
      memory = slab
      counters.pointee.limit = 0
    } else {
      // No memory is left, not even to report the failure.
      abort()
    }
    // Cells that were never used must be marked as free.
    memset(memory, 0, Heap.slabSize)
    let slab = Slab(memory: memory, cellSize: size)
    if index >= Heap.leafClasses { leafSlabs.append(slab) } else { containerSlabs.append(slab) }
    charge(Heap.slabSize)
    fresh[index] = (memory + size, memory + Heap.slabSize)
    return memory
  }

  @inline(__always)
  private func freeCell(_ object: ObjectPointer, leaf: Bool) {
    let units = Int(object.header.pointee.cell)
    let index = leaf ? units + Heap.leafClasses : units
    object.header.pointee.tag = 0
    object.header.pointee.references = Int(bitPattern: freeCells[index])
    freeCells[index] = object
  }

  func forEachContainer(_ body: (UnsafeMutablePointer<ObjectHeader>) -> Void) {
    for slab in containerSlabs {
      var cell = slab.memory
      let end = slab.memory + (Heap.slabSize / slab.cellSize) * slab.cellSize
      while cell < end {
        if cell.header.pointee.tag != 0 { body(cell.header) }
        cell += slab.cellSize
      }
    }
  }

  // MARK: Accounting

  /// Counts allocated memory, and requests a collection if it is due. It rejects nothing: see `reserve`.
  @inline(__always)
  package func charge(_ bytes: Int) {
    counters.pointee.bytes &+= bytes
    if counters.pointee.bytes > counters.pointee.collectAt { counters.pointee.attention = 1 }
  }

  /// Counts freed memory.
  @inline(__always)
  package func discharge(_ bytes: Int) { counters.pointee.bytes &-= bytes }

  /// Rejects storage that would exceed the limit, after a last garbage collection.
  /// - Throws: E0405.
  package func reserve(_ bytes: Int) throws {
    let (total, overflow) = counters.pointee.bytes.addingReportingOverflow(bytes)
    if !overflow, total <= counters.pointee.limit { return }
    collectCycles()
    let (again, stillOver) = counters.pointee.bytes.addingReportingOverflow(bytes)
    if !stillOver, again <= counters.pointee.limit { return }
    throw outOfMemory(bytes)
  }

  /// The E0405 for this many bytes. It names the limit, and the bytes from one megabyte on.
  package func outOfMemory(_ bytes: Int) -> Failure {
    let limit = Heap.megabytes(counters.pointee.limit)
    let wanted = bytes > 1 << 20 ? " for \(Heap.megabytes(bytes))" : ""
    return Failure(
      "E0405", "out of memory: no room\(wanted) within the limit of \(limit)",
      help: "look for a value that grows without end, or use smaller sizes")
  }

  private static func megabytes(_ bytes: Int) -> String {
    bytes >= 10 << 30 ? "\(bytes >> 30) GiB" : "\(bytes >> 20) MiB"
  }

  /// Memory for a container's storage: small pieces come from the slabs of the leaves.
  /// - Throws: E0405.
  package func allocateStorage(_ bytes: Int) throws -> ObjectPointer {
    if bytes <= Heap.largestCell { return smallStorage(bytes) }
    if bytes >= 1 << 16 { try reserve(bytes) }
    guard let memory = malloc(bytes) else { throw outOfMemory(bytes) }
    charge(bytes)
    return memory
  }

  @inline(__always)
  private func smallStorage(_ bytes: Int) -> ObjectPointer {
    let units = (bytes + Heap.cellStep - 1) / Heap.cellStep
    let index = units + Heap.leafClasses
    guard let cell = freeCells[index] else { return freshCell(index, units) }
    freeCells[index] = ObjectPointer(bitPattern: cell.header.pointee.references)
    return cell
  }

  /// Moves a container's storage to a larger or smaller piece; the old bytes that fit are kept, and the old
  /// address becomes invalid.
  ///
  /// - Throws: E0405; the old storage is then unchanged.
  package func resizeStorage(_ memory: ObjectPointer, from old: Int, to new: Int) throws -> ObjectPointer {
    if old <= Heap.largestCell || new <= Heap.largestCell {
      let moved = try allocateStorage(new)
      memcpy(moved, memory, min(old, new))
      freeStorage(memory, old)
      return moved
    }
    if new >= 1 << 16 { try reserve(new - old) }
    guard let moved = realloc(memory, new) else { throw outOfMemory(new) }
    discharge(old)
    charge(new)
    return moved
  }

  /// Frees a container's storage. `bytes` must be the size with which it was allocated or resized.
  package func freeStorage(_ memory: ObjectPointer, _ bytes: Int) {
    if bytes <= Heap.largestCell {
      let index = (bytes + Heap.cellStep - 1) / Heap.cellStep + Heap.leafClasses
      memory.header.pointee.references = Int(bitPattern: freeCells[index])
      freeCells[index] = memory
      return
    }
    free(memory)
    discharge(bytes)
  }

  // MARK: References

  /// Adds a reference; does nothing for plain values.
  @inline(__always)
  package func retain(_ value: Word) {
    if value.isObject { value.pointer.header.pointee.references &+= 1 }
  }

  /// Releases a reference, which destroys the object if it was the last; does nothing for plain values.
  @inline(__always)
  package func release(_ value: Word) {
    if value.isObject { release(object: value.pointer) }
  }

  /// Releases a reference to an object, which destroys it if it was the last. Its contents are released
  /// through a work list, so that depth uses no stack.
  @inline(__always)
  package func release(object: ObjectPointer) {
    object.header.pointee.references &-= 1
    if object.header.pointee.references == 0 { destroy(object) }
  }

  @inline(never)
  private func destroy(_ object: ObjectPointer) {
    // A String is freed directly: nothing depends on it.
    if object.header.pointee.tag == UInt8(Tag.string.rawValue) {
      freeString(object)
      return
    }
    object.header.pointee.references = Int(bitPattern: condemned.pointee)
    condemned.pointee = object
    if isDestroying.pointee { return }
    isDestroying.pointee = true
    while let next = condemned.pointee {
      condemned.pointee = ObjectPointer(bitPattern: next.header.pointee.references)
      next.header.pointee.references = 0
      dismantle(next)
    }
    isDestroying.pointee = false
  }

  private func freeString(_ object: ObjectPointer) {
    if object.header.pointee.cell == 0 {
      freeIndex(of: object)
      discharge(object.string.pointee.capacity &+ StringObject.bytesOffset &+ StringObject.prefixSize)
      free(object - StringObject.prefixSize)
    } else {
      freeCell(object, leaf: true)
    }
  }

  private func dismantle(_ object: ObjectPointer) {
    switch Tag(UInt32(object.header.pointee.tag)) {
    case .list:
      clearList(object)
    case .record:
      clearRecord(object)
    case .closure:
      let cells = object.closureCells
      for index in 0..<object.closure.pointee.count { release(object: cells[index]) }
      object.closure.pointee.prototype.release()
    case .upvalue:
      release(object.upvalue.pointee.closed)
    case .native, .module, .iterator:
      object.box.pointee.box.release()
    case .host:
      discharge(object.hostBox.pointee.byteCount)
      counters.pointee.hostBytes &-= object.hostBox.pointee.byteCount
      object.hostBox.deinitialize(count: 1)
    case .range:
      freeCell(object, leaf: true)
      return
    default:
      break
    }
    freeCell(object, leaf: false)
  }

  private func clearList(_ object: ObjectPointer) {
    let items = object.list.pointee.items
    let count = object.list.pointee.count
    let (gap, room) = (object.list.pointee.gap, object.list.pointee.room)
    object.list.pointee.count = 0
    object.list.pointee.capacity = 0
    object.list.pointee.gap = 0
    for index in 0..<count { release(items[index]) }
    if room > 0 { freeStorage(items - gap, room * MemoryLayout<Word>.stride) }
  }

  private func clearRecord(_ object: ObjectPointer) {
    let record = object.record.pointee
    object.record.pointee.count = 0
    object.record.pointee.used = 0
    object.record.pointee.capacity = 0
    object.record.pointee.table = nil
    for index in 0..<record.used {
      if let key = record.entries[index].key {
        release(object: key)
        release(record.entries[index].value)
      }
    }
    if record.capacity > 0 { freeStorage(record.entries, record.capacity * MemoryLayout<RecordSlot>.stride) }
    if let table = record.table { freeStorage(table, (record.mask + 1) * MemoryLayout<Int32>.stride) }
  }

  /// Releases the contents of a dead container of a cycle; the container itself is freed when the last
  /// reference in the cycle is released.
  func clearContents(_ object: ObjectPointer) {
    switch Tag(UInt32(object.header.pointee.tag)) {
    case .list: clearList(object)
    case .record: clearRecord(object)
    case .closure:
      let count = object.closure.pointee.count
      object.closure.pointee.count = 0
      for index in 0..<count { release(object: object.closureCells[index]) }
    case .upvalue:
      let closed = object.upvalue.pointee.closed
      object.upvalue.pointee.closed = .null
      release(closed)
    case .host:
      var held: [HeldValue] = []
      object.hostBox.pointee.host.visitReferences { held.append($0) }
      for holder in held { holder.value = .nil }
    default: break
    }
  }
}
