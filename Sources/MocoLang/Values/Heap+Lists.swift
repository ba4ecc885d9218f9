// Lists, ranges, and boxes of Swift objects.

import Glibc

extension Heap {
  /// A list with capacity for this many elements.
  /// - Throws: E0405.
  package func list(capacity: Int = 0) throws -> Word {
    var items = UnsafeMutablePointer<Word>(bitPattern: 16).unsafelyUnwrapped
    if capacity > 0 {
      let (bytes, overflow) = capacity.multipliedReportingOverflow(by: MemoryLayout<Word>.stride)
      guard !overflow else { throw outOfMemory(Int.max) }
      items = try allocateStorage(bytes).assumingMemoryBound(to: Word.self)
    }
    let object = allocate(MemoryLayout<ListObject>.size, .list)
    object.list.pointee.count = 0
    object.list.pointee.capacity = capacity
    object.list.pointee.items = items
    object.list.pointee.gap = 0
    return .object(.list, object)
  }

  /// Appends; takes over the caller's reference to `value`, also when it throws.
  /// - Throws: E0405.
  @inline(__always)
  package func append(_ value: Word, to object: ObjectPointer) throws {
    let count = object.list.pointee.count
    if count == object.list.pointee.capacity {
      do { try grow(object, to: count + 1) } catch {
        release(value)
        throw error
      }
    }
    object.list.pointee.items[count] = value
    object.list.pointee.count = count &+ 1
  }

  /// Ensures capacity for `needed` elements in a list, growing by at least half, so that appending takes
  /// constant time on average.
  ///
  /// Items may move: a pointer to them is not valid afterwards.
  ///
  /// - Throws: E0405; the list is then unchanged.
  @inline(never)
  package func grow(_ object: ObjectPointer, to needed: Int) throws {
    let old = object.list.pointee.capacity
    if needed <= old { return }
    let (count, gap) = (object.list.pointee.count, object.list.pointee.gap)
    // Free space at the front is reused if it is large enough: half of it is moved to the end, so that moves
    // stay rare at both ends.
    if gap - gap / 2 >= max(needed - old, count / 4 + 4) { return move(object, gap: gap / 2) }
    let (half, overflow) = old.addingReportingOverflow(old / 2 + 4)
    guard !overflow, max(half, needed) < Int.max / 32 else { throw outOfMemory(Int.max) }
    let capacity = max(half, needed)
    let stride = MemoryLayout<Word>.stride
    let memory: ObjectPointer
    if old &+ gap == 0 {
      memory = try allocateStorage(capacity * stride)
    } else if gap == 0 {
      memory = try resizeStorage(object.list.pointee.items, from: old * stride, to: capacity * stride)
    } else {
      memory = try allocateStorage(capacity * stride)
      memcpy(memory, object.list.pointee.items, count * stride)
      freeStorage(object.list.pointee.items - gap, (old + gap) * stride)
    }
    object.list.pointee.items = memory.assumingMemoryBound(to: Word.self)
    object.list.pointee.capacity = capacity
    object.list.pointee.gap = 0
  }

  /// Moves the elements within the storage, so that `gap` words are free before them.
  private func move(_ object: ObjectPointer, gap: Int) {
    let items = object.list.pointee.items
    let moved = items - object.list.pointee.gap + gap
    memmove(moved, items, object.list.pointee.count * MemoryLayout<Word>.stride)
    object.list.pointee.capacity = object.list.pointee.room - gap
    object.list.pointee.gap = gap
    object.list.pointee.items = moved
  }

  /// Creates free space before the first element, so that inserting there takes constant time on average.
  ///
  /// - Throws: E0405; the list is then unchanged.
  private func growInFront(_ object: ObjectPointer) throws {
    let (count, capacity) = (object.list.pointee.count, object.list.pointee.capacity)
    let room = count / 2 + 4
    if capacity - count >= room { return move(object, gap: (capacity - count + 1) / 2) }
    guard capacity < Int.max / 64 else { throw outOfMemory(Int.max) }
    let stride = MemoryLayout<Word>.stride
    let memory = try allocateStorage((room + capacity) * stride).assumingMemoryBound(to: Word.self)
    memcpy(memory + room, object.list.pointee.items, count * stride)
    if capacity > 0 { freeStorage(object.list.pointee.items, capacity * stride) }
    object.list.pointee.items = memory + room
    object.list.pointee.gap = room
  }

  /// Inserts before `place` (0 to count); takes over the reference, also when it throws. The shorter part of
  /// the list moves.
  package func insert(_ value: Word, at place: Int, in object: ObjectPointer) throws {
    let count = object.list.pointee.count
    if place < count / 2 {
      if object.list.pointee.gap == 0 {
        do { try growInFront(object) } catch {
          release(value)
          throw error
        }
      }
      let items = object.list.pointee.items
      memmove(items - 1, items, place * MemoryLayout<Word>.stride)
      (items - 1 + place).pointee = value
      object.list.pointee.items = items - 1
      object.list.pointee.gap -= 1
      object.list.pointee.capacity += 1
      object.list.pointee.count = count + 1
      return
    }
    try append(value, to: object)
    let items = object.list.pointee.items
    memmove(items + place + 1, items + place, (count - place) * MemoryLayout<Word>.stride)
    items[place] = value
  }

  /// Removes an element; the caller receives its reference. The shorter part of the list moves, so that both
  /// ends take constant time.
  package func removeElement(at place: Int, from object: ObjectPointer) -> Word {
    let items = object.list.pointee.items
    let count = object.list.pointee.count
    let value = items[place]
    object.list.pointee.count = count - 1
    if place < count / 2 {
      memmove(items + 1, items, place * MemoryLayout<Word>.stride)
      object.list.pointee.items = items + 1
      object.list.pointee.gap += 1
      object.list.pointee.capacity -= 1
    } else {
      memmove(items + place, items + place + 1, (count - 1 - place) * MemoryLayout<Word>.stride)
    }
    return value
  }

  /// A list of the values, each retained.
  package func list(copying items: UnsafeBufferPointer<Word>) throws -> Word {
    let list = try list(capacity: items.count)
    let target = list.pointer.list.pointee.items
    for index in 0..<items.count {
      retain(items[index])
      target[index] = items[index]
    }
    list.pointer.list.pointee.count = items.count
    return list
  }

  /// A Range on the heap, with a reference for the caller.
  package func range(_ range: RangeValue) -> Word {
    let object = allocate(MemoryLayout<RangeObject>.size, .range, leaf: true)
    object.range.pointee.start = range.start
    object.range.pointee.end = range.end
    object.range.pointee.step = range.step
    object.range.pointee.isClosed = range.isClosed
    return .object(.range, object)
  }

  /// A native function as a value, with a reference for the caller; every call creates a new object.
  package func native(_ function: NativeFunction) -> Word { box(function, .native) }

  /// An object that keeps a Swift object alive, with a reference for the caller. The tag is `native`,
  /// `module` or `iterator`.
  package func box(_ content: AnyObject, _ tag: Tag) -> Word {
    let object = allocate(MemoryLayout<BoxObject>.size, tag)
    object.box.pointee.box = Unmanaged.passRetained(content)
    return .object(tag, object)
  }

  /// An object that keeps a host object alive, with a reference for the caller. The memory that the host
  /// object reports now counts for the heap until the object is released.
  package func host(_ host: any HostObject) -> Word {
    let object = allocate(MemoryLayout<HostBoxObject>.size, .host)
    let bytes = max(0, min(host.byteCount, 1 << 40))
    let box = object.hostBox
    (UnsafeMutableRawPointer(box) + MemoryLayout<HostBoxObject>.offset(of: \.host).unsafelyUnwrapped)
      .initializeMemory(as: (any HostObject).self, to: host)
    box.pointee.byteCount = bytes
    counters.pointee.hostBytes &+= bytes
    charge(bytes)
    return .object(.host, object)
  }
}
