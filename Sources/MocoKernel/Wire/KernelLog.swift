import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// The log of a kernel: lines on standard error, for the process that started it.
enum KernelLog {
  static func write(_ text: String) {
    // An unread log does not stop the kernel.
    var place = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
    guard poll(&place, 1, 0) > 0, place.revents & Int16(POLLOUT) != 0 else { return }
    let line = Array("moco kernel: \(TerminalText.safe(text))\n".utf8)
    _ = line.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
