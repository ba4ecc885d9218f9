import CSystem
import Glibc

/// What lies under a name that is to be written, found out before anything is.
struct WriteTarget {
  enum Kind {
    /// Nothing: a new file.
    case new
    /// A file with one name.
    case file
    /// A file that other names share: it is written into, not replaced.
    case shared
    /// A file that standard output or error goes to: a shell has opened it, and what is printed stands in it too.
    case printed
    /// A device or a pipe.
    case stream
  }

  var kind: Kind
  /// With every link followed: what is written is what the links lead to, and they stay.
  let path: String
  /// Permission bits, owner and group of what is there.
  private let mode: mode_t
  private let owner: (user: uid_t, group: gid_t)
  /// Standard output or error, where one goes to this file.
  private var descriptor: Int32 = -1

  /// - Throws: E0504 for a folder, for links that lead in a cycle, and for a file that may not be written.
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
    // Replacing needs no permission of the file itself: it would be lost all the same.
    let isWritable = FileSystem.withSystemPath(name) { faccessat(AT_FDCWD, $0, W_OK, AT_EACCESS) } == 0
    guard isWritable else {
      throw Failure(
        "E0504", "cannot write \(name): it is read-only",
        help: "make it writable (chmod u+w), or give another name")
    }
    path = try WriteTarget.end(ofLinks: name)
    kind = status.st_nlink > 1 ? .shared : .file
    if let descriptor = WriteTarget.printing(to: status) {
      self.descriptor = descriptor
      kind = .printed
    }
  }

  /// Opens what is written to directly.
  ///
  /// - Throws: E0504.
  func openStream() throws -> Int32 {
    if kind == .printed {
      // Behind what has been printed so far.
      fflush(nil)
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else { throw Failure.cannotWrite(path, systemMessage(errno)) }
      return copy
    }
    // A pipe that nobody reads is an error, not a wait.
    let opened = FileSystem.withSystemPath(path) { open($0, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    guard opened >= 0 else {
      throw Failure.cannotWrite(path, errno == ENXIO ? "nobody reads it" : systemMessage(errno))
    }
    return opened
  }

  /// Gives a new file the owner, the permissions, the access list and the attributes of the one that is there.
  /// - Returns: whether that is allowed.
  func hands(over descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    if status.st_uid != owner.user || status.st_gid != owner.group,
      fchown(descriptor, owner.user, owner.group) != 0
    {
      return false
    }
    // Of an access list, the group's bits are its mask: they come last.
    guard FileSystem.withSystemPath(path, { moco_copy_attributes($0, descriptor) }) == 0 else { return false }
    return fchmod(descriptor, mode) == 0
  }

  /// Where links lead in the end, also to what is not there yet. The folders on the way stay as they are named: they
  /// may lie below one that may not be looked into.
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
  /// Lets what was written into a file reach the disk; where that cannot be, nothing is said.
  package static func settle(_ path: String) {
    let file = withSystemPath(path) { open($0, O_RDONLY | O_CLOEXEC) }
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }

  /// Writes all of `bytes` to an open file. One that does not wait (O_NONBLOCK) is waited for here, so that an
  /// interrupt is heard.
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
        // Signals may be taken by another thread: the wait ends by itself to look.
        _ = poll(&wanted, 1, 50)
        try Cancellation.check()
      default: throw Failure.cannotWrite(path, systemMessage(errno))
      }
    }
  }

  /// Writes bytes behind what a file holds, in one piece where they are few; makes the file where there is none.
  /// Links are followed; a pipe whose reader is slow is waited for. What does not fit on the disk leaves nothing.
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
      // Half a line is worse than none; unless somebody else has written after it.
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
