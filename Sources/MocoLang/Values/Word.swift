// A word: a value of the language as the machine sees it, sixteen plain bytes.
//
//   tag   what it is; tags from `.string` on are references to heap objects
//   aux   a quantity's unit and kind of number, else 0
//   bits  the Int, the Float's pattern, the Bool, or the object's address
//
// Words are plain memory: copying one does not retain. Code that stores a word in a register, a list, a
// record or a cell owns one reference to its object; `Heap` counts the references.

/// The type of a value. The order matters: from `string` on, `bits` is the address of a heap object. A struct
/// and not an enum, so that comparing the order is one instruction.
package struct Tag: Equatable {
  /// The number in words and object headers.
  package let rawValue: UInt32

  /// The tag with that number; not every number is one.
  @inline(__always) package init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// A global without a value yet, or an argument that was not passed. Not visible to programs.
  @inline(__always) package static var undefined: Tag { Tag(0) }
  @inline(__always) package static var null: Tag { Tag(1) }
  @inline(__always) package static var bool: Tag { Tag(2) }
  @inline(__always) package static var int: Tag { Tag(3) }
  @inline(__always) package static var float: Tag { Tag(4) }
  @inline(__always) package static var quantity: Tag { Tag(5) }
  @inline(__always) package static var string: Tag { Tag(8) }
  @inline(__always) package static var list: Tag { Tag(9) }
  @inline(__always) package static var record: Tag { Tag(10) }
  @inline(__always) package static var range: Tag { Tag(11) }
  @inline(__always) package static var closure: Tag { Tag(12) }
  @inline(__always) package static var native: Tag { Tag(13) }
  @inline(__always) package static var host: Tag { Tag(14) }
  @inline(__always) package static var module: Tag { Tag(15) }
  /// An iterator over a host object; lives in registers of a `for` loop only.
  @inline(__always) package static var iterator: Tag { Tag(16) }
  /// A captured variable; referred to by closures only.
  @inline(__always) package static var upvalue: Tag { Tag(17) }
}

/// A value of the language in sixteen plain bytes; code that stores it owns a reference to its object.
package struct Word {
  /// The tag in the lower half and aux in the upper. One field of 64 bits, because a load that spans two
  /// smaller stores waits until both have left the store buffer, and words are stored and loaded very often.
  package var head: UInt64
  /// The value itself: an Int, a Float's pattern, 0 or 1 for a Bool, or the object's address.
  package var bits: UInt64

  /// A word from its parts; it retains nothing.
  @inline(__always)
  package init(tag: Tag, aux: UInt32 = 0, bits: UInt64) {
    head = UInt64(tag.rawValue) | UInt64(aux) << 32
    self.bits = bits
  }

  /// The type of the value.
  @inline(__always) package var tag: Tag { Tag(UInt32(truncatingIfNeeded: head)) }
  /// A quantity's unit and kind of number; 0 for everything else.
  @inline(__always) package var aux: UInt32 { UInt32(truncatingIfNeeded: head >> 32) }

  /// No value: a global before its declaration, or an argument that was not passed. Not visible to programs.
  @inline(__always) package static var undefined: Word { Word(tag: .undefined, bits: 0) }
  /// The language's nil.
  @inline(__always) package static var null: Word { Word(tag: .null, bits: 0) }
  /// A Bool.
  @inline(__always) package static func bool(_ value: Bool) -> Word { Word(tag: .bool, bits: value ? 1 : 0) }
  /// An Int.
  @inline(__always) package static func int(_ value: Int) -> Word {
    Word(tag: .int, bits: UInt64(bitPattern: Int64(value)))
  }
  /// A Float.
  @inline(__always) package static func float(_ value: Double) -> Word {
    Word(tag: .float, bits: value.bitPattern)
  }
  /// A reference to an object; it does not retain it.
  @inline(__always) package static func object(_ tag: Tag, _ pointer: UnsafeMutableRawPointer) -> Word {
    Word(tag: tag, bits: UInt64(UInt(bitPattern: pointer)))
  }
  /// A quantity whose amount is an Int.
  ///
  /// - Parameter unit: the index of its unit in the dialect's list.
  package static func quantity(_ amount: Int, unit: Int) -> Word {
    Word(
      tag: .quantity, aux: UInt32(truncatingIfNeeded: unit) << 1, bits: UInt64(bitPattern: Int64(amount)))
  }
  /// The same for an amount that is a Float.
  package static func quantity(_ amount: Double, unit: Int) -> Word {
    Word(tag: .quantity, aux: UInt32(truncatingIfNeeded: unit) << 1 | 1, bits: amount.bitPattern)
  }

  /// Whether `bits` is the address of a heap object with counted references.
  @inline(__always) package var isObject: Bool { tag.rawValue >= Tag.string.rawValue }
  /// The Int; only for Int, and for quantities of one.
  @inline(__always) package var asInt: Int { Int(truncatingIfNeeded: bits) }
  /// The Float; only for Float, and for quantities of one.
  @inline(__always) package var asFloat: Double { Double(bitPattern: bits) }
  /// The Bool; only for Bool.
  @inline(__always) package var asBool: Bool { bits != 0 }
  /// Whether it is an Int or a Float.
  @inline(__always) package var isNumber: Bool { tag == .int || tag == .float }

  /// The object's address; only for values whose `isObject` is true.
  @inline(__always) package var pointer: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: bits)).unsafelyUnwrapped
  }

  /// The number as a Float; only for Int and Float.
  @inline(__always) package var number: Double { tag == .int ? Double(asInt) : asFloat }

  /// For a quantity: the index of its unit in the dialect's list.
  package var unitIndex: Int { Int(aux >> 1) }
  /// For a quantity: the amount as a Float.
  package var amount: Double { aux & 1 == 0 ? Double(asInt) : asFloat }
  /// For a quantity: the amount if it is an Int, otherwise nil.
  package var wholeAmount: Int? { aux & 1 == 0 ? asInt : nil }
  /// The amount as a number.
  package var amountWord: Word { aux & 1 == 0 ? .int(asInt) : .float(asFloat) }
}

extension UnsafeMutablePointer<Word> {
  /// Whether the word at the address has the tag; only the tag is loaded.
  @inline(__always) func holds(_ tag: Tag) -> Bool { pointee.tag == tag }

  /// The number at the address, which must be a Float, loaded as a Float.
  @inline(__always) var float: Double {
    UnsafeRawPointer(self).load(fromByteOffset: MemoryLayout<UInt64>.size, as: Double.self)
  }
}
