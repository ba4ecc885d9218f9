#if canImport(Glibc)
  import Glibc
#endif

/// A connection that sends what it is told and reads what comes.
final class RawClient {
  let descriptor: Int32
  private var received: [UInt8] = []

  init?(port: Int) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
    place.sin_addr = in_addr(s_addr: in_addr_t(INADDR_LOOPBACK).bigEndian)
    let isOpen = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isOpen else { return nil }
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  /// What has come up to a word and with it; nil where the other side ends before, or says nothing for long.
  func read(upTo word: String) -> String? {
    let wanted = Array(word.utf8)
    var looked = 0
    while true {
      let found = received.withUnsafeBytes { bytes -> Int? in
        guard bytes.count - looked >= wanted.count else { return nil }
        return (looked...(bytes.count - wanted.count)).first { at in
          bytes[at] == wanted[0] && wanted.indices.allSatisfy { bytes[at + $0] == wanted[$0] }
        }
      }
      if let found {
        defer { received.removeFirst(found + wanted.count) }
        return String(decoding: received[..<(found + wanted.count)], as: UTF8.self)
      }
      looked = max(0, received.count - wanted.count + 1)
      if !more() { return nil }
    }
  }

  /// Everything up to the end of the connection.
  func readToEnd() -> String {
    while more() {}
    return String(decoding: received, as: UTF8.self)
  }

  private func more() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    received += buffer[..<count]
    return true
  }
}
