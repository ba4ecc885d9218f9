import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// The secret part of the address.
enum Token {
  /// Hexadecimal digits of 32 random bytes.
  ///
  /// - Throws: E0502 if the system provides no random numbers.
  static func make(bytes count: Int = 32) throws -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    let source = open("/dev/urandom", O_RDONLY | O_CLOEXEC)
    let read = source < 0 ? -1 : Glibc.read(source, &bytes, bytes.count)
    let reason = errno
    if source >= 0 { close(source) }
    guard read == bytes.count else {
      throw Failure("E0502", "the system provides no random numbers: \(systemMessage(reason))")
    }
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = String.UnicodeScalarView()
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(text)
  }

  /// Whether two texts are equal, compared in constant time.
  static func areEqual(_ a: String, _ b: String) -> Bool {
    let (left, right) = (Array(a.utf8), Array(b.utf8))
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
  }
}
