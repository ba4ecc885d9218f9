import CProcess
import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// Runs a command of the shell and keeps what it prints; what it writes to standard error is seen at once.
struct ShellOutput {
  enum Failure: Error {
    case notStarted
    /// More than `limit` bytes.
    case tooLong
  }

  /// Bytes that are kept of a command.
  static let limit = 64 << 20

  var bytes: [UInt8]
  /// The status that it ended with; negative where a signal ended it.
  var status: Int32

  init(of command: String) throws(Failure) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw .notStarted }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let child = cp_start_shell(command, ends[1])
    close(ends[1])
    guard child > 0 else { throw .notStarted }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(ends[0], &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      output += buffer[..<count]
      if output.count > ShellOutput.limit {
        kill(child, SIGTERM)
        _ = cp_end_shell(child)
        throw .tooLong
      }
    }
    bytes = output
    status = cp_end_shell(child)
  }
}
