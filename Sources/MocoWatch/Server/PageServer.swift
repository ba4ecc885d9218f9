// A server of HTTP/1.1 for the browsers of one machine: GET, POST, and Server-Sent Events.
//
// It uses no package, because it needs only a small part of HTTP: no encryption, no compression, no chunked
// bodies, no proxies. Existing servers depend on an event loop with some twenty packages, or on libcurl, and take
// several times as long to build as all of moco's own sockets. Events flow one way, which plain HTTP supports, so
// WebSockets are not needed.

import CProcess
import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// Serves a page and its changes on 127.0.0.1, on its own thread.
///
/// - Safety: state shared with other threads is guarded by the monitor; connections belong to the server's thread.
package final class PageServer: @unchecked Sendable {
  static let mostConnections = 64
  /// The timeout of a request, and of a reader, in seconds.
  static let patience = 10.0
  static let idle = 120.0
  /// Seconds between two keep-alive messages of a stream.
  static let heartbeat = 15.0

  /// The served site.
  package private(set) var site: WatchSite
  private let hub: PageHub
  private let monitor = Monitor()
  private let listener: Int32
  private var bell: (read: Int32, write: Int32) = (-1, -1)
  private var connections: [Connection] = []
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var isClosed = false
  private var hasEnded = false
  private var signalled: (Int32) -> Void = { _ in }
  private var turn: () -> Double = { 1 }

  /// Binds the port at once; without one, a free port.
  ///
  /// - Throws: E0502 if it is not available.
  package init(port: Int?, site: WatchSite, hub: PageHub) throws {
    self.hub = hub
    self.site = site
    listener = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard listener >= 0 else { throw Failure("E0502", "cannot create a socket: \(systemMessage(errno))") }
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(clamping: port ?? 0)).bigEndian
    place.sin_addr = in_addr(s_addr: in_addr_t(INADDR_LOOPBACK).bigEndian)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard isBound else {
      let reason = errno
      close(listener)
      throw Failure(
        "E0502", "port \(port ?? 0) of 127.0.0.1 cannot be used: \(systemMessage(reason))",
        help: reason == EADDRINUSE
          ? "remove --port to use a free one, or end the program that uses it"
          : "remove --port to use a free one")
    }
    self.site.port = Int(UInt16(bigEndian: place.sin_port))
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      close(listener)
      throw Failure("E0502", "cannot create a pipe: \(systemMessage(errno))")
    }
    for end in ends { Self.prepare(end) }
    bell = (ends[0], ends[1])
  }

  /// Begins to serve.
  ///
  /// - Parameters:
  ///   - signalled: called for signals that stop or end the process; nil does not handle signals.
  ///   - turn: called in each iteration of the thread; returns the seconds until the next one.
  /// - Throws: E0502 if no thread can be created.
  package func start(
    signalled: (@Sendable (Int32) -> Void)? = nil, turn: @escaping @Sendable () -> Double = { 1 }
  ) throws {
    self.turn = turn
    if let signalled {
      self.signalled = signalled
      cp_signals_ring(bell.write)
    }
    hub.onChange { [weak self] in self?.wake() }
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<PageServer>.fromOpaque(context).takeRetainedValue().serve() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard status == 0 else {
      Unmanaged.passUnretained(self).release()
      throw Failure("E0502", "cannot create a thread for the page: \(systemMessage(status))")
    }
    pthread_detach(thread)
  }

  /// Wakes the thread.
  package func wake() {
    var zero: UInt8 = 0
    // A full pipe wakes the thread too.
    _ = write(bell.write, &zero, 1)
  }

  /// Closes everything.
  package func stop() {
    monitor.locked { isClosed = true }
    wake()
    monitor.locked {
      while !hasEnded { monitor.wait(atMost: 0.1) }
    }
  }

  // MARK: The thread

  private func serve() {
    while !monitor.locked({ isClosed }) {
      let pause = turn()
      publish()
      var places = [bell.read, listener].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      places += connections.map {
        pollfd(fd: $0.descriptor, events: Int16($0.waiting > 0 ? POLLIN | POLLOUT : POLLIN), revents: 0)
      }
      let served = connections
      let timeout = Int32(max(0, min(pause, 1)) * 1000 + 0.999)
      guard poll(&places, nfds_t(places.count), timeout) >= 0 || errno == EINTR else { break }
      if places[0].revents != 0 { takeBell() }
      for (index, connection) in served.enumerated() where places[2 + index].revents != 0 {
        if places[2 + index].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
          if connection.receive(&buffer) { read(connection) } else { drop(connection) }
        }
      }
      if places[1].revents != 0 { accept() }
      for connection in connections where connection.waiting > 0 || connection.ends {
        if !connection.flush() { drop(connection) }
      }
      dropSilent()
    }
    for connection in connections { close(connection.descriptor) }
    connections = []
    close(listener)
    monitor.locked {
      hasEnded = true
      monitor.signal()
    }
  }

  /// Makes a descriptor non-blocking, and closes it in child processes.
  private static func prepare(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  private func takeBell() {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(bell.read, &bytes, bytes.count)
    guard count > 0 else { return }
    for byte in bytes[..<count] where byte != 0 { signalled(Int32(byte)) }
  }

  private func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      Self.prepare(descriptor)
      var yes: Int32 = 1
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
      let connection = Connection(descriptor)
      connections.append(connection)
      if connections.count > Self.mostConnections {
        refuse(connection, HTTPFault(status: 503, words: "too many pages are open"))
      }
    }
  }

  private func read(_ connection: Connection) {
    // No data is expected from a page that receives events, or that was rejected.
    if connection.isStream || connection.ends {
      connection.input = []
      return
    }
    do throws(HTTPFault) {
      while !connection.ends, !connection.isStream, let found = try HTTPRequest.read(connection.input) {
        connection.input.removeFirst(found.count)
        connection.began = connection.input.isEmpty ? nil : ProcessClock.seconds
        let answer = site.answer(found.request)
        connection.send(
          answer.bytes(keepsAlive: found.request.keepsAlive, withBody: found.request.method != "HEAD"))
        if answer.isStream {
          connection.isStream = true
          connection.send(Array("retry: 500\n\n".utf8))
        } else if !found.request.keepsAlive {
          connection.ends = true
        }
      }
    } catch { refuse(connection, error) }
  }

  private func refuse(_ connection: Connection, _ fault: HTTPFault) {
    connection.send(HTTPAnswer.words(fault.status, fault.words).bytes(keepsAlive: false))
    connection.ends = true
  }

  private func drop(_ connection: Connection) {
    close(connection.descriptor)
    connections.removeAll { $0 === connection }
  }

  /// Sends the changes to every page that has received all earlier ones.
  private func publish() {
    for connection in connections where connection.isStream && connection.waiting == 0 {
      guard let new = hub.changes(since: connection.seen) else { continue }
      connection.seen = new.revision
      connection.send(Array("data: \(new.text)\n\n".utf8))
      if !connection.flush() { drop(connection) }
    }
  }

  private func dropSilent() {
    let now = ProcessClock.seconds
    for connection in connections {
      let silence = now - connection.lastMove
      if connection.waiting > 0 || connection.ends {
        if silence > Self.patience { drop(connection) }
      } else if connection.isStream {
        if silence > Self.heartbeat { connection.send([58, 10, 10]) }
      } else if let began = connection.began {
        if now - began > Self.patience {
          refuse(connection, HTTPFault(status: 408, words: "the request is incomplete"))
        }
      } else if silence > Self.idle {
        drop(connection)
      }
    }
  }
}
