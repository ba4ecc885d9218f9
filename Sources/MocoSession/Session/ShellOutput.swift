import CProcess
import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// Runs a command of the shell and stores its output.
struct ShellOutput {
  enum Failure: Error {
    case notStarted
    /// More than `limit` bytes.
    case tooLong
    /// A stop was requested.
    case interrupted
  }

  /// The maximum bytes of a command's output.
  static let limit = 64 << 20

  /// Its output.
  var bytes: [UInt8] = []
  /// Its exit status; negative if a signal ended it.
  var status: Int32 = 0

  /// - Parameters:
  ///   - printed: called for each line of its output, as it arrives.
  ///   - complained: called for each line of its standard error; nil inherits that of this process.
  ///   - apart: whether it cannot read from a terminal; then an interrupt also ends all its child processes.
  init(
    of command: String, printed: ((String) -> Void)? = nil, complained: ((String) -> Void)? = nil,
    apart: Bool = false
  ) throws(Failure) {
    guard let output = Pipe(), let errors = Pipe() else { throw .notStarted }
    let child = cp_start_shell(command, output.entrance, complained == nil ? -1 : errors.entrance, apart)
    output.closeEntrance()
    errors.closeEntrance()
    guard child > 0 else { throw .notStarted }
    var lines = Lines(tell: printed)
    var complaints = Lines(tell: complained)
    while output.isOpen || errors.isOpen {
      if Cancellation.isRequested {
        cp_stop_shell(child, apart)
        throw .interrupted
      }
      var places = [output, errors].map { pollfd(fd: $0.exit, events: Int16(POLLIN), revents: 0) }
      guard poll(&places, nfds_t(places.count), 50) > 0 else { continue }
      if places[0].revents != 0, let more = output.read() {
        bytes += more
        lines.add(more)
      }
      if places[1].revents != 0, let more = errors.read() { complaints.add(more) }
      if bytes.count > ShellOutput.limit {
        cp_stop_shell(child, apart)
        throw .tooLong
      }
    }
    lines.end()
    complaints.end()
    status = cp_end_shell(child)
  }

  /// A pipe from a child to this process.
  private final class Pipe {
    /// The writing end.
    let entrance: Int32
    /// The reading end; -1 after its end, which poll ignores.
    private(set) var exit: Int32
    var isOpen: Bool { exit >= 0 }
    private var isClosed = false

    init?() {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { return nil }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (exit, entrance) = (ends[0], ends[1])
    }

    deinit {
      closeEntrance()
      if isOpen { close(exit) }
    }

    func closeEntrance() {
      if !isClosed { close(entrance) }
      isClosed = true
    }

    /// The available bytes; nil if there are none, and at its end.
    func read() -> [UInt8]? {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = Glibc.read(exit, &buffer, buffer.count)
      if count > 0 { return Array(buffer[..<count]) }
      if count < 0, errno == EINTR || errno == EAGAIN { return nil }
      close(exit)
      exit = -1
      return nil
    }
  }

  /// Bytes as complete lines of text, so that no character is split.
  private struct Lines {
    let tell: ((String) -> Void)?
    var waiting: [UInt8] = []

    mutating func add(_ bytes: [UInt8]) {
      guard let tell else { return }
      waiting += bytes
      guard let last = waiting.lastIndex(of: UInt8(ascii: "\n")) else { return }
      tell(String(decoding: waiting[...last], as: UTF8.self))
      waiting.removeFirst(last + 1)
    }

    mutating func end() {
      if !waiting.isEmpty { tell?(String(decoding: waiting, as: UTF8.self)) }
      waiting = []
    }
  }
}
