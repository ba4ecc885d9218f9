// Opcodes that stand for a value on their own.

extension PickleMachine {
  mutating func literal(_ code: UInt8) throws -> PickleValue {
    switch code {
    case UInt8(ascii: "N"): return .none
    case 0x88: return .bool(true)
    case 0x89: return .bool(false)
    case UInt8(ascii: "J"): return .int(Int(try number(Int32.self)))
    case UInt8(ascii: "K"): return .int(Int(try number(UInt8.self)))
    case UInt8(ascii: "M"): return .int(Int(try number(UInt16.self)))
    case 0x8A: return try long(try bytes(Int(try number(UInt8.self))))
    case 0x8B: return try long(try bytes(Int(try number(Int32.self))))
    case UInt8(ascii: "I"): return try decimal(try line())
    case UInt8(ascii: "L"):
      let text = try line()
      return try decimal(text.hasSuffix("L") ? String(text.dropLast()) : text)
    case UInt8(ascii: "G"): return .float(Double(bitPattern: UInt64(bigEndian: try number(UInt64.self))))
    case UInt8(ascii: "F"):
      guard let value = Double(try line()) else { throw fault("a number is not valid") }
      return .float(value)
    case UInt8(ascii: "X"): return .string(try text(try bytes(Int(try number(UInt32.self)))))
    case 0x8C: return .string(try text(try bytes(Int(try number(UInt8.self)))))
    case 0x8D: return .string(try text(try bytes(try size64())))
    case UInt8(ascii: "V"): return .string(PickleMachine.unescaped(try line(), unicode: true))
    case UInt8(ascii: "S"): return .string(try quoted(try line()))
    // Python 2's strings: text if possible.
    case UInt8(ascii: "T"): return string(try bytes(Int(try number(Int32.self))))
    case UInt8(ascii: "U"): return string(try bytes(Int(try number(UInt8.self))))
    case UInt8(ascii: "B"): return .bytes([UInt8](try bytes(Int(try number(UInt32.self)))))
    case UInt8(ascii: "C"): return .bytes([UInt8](try bytes(Int(try number(UInt8.self)))))
    case 0x8E, 0x96: return .bytes([UInt8](try bytes(try size64())))
    default:
      throw fault("unknown opcode 0x\(String(code, radix: 16))")
    }
  }

  private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    guard let value = reader.number(type) else { throw fault("it is truncated") }
    return value
  }

  private mutating func size64() throws -> Int {
    guard let size = Int(exactly: try number(UInt64.self)) else { throw fault("a size is out of range") }
    return size
  }

  private mutating func bytes(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard let bytes = reader.take(count) else { throw fault("it is truncated: \(count) bytes are missing") }
    return bytes
  }

  mutating func line() throws -> String {
    guard let bytes = reader.line() else { throw fault("a line is not terminated") }
    return try text(bytes)
  }

  private func text(_ bytes: UnsafeRawBufferPointer) throws -> String {
    // Python keeps lone surrogates, which are not text; they do not occur in names of tensors.
    String(validating: bytes, as: UTF8.self) ?? String(decoding: bytes, as: UTF8.self)
  }

  private func string(_ bytes: UnsafeRawBufferPointer) -> PickleValue {
    String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes([UInt8](bytes))
  }

  /// An integer of any length in two's complement. Values beyond 64 bits are not needed.
  private mutating func long(_ bytes: UnsafeRawBufferPointer) throws -> PickleValue {
    guard bytes.count <= 8 else { return try make(.object(className: "a number of \(bytes.count) bytes")) }
    var value = 0
    for (index, byte) in bytes.enumerated() { value |= Int(byte) << (8 * index) }
    let unused = 64 - 8 * bytes.count
    return .int(unused == 0 ? value : unused == 64 ? 0 : (value << unused) >> unused)
  }

  private mutating func decimal(_ text: String) throws -> PickleValue {
    switch text {
    case "00": return .bool(false)
    case "01": return .bool(true)
    default: break
    }
    if let value = Int(text) { return .int(value) }
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      throw fault("a number is not valid")
    }
    return try make(.object(className: "a number of \(digits.count) digits"))
  }

  private func quoted(_ text: String) throws -> String {
    guard let first = text.first, first == "'" || first == "\"", text.count >= 2, text.last == first else {
      throw fault("a string has no quotes")
    }
    return PickleMachine.unescaped(String(text.dropFirst().dropLast()), unicode: false)
  }

  /// Python's escapes: `\\`, quotes, `\n`, `\t`, `\r`, `\xhh`, and in text `\uhhhh`, `\Uhhhhhhhh`.
  private static func unescaped(_ text: String, unicode: Bool) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    let scalars = Array(text.unicodeScalars)
    var result = ""
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      guard scalar == "\\", index < scalars.count else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let kind = scalars[index]
      let length = kind == "x" && !unicode ? 2 : kind == "u" && unicode ? 4 : kind == "U" && unicode ? 8 : 0
      if length > 0, index + length < scalars.count {
        let digits = String(String.UnicodeScalarView(scalars[index + 1...index + length]))
        if let value = UInt32(digits, radix: 16), let decoded = Unicode.Scalar(value) {
          result.unicodeScalars.append(decoded)
          index += 1 + length
          continue
        }
      }
      index += 1
      switch kind {
      case "n" where !unicode: result += "\n"
      case "t" where !unicode: result += "\t"
      case "r" where !unicode: result += "\r"
      case "\\", "'", "\"": result.unicodeScalars.append(kind)
      default: result += "\\" + String(Character(kind))
      }
    }
    return result
  }
}
