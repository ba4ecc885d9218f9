// The layouts of heap objects. Every object begins with a header; the rest depends on the tag. Objects are
// plain memory from the heap's slabs (long strings: from malloc) and never move.

/// The address of a heap object, which is that of its header. It does not imply ownership of a reference.
package typealias ObjectPointer = UnsafeMutableRawPointer

/// The header of every object, 16 bytes.
package struct ObjectHeader {
  /// References held by registers, containers, cells and Swift code. Not atomic: one thread at a time runs a
  /// heap. While an object is waiting for destruction, the address of the next waiting object.
  package var references: Int
  /// Working memory of the cycle collector; for strings the hash (0: not computed).
  package var scratch: UInt32
  /// `Tag` of the object; 0 in a free cell.
  package var tag: UInt8
  /// Bits of `ObjectFlag`.
  package var flags: UInt8
  /// Cell size in units of 16 bytes; 0 for memory from malloc.
  package var cell: UInt16
}

/// Bits of an object's flags.
package enum ObjectFlag {
  /// Reached by the cycle collector.
  package static let reached: UInt8 = 1
  /// The object is being shown or compared further up the call stack; used to cut cycles.
  package static let visiting: UInt8 = 2
  /// A key from source text: two of them are equal exactly when they are the same object.
  package static let interned: UInt8 = 4
}

/// UTF-8 bytes follow the struct. The address of the index of its scalars is stored before the object of a
/// long string (one from malloc), see `Heap.offset`.
package struct StringObject {
  /// References, tag and hash; see `ObjectHeader`.
  package var header: ObjectHeader
  /// Bytes of text.
  package var byteCount: Int
  /// Equal to `byteCount` exactly when the text is ASCII.
  package var scalarCount: Int
  /// Bytes of text that fit without moving; at least `byteCount`.
  package var capacity: Int

  /// Distance from the object's address to the first byte of the text.
  package static let bytesOffset = MemoryLayout<StringObject>.size
  /// Bytes before the object of a string from malloc; a multiple of 16.
  static let prefixSize = 16
}

/// A List: storage that grows by half, with free space before the elements after removals there.
package struct ListObject {
  /// References and tag; see `ObjectHeader`.
  package var header: ObjectHeader
  /// Number of elements.
  package var count: Int
  /// The number of words that fit from `items` on without growing.
  package var capacity: Int
  /// The elements, each with a reference; the first `count` are initialized. Not to be read where `capacity`
  /// is 0.
  package var items: UnsafeMutablePointer<Word>
  /// Free words of the storage before `items`: left by removals from the front, and used by insertions there.
  package var gap: Int

  /// Words of the entire storage, which begins `gap` words before `items`; 0 if there is none.
  @inline(__always) package var room: Int { capacity &+ gap }
}

/// One entry of a record.
package struct RecordSlot {
  /// A string object; nil if the entry was removed.
  package var key: ObjectPointer?
  package var hash: UInt32
  /// The field's value, with a reference; meaningless in a removed entry.
  package var value: Word
}

/// Entries in insertion order, and for more than eight entries an open-addressing table of their indices.
package struct RecordObject {
  /// References and tag; see `ObjectHeader`.
  package var header: ObjectHeader
  /// The number of entries.
  package var count: Int
  /// The number of entries, including removed ones.
  package var used: Int
  /// The number of entries that fit without growing, including removed ones.
  package var capacity: Int
  /// The entries in insertion order, the first `used` initialized. Not to be read where `capacity` is 0.
  package var entries: UnsafeMutablePointer<RecordSlot>
  /// Indices in `entries`, or -1; nil while the record is small.
  package var table: UnsafeMutablePointer<Int32>?
  /// Size of the table minus one; sizes are powers of two.
  package var mask: Int
}

/// A Range; it never changes.
package struct RangeObject {
  /// References and tag; see `ObjectHeader`.
  package var header: ObjectHeader
  /// The first element, if there is any.
  package var start: Int
  /// The end as written.
  package var end: Int
  /// The distance between elements; never 0.
  package var step: Int
  /// Whether the end is included.
  package var isClosed: Bool

  /// The range as a Swift value.
  package var range: RangeValue { RangeValue(start: start, end: end, isClosed: isClosed, step: step) }
}

/// The captured cells follow the struct.
package struct ClosureObject {
  /// References and tag; see `ObjectHeader`.
  package var header: ObjectHeader
  /// The compiled function; the closure holds a reference to it.
  package var prototype: Unmanaged<Prototype>
  /// The prototype's plain part, for the machine's loop.
  package var code: UnsafeMutablePointer<CodeBlock>
  /// Number of captured cells.
  package var count: Int

  /// Distance from the object's address to the first captured cell.
  package static let cellsOffset = MemoryLayout<ClosureObject>.size
}

/// A captured variable: in its register while the frame lives (`location` points to the register, which owns
/// the value), then in the cell itself.
package struct UpvalueObject {
  /// References and tag; see `ObjectHeader`.
  package var header: ObjectHeader
  /// Where the value is: a register of the stack, or `closed`.
  package var location: UnsafeMutablePointer<Word>
  /// The value, with a reference, once the frame is gone; nil before.
  package var closed: Word
  /// The next open cell, of a lower register; nil for the last one, and once the frame is gone.
  package var nextOpen: ObjectPointer?
}

/// Native functions, modules and iterators: a Swift object.
package struct BoxObject {
  /// References and tag; see `ObjectHeader`.
  package var header: ObjectHeader
  /// The Swift object; the box holds a reference to it.
  package var box: Unmanaged<AnyObject>
}

/// A host object, with its counted memory.
package struct HostBoxObject {
  /// References and tag; see `ObjectHeader`.
  package var header: ObjectHeader
  /// The Swift object; the box holds a reference to it, which `deinitialize` releases.
  package var host: any HostObject
  /// The memory that was reported when the object was added to the heap.
  package var byteCount: Int

  /// Whether nothing but this box holds the object.
  mutating func isSoleOwner() -> Bool {
    // `isKnownUniquelyReferenced` on an `any HostObject` opens the existential, which itself holds the object:
    // the answer would always be no. The reference is the first word of it.
    withUnsafeMutablePointer(to: &host) {
      UnsafeMutableRawPointer($0).withMemoryRebound(to: AnyReference.self, capacity: 1) {
        isKnownUniquelyReferenced(&$0.pointee)
      }
    }
  }

  /// A placeholder for the class of a reference.
  private final class AnyReference {}
}

extension UnsafeMutableRawPointer {
  /// The object's header; valid for every heap object. The properties below are valid only for an object with
  /// that tag.
  @inline(__always) package var header: UnsafeMutablePointer<ObjectHeader> {
    assumingMemoryBound(to: ObjectHeader.self)
  }
  /// The object as a string.
  @inline(__always) package var string: UnsafeMutablePointer<StringObject> {
    assumingMemoryBound(to: StringObject.self)
  }
  /// The text of a string, `byteCount` bytes of UTF-8 without a zero at the end.
  @inline(__always) package var stringBytes: UnsafeMutablePointer<UInt8> {
    (self + StringObject.bytesOffset).assumingMemoryBound(to: UInt8.self)
  }
  /// The object as a list.
  @inline(__always) package var list: UnsafeMutablePointer<ListObject> {
    assumingMemoryBound(to: ListObject.self)
  }
  /// The object as a record.
  @inline(__always) package var record: UnsafeMutablePointer<RecordObject> {
    assumingMemoryBound(to: RecordObject.self)
  }
  /// The object as a range.
  @inline(__always) package var range: UnsafeMutablePointer<RangeObject> {
    assumingMemoryBound(to: RangeObject.self)
  }
  /// The object as a closure.
  @inline(__always) package var closure: UnsafeMutablePointer<ClosureObject> {
    assumingMemoryBound(to: ClosureObject.self)
  }
  /// The cells that a closure has captured, `count` of them, each with a reference.
  @inline(__always) package var closureCells: UnsafeMutablePointer<ObjectPointer> {
    (self + ClosureObject.cellsOffset).assumingMemoryBound(to: ObjectPointer.self)
  }
  /// The object as a captured variable.
  @inline(__always) package var upvalue: UnsafeMutablePointer<UpvalueObject> {
    assumingMemoryBound(to: UpvalueObject.self)
  }
  /// The object as the box of a native function, module or iterator.
  @inline(__always) package var box: UnsafeMutablePointer<BoxObject> {
    assumingMemoryBound(to: BoxObject.self)
  }
  /// The object as the box of a host object.
  @inline(__always) package var hostBox: UnsafeMutablePointer<HostBoxObject> {
    assumingMemoryBound(to: HostBoxObject.self)
  }
}
