import MocoBase

/// Arrays of texts, in which programs keep the names of classes: NumPy's types `U` (UTF-32) and `S` (bytes).
enum NumPyTexts {
  /// How an array's texts are stored; nil for arrays of other kinds.
  ///
  /// - Parameter letters: the type without its byte order, such as `U12`.
  static func characters(of letters: String) -> (count: Int, width: Int)? {
    guard let kind = letters.first, let count = Int(letters.dropFirst()), count >= 0, count <= most else {
      return nil
    }
    switch kind {
    case "U": return (count, 4)
    case "S", "a": return (count, 1)
    default: return nil
    }
  }

  /// The longest text, and the most bytes of an array, that are read: names, not documents.
  static let most = 1 << 16
  static let byteLimit = 1 << 24

  /// The texts of an array of one dimension, as JSON: `["cat", "dog"]`.
  ///
  /// - Returns: nil where a text is not valid Unicode.
  static func json(_ bytes: ArraySlice<UInt8>, _ header: NpyHeader) -> String? {
    guard let (characters, width) = header.characters else { return nil }
    let size = characters * width
    var texts: [Json] = []
    texts.reserveCapacity(header.count)
    for place in 0..<header.count {
      let start = bytes.startIndex + place * size
      guard start + size <= bytes.endIndex else { return nil }
      let own = bytes[start..<start + size]
      guard let text = width == 4 ? wide(own, isBigEndian: header.isBigEndian) : narrow(own) else {
        return nil
      }
      texts.append(.string(text))
    }
    return Json.array(texts).serialized()
  }

  /// UTF-32 with zeros at its end.
  private static func wide(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> String? {
    var text = String.UnicodeScalarView()
    var zeros = 0
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 4) {
      let own = bytes[start..<start + 4]
      let number = (isBigEndian ? Array(own) : own.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      guard let scalar = Unicode.Scalar(number) else { return nil }
      guard number != 0 else {
        zeros += 1
        continue
      }
      // A zero within a text belongs to it.
      for _ in 0..<zeros { text.append(Unicode.Scalar(0)) }
      zeros = 0
      text.append(scalar)
    }
    return String(text)
  }

  /// UTF-8 with zeros at its end.
  private static func narrow(_ bytes: ArraySlice<UInt8>) -> String? {
    let end = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? bytes.startIndex
    return String(validating: bytes[bytes.startIndex..<end], as: UTF8.self)
  }

  /// Texts as an array of NumPy's type `U`: the type, and the bytes of all of them.
  static func encoded(_ texts: [String]) -> (descr: String, bytes: [UInt8]) {
    let scalars = texts.map { Array($0.unicodeScalars) }
    // NumPy has no texts of no characters.
    let longest = max(scalars.map(\.count).max() ?? 0, 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(texts.count * longest * 4)
    for text in scalars {
      for place in 0..<longest {
        let number = place < text.count ? text[place].value : 0
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
      }
    }
    return ("<U\(longest)", bytes)
  }
}
