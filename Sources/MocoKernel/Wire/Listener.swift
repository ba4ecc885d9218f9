import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// A listening port.
enum Listener {
  /// Binds at once, even if a kernel with the same port has just ended.
  ///
  /// - Throws: E0502 if the address does not belong to this machine, or the port is in use.
  static func open(_ address: String, port: Int, _ channel: Channel) throws -> Int32 {
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let host = address == "*" ? "0.0.0.0" : address
    // Clients resolve a name such as localhost to an IPv4 address.
    hints.ai_family = AF_INET
    var status = getaddrinfo(host, String(port), &hints, &found)
    if status != 0 {
      hints.ai_family = AF_UNSPEC
      status = getaddrinfo(host, String(port), &hints, &found)
    }
    guard status == 0, let first = found else {
      throw Failure(
        "E0502", "cannot resolve the address \"\(address)\" of the connection file", help: "use 127.0.0.1")
    }
    defer { freeaddrinfo(found) }
    var reason: Int32 = 0
    for place in sequence(first: first, next: { $0.pointee.ai_next }) {
      let descriptor = socket(
        place.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
        0)
      guard descriptor >= 0 else {
        reason = errno
        continue
      }
      var yes: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      if bind(descriptor, place.pointee.ai_addr, place.pointee.ai_addrlen) == 0, listen(descriptor, 64) == 0 {
        return descriptor
      }
      reason = errno
      close(descriptor)
    }
    throw Failure(
      "E0502", "port \(port) of \(address) (\(channel.rawValue)) cannot be used: \(systemMessage(reason))",
      help: reason == EADDRNOTAVAIL
        ? "use 127.0.0.1" : "start the kernel from Jupyter again; it chooses other ports")
  }

  /// Makes a descriptor non-blocking, and closes it in child processes.
  static func prepare(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// Sends small messages at once, and detects peers that have disappeared.
  static func setUp(connection descriptor: Int32) {
    var yes: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &yes, socklen_t(MemoryLayout<Int32>.size))
  }
}
