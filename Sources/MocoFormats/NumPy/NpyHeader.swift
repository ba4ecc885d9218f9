import MocoBase

/// What the beginning of a `.npy` array says (NumPy's format 1.0, 2.0 and 3.0): magic, version, the header's length, and
/// a dict of Python as text.
struct NpyHeader {
  /// How its numbers lie; nil for kinds that are not read.
  let type: StorageType?
  /// The kind in words, where it is not read: `texts (<U5)`.
  let kind: String
  /// For texts how many characters each has, and bytes of a character; nil for other kinds.
  let characters: (count: Int, width: Int)?
  let isBigEndian: Bool
  /// Whether the first dimension is the one whose numbers lie side by side.
  let isFortran: Bool
  let shape: [Int]
  /// Elements: the product of `shape`.
  let count: Int
  /// Bytes before the numbers.
  let start: Int

  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  /// The longest beginning that is looked at. NumPy itself writes a few hundred bytes.
  static let limit = 1 << 16

  /// - Parameters:
  ///   - bytes: the array's first bytes, `limit` or as many as there are.
  ///   - name: what messages call the array.
  /// - Throws: E0502 for a damaged header, E0605 for a later version.
  init(_ bytes: UnsafeRawBufferPointer, name: String) throws {
    var reader = ByteReader(bytes)
    guard let magic = reader.take(6), magic.elementsEqual(NpyHeader.magic), let major = reader.byte(),
      reader.byte() != nil
    else { throw Failure.corrupt(name, "it does not begin as an array of NumPy") }
    guard (1...3).contains(major) else {
      throw Failure(
        "E0605", "\(name): the array has version \(major) of NumPy's format, and 1 to 3 are read",
        help: "save it with another version of NumPy")
    }
    let length =
      major == 1 ? reader.number(UInt16.self).map(Int.init) : reader.number(UInt32.self).map(Int.init)
    guard let length, let text = reader.take(length) else {
      throw Failure.corrupt(
        name, "the header of the array is cut off, or has more than \(NpyHeader.limit) bytes")
    }
    start = reader.position
    // Before version 3 the text is Latin-1, where only names of fields go beyond ASCII.
    let header = String(decoding: text, as: UTF8.self)
    var dict = PythonLiteral(header)
    guard let members = dict.dictionary() else { throw NpyHeader.damaged(name, "is not a dict of Python") }
    guard case .bool(let isFortran)? = members["fortran_order"] else {
      throw NpyHeader.damaged(name, "does not say fortran_order")
    }
    self.isFortran = isFortran
    guard case .list(let sizes)? = members["shape"] else {
      throw NpyHeader.damaged(name, "does not say shape")
    }
    var shape: [Int] = []
    var count = 1
    // A size of 0 makes no product too large.
    let nonzero = sizes.compactMap { if case .int(let size) = $0, size != 0 { size } else { nil } }
    for case .int(let size) in sizes {
      guard size >= 0 else { throw NpyHeader.damaged(name, "gives a size of \(size)") }
      shape.append(size)
    }
    guard shape.count == sizes.count else {
      throw NpyHeader.damaged(name, "gives a size that is not a number")
    }
    for size in nonzero {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Int.max / 16 else {
        throw NpyHeader.damaged(name, "gives too large a shape")
      }
      count = product
    }
    self.shape = shape
    self.count = shape.contains(0) ? 0 : count
    guard let description = members["descr"] else { throw NpyHeader.damaged(name, "does not say descr") }
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

  /// What an array of another kind holds.
  private static func words(_ letters: String, _ descr: String) -> String {
    switch letters.first {
    case "U", "S", "a": "texts (\(descr))"
    case "O": "objects of Python (\(descr))"
    case "c": "complex numbers (\(descr))"
    case "M", "m": "times (\(descr))"
    case "V": letters == "V2" ? "raw bytes (\(descr)), as bfloat16 becomes in NumPy" : "raw bytes (\(descr))"
    case "u": "whole numbers without a sign of 64 bits (\(descr))"
    case "f", "g": "numbers of more than 64 bits (\(descr))"
    default: "numbers of the type \(descr)"
    }
  }
}

/// Reads the few literals of Python that stand in the header of an array.
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

  /// The whole text as a dict of texts and values; nil for anything else. Of equal keys the last counts.
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

  /// `True`, `False`, or a whole number; those of Python 2 may end in L.
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
