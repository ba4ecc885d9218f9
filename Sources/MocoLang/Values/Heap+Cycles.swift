// The cycle collector: it finds cycles, which reference counts do not.
//
// Synchronous, in three walks over the container slabs. (1) `scratch` becomes the count of references that
// come from outside the containers: start from the count, subtract one for each reference held by a
// container. Registers, globals, constants and Swift code are never walked; their references keep a count
// above 0. (2) Everything reachable from a container with such a count is reached. (3) The rest is garbage:
// it is retained, emptied and released. Nothing moves, and it may run whenever containers are in a valid
// state.
//
// The globals of a replaced module are walked as references of its functions: when all functions of the
// module are released, its values are released too.

import Glibc

extension Heap {
  /// Collects if enough was allocated since the last time.
  /// - Throws: E0405 if the heap still exceeds its limit.
  package func collectIfNeeded() throws {
    counters.pointee.attention = 0
    if counters.pointee.bytes > counters.pointee.collectAt { collectCycles() }
    if counters.pointee.bytes > counters.pointee.limit { throw outOfMemory(0) }
  }

  /// Finds containers that are referenced only by each other and destroys them, in time linear in the number
  /// of containers.
  ///
  /// Sets the size of the heap at which the next collection is due. Host objects that are released may run
  /// their own code.
  package func collectCycles() {
    counters.pointee.collections += 1
    let retired = interpreter?.globals.retired ?? []
    markExternalCounts(retired)
    let garbage = unreached(besides: !retired.isEmpty)
    for object in garbage { object.header.pointee.references += 1 }
    for object in garbage { clearContents(object) }
    for object in garbage { release(object: object) }
    if !retired.isEmpty { interpreter?.globals.dropUnreached() }
    let bytes = counters.pointee.bytes
    counters.pointee.collectAt = max(Heap.firstCollection, bytes > Int.max / 2 ? Int.max : bytes * 2)
    // Close to the limit, waiting for twice the size is not useful.
    if counters.pointee.collectAt > counters.pointee.limit, bytes <= counters.pointee.limit {
      let room = counters.pointee.limit - bytes
      counters.pointee.collectAt = min(counters.pointee.collectAt, bytes + max(room, 1 << 20))
    }
  }

  /// The number of live containers, for tests that find leaks.
  package var containerCount: Int {
    var count = 0
    forEachContainer { _ in count += 1 }
    return count
  }

  private func markExternalCounts(_ retired: [Module]) {
    forEachContainer { header in
      header.pointee.scratch = UInt32(truncatingIfNeeded: min(header.pointee.references, Int(UInt32.max)))
      header.pointee.flags &= ~ObjectFlag.reached
    }
    forEachContainer { header in
      forEachChild(UnsafeMutableRawPointer(header)) { child in
        let count = child.header.pointee.scratch
        if count > 0, count < UInt32.max { child.header.pointee.scratch = count - 1 }
      }
    }
    for module in retired {
      module.isReached = false
      forEachGlobal(of: module) { child in
        let count = child.header.pointee.scratch
        if count > 0, count < UInt32.max { child.header.pointee.scratch = count - 1 }
      }
    }
  }

  /// - Parameter besides: whether there are replaced modules, which functions may reference.
  private func unreached(besides hasRetired: Bool) -> [ObjectPointer] {
    var pending: [ObjectPointer] = []
    func reach(_ child: ObjectPointer) {
      if child.header.pointee.flags & ObjectFlag.reached == 0 {
        child.header.pointee.flags |= ObjectFlag.reached
        pending.append(child)
      }
    }
    forEachContainer { header in
      if header.pointee.scratch > 0, header.pointee.flags & ObjectFlag.reached == 0 {
        header.pointee.flags |= ObjectFlag.reached
        pending.append(UnsafeMutableRawPointer(header))
      }
      while let next = pending.popLast() {
        forEachChild(next, reach)
        if hasRetired, let module = module(of: next), module.isRetired, !module.isReached {
          module.isReached = true
          forEachGlobal(of: module, reach)
        }
      }
    }
    var garbage: [ObjectPointer] = []
    forEachContainer { header in
      if header.pointee.flags & ObjectFlag.reached == 0 { garbage.append(UnsafeMutableRawPointer(header)) }
    }
    return garbage
  }

  /// The module that a function was written in, or that a value is.
  private func module(of object: ObjectPointer) -> Module? {
    switch Tag(UInt32(object.header.pointee.tag)) {
    case .closure: return object.closure.pointee.prototype.takeUnretainedValue().module
    case .module: return object.box.pointee.box.takeUnretainedValue() as? Module
    default: return nil
    }
  }

  private func forEachGlobal(of module: Module, _ body: (ObjectPointer) -> Void) {
    guard let globals = interpreter?.globals else { return }
    for slot in module.slots.values {
      let value = globals.words[slot]
      if value.isObject, value.tag != .string, value.tag != .range { body(value.pointer) }
    }
  }

  /// The containers that a container refers to; strings and ranges are left out, since they cannot be part of
  /// a cycle.
  private func forEachChild(_ object: ObjectPointer, _ body: (ObjectPointer) -> Void) {
    @inline(__always) func visit(_ value: Word) {
      if value.isObject, value.tag != .string, value.tag != .range { body(value.pointer) }
    }
    switch Tag(UInt32(object.header.pointee.tag)) {
    case .list:
      let list = object.list.pointee
      for index in 0..<list.count { visit(list.items[index]) }
    case .record:
      let record = object.record.pointee
      for index in 0..<record.used where record.entries[index].key != nil {
        visit(record.entries[index].value)
      }
    case .closure:
      let cells = object.closureCells
      for index in 0..<object.closure.pointee.count { body(cells[index]) }
    case .upvalue:
      visit(object.upvalue.pointee.closed)
    case .host:
      // The references of a host object count as internal only if the box is its sole owner.
      guard object.hostBox.pointee.isSoleOwner() else { return }
      object.hostBox.pointee.host.visitReferences { held in
        if case .object(let reference) = held.stored.storage, reference.heap === self {
          visit(reference.value)
        }
      }
    default:
      break
    }
  }
}
