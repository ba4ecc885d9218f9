import MocoBase

/// The header of a `.npy` array (NumPy's format 1.0, 2.0 and 3.0): magic, version, the header's length, and
/// a Python dict as text.
struct NpyHeader {
  /// The type of its numbers; nil for unsupported kinds.
  let type: StorageType?
  /// The kind in words, if it is not supported: `strings (<U5)`.
  let kind: String
  /// For texts how many characters each has, and bytes of a character; nil for other kinds.
  let characters: (count: Int, width: Int)?
  let isBigEndian: Bool
  /// Whether the order is column-major (Fortran).
  let isFortran: Bool
  let shape: [Int]
  /// Elements: the product of `shape`.
  let count: Int
  /// Byte offset of the numbers.
  let start: Int

  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  /// Maximum size of the header. NumPy itself writes a few hundred bytes.
  static let limit = 1 << 16

  /// - Parameters:
  ///   - bytes: the first bytes of the array, up to `limit`.
  ///   - name: the name of the array in messages.
  /// - Throws: E0502 for a corrupted header, E0605 for a later version.
  init(_ bytes: UnsafeRawBufferPointer, name: String) throws {
    var reader = ByteReader(bytes)
    guard let magic = reader.take(6), magic.elementsEqual(NpyHeader.magic), let major = reader.byte(),
      reader.byte() != nil
    else { throw Failure.corrupt(name, "it is not a NumPy array file") }
    guard (1...3).contains(major) else {
      throw Failure(
        "E0605", "\(name): the array has version \(major) of NumPy's format; versions 1 to 3 are supported",
        help: "save the array with another version of NumPy")
    }
    let length =
      major == 1 ? reader.number(UInt16.self).map(Int.init) : reader.number(UInt32.self).map(Int.init)
    guard let length, let text = reader.take(length) else {
      throw Failure.corrupt(
        name, "the header of the array is truncated, or has more than \(NpyHeader.limit) bytes")
    }
    start = reader.position
    // Before version 3 the text is Latin-1; only names of fields use more than ASCII.
    let header = String(decoding: text, as: UTF8.self)
    var dict = PythonLiteral(header)
    guard let members = dict.dictionary() else { throw NpyHeader.damaged(name, "is not a Python dict") }
    guard case .bool(let isFortran)? = members["fortran_order"] else {
      throw NpyHeader.damaged(name, "has no fortran_order")
    }
    self.isFortran = isFortran
    guard case .list(let sizes)? = members["shape"] else {
      throw NpyHeader.damaged(name, "has no shape")
    }
    var shape: [Int] = []
    var count = 1
    // A size of 0 cannot cause an overflow.
    let nonzero = sizes.compactMap { if case .int(let size) = $0, size != 0 { size } else { nil } }
    for case .int(let size) in sizes {
      guard size >= 0 else { throw NpyHeader.damaged(name, "has the size \(size)") }
      shape.append(size)
    }
    guard shape.count == sizes.count else {
      throw NpyHeader.damaged(name, "has a size that is not a number")
    }
    for size in nonzero {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Int.max / 16 else {
        throw NpyHeader.damaged(name, "has a shape that is too large")
      }
      count = product
    }
    self.shape = shape
    self.count = shape.contains(0) ? 0 : count
    guard let description = members["descr"] else { throw NpyHeader.damaged(name, "has no descr") }
    guard case .text(let descr) = description else {
      (type, isBigEndian, kind, characters) = (nil, false, "records of several fields", nil)
      return
    }
    isBigEndian = descr.hasPrefix(">")
    let letters = descr.first.map { "<>|=".contains($0) } == true ? String(descr.dropFirst()) : descr
    type = NpyHeader.types[letters]
    characters = NumPyTexts.characters(of: letters)
    kind = type == nil ? NpyHeader.words(letters, descr) : descr
  }

  private static func damaged(_ name: String, _ what: String) -> Failure {
    .corrupt(name, "the header of the array \(what)")
  }

  private static let types: [String: StorageType] = [
    "f8": .f64, "f4": .f32, "f2": .f16, "i8": .i64, "i4": .i32, "i2": .i16, "i1": .i8, "u4": .u32, "u2": .u16,
    "u1": .u8, "b1": .bool, "d": .f64, "f": .f32, "e": .f16, "?": .bool,
  ]

  /// A description of the contents of an unsupported array.
  private static func words(_ letters: String, _ descr: String) -> String {
    switch letters.first {
    case "U", "S", "a": "strings (\(descr))"
    case "O": "Python objects (\(descr))"
    case "c": "complex numbers (\(descr))"
    case "M", "m": "times (\(descr))"
    case "V": letters == "V2" ? "raw bytes (\(descr)), as NumPy stores bfloat16" : "raw bytes (\(descr))"
    case "u": "unsigned 64-bit integers (\(descr))"
    case "f", "g": "numbers with more than 64 bits (\(descr))"
    default: "numbers of type \(descr)"
    }
  }
}

/// Reads the few Python literals in the header of an array.
struct PythonLiteral {
  enum Value: Equatable {
    case text(String)
    case int(Int)
    case bool(Bool)
    case list([Value])
  }

  private let bytes: [UInt8]
  private var place = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The text as a dict of strings and values; nil for anything else. The last of duplicate keys counts.
  mutating func dictionary() -> [String: Value]? {
    guard take("{") else { return nil }
    var members: [String: Value] = [:]
    while !take("}") {
      guard case .text(let key)? = value(depth: 0), take(":"), let value = value(depth: 0) else { return nil }
      members[key] = value
      if take(",") { continue }
      guard take("}") else { return nil }
      break
    }
    skip()
    return place == bytes.count ? members : nil
  }

  private mutating func skip() {
    while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09, 0x00].contains(bytes[place]) { place += 1 }
  }

  private mutating func take(_ mark: Unicode.Scalar) -> Bool {
    skip()
    guard place < bytes.count, UInt32(bytes[place]) == mark.value else { return false }
    place += 1
    return true
  }

  private mutating func value(depth: Int) -> Value? {
    skip()
    guard place < bytes.count, depth < 16 else { return nil }
    switch bytes[place] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return text()
    case UInt8(ascii: "("): return list(end: ")", depth: depth)
    case UInt8(ascii: "["): return list(end: "]", depth: depth)
    default: return word()
    }
  }

  private mutating func list(end: Unicode.Scalar, depth: Int) -> Value? {
    place += 1
    var values: [Value] = []
    while !take(end) {
      guard let value = value(depth: depth + 1) else { return nil }
      values.append(value)
      if take(",") { continue }
      guard take(end) else { return nil }
      break
    }
    return .list(values)
  }

  private mutating func text() -> Value? {
    let quote = bytes[place]
    let start = place + 1
    guard let end = bytes[start...].firstIndex(of: quote), !bytes[start..<end].contains(UInt8(ascii: "\\"))
    else {
      return nil
    }
    place = end + 1
    return .text(String(decoding: bytes[start..<end], as: UTF8.self))
  }

  /// `True`, `False`, or an integer; those of Python 2 may end in L.
  private mutating func word() -> Value? {
    let start = place
    while place < bytes.count, ",:)]} \n".utf8.contains(bytes[place]) == false { place += 1 }
    var word = String(decoding: bytes[start..<place], as: UTF8.self)
    switch word {
    case "True": return .bool(true)
    case "False": return .bool(false)
    default:
      if word.hasSuffix("L") { word.removeLast() }
      return Int(word).map { .int($0) }
    }
  }
}
