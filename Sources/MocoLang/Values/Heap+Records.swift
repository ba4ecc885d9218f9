// Records: entries in insertion order; more than eight are found through a hash table.

import Glibc

extension Heap {
  static let smallRecord = 8

  /// An empty record, with a reference for the caller. Storage for entries is allocated when needed.
  package func record(capacity: Int = 0) -> Word {
    let object = allocate(MemoryLayout<RecordObject>.size, .record)
    object.record.pointee.count = 0
    object.record.pointee.used = 0
    object.record.pointee.capacity = 0
    object.record.pointee.entries = UnsafeMutablePointer<RecordSlot>(bitPattern: 16).unsafelyUnwrapped
    object.record.pointee.table = nil
    object.record.pointee.mask = 0
    return .object(.record, object)
  }

  /// The index in `entries` of a key (a string object); -1 if the record has no equal key.
  ///
  /// In constant time on average: up to eight entries are searched linearly, more by their hash.
  @inline(__always)
  package func place(of key: ObjectPointer, in object: ObjectPointer) -> Int {
    let record = object.record
    if record.pointee.table == nil {
      let entries = record.pointee.entries
      let used = record.pointee.used
      for index in 0..<used where entries[index].key == key { return index }
      // A key that was created at run time is another object with the same text.
      return placeByText(of: key, in: object)
    }
    return placeInTable(of: key, in: object)
  }

  @inline(never)
  private func placeByText(of key: ObjectPointer, in object: ObjectPointer) -> Int {
    let entries = object.record.pointee.entries
    let hash = StringObject.hash(key)
    for index in 0..<object.record.pointee.used where entries[index].hash == hash {
      if let other = entries[index].key, StringObject.equal(other, key) { return index }
    }
    return -1
  }

  @inline(never)
  private func placeInTable(of key: ObjectPointer, in object: ObjectPointer) -> Int {
    let record = object.record.pointee
    guard let table = record.table else { return -1 }
    let hash = StringObject.hash(key)
    var slot = Int(hash) & record.mask
    while true {
      let place = Int(table[slot])
      if place < 0 { return -1 }
      if record.entries[place].hash == hash, let other = record.entries[place].key,
        StringObject.equal(other, key)
      {
        return place
      }
      slot = (slot + 1) & record.mask
    }
  }

  /// The value of a key, without a reference for the caller; nil if there is none.
  package func field(_ key: ObjectPointer, of object: ObjectPointer) -> Word? {
    let place = place(of: key, in: object)
    return place < 0 ? nil : object.record.pointee.entries[place].value
  }

  /// The value of a name, compared byte by byte, without a reference for the caller; nil if there is none.
  package func field(_ name: String, of object: ObjectPointer) -> Word? {
    var name = name
    return name.withUTF8 { bytes in
      let hash = StringObject.hash(bytes)
      let record = object.record.pointee
      for index in 0..<record.used where record.entries[index].hash == hash {
        guard let key = record.entries[index].key else { continue }
        let other = StringObject.bytes(key)
        if other.count == bytes.count, other.elementsEqual(bytes) {
          return record.entries[index].value
        }
      }
      return nil
    }
  }

  /// Sets a field; takes over the reference to `value` (also when it throws), retains the key if it is new.
  /// - Throws: E0405.
  package func setField(_ key: ObjectPointer, of object: ObjectPointer, to value: Word) throws {
    let place = place(of: key, in: object)
    if place >= 0 {
      let old = object.record.pointee.entries[place].value
      object.record.pointee.entries[place].value = value
      release(old)
      return
    }
    do { try addField(key, to: object, value) } catch {
      release(value)
      throw error
    }
  }

  /// Adds a field that is known to be new.
  func addField(_ key: ObjectPointer, to object: ObjectPointer, _ value: Word) throws {
    let record = object.record
    if record.pointee.used == record.pointee.capacity { try makeRoom(object) }
    let index = record.pointee.used
    let hash = StringObject.hash(key)
    key.header.pointee.references &+= 1
    record.pointee.entries[index] = RecordSlot(key: key, hash: hash, value: value)
    record.pointee.used = index + 1
    record.pointee.count += 1
    if let table = record.pointee.table {
      var slot = Int(hash) & record.pointee.mask
      while table[slot] >= 0 { slot = (slot + 1) & record.pointee.mask }
      table[slot] = Int32(truncatingIfNeeded: index)
    }
  }

  private func makeRoom(_ object: ObjectPointer) throws {
    let record = object.record
    let used = record.pointee.used
    // Many removed entries: close the gaps instead of growing.
    if used >= 8, record.pointee.count <= used / 2 {
      compact(object)
      try rebuildTable(object)
      return
    }
    let old = record.pointee.capacity
    let capacity = old == 0 ? 4 : old * 2
    guard capacity < Int(Int32.max) / 2 else { throw outOfMemory(Int.max) }
    let stride = MemoryLayout<RecordSlot>.stride
    let memory =
      old == 0
      ? try allocateStorage(capacity * stride)
      : try resizeStorage(record.pointee.entries, from: old * stride, to: capacity * stride)
    record.pointee.entries = memory.assumingMemoryBound(to: RecordSlot.self)
    record.pointee.capacity = capacity
    if capacity > Heap.smallRecord { try rebuildTable(object) }
  }

  private func compact(_ object: ObjectPointer) {
    let record = object.record
    let entries = record.pointee.entries
    var next = 0
    for index in 0..<record.pointee.used where entries[index].key != nil {
      if next != index { entries[next] = entries[index] }
      next += 1
    }
    record.pointee.used = next
  }

  private func rebuildTable(_ object: ObjectPointer) throws {
    let record = object.record
    let stride = MemoryLayout<Int32>.stride
    if let table = record.pointee.table {
      freeStorage(table, (record.pointee.mask + 1) * stride)
      record.pointee.table = nil
    }
    guard record.pointee.capacity > Heap.smallRecord else { return }
    // Capacities are powers of two from 4 on: the table is at most half full.
    let size = record.pointee.capacity * 2
    let table = try allocateStorage(size * stride).assumingMemoryBound(to: Int32.self)
    for slot in 0..<size { table[slot] = -1 }
    record.pointee.table = table
    record.pointee.mask = size - 1
    for index in 0..<record.pointee.used where record.pointee.entries[index].key != nil {
      var slot = Int(record.pointee.entries[index].hash) & (size - 1)
      while table[slot] >= 0 { slot = (slot + 1) & (size - 1) }
      table[slot] = Int32(truncatingIfNeeded: index)
    }
  }

  /// Removes a field; the caller receives the value's reference. Nil if there is none.
  package func removeField(_ key: ObjectPointer, of object: ObjectPointer) -> Word? {
    let place = place(of: key, in: object)
    guard place >= 0 else { return nil }
    let entries = object.record.pointee.entries
    let value = entries[place].value
    // The entry stays as a gap with its hash, so that searches pass over it.
    if let old = entries[place].key { release(object: old) }
    entries[place].key = nil
    entries[place].value = .null
    object.record.pointee.count -= 1
    if object.record.pointee.count == 0, object.record.pointee.table == nil { object.record.pointee.used = 0 }
    return value
  }
}
