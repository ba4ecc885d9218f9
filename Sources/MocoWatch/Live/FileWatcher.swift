// Polls files for changes. It queries the state of each file about sixty times per second,
// which costs less than a thousandth of a core and detects every way in which editors save: in place, in pieces, by
// a new file with the same name, through links, and on network file systems, which do not send kernel notifications.

import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// Watches a program, and files that it uses.
///
/// - Safety: state shared with other threads is guarded by the monitor.
package final class FileWatcher: @unchecked Sendable {
  /// A change of a file.
  package enum Event: Sendable {
    /// The new contents of the program.
    case text([UInt8])
    /// The program cannot be read.
    case unreadable(Failure)
    /// A file that it uses has changed, appeared or disappeared: its path.
    case changed(String)
  }

  /// Microseconds between two polls.
  static let pause: UInt32 = 12_000
  /// Seconds for which an empty or missing file is ignored: editors truncate a file before they write it, and
  /// remove it before the new one has its name.
  static let doubt = 0.25

  /// The stamp that shows whether a file has changed.
  private struct Stamp: Equatable {
    var kind: UInt32 = 0
    var inode: UInt = 0
    var size = 0
    var modified: [Int] = []

    static func of(_ path: String) -> Stamp? {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      return Stamp(
        kind: status.st_mode & S_IFMT, inode: UInt(status.st_ino), size: Int(status.st_size),
        modified: [
          status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ])
    }
  }

  private let path: String
  private let told: (Event) -> Void
  private let monitor = Monitor()
  private var others: [String: Stamp?] = [:]
  private var isStopped = false
  private var hasEnded = false

  private var known: Stamp?
  private var last: Stamp?
  private var text: [UInt8]?
  /// The last reported error, if it could not be read.
  private var complaint: String?
  private var doubtSince: Double?

  /// - Parameters:
  ///   - path: the program.
  ///   - told: called on the watcher's thread.
  package init(path: String, told: @escaping @Sendable (Event) -> Void) {
    (self.path, self.told) = (path, told)
  }

  /// Watches these files besides the program, from now on.
  package func watch(_ paths: Set<String>) {
    monitor.locked {
      others = others.filter { paths.contains($0.key) }
      for path in paths where others[path] == nil { others[path] = .some(Stamp.of(path)) }
    }
  }

  /// Begins polling.
  ///
  /// - Throws: E0502 if no thread can be created.
  package func start() throws {
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<FileWatcher>.fromOpaque(context).takeRetainedValue().loop() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard status == 0 else {
      Unmanaged.passUnretained(self).release()
      throw Failure("E0502", "cannot create a thread to watch the file: \(systemMessage(status))")
    }
    pthread_detach(thread)
  }

  /// Ends the thread, and waits for its end.
  package func stop() {
    monitor.locked {
      isStopped = true
      while !hasEnded { monitor.wait(atMost: 0.1) }
    }
  }

  private func loop() {
    while !monitor.locked({ isStopped }) {
      look()
      usleep(Self.pause)
    }
    monitor.locked {
      hasEnded = true
      monitor.signal()
    }
  }

  /// Polls all files once.
  package func look() {
    lookAtProgram()
    let changed = monitor.locked {
      var changed: [String] = []
      for (path, before) in others {
        let now = Stamp.of(path)
        if now != before {
          others[path] = .some(now)
          changed.append(path)
        }
      }
      return changed
    }
    for path in changed.sorted() { told(.changed(path)) }
  }

  private func lookAtProgram() {
    let now = Stamp.of(path)
    defer { last = now }
    if let now, now == known {
      doubtSince = nil
      return
    }
    // A writer that writes in pieces gets the time of one poll.
    guard now == last else { return }
    if now == nil || (now?.size == 0 && text?.isEmpty == false) {
      let since = doubtSince ?? ProcessClock.seconds
      doubtSince = since
      if ProcessClock.seconds - since < Self.doubt { return }
    }
    doubtSince = nil
    do {
      let bytes = try FileSystem.read(path, limit: 1 << 28)
      // It may have grown while it was read.
      guard Stamp.of(path) == now else { return }
      known = now
      guard bytes != text || complaint != nil else { return }
      text = bytes
      complaint = nil
      told(.text(bytes))
    } catch {
      known = now
      let failure = (error as? Failure) ?? Failure("E0502", "cannot read \(path): \(error)")
      guard failure.message != complaint else { return }
      complaint = failure.message
      told(.unreadable(failure))
    }
  }
}
