// The layouts of heap objects. Every object begins with a header; what follows depends on the tag. Objects
// are plain memory from the heap's slabs (long strings: from malloc) and move nowhere.

package typealias ObjectPointer = UnsafeMutableRawPointer

package struct ObjectHeader {
  /// References held by registers, containers, cells and Swift code. Not atomic: one thread at a time runs a
  /// heap. While an object waits for its destruction, the address of the next one that waits.
  package var references: Int
  /// Scratch of the cycle collector; for strings the hash (0: not computed).
  package var scratch: UInt32
  /// `Tag` of the object; 0 in a free cell.
  package var tag: UInt8
  package var flags: UInt8
  /// Cell size in units of 16 bytes; 0 for memory from malloc.
  package var cell: UInt16
}

package enum ObjectFlag {
  /// Reached by the cycle collector.
  package static let reached: UInt8 = 1
  /// The object is being shown or compared further up; used to cut cycles.
  package static let visiting: UInt8 = 2
  /// A key from source text: two of them are equal exactly when they are the same object.
  package static let interned: UInt8 = 4
}

/// UTF-8 bytes follow the struct.
package struct StringObject {
  package var header: ObjectHeader
  package var byteCount: Int
  /// Equal to `byteCount` exactly when the text is ASCII.
  package var scalarCount: Int
  package var capacity: Int

  package static let bytesOffset = MemoryLayout<StringObject>.size
}

package struct ListObject {
  package var header: ObjectHeader
  package var count: Int
  package var capacity: Int
  package var items: UnsafeMutablePointer<Word>
}

package struct RecordSlot {
  /// A string object; nil where the entry was removed.
  package var key: ObjectPointer?
  package var hash: UInt32
  package var value: Word
}

/// Entries in insertion order, and beyond eight of them an open-addressing table of their places.
package struct RecordObject {
  package var header: ObjectHeader
  /// Entries that are there.
  package var count: Int
  /// Entries that are there or were removed.
  package var used: Int
  package var capacity: Int
  package var entries: UnsafeMutablePointer<RecordSlot>
  /// Places in `entries`, or -1; nil while the record is small.
  package var table: UnsafeMutablePointer<Int32>?
  /// Size of the table less one; sizes are powers of two.
  package var mask: Int
}

package struct RangeObject {
  package var header: ObjectHeader
  package var start: Int
  package var end: Int
  package var step: Int
  package var isClosed: Bool

  package var range: RangeValue { RangeValue(start: start, end: end, isClosed: isClosed, step: step) }
}

/// The captured cells follow the struct.
package struct ClosureObject {
  package var header: ObjectHeader
  package var prototype: Unmanaged<Prototype>
  /// The prototype's plain part, for the machine's loop.
  package var code: UnsafeMutablePointer<CodeBlock>
  package var count: Int

  package static let cellsOffset = MemoryLayout<ClosureObject>.size
}

/// A captured variable: in its register while the frame lives (`location` points there, which owns the
/// value), then in the cell itself.
package struct UpvalueObject {
  package var header: ObjectHeader
  package var location: UnsafeMutablePointer<Word>
  package var closed: Word
  package var nextOpen: ObjectPointer?
}

/// Native functions, modules and iterators: a Swift object.
package struct BoxObject {
  package var header: ObjectHeader
  package var box: Unmanaged<AnyObject>
}

package struct HostBoxObject {
  package var header: ObjectHeader
  package var host: any HostObject
  /// The memory that was reported when the object came to the heap.
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

  /// Stands for whatever class a reference is to.
  private final class AnyReference {}
}

extension UnsafeMutableRawPointer {
  @inline(__always) package var header: UnsafeMutablePointer<ObjectHeader> {
    assumingMemoryBound(to: ObjectHeader.self)
  }
  @inline(__always) package var string: UnsafeMutablePointer<StringObject> {
    assumingMemoryBound(to: StringObject.self)
  }
  @inline(__always) package var stringBytes: UnsafeMutablePointer<UInt8> {
    (self + StringObject.bytesOffset).assumingMemoryBound(to: UInt8.self)
  }
  @inline(__always) package var list: UnsafeMutablePointer<ListObject> {
    assumingMemoryBound(to: ListObject.self)
  }
  @inline(__always) package var record: UnsafeMutablePointer<RecordObject> {
    assumingMemoryBound(to: RecordObject.self)
  }
  @inline(__always) package var range: UnsafeMutablePointer<RangeObject> {
    assumingMemoryBound(to: RangeObject.self)
  }
  @inline(__always) package var closure: UnsafeMutablePointer<ClosureObject> {
    assumingMemoryBound(to: ClosureObject.self)
  }
  @inline(__always) package var closureCells: UnsafeMutablePointer<ObjectPointer> {
    (self + ClosureObject.cellsOffset).assumingMemoryBound(to: ObjectPointer.self)
  }
  @inline(__always) package var upvalue: UnsafeMutablePointer<UpvalueObject> {
    assumingMemoryBound(to: UpvalueObject.self)
  }
  @inline(__always) package var box: UnsafeMutablePointer<BoxObject> {
    assumingMemoryBound(to: BoxObject.self)
  }
  @inline(__always) package var hostBox: UnsafeMutablePointer<HostBoxObject> {
    assumingMemoryBound(to: HostBoxObject.self)
  }
}
