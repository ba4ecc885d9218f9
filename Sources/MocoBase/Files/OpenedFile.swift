import Glibc

/// A regular file that is open for reading. Parts are read on request, into the reader's own memory:
/// nothing is mapped, so that a file which shrinks later causes no harm.
///
/// Size and time of change are recorded on opening. A read that finds different ones is an error, so all parts come
/// from the same content. Replacing the file by another with its name has no effect: the old one stays open here.
public final class OpenedFile: Sendable {
  /// The path with which the file was opened, for messages.
  public let path: String
  /// The size in bytes.
  public let count: Int
  private let descriptor: Int32
  /// The stamp of this content.
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

  /// Bytes that are read at a time; between two reads interrupts are checked.
  private static let piece = 64 << 20

  /// - Throws: E0501 if there is no regular file, E0502 if it cannot be read.
  public init(path: String) throws {
    self.path = path
    // A named pipe would wait for its writer, only to be rejected below.
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
        path, "it is truncated: \(buffer.count) bytes expected at byte offset \(offset)")
    }
    var done = 0
    while done < buffer.count {
      if done > 0, done % OpenedFile.piece == 0 { try Cancellation.check() }
      // Never across the end of a piece, so that the check above is reached.
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
      throw Failure.corrupt(path, "it is truncated before byte offset \(range.upperBound)")
    }
    return try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, used in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
      used = range.count
    }
  }

  /// The first bytes of the file: `count`, or fewer if it is shorter.
  ///
  /// - Throws: as `read`.
  public func beginning(_ count: Int) throws -> [UInt8] { try bytes(0..<min(max(count, 0), self.count)) }

  /// Passes the bytes of a part of the file in accounted memory; they are freed afterwards.
  ///
  /// - Throws: as `read`; E0405 without memory; errors of `body`.
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

  /// Passes all bytes of the file.
  ///
  /// - Throws: as `withBytes(_:_:)`.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try withBytes(0..<count, body)
  }

  /// - Throws: E0502 if the file has changed since it was opened.
  func requireUnchanged() throws {
    guard let now = Stamp(descriptor), now == stamp else { throw changed() }
  }

  private static func unreadable(_ path: String, _ reason: String) -> Failure {
    Failure(
      "E0502", "cannot read \(path): \(reason)", help: "check the disk, or copy the file again")
  }

  private func changed() -> Failure {
    Failure.corrupt(
      path, "it was changed during reading",
      help: "read it again when it is complete; write such files under another name and rename them")
  }
}
