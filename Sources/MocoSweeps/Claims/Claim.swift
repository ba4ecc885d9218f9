import Glibc
import MocoBase
import MocoTraining

/// The claim of this process on a point: the last lock in its folder.
///
/// A new folder is created with its lock in it and renamed atomically, so that only one of several
/// processes gets it. In an existing folder a claim is a lock with the next number, which only one process can create;
/// the lock with the highest number is valid. A killed process leaves a lock that identifies it.
///
/// - Safety: it has only constants; the mutable state is in files.
package final class Claim: @unchecked Sendable {
  /// The point's folder.
  package let folder: String
  /// Whether the folder existed before.
  package let isTakenOver: Bool
  private let file: String
  private let began = UTCTime.text()

  private init(folder: String, generation: Int, isTakenOver: Bool) {
    self.folder = folder
    self.isTakenOver = isTakenOver
    file = "\(folder)/\(ClaimHolder.fileName(generation))"
  }

  /// Claims a point.
  ///
  /// - Returns: nil if another process has it.
  /// - Throws: E0504 if the folder cannot be written.
  package static func take(_ name: String, in root: String) throws -> Claim? {
    let folder = "\(root)/\(name)"
    if FileSystem.kind(folder) == .missing {
      if let claim = try make(folder, in: root) { return claim }
    }
    return try takeOver(folder, ClaimClock(folder: root))
  }

  /// Creates a folder with its lock.
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
      // A folder that is not empty belongs to another process.
      if reason == ENOTEMPTY || reason == EEXIST { return nil }
      throw Failure.cannotWrite(folder, systemMessage(reason))
    } catch {
      discard(temporary)
      throw error
    }
  }

  /// Claims an existing folder without a valid claim.
  private static func takeOver(_ folder: String, _ clock: ClaimClock) throws -> Claim? {
    let holder = ClaimHolder.last(in: folder)
    if let holder, !holder.isReleased, holder.isHere || clock.isAlive(holder) { return nil }
    let generation = (holder?.generation ?? 0) + 1
    let claim = Claim(folder: folder, generation: generation, isTakenOver: true)
    guard try write(claim.text(isReleased: false), newFile: claim.file) else { return nil }
    // A slow process may have created a lock with a lower number than another.
    let names = try FileSystem.list(folder)
    let generations = names.compactMap { name in ClaimHolder.generation(name).map { (name, $0) } }
    guard generations.allSatisfy({ $0.1 <= generation }) else {
      remove(claim.file)
      return nil
    }
    for (name, number) in generations where number < generation { remove("\(folder)/\(name)") }
    return claim
  }

  /// Renews the sign of life.
  package func touch() {
    _ = FileSystem.withSystemPath(file) { utimensat(AT_FDCWD, $0, nil, 0) }
  }

  /// Releases the point, in any state.
  package func release() {
    try? AtomicFile.write(text(isReleased: true), to: file, isDurable: false)
  }

  /// Removes the files of an earlier run, except the saved trainings to resume.
  ///
  /// - Parameter keeping: names in the folder to keep.
  /// - Throws: E0504, E0502 if something cannot be removed.
  package func empty(keeping: Set<String>) throws {
    for name in try FileSystem.list(folder)
    where ClaimHolder.generation(name) == nil && !keeping.contains(name) {
      try FolderRemoval.remove("\(folder)/\(name)")
    }
  }

  private func text(isReleased: Bool) -> String { ClaimHolder.text(isReleased: isReleased, began: began) }

  /// - Returns: false if the file already exists.
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

  /// Removes temporary folders of killed processes.
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

/// Removes files and folders with their contents; links are removed, not followed.
package enum FolderRemoval {
  /// - Throws: E0504 if something cannot be removed.
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
