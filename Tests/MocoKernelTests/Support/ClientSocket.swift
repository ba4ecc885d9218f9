import Foundation
import MocoKernel
import MocoTestSupport

#if canImport(Glibc)
  import Glibc
#endif

/// One socket of a client: it says what it is, and sends and receives frames.
final class ClientSocket {
  private let descriptor: Int32
  private var decoder = ZMTPDecoder()
  private(set) var isOpen = true

  /// - Parameter type: `DEALER`, `SUB` or `REQ`; nil says nothing, for bytes that are not a greeting.
  init(port: Int, type: String?, identity: [UInt8] = []) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      close(descriptor)
      isOpen = false
      throw TestFailure("nobody listens on port \(port)")
    }
    guard let type else { return }
    write(ZMTP.greeting)
    write(ZMTP.ready([("Socket-Type", Array(type.utf8)), ("Identity", identity)]))
    // Greeting and READY of the other side.
    for _ in 0..<2 {
      guard try event() != nil else { throw TestFailure("the kernel does not say what it is") }
    }
  }

  deinit { hangUp() }

  func hangUp() {
    if isOpen { close(descriptor) }
    isOpen = false
  }

  /// Writes bytes as they are.
  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  func send(_ frames: [[UInt8]]) { write(ZMTP.message(frames)) }

  /// The next message; nil where none comes for so long, or the connection is closed.
  func receive(within seconds: Double = 60) throws -> [[UInt8]]? {
    while let event = try event(within: seconds) {
      if case .message(let frames) = event { return frames }
    }
    return nil
  }

  /// Whether the other side closes the connection.
  func isClosedByKernel(within seconds: Double = 60) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      do {
        guard try event(within: 1) == nil else { continue }
      } catch { return false }
      if !isOpen { return true }
    }
    return false
  }

  func event(within seconds: Double = 60) throws -> ZMTPDecoder.Event? {
    while true {
      if let event = try decoder.next() { return event }
      guard isOpen else { return nil }
      var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&place, 1, Int32(seconds * 1000)) > 0 else { return nil }
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(descriptor, &bytes, bytes.count, 0)
      guard count > 0 else {
        hangUp()
        return nil
      }
      decoder.feed(bytes[..<count])
    }
  }
}
