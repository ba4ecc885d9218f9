import Glibc
import Synchronization

/// Writes a file so that a reader sees the old one or the whole new one: temporary name in the same folder,
/// flush to the disk, rename, flush of the folder.
///
/// - Links are followed and stay. The new file has the permissions, the owner, the access list and the attributes
///   (`user.…`) of the old one; where it may not have them, the old file is written into.
/// - A file that has other names too (hard links), belongs to somebody else or is mounted by itself is written into once
///   the new content is whole on the disk, so that all names see it; this last step alone is not in one piece.
/// - A device or a pipe is written to directly, and so is a file that this process prints to; a reader that is slow
///   is waited for.
/// - A file that may not be written is refused, although it could be replaced.
///
/// An instance that is neither committed nor discarded removes its temporary file when it goes. What a killed process
/// has left in a folder is removed by the next writer there.
public final class AtomicFile {
  /// The path as it was given, links not followed; messages name it.
  public let path: String
  private var target: WriteTarget
  /// nil where the name is that of a device or a pipe, which is written to and never replaced.
  private let temporary: String?
  private var descriptor: Int32

  /// - Throws: E0504 if the folder is missing or may not be written to, or the file may not.
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
    // Nobody may read what the old file hides.
    let mode: mode_t = target.kind == .new ? 0o666 : 0o600
    descriptor = FileSystem.withSystemPath(temporary) {
      open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    }
    if descriptor < 0 { throw Failure.cannotWrite(path, systemMessage(errno)) }
    guard target.kind == .file else { return }
    // Where it may not be given away the file that is there is written into, and stays its owner's.
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

  /// Makes the new file visible under its name.
  ///
  /// - Parameter isDurable: whether it is on the disk before that, and its name after it. Without that a killed process
  ///   leaves the old file or the new one all the same; after a power cut the file may be empty.
  /// - Throws: E0504; the old file, if any, is untouched then.
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
      // A file that is mounted by itself, as containers do it, cannot be replaced.
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

  /// Gives the attempt up.
  public func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    if let temporary { _ = FileSystem.withSystemPath(temporary) { unlink($0) } }
  }

  /// Copies what was written into the file that is there.
  private func writeInto(from temporary: String) throws {
    defer { discard() }
    let source = try OpenedFile(path: temporary)
    let file = FileSystem.withSystemPath(target.path) { open($0, O_WRONLY | O_CLOEXEC) }
    guard file >= 0 else { throw Failure.cannotWrite(path, systemMessage(errno)) }
    defer { close(file) }
    // Room is found first, so that a full disk changes nothing. A file system that cannot say so writes at once.
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
  /// - Parameter isDurable: whether it survives a power cut from then on; see `commit`.
  /// - Throws: E0504.
  public static func write(_ text: String, to path: String, isDurable: Bool = true) throws {
    let file = try AtomicFile(path: path)
    try file.write([UInt8](text.utf8))
    try file.commit(isDurable: isDurable)
  }
}

/// Names of files that are being written: `NAME.MACHINE-PROCESS-NUMBER.tmp`. They say who writes them, so that what a
/// killed process has left can be told from what is still being written.
enum TemporaryNames {
  /// Two writers of one path within a process need different names.
  private static let counter = Atomic<UInt64>(0)
  private static let cleaned = Mutex<Set<String>>([])
  private static let ending = ".tmp"

  static func next(_ name: String) -> String {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    // A name may have 255 bytes; this one too.
    var start = name[...]
    while start.utf8.count > 200 { start = start.dropLast() }
    return "\(start).\(machine)-\(getpid())-\(number)\(ending)"
  }

  /// Removes what processes of this machine that are gone have left in a folder. A process looks once.
  static func clean(_ folder: String) {
    guard cleaned.withLock({ $0.insert(FileSystem.realPath(folder) ?? folder).inserted }),
      let names = try? FileSystem.list(folder)
    else { return }
    for name in names where name.hasSuffix(ending) {
      guard let process = writer(name), kill(process, 0) != 0, errno == ESRCH else { continue }
      _ = FileSystem.withSystemPath("\(folder)/\(name)") { unlink($0) }
    }
  }

  /// The process of this machine that a temporary file belongs to.
  private static func writer(_ name: String) -> pid_t? {
    let parts = name.dropLast(ending.count).split(separator: ".").last?.split(separator: "-") ?? []
    guard parts.count == 3, parts[0] == machine, UInt64(parts[2]) != nil, let process = pid_t(parts[1]),
      process > 0
    else { return nil }
    return process
  }

  /// The machine, and the space of process numbers on it: folders may be shared with others.
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
