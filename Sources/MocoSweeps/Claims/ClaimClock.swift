import Glibc
import MocoBase

/// The time by the clock of the sweep's file system, which may be on another machine.
package struct ClaimClock {
  /// Seconds without a sign of life after which a process on another machine is considered dead.
  package static let patience = 300.0
  /// Seconds between signs of life.
  package static let interval = 60.0

  /// Seconds since 1970.
  package let now: Double

  /// The time of a folder; the time of this machine if the folder cannot be written.
  package init(folder: String) {
    var here = timespec()
    clock_gettime(CLOCK_REALTIME, &here)
    var now = Double(here.tv_sec) + Double(here.tv_nsec) * 1e-9
    let file = "\(folder)/.clock-\(RunFolderNames.unique())"
    let descriptor = FileSystem.withSystemPath(file) {
      open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    if descriptor >= 0 {
      var status = stat()
      if fstat(descriptor, &status) == 0 {
        now = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
      }
      close(descriptor)
      _ = FileSystem.withSystemPath(file) { unlink($0) }
    }
    self.now = now
  }

  /// For tests: another time.
  package init(now: Double) { self.now = now }

  /// Whether a process still works on its point, as far as this machine can tell.
  package func isAlive(_ holder: ClaimHolder) -> Bool {
    holder.isRunning ?? (now - holder.touched < ClaimClock.patience)
  }
}

/// Names that are unique among processes and threads.
enum RunFolderNames {
  static func unique() -> String {
    let random = (0..<2).map { _ in UInt64.random(in: 0...UInt64.max) }
    return "\(getpid())-\(String(random[0], radix: 16))\(String(random[1], radix: 16))"
  }
}
