// References of Swift code to the machine's heap.

import MocoBase

/// One counted reference to an object on the heap of an interpreter.
package final class ObjectReference {
  /// The heap of the object; kept alive by the reference.
  package let heap: Heap
  /// The type of the object; always one of the tags from `string` on.
  package let tag: Tag
  /// The object's address; valid while this reference lives.
  package let raw: ObjectPointer

  /// Adds a reference.
  package init(_ value: Word, in heap: Heap) {
    self.heap = heap
    tag = value.tag
    raw = value.pointer
    heap.retain(value)
  }

  deinit { heap.release(object: raw) }

  /// The machine value, without a further reference: retain it to keep it longer than this object.
  package var value: Word { .object(tag, raw) }

  /// The value for Swift code; plain contents are copied.
  package var kind: AnyValue.Kind {
    switch tag {
    case .string: return .string(StringObject.text(raw))
    case .list: return .list
    case .record: return .record
    case .range: return .range(raw.range.pointee.range)
    case .host: return .host(raw.hostBox.pointee.host)
    case .module: return .module
    default: return .function
    }
  }

  var elements: [AnyValue]? {
    guard tag == .list else { return nil }
    let list = raw.list.pointee
    return (0..<list.count).map { AnyValue(list.items[$0], in: heap) }
  }

  var fields: Fields? {
    guard tag == .record else { return nil }
    var fields = Fields()
    let record = raw.record.pointee
    for index in 0..<record.used {
      guard let key = record.entries[index].key else { continue }
      fields[StringObject.text(key)] = AnyValue(record.entries[index].value, in: heap)
    }
    return fields
  }
}

extension AnyValue {
  /// A machine value for Swift code; it takes its own reference.
  package init(_ value: Word, in heap: Heap) {
    switch value.tag {
    case .undefined, .null: storage = .null
    case .bool: storage = .bool(value.asBool)
    case .int: storage = .int(value.asInt)
    case .float: storage = .float(value.asFloat)
    case .quantity: storage = .quantity(heap.quantity(value))
    case .string: storage = .string(StringObject.text(value.pointer))
    case .range: storage = .range(value.pointer.range.pointee.range)
    default: storage = .object(ObjectReference(value, in: heap))
    }
  }

  var withOwnReference: AnyValue {
    if case .object(let reference) = storage { return AnyValue(reference.value, in: reference.heap) }
    return self
  }
}

/// A List of a program, read and changed in place.
public struct ListReference {
  let reference: ObjectReference

  /// The number of elements now.
  public var count: Int { reference.raw.list.pointee.count }

  /// The element at an index from 0; nil beyond the end, and for a negative one.
  public func element(_ place: Int) -> AnyValue? {
    let list = reference.raw.list.pointee
    guard place >= 0, place < list.count else { return nil }
    return AnyValue(list.items[place], in: reference.heap)
  }

  /// Appends to the program's own list, which every reference to it sees.
  ///
  /// - Throws: E0405; E0201 for a value of another interpreter.
  public func append(_ value: AnyValue) throws {
    try reference.heap.append(value.owned(in: reference.heap), to: reference.raw)
  }

  /// Replaces the element at an index from 0; false, and no change, beyond the end.
  ///
  /// - Throws: E0405; E0201 for a value of another interpreter.
  public func set(_ place: Int, to value: AnyValue) throws -> Bool {
    guard place >= 0, place < count else { return false }
    let new = try value.owned(in: reference.heap)
    let items = reference.raw.list.pointee.items
    let old = items[place]
    items[place] = new
    reference.heap.release(old)
    return true
  }
}

/// A Record of a program, read and changed in place.
public struct RecordReference {
  let reference: ObjectReference

  /// The number of fields now.
  public var count: Int { reference.raw.record.pointee.count }

  /// The current value of a field; nil if there is no such name.
  public subscript(name: String) -> AnyValue? {
    reference.heap.field(name, of: reference.raw).map { AnyValue($0, in: reference.heap) }
  }

  /// Sets a field of the program's own record, which every reference to it sees; a new name is appended.
  ///
  /// - Throws: E0405; E0201 for a value of another interpreter.
  public func set(_ name: String, to value: AnyValue) throws {
    let heap = reference.heap
    let key = try heap.string(name)
    defer { heap.release(key) }
    try heap.setField(key.pointer, of: reference.raw, to: value.owned(in: heap))
  }
}

extension AnyValue {
  /// The list itself, if this is a list of a program (not one created by Swift code).
  public var listReference: ListReference? {
    if case .object(let reference) = storage, reference.tag == .list {
      return ListReference(reference: reference)
    }
    return nil
  }

  /// The record itself, if this is a record of a program.
  public var recordReference: RecordReference? {
    if case .object(let reference) = storage, reference.tag == .record {
      return RecordReference(reference: reference)
    }
    return nil
  }

  /// The machine value, with a reference for the caller.
  /// - Throws: E0405; E0305 for a quantity whose unit the dialect does not have; E0201 for an object of another
  ///   interpreter.
  package func owned(in heap: Heap) throws -> Word {
    switch storage {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .float(let value): return .float(value)
    case .quantity(let value): return try heap.word(value)
    case .string(let text): return try heap.string(text)
    case .range(let range): return heap.range(range)
    case .native(let function): return heap.native(function)
    case .host(let object): return heap.host(object)
    case .object(let reference):
      guard reference.heap === heap else {
        throw Failure("E0201", "this value belongs to another session")
      }
      heap.retain(reference.value)
      return reference.value
    case .list(let values):
      let list = try heap.list(capacity: values.count)
      do {
        for value in values { try heap.append(value.owned(in: heap), to: list.pointer) }
      } catch {
        heap.release(list)
        throw error
      }
      return list
    case .record(let fields):
      let record = heap.record()
      do {
        for (name, value) in fields {
          let key = try heap.string(name)
          defer { heap.release(key) }
          try heap.setField(key.pointer, of: record.pointer, to: value.owned(in: heap))
        }
      } catch {
        heap.release(record)
        throw error
      }
      return record
    }
  }
}
