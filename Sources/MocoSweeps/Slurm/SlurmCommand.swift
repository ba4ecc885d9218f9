import CProcess
import Glibc
import MocoBase

/// Runs a command of Slurm and reads its output.
struct SlurmCommand {
  /// Its output and errors.
  struct Answer {
    var output: String
    var errors: String
    /// 127 if there is no such program; nil if it timed out.
    var status: Int32?

    /// The lines of its output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
    /// Its error message, without line ends.
    var reason: String {
      let words = (errors.isEmpty ? output : errors).split(separator: "\n").map {
        TerminalText.safe(String($0))
      }
      return words.joined(separator: "; ")
    }
    /// Whether there is no such program.
    var isMissing: Bool { status == 127 }
  }

  /// The maximum size of an answer.
  private static let limit = 1 << 24

  /// Runs a command of Slurm. It is stopped after a timeout, or on an interrupt.
  static func run(_ words: [String], seconds: Double = 30) -> Answer {
    var output: [Int32] = [-1, -1]
    var errors: [Int32] = [-1, -1]
    guard pipe(&output) == 0 else { return Answer(output: "", errors: failure(), status: -1) }
    guard pipe(&errors) == 0 else {
      output.forEach { close($0) }
      return Answer(output: "", errors: failure(), status: -1)
    }
    // Another child that is started in the meantime must not keep them open.
    for end in output + errors { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // It does not need the terminal, because it asks nothing.
    let line = words.map(BatchScript.word).joined(separator: " ") + " < /dev/null"
    let child = cp_start_shell(line, output[1], errors[1], true)
    close(output[1])
    close(errors[1])
    defer {
      close(output[0])
      close(errors[0])
    }
    guard child > 0 else { return Answer(output: "", errors: failure(), status: -1) }
    var texts: [[UInt8]] = [[], []]
    guard listen([output[0], errors[0]], until: ProcessClock.seconds + seconds, &texts) else {
      cp_stop_shell(child, true)
      return Answer(output: text(texts[0]), errors: text(texts[1]), status: nil)
    }
    return Answer(output: text(texts[0]), errors: text(texts[1]), status: cp_end_shell(child))
  }

  /// Reads until both have ended. - Returns: false after a timeout.
  private static func listen(_ ends: [Int32], until last: Double, _ texts: inout [[UInt8]]) -> Bool {
    var open = ends.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while open.contains(where: { $0.fd >= 0 }) {
      let left = last - ProcessClock.seconds
      guard left > 0, !Cancellation.isRequested else { return false }
      let ready = poll(&open, nfds_t(open.count), Int32(min(left, 0.1) * 1000) + 1)
      guard ready > 0 else { continue }
      for place in open.indices where open[place].revents != 0 {
        let count = read(open[place].fd, &buffer, buffer.count)
        if count > 0 {
          if texts[place].count < limit { texts[place] += buffer[..<count] }
        } else if count == 0 || errno != EINTR {
          open[place].fd = -1
        }
      }
    }
    return true
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func failure() -> String { String(cString: strerror(errno)) }
}
