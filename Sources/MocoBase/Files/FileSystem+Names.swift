import Glibc

// Names of the system are bytes; texts here are Unicode. A name that is not UTF-8 is written with `\xe9` for
// each invalid byte, and converted back to that byte, so that every listed file can be opened.

extension FileSystem {
  /// A name of the system as text: valid UTF-8 unchanged, any other byte as `\x` and two digits. A backslash that would
  /// read as such an escape is written `\x5c`.
  public static func text(ofName bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !hasEscape(bytes) { return text }
    var text = ""
    var at = 0
    while at < bytes.count {
      let byte = bytes[at]
      let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      let end = min(at + length, bytes.count)
      if escaped(bytes, at) != nil {
        text += #"\x5c"#
        at += 1
      } else if let piece = String(validating: bytes[at..<end], as: UTF8.self), end - at == length {
        text += piece
        at = end
      } else {
        text += #"\x"# + SHA256.digits([byte])
        at += 1
      }
    }
    return text
  }

  /// Whether a name or path holds bytes that are not UTF-8.
  public static func isEscaped(_ path: String) -> Bool { hasEscape(Array(path.utf8)) }

  /// Passes a path in the form of the system. A path whose escapes lead to no file is used literally.
  public static func withSystemPath<Result>(
    _ path: String, _ body: (UnsafePointer<CChar>) throws -> Result
  ) rethrows -> Result {
    guard path.utf8.contains(0x5C), hasEscape(Array(path.utf8)) else { return try path.withCString(body) }
    let literal = Array(path.utf8)
    var bytes: [CChar] = []
    var at = 0
    while at < literal.count {
      if let byte = escaped(literal, at) {
        bytes.append(CChar(bitPattern: byte))
        at += 4
      } else {
        bytes.append(CChar(bitPattern: literal[at]))
        at += 1
      }
    }
    bytes.append(0)
    var status = stat()
    if lstat(bytes, &status) != 0, lstat(path, &status) == 0 { return try path.withCString(body) }
    return try bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return try path.withCString(body) }
      return try body(base)
    }
  }

  private static func hasEscape(_ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { escaped(bytes, $0) != nil }
  }

  /// The byte of an escape `\xHH` at an index: one above 7F, or a backslash.
  private static func escaped(_ bytes: [UInt8], _ at: Int) -> UInt8? {
    guard at + 3 < bytes.count, bytes[at] == 0x5C, bytes[at + 1] == UInt8(ascii: "x"),
      let high = digit(bytes[at + 2]), let low = digit(bytes[at + 3])
    else { return nil }
    let byte = high << 4 | low
    return byte >= 0x80 || byte == 0x5C ? byte : nil
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// The real path, with every link followed; nil if it does not exist.
  public static func realPath(_ path: String) -> String? {
    withSystemPath(path) { pointer in
      guard let found = realpath(pointer, nil) else { return nil }
      defer { free(found) }
      return text(ofName: (0..<strlen(found)).map { UInt8(bitPattern: found[$0]) })
    }
  }

  /// The target of a link, nil if it is not a link.
  public static func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = withSystemPath(path) { pointer in
      buffer.withUnsafeMutableBytes { bytes in
        guard let base = bytes.bindMemory(to: CChar.self).baseAddress else { return 0 }
        return readlink(pointer, base, bytes.count)
      }
    }
    return count > 0 ? text(ofName: Array(buffer.prefix(count))) : nil
  }
}
