import Glibc
import Synchronization

/// Writes a file so that a reader sees the old one or the whole new one: temporary name in the same folder,
/// flush to the disk, rename, flush of the folder.
///
/// An instance that is neither committed nor discarded removes its temporary file when it goes.
public final class AtomicFile {
  public let path: String
  /// nil where the name is that of a device or a pipe, which is written to and never replaced.
  private let temporary: String?
  private var descriptor: Int32

  /// - Throws: E0504 if the folder is missing or may not be written to.
  public init(path: String) throws {
    self.path = path
    if FileSystem.kind(path) == .other {
      temporary = nil
      // A pipe that nobody reads is an error, not a wait.
      descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
      if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK) }
    } else {
      let name = "\(path).\(getpid()).\(AtomicFile.nextNumber()).tmp"
      temporary = name
      descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    if descriptor < 0 { throw CLIPError.cannotWrite(path, systemMessage(errno)) }
  }

  deinit { discard() }

  /// Appends bytes.
  ///
  /// - Throws: E0504, for instance when the disk is full.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    var written = 0
    while written < bytes.count {
      let piece = UnsafeRawBufferPointer(rebasing: bytes[written..<min(written + (1 << 28), bytes.count)])
      let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw CLIPError.cannotWrite(path, systemMessage(errno))
      }
      written += count
    }
  }

  public func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Makes the new file visible under its name.
  ///
  /// - Throws: E0504; the old file, if any, is untouched then.
  public func commit() throws {
    guard descriptor >= 0 else { return }
    guard let temporary else {
      close(descriptor)
      descriptor = -1
      return
    }
    guard fsync(descriptor) == 0 else { throw CLIPError.cannotWrite(path, systemMessage(errno)) }
    close(descriptor)
    descriptor = -1
    guard rename(temporary, path) == 0 else {
      let reason = systemMessage(errno)
      unlink(temporary)
      throw CLIPError.cannotWrite(path, reason)
    }
    // The rename itself must survive a power cut; a file system that cannot flush a folder is no error.
    let folder = open(FileSystem.parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Gives the attempt up.
  public func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    if let temporary { unlink(temporary) }
  }

  /// Writes `bytes` as the file at `path`.
  ///
  /// - Throws: E0504.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Writes `text` in UTF-8 as the file at `path`.
  ///
  /// - Throws: E0504.
  public static func write(_ text: String, to path: String) throws {
    try write([UInt8](text.utf8), to: path)
  }

  /// Two writers of one path within a process need different temporary names.
  private static let counter = Atomic<UInt64>(0)

  private static func nextNumber() -> UInt64 {
    counter.wrappingAdd(1, ordering: .relaxed).newValue
  }
}
