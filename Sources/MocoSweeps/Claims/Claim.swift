import Glibc
import MocoBase
import MocoTraining

/// The right of this process to work on a point: the last lock in its folder.
///
/// A folder that is not there yet is made with its lock in it and takes its name in one step, so that of several
/// processes one has it. In a folder that is there a claim is a lock with the next number, which one process alone can make;
/// the lock with the highest number counts. A process that is killed at any moment leaves a lock that says whose it was.
///
/// - Safety: it has constants alone; what changes are files of the system.
package final class Claim: @unchecked Sendable {
  /// The point's folder.
  package let folder: String
  /// Whether the folder was there before.
  package let isTakenOver: Bool
  private let file: String
  private let began = ClaimTime.text()

  private init(folder: String, generation: Int, isTakenOver: Bool) {
    self.folder = folder
    self.isTakenOver = isTakenOver
    file = "\(folder)/\(ClaimHolder.fileName(generation))"
  }

  /// Claims a point.
  ///
  /// - Returns: nil where another process has it.
  /// - Throws: E0504 where nothing can be written there.
  package static func take(_ name: String, in root: String) throws -> Claim? {
    let folder = "\(root)/\(name)"
    if FileSystem.kind(folder) == .missing {
      if let claim = try make(folder, in: root) { return claim }
    }
    return try takeOver(folder, ClaimClock(folder: root))
  }

  /// Makes a folder with its lock.
  private static func make(_ folder: String, in root: String) throws -> Claim? {
    let claim = Claim(folder: folder, generation: 1, isTakenOver: false)
    let temporary = "\(root)/\(ClaimHolder.temporaryPrefix)\(RunFolderNames.unique())"
    guard FileSystem.withSystemPath(temporary, { mkdir($0, 0o777) }) == 0 else {
      throw Failure.cannotWrite(temporary, systemMessage(errno))
    }
    do {
      guard try write(claim.text(isReleased: false), newFile: "\(temporary)/\(ClaimHolder.fileName)") else {
        return nil
      }
      let renamed = FileSystem.withSystemPath(temporary) { from in
        FileSystem.withSystemPath(folder) { rename(from, $0) }
      }
      if renamed == 0 { return claim }
      let reason = errno
      discard(temporary)
      // A folder with something in it is another's.
      if reason == ENOTEMPTY || reason == EEXIST { return nil }
      throw Failure.cannotWrite(folder, systemMessage(reason))
    } catch {
      discard(temporary)
      throw error
    }
  }

  /// Claims a folder that is there, where nobody has it.
  private static func takeOver(_ folder: String, _ clock: ClaimClock) throws -> Claim? {
    let holder = ClaimHolder.last(in: folder)
    if let holder, !holder.isReleased, holder.isHere || clock.isAlive(holder) { return nil }
    let generation = (holder?.generation ?? 0) + 1
    let claim = Claim(folder: folder, generation: generation, isTakenOver: true)
    guard try write(claim.text(isReleased: false), newFile: claim.file) else { return nil }
    // Who has looked long ago may have made a lock below that of another.
    let names = try FileSystem.list(folder)
    let generations = names.compactMap { name in ClaimHolder.generation(name).map { (name, $0) } }
    guard generations.allSatisfy({ $0.1 <= generation }) else {
      remove(claim.file)
      return nil
    }
    for (name, number) in generations where number < generation { remove("\(folder)/\(name)") }
    return claim
  }

  /// Says that the work goes on.
  package func touch() {
    _ = FileSystem.withSystemPath(file) { utimensat(AT_FDCWD, $0, nil, 0) }
  }

  /// Gives the point back, whatever has become of it.
  package func release() {
    try? AtomicFile.write(text(isReleased: true), to: file, isDurable: false)
  }

  /// Removes what an earlier run has left, but not what a training has kept to go on from.
  ///
  /// - Parameter keeping: names in the folder that stay.
  /// - Throws: E0504, E0502 where something cannot be removed.
  package func empty(keeping: Set<String>) throws {
    for name in try FileSystem.list(folder)
    where ClaimHolder.generation(name) == nil && !keeping.contains(name) {
      try FolderRemoval.remove("\(folder)/\(name)")
    }
  }

  private func text(isReleased: Bool) -> String { ClaimHolder.text(isReleased: isReleased, began: began) }

  /// - Returns: false where the file is there already.
  private static func write(_ text: String, newFile path: String) throws -> Bool {
    let descriptor = FileSystem.withSystemPath(path) {
      open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    if descriptor < 0 {
      if errno == EEXIST { return false }
      throw Failure.cannotWrite(path, systemMessage(errno))
    }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    try bytes.withUnsafeBytes { try FileSystem.write($0, to: descriptor, path: path) }
    return true
  }

  private static func remove(_ path: String) { _ = FileSystem.withSystemPath(path) { unlink($0) } }

  private static func discard(_ temporary: String) {
    remove("\(temporary)/\(ClaimHolder.fileName)")
    _ = FileSystem.withSystemPath(temporary) { rmdir($0) }
  }

  /// Removes what processes that were killed while they made a folder have left.
  package static func clean(_ root: String, _ clock: ClaimClock) {
    for name in (try? FileSystem.list(root)) ?? [] where name.hasPrefix(ClaimHolder.temporaryPrefix) {
      let path = "\(root)/\(name)"
      guard let holder = ClaimHolder.last(in: path) else {
        _ = FileSystem.withSystemPath(path) { rmdir($0) }
        continue
      }
      if !clock.isAlive(holder) { discard(path) }
    }
  }
}

/// Now, in UTC.
package enum ClaimTime {
  package static func text() -> String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Removes files, and folders with all that lies in them; links are removed and not followed.
package enum FolderRemoval {
  /// - Throws: E0504 where something stays.
  package static func remove(_ path: String) throws {
    if FileSystem.withSystemPath(path, { unlink($0) }) == 0 || errno == ENOENT { return }
    guard errno == EISDIR || errno == EPERM, FileSystem.kind(path) == .folder else {
      throw Failure.cannotWrite(path, systemMessage(errno))
    }
    for name in try FileSystem.list(path) { try remove("\(path)/\(name)") }
    guard FileSystem.withSystemPath(path, { rmdir($0) }) == 0 || errno == ENOENT else {
      throw Failure.cannotWrite(path, systemMessage(errno))
    }
  }
}
