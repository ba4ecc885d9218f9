import Glibc
import Synchronization

/// Writes a file so that a reader sees the old one or the complete new one: temporary name in the same folder,
/// flush to the disk, rename, flush of the folder.
///
/// - Links are followed and kept. The new file has the permissions, the owner, the access list and the attributes
///   (`user.…`) of the old one; if these cannot be set, the old file is overwritten in place.
/// - A file with other names (hard links), another owner or its own mount is overwritten in place once
///   the new content is complete on the disk, so that all names see it; only this last step is not atomic.
/// - A device or a pipe is written to directly, and so is a file that this process prints to; a slow reader
///   is waited for.
/// - A read-only file is an error, although it could be replaced.
///
/// An instance that is neither committed nor discarded removes its temporary file when it is released. Files that a
/// killed process has left in a folder are removed by the next writer in that folder.
public final class AtomicFile {
  /// The given path, links not followed, for messages.
  public let path: String
  private var target: WriteTarget
  /// nil for a device or a pipe, which is written to and never replaced.
  private let temporary: String?
  private var descriptor: Int32

  /// - Throws: E0504 if the folder is missing, or the folder or the file is not writable.
  public init(path: String) throws {
    self.path = path
    let target = try WriteTarget(path)
    self.target = target
    if target.kind == .stream || target.kind == .printed {
      temporary = nil
      descriptor = try target.openStream()
      return
    }
    let folder = FileSystem.parent(of: target.path)
    TemporaryNames.clean(folder)
    let name = TemporaryNames.next(FileSystem.name(of: target.path))
    let temporary = folder == "." && !target.path.hasPrefix("./") ? name : "\(folder)/\(name)"
    self.temporary = temporary
    // The new file must not be more readable than the old one.
    let mode: mode_t = target.kind == .new ? 0o666 : 0o600
    descriptor = FileSystem.withSystemPath(temporary) {
      open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    }
    if descriptor < 0 { throw Failure.cannotWrite(path, systemMessage(errno)) }
    guard target.kind == .file else { return }
    // If the owner cannot be set, the existing file is overwritten in place and keeps its owner.
    if !target.hands(over: descriptor) { self.target.kind = .shared }
  }

  deinit { discard() }

  /// Appends bytes.
  ///
  /// - Throws: E0504, for instance when the disk is full; E0406 if the user interrupts a wait.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try FileSystem.write(bytes, to: descriptor, path: path)
  }

  /// Appends bytes.
  ///
  /// - Throws: as the other `write`.
  public func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Publishes the new file under its name.
  ///
  /// - Parameter isDurable: whether to flush the contents to the disk before, and the name after. Without it a
  ///   killed process still leaves the old file or the new one; after a power cut the file may be empty.
  /// - Throws: E0504; the old file, if any, is then unchanged.
  public func commit(isDurable: Bool = true) throws {
    guard descriptor >= 0 else { return }
    guard let temporary else {
      close(descriptor)
      descriptor = -1
      return
    }
    do {
      if isDurable || target.kind == .shared {
        guard fsync(descriptor) == 0 else { throw Failure.cannotWrite(path, systemMessage(errno)) }
      }
      if target.kind == .shared { return try writeInto(from: temporary) }
      let renamed = FileSystem.withSystemPath(temporary) { from in
        FileSystem.withSystemPath(target.path) { rename(from, $0) }
      }
      // A file with its own mount, as in containers, cannot be replaced.
      if renamed != 0, errno == EBUSY, target.kind == .file { return try writeInto(from: temporary) }
      guard renamed == 0 else { throw Failure.cannotWrite(path, systemMessage(errno)) }
    } catch {
      discard()
      throw error
    }
    close(descriptor)
    descriptor = -1
    guard isDurable else { return }
    // The rename itself must survive a power cut; a file system that cannot flush a folder is not an error.
    let folder = open(FileSystem.parent(of: target.path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Discards the new file.
  public func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    if let temporary { _ = FileSystem.withSystemPath(temporary) { unlink($0) } }
  }

  /// Copies the new content into the existing file.
  private func writeInto(from temporary: String) throws {
    defer { discard() }
    let source = try OpenedFile(path: temporary)
    let file = FileSystem.withSystemPath(target.path) { open($0, O_WRONLY | O_CLOEXEC) }
    guard file >= 0 else { throw Failure.cannotWrite(path, systemMessage(errno)) }
    defer { close(file) }
    // Space is reserved first, so that a full disk changes nothing. A file system without reservation writes at once.
    let reserved = source.count > 0 ? posix_fallocate(file, 0, off_t(source.count)) : 0
    guard reserved == 0 || reserved == EOPNOTSUPP || reserved == EINVAL else {
      throw Failure.cannotWrite(path, systemMessage(reserved))
    }
    var place = 0
    while place < source.count {
      let end = min(place + (1 << 20), source.count)
      try source.withBytes(place..<end) { try FileSystem.write($0, to: file, path: path) }
      place = end
    }
    guard ftruncate(file, off_t(source.count)) == 0, fsync(file) == 0 else {
      throw Failure.cannotWrite(path, systemMessage(errno))
    }
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
  /// - Parameter isDurable: whether it survives a power cut afterwards; see `commit`.
  /// - Throws: E0504.
  public static func write(_ text: String, to path: String, isDurable: Bool = true) throws {
    let file = try AtomicFile(path: path)
    try file.write([UInt8](text.utf8))
    try file.commit(isDurable: isDurable)
  }
}

/// Names of files that are being written: `NAME.MACHINE-PROCESS-NUMBER.tmp`. They identify the writer, so that
/// files of a killed process can be distinguished from files that are still being written.
enum TemporaryNames {
  /// Two writers of one path within a process need different names.
  private static let counter = Atomic<UInt64>(0)
  private static let cleaned = Mutex<Set<String>>([])
  private static let ending = ".tmp"

  static func next(_ name: String) -> String {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    // A name may have at most 255 bytes.
    var start = name[...]
    while start.utf8.count > 200 { start = start.dropLast() }
    return "\(start).\(machine)-\(getpid())-\(number)\(ending)"
  }

  /// Removes the temporary files of ended processes of this machine in a folder. A process checks once.
  static func clean(_ folder: String) {
    guard cleaned.withLock({ $0.insert(FileSystem.realPath(folder) ?? folder).inserted }),
      let names = try? FileSystem.list(folder)
    else { return }
    for name in names where name.hasSuffix(ending) {
      guard let process = writer(name), kill(process, 0) != 0, errno == ESRCH else { continue }
      _ = FileSystem.withSystemPath("\(folder)/\(name)") { unlink($0) }
    }
  }

  /// The process of this machine that owns a temporary file.
  private static func writer(_ name: String) -> pid_t? {
    let parts = name.dropLast(ending.count).split(separator: ".").last?.split(separator: "-") ?? []
    guard parts.count == 3, parts[0] == machine, UInt64(parts[2]) != nil, let process = pid_t(parts[1]),
      process > 0
    else { return nil }
    return process
  }

  /// The machine, and its process namespace: folders may be shared with other machines.
  private static let machine: String = {
    var name = [CChar](repeating: 0, count: 256)
    _ = gethostname(&name, name.count - 1)
    let host = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let space = FileSystem.linkTarget("/proc/self/ns/pid") ?? ""
    let hash = SHA256()
    hash.update(String(decoding: host, as: UTF8.self) + space)
    return String(hash.finish().prefix(8))
  }()
}
