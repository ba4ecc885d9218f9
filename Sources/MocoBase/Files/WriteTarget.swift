import CSystem
import Glibc

/// The target of a write, determined before anything is written.
struct WriteTarget {
  enum Kind {
    /// Nothing: a new file.
    case new
    /// A file with one name.
    case file
    /// A file with hard links: it is overwritten in place, not replaced.
    case shared
    /// A file that standard output or error goes to: a shell has opened it, and it also contains printed output.
    case printed
    /// A device or a pipe.
    case stream
  }

  var kind: Kind
  /// The path with every link followed: the target of the links is written, and the links are kept.
  let path: String
  /// Permission bits, owner and group of the existing file.
  private let mode: mode_t
  private let owner: (user: uid_t, group: gid_t)
  /// Standard output or error, if one goes to this file.
  private var descriptor: Int32 = -1

  /// - Throws: E0504 for a folder, for cyclic links, and for a read-only file.
  init(_ name: String) throws {
    var status = stat()
    let isThere = FileSystem.withSystemPath(name) { stat($0, &status) } == 0
    let reason = errno
    guard isThere else {
      guard reason == ENOENT else { throw Failure.cannotWrite(name, systemMessage(reason)) }
      (kind, mode, owner) = (.new, 0o666, (0, 0))
      path = try WriteTarget.end(ofLinks: name)
      return
    }
    mode = status.st_mode & 0o777
    owner = (status.st_uid, status.st_gid)
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw Failure.cannotWrite(name, systemMessage(EISDIR))
    case S_IFREG: break
    default:
      (kind, path) = (.stream, name)
      return
    }
    // Replacing needs no permission of the file itself: it would be lost without this check.
    let isWritable = FileSystem.withSystemPath(name) { faccessat(AT_FDCWD, $0, W_OK, AT_EACCESS) } == 0
    guard isWritable else {
      throw Failure(
        "E0504", "cannot write \(name): it is read-only",
        help: "make it writable (chmod u+w), or use another name")
    }
    path = try WriteTarget.end(ofLinks: name)
    kind = status.st_nlink > 1 ? .shared : .file
    if let descriptor = WriteTarget.printing(to: status) {
      self.descriptor = descriptor
      kind = .printed
    }
  }

  /// Opens a target that is written to directly.
  ///
  /// - Throws: E0504.
  func openStream() throws -> Int32 {
    if kind == .printed {
      // After the output so far.
      fflush(nil)
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else { throw Failure.cannotWrite(path, systemMessage(errno)) }
      return copy
    }
    // A pipe without a reader is an error, not a wait.
    let opened = FileSystem.withSystemPath(path) { open($0, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    guard opened >= 0 else {
      throw Failure.cannotWrite(path, errno == ENXIO ? "the pipe has no reader" : systemMessage(errno))
    }
    return opened
  }

  /// Sets the owner, the permissions, the access list and the attributes of the existing file on a new one.
  /// - Returns: whether that is allowed.
  func hands(over descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    if status.st_uid != owner.user || status.st_gid != owner.group,
      fchown(descriptor, owner.user, owner.group) != 0
    {
      return false
    }
    // With an access list, the group's bits are its mask: they are set last.
    guard FileSystem.withSystemPath(path, { moco_copy_attributes($0, descriptor) }) == 0 else { return false }
    return fchmod(descriptor, mode) == 0
  }

  /// The final target of links, also if it does not exist yet. The folders in the path are not resolved: they
  /// may be below one that is not readable.
  private static func end(ofLinks name: String) throws -> String {
    var path = name
    for _ in 0..<40 {
      guard let target = FileSystem.linkTarget(path) else { return path }
      path = target.hasPrefix("/") ? target : FileSystem.parent(of: path) + "/" + target
    }
    throw Failure.cannotWrite(name, systemMessage(ELOOP))
  }

  /// Standard output or error, if it goes to this file.
  private static func printing(to status: stat) -> Int32? {
    [STDOUT_FILENO, STDERR_FILENO].first { descriptor in
      var own = stat()
      return fstat(descriptor, &own) == 0 && own.st_dev == status.st_dev && own.st_ino == status.st_ino
    }
  }
}

extension FileSystem {
  /// Flushes a file to the disk; a failure is ignored.
  package static func settle(_ path: String) {
    let file = withSystemPath(path) { open($0, O_RDONLY | O_CLOEXEC) }
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }

  /// Writes all of `bytes` to an open file. For a non-blocking one (O_NONBLOCK) the wait is here, so that an
  /// interrupt can end it.
  ///
  /// - Throws: E0504 naming `path`; E0406 if the user interrupts a wait.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
    var written = 0
    while written < bytes.count {
      let piece = UnsafeRawBufferPointer(rebasing: bytes[written..<min(written + (1 << 26), bytes.count)])
      let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
      if count >= 0 {
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Signals may be delivered to another thread: the wait ends regularly to check.
        _ = poll(&wanted, 1, 50)
        try Cancellation.check()
      default: throw Failure.cannotWrite(path, systemMessage(errno))
      }
    }
  }

  /// Appends bytes to a file, in one write if they are few; creates the file if it does not exist.
  /// Links are followed; a slow reader of a pipe is waited for. If the disk is full, nothing is appended.
  ///
  /// - Parameter mode: permissions of a new file.
  /// - Throws: E0504; E0406 if the user interrupts a wait.
  public static func append(_ bytes: [UInt8], to path: String, mode: mode_t = 0o666) throws {
    let target = try WriteTarget(path)
    let descriptor: Int32
    if target.kind == .stream || target.kind == .printed {
      descriptor = try target.openStream()
    } else {
      descriptor = withSystemPath(path) { open($0, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode) }
      guard descriptor >= 0 else { throw Failure.cannotWrite(path, systemMessage(errno)) }
    }
    defer { close(descriptor) }
    var before = stat()
    let isKnown = fstat(descriptor, &before) == 0 && before.st_mode & S_IFMT == S_IFREG
    do {
      try bytes.withUnsafeBytes { try write($0, to: descriptor, path: path) }
    } catch {
      guard isKnown, target.kind != .printed else { throw error }
      // A partial line is removed, unless another process has written after it.
      var after = stat()
      let end = lseek(descriptor, 0, SEEK_CUR)
      if fstat(descriptor, &after) == 0, after.st_size > before.st_size, after.st_size == end {
        _ = ftruncate(descriptor, before.st_size)
      }
      if target.kind == .new, after.st_size == before.st_size || after.st_size == end, before.st_size == 0 {
        _ = withSystemPath(path) { unlink($0) }
      }
      throw error
    }
  }
}
