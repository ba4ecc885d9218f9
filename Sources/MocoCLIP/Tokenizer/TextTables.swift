import MocoBase

/// The tables that text cleaning needs: HTML's named references and Unicode's canonical compositions.
struct TextTables: Sendable {
  /// Name without `&`, with its `;` if it needs one → its text.
  let references: [String: [Unicode.Scalar]]
  /// A character → its canonical decomposition, one step.
  let decompositions: [UInt32: [UInt32]]
  /// A pair (first in the upper half) → the character that it composes into.
  let compositions: [UInt64: UInt32]

  /// - Throws: E0501 or E0502 with the table's file.
  init(directory: String) throws {
    references = try TextTables.readReferences(directory + "/html-entities.txt")
    (decompositions, compositions) = try TextTables.readCompositions(directory + "/unicode-compositions.txt")
  }

  private static func readReferences(_ path: String) throws -> [String: [Unicode.Scalar]] {
    var references: [String: [Unicode.Scalar]] = [:]
    references.reserveCapacity(2400)
    try forEachLine(path) { fields in
      guard fields.count >= 2 else { return false }
      let scalars = fields.dropFirst().compactMap { hexadecimal($0).flatMap(Unicode.Scalar.init) }
      guard scalars.count == fields.count - 1 else { return false }
      references[String(decoding: fields[0], as: UTF8.self)] = scalars
      return true
    }
    return references
  }

  private static func readCompositions(_ path: String) throws -> ([UInt32: [UInt32]], [UInt64: UInt32]) {
    var decompositions: [UInt32: [UInt32]] = [:]
    var compositions: [UInt64: UInt32] = [:]
    decompositions.reserveCapacity(2400)
    compositions.reserveCapacity(1200)
    try forEachLine(path) { fields in
      var fields = fields[...]
      let isExcluded = fields.last.map { Array($0) == [UInt8(ascii: "-")] } ?? false
      if isExcluded { fields = fields.dropLast() }
      let codes = fields.compactMap(hexadecimal)
      guard codes.count == fields.count, codes.count == 2 || codes.count == 3 else { return false }
      decompositions[codes[0]] = Array(codes.dropFirst())
      if !isExcluded && codes.count == 3 {
        compositions[UInt64(codes[1]) << 32 | UInt64(codes[2])] = codes[0]
      }
      return true
    }
    return (decompositions, compositions)
  }

  /// Calls `body` with the fields of each line of a table; a false result is an error of the file.
  private static func forEachLine(
    _ path: String, _ body: ([Slice<UnsafeRawBufferPointer>]) -> Bool
  ) throws {
    let file = try OpenedFile(path: path)
    try file.withBytes { bytes in
      for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
        guard body(line.split(separator: UInt8(ascii: " "))) else {
          throw Failure.corrupt(
            path, "line \(index + 1) is malformed",
            help: "generate the table again with scripts/make-vocabulary")
        }
      }
    }
  }

  private static func hexadecimal(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt32? {
    guard !digits.isEmpty, digits.count <= 6 else { return nil }
    var value: UInt32 = 0
    for byte in digits {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
