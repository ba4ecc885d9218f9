import Glibc

/// A regular file that is open for reading. Parts are read where they are asked for, into memory of the reader's own:
/// nothing is mapped, so that a file which shrinks later can harm nobody.
///
/// Size and time of change are kept from the opening. A read that finds others is refused, so that all parts come from
/// one and the same content. A file that is replaced by another of its name is no matter: the old one stays open here.
public final class OpenedFile: Sendable {
  /// The path that the file was opened by; messages name it.
  public let path: String
  /// Bytes.
  public let count: Int
  private let descriptor: Int32
  /// What tells this content from another.
  package let stamp: Stamp

  /// Device, inode, size in bytes and time of change in nanoseconds: equal stamps mean the same content.
  package struct Stamp: Equatable, Sendable {
    private let device: UInt64
    private let file: UInt64
    fileprivate let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    fileprivate init?(_ descriptor: Int32) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { return nil }
      self.init(status)
    }

    fileprivate init(_ status: stat) {
      (device, file) = (UInt64(status.st_dev), UInt64(status.st_ino))
      (size, seconds, nanoseconds) = (Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
  }

  /// Bytes that are read at a time; between two of them an interrupt is heard.
  private static let piece = 64 << 20

  /// - Throws: E0501 if there is no regular file, E0502 if it cannot be read.
  public init(path: String) throws {
    self.path = path
    // A named pipe would wait for its writer, only to be refused below.
    let descriptor = FileSystem.withSystemPath(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { throw Failure.noSuchFile(path) }
      throw Failure(
        "E0502", "cannot open \(path): \(systemMessage(errno))", help: "check the file's permissions")
    }
    self.descriptor = descriptor
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let reason = systemMessage(errno)
      close(descriptor)
      throw OpenedFile.unreadable(path, reason)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let what = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
      throw Failure.noSuchFile(path, reason: "it is \(what)")
    }
    stamp = Stamp(status)
    count = stamp.size
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Throws: E0502 if they are not all there, or the file has changed since it was opened; E0406 if the user
  ///   interrupts.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    guard offset >= 0, buffer.count <= count, offset <= count - buffer.count else {
      throw Failure.corrupt(
        path, "it ends before byte \(offset), where \(buffer.count) bytes were expected")
    }
    var done = 0
    while done < buffer.count {
      if done > 0, done % OpenedFile.piece == 0 { try Cancellation.check() }
      // Never across the end of a piece, so that the line above is met.
      let wanted = min(buffer.count - done, OpenedFile.piece - done % OpenedFile.piece)
      let got = pread(descriptor, buffer.baseAddress?.advanced(by: done), wanted, off_t(offset + done))
      if got < 0 {
        if errno == EINTR { continue }
        throw OpenedFile.unreadable(path, systemMessage(errno))
      }
      guard got > 0 else { throw changed() }
      done += got
    }
    try requireUnchanged()
  }

  /// The bytes of a part of the file.
  ///
  /// - Throws: as `read`.
  public func bytes(_ range: Range<Int>) throws -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw Failure.corrupt(path, "it ends before byte \(range.upperBound)")
    }
    return try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, used in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
      used = range.count
    }
  }

  /// The first bytes of the file: `count`, or as many as there are.
  ///
  /// - Throws: as `read`.
  public func beginning(_ count: Int) throws -> [UInt8] { try bytes(0..<min(max(count, 0), self.count)) }

  /// Lends the bytes of a part of the file in memory that is counted; they are gone afterwards.
  ///
  /// - Throws: as `read`; E0405 without memory; what `body` throws.
  public func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let count = range.count
    try MemoryAccountant.reserve(count)
    defer { MemoryAccountant.release(count) }
    guard let memory = malloc(max(count, 1)) else { throw MemoryAccountant.refusal(count) }
    defer { free(memory) }
    try read(into: UnsafeMutableRawBufferPointer(start: memory, count: count), at: range.lowerBound)
    return try body(UnsafeRawBufferPointer(start: memory, count: count))
  }

  /// Lends all bytes of the file.
  ///
  /// - Throws: as `withBytes(_:_:)`.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try withBytes(0..<count, body)
  }

  /// - Throws: E0502 if the file is no longer as it was when it was opened.
  func requireUnchanged() throws {
    guard let now = Stamp(descriptor), now == stamp else { throw changed() }
  }

  private static func unreadable(_ path: String, _ reason: String) -> Failure {
    Failure(
      "E0502", "cannot read \(path): \(reason)", help: "check the disk, or copy the file again")
  }

  private func changed() -> Failure {
    Failure.corrupt(
      path, "it was changed while it was being read",
      help: "read it again when nobody writes it; write such files under another name and rename them")
  }
}
