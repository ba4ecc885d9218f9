import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// The needed facts of a terminal.
package enum Terminal {
  /// Whether a descriptor is a terminal.
  package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// The columns of a descriptor's terminal; nil if it is not a terminal, or does not report them.
  package static func columns(_ descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Whether the terminal declares that it cannot move its cursor.
  package static var isDumb: Bool {
    let name = ProcessEnvironment.value("TERM") ?? "dumb"
    return name == "dumb" || name.isEmpty
  }

  /// Writes all of a text to a descriptor; errors are ignored.
  package static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return
      }
      bytes = bytes.dropFirst(count)
    }
  }
}
