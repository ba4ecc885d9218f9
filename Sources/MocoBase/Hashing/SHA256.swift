import CSystem

/// SHA-256 (FIPS 180-4) through the system's libcrypto, fed in pieces.
public final class SHA256 {
  private var state: OpaquePointer?

  /// The state before the first byte.
  public init() { state = moco_sha256_begin() }

  deinit {
    guard let state else { return }
    var digest = [UInt8](repeating: 0, count: 32)
    moco_sha256_finish(state, &digest)
  }

  /// Adds bytes to the hash; several calls give the same digest as one call with all bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    moco_sha256_update(state, bytes.baseAddress, bytes.count)
  }

  /// Adds the text's UTF-8 bytes.
  public func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The digest's 32 bytes. Nothing can be added afterwards.
  public func finishBytes() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    moco_sha256_finish(state, &digest)
    state = nil
    return digest
  }

  /// The digest in 64 lower-case hexadecimal digits. Nothing can be added afterwards.
  public func finish() -> String { SHA256.digits(finishBytes()) }

  /// Bytes in lower-case hexadecimal digits.
  public static func digits(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = ""
    for byte in bytes {
      text.unicodeScalars.append(digits[Int(byte >> 4)])
      text.unicodeScalars.append(digits[Int(byte & 15)])
    }
    return text
  }

  /// The digest of the bytes, in 64 lower-case hexadecimal digits.
  public static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    let hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  /// The digest of a file's bytes.
  ///
  /// - Throws: E0501, E0502.
  public static func hex(file path: String) throws -> String {
    let file = try OpenedFile(path: path)
    return try hex(file, 0..<file.count)
  }

  /// The digest of a part of a file, read a piece at a time.
  ///
  /// - Throws: E0502 if it cannot be read, or has changed since it was opened; E0406 if the user interrupts.
  public static func hex(_ file: OpenedFile, _ range: Range<Int>) throws -> String {
    let hash = SHA256()
    var place = range.lowerBound
    while place < range.upperBound {
      try Cancellation.check()
      let end = min(place + (1 << 20), range.upperBound)
      try file.withBytes(place..<end) { hash.update($0) }
      place = end
    }
    return hash.finish()
  }
}
