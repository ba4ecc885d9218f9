import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// What a kernel says to whoever started it: a line each on standard error.
enum KernelLog {
  static func write(_ text: String) {
    // Who does not read the log does not stop the kernel.
    var place = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
    guard poll(&place, 1, 0) > 0, place.revents & Int16(POLLOUT) != 0 else { return }
    let line = Array("moco kernel: \(TerminalText.safe(text))\n".utf8)
    _ = line.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
