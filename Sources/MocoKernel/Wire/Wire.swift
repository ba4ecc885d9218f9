import CProcess
import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// Receives the events of the wire, on the wire's own thread, which must not wait.
package protocol WireHandler: AnyObject, Sendable {
  func received(_ frames: [[UInt8]], on channel: Channel, from peer: Int)
  /// A peer has subscribed to a topic.
  func subscribed(_ peer: Int, to topic: [UInt8])
  func signalled(_ number: Int32)
  /// Called in each iteration of the thread. - Returns: the seconds until the next one.
  func turn() -> Double
  /// Whether requests of the shell should wait in the system's buffers.
  var isFull: Bool { get }
}

/// The sockets of a kernel and their peers, served by one thread.
///
/// Messages are sent at once if the system accepts them, else queued. A sender that calls `waitForRoom`
/// is no faster than the slowest peer, so that nothing is lost. A peer that reads nothing for `patience` seconds
/// while a sender waits for it is dropped.
///
/// - Safety: mutable state is guarded by the monitor, and only the wire's thread closes the descriptors it reads from.
package final class Wire: @unchecked Sendable {
  /// The unread bytes of a peer beyond which senders wait for it.
  package static let room = 1 << 20
  static let mostPeers = 256
  /// The timeout of the handshake in seconds.
  static let handshake = 30.0

  /// The timeout in seconds of a peer that reads nothing while a sender waits for it.
  package var patience = 30.0
  let monitor = Monitor()
  private weak var handler: (any WireHandler)?
  private var listeners: [(descriptor: Int32, channel: Channel)] = []
  private var peers: [Int: Peer] = [:]
  private var lastNumber = 0
  /// Written to wake the thread: 0, or the number of a signal.
  private var bell: (read: Int32, write: Int32) = (-1, -1)
  private var thread: pthread_t?
  private var isClosed = false
  private var hasEnded = false
  private var turnsWanted = 0
  private var turnsDone = 0
  private var inputBuffer = [UInt8](repeating: 0, count: 1 << 16)
  private var acceptsAgain = 0.0

  /// Binds every port.
  ///
  /// - Throws: E0502 if one is not available.
  package init(address: String, ports: [Channel: Int]) throws {
    do {
      for channel in Channel.allCases {
        guard let port = ports[channel] else { continue }
        listeners.append((try Listener.open(address, port: port, channel), channel))
      }
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else {
        throw Failure("E0502", "cannot create a pipe: \(systemMessage(errno))")
      }
      for end in ends { Listener.prepare(end) }
      bell = (ends[0], ends[1])
    } catch {
      for listener in listeners { Glibc.close(listener.descriptor) }
      throw error
    }
  }

  // MARK: The thread

  /// Begins to serve. From now on signals that stop or end the process are passed to the handler.
  ///
  /// - Throws: E0502 if no thread can be created.
  package func start(_ handler: any WireHandler, takesSignals: Bool = true) throws {
    self.handler = handler
    if takesSignals { cp_signals_ring(bell.write) }
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Wire>.fromOpaque(context).takeRetainedValue().serve() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard status == 0 else {
      Unmanaged.passUnretained(self).release()
      throw Failure("E0502", "cannot create a thread for the sockets: \(systemMessage(status))")
    }
    pthread_detach(thread)
  }

  /// Wakes the thread.
  func wake() {
    var zero: UInt8 = 0
    // A full pipe wakes the thread too.
    _ = write(bell.write, &zero, 1)
  }

  private func serve() {
    monitor.locked { thread = pthread_self() }
    while true {
      let pause = handler?.turn() ?? 1
      let (turn, isWaitedFor, watched) = monitor.locked {
        (turnsWanted, turnsWanted > turnsDone, isClosed ? nil : self.watched())
      }
      guard var places = watched?.places, let order = watched?.peers else { break }
      let timeout = isWaitedFor ? 0 : Int32(max(0, min(pause, 1)) * 1000 + 0.999)
      guard poll(&places, nfds_t(places.count), timeout) >= 0 || errno == EINTR else { break }
      if places[0].revents != 0 { takeBell() }
      for (index, listener) in listeners.enumerated() where places[1 + index].revents != 0 {
        accept(listener.descriptor, listener.channel)
      }
      for (index, peer) in order.enumerated() {
        let events = places[1 + listeners.count + index].revents
        if events != 0 { serve(peer, Int32(events)) }
      }
      monitor.locked {
        turnsDone = turn
        removeDropped()
        monitor.signal()
      }
    }
    monitor.locked {
      for peer in peers.values { Glibc.close(peer.descriptor) }
      peers = [:]
      for listener in listeners { Glibc.close(listener.descriptor) }
      hasEnded = true
      monitor.signal()
    }
  }

  /// The polled descriptors, in an order that is fixed for the iteration.
  private func watched() -> (places: [pollfd], peers: [Peer]) {
    var places = [pollfd(fd: bell.read, events: Int16(POLLIN), revents: 0)]
    let accepts = ProcessClock.seconds >= acceptsAgain
    for listener in listeners {
      places.append(pollfd(fd: accepts ? listener.descriptor : -1, events: Int16(POLLIN), revents: 0))
    }
    let order = Array(peers.values)
    let isFull = handler?.isFull ?? false
    for peer in order {
      let reads = !(isFull && peer.channel == .shell)
      let events = (reads ? POLLIN : 0) | (peer.waiting > 0 ? POLLOUT : 0)
      places.append(pollfd(fd: peer.descriptor, events: Int16(events), revents: 0))
    }
    return (places, order)
  }

  private func takeBell() {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(bell.read, &bytes, bytes.count)
    guard count > 0 else { return }
    for byte in bytes[..<count] where byte != 0 { handler?.signalled(Int32(byte)) }
  }

  private func accept(_ listener: Int32, _ channel: Channel) {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else {
      // Without an available descriptor, accepting would be retried in a busy loop.
      if errno == EMFILE || errno == ENFILE { acceptsAgain = ProcessClock.seconds + 0.5 }
      return
    }
    Listener.prepare(descriptor)
    Listener.setUp(connection: descriptor)
    monitor.locked {
      guard peers.count < Wire.mostPeers else {
        KernelLog.write(
          "more than \(Wire.mostPeers) connections: another one to \(channel.rawValue) was rejected")
        Glibc.close(descriptor)
        return
      }
      lastNumber += 1
      let peer = Peer(number: lastNumber, channel: channel, descriptor: descriptor)
      peers[lastNumber] = peer
      send(ZMTP.greeting, to: peer)
    }
  }

  private func removeDropped() {
    let now = ProcessClock.seconds
    for peer in peers.values {
      if !peer.isReady, now - peer.began > Wire.handshake { drop(peer, "did not complete the handshake") }
      guard peer.isDropped else { continue }
      Glibc.close(peer.descriptor)
      peers[peer.number] = nil
    }
  }

  private func serve(_ peer: Peer, _ events: Int32) {
    if events & POLLOUT != 0 { monitor.locked { flush(peer) } }
    guard events & (POLLIN | POLLHUP | POLLERR) != 0 else { return }
    // At most a few pieces, so that no peer blocks the others.
    for _ in 0..<8 {
      guard !monitor.locked({ peer.isDropped }) else { return }
      let count = recv(peer.descriptor, &inputBuffer, inputBuffer.count, Int32(MSG_DONTWAIT))
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return }
      guard count > 0 else { return monitor.locked { peer.isDropped = true } }
      peer.decoder.feed(inputBuffer[..<count])
      do {
        while let event = try peer.decoder.next() { handle(event, peer) }
      } catch {
        return monitor.locked { drop(peer, error.text) }
      }
      if count < inputBuffer.count { return }
    }
  }

  // MARK: Receiving

  private func handle(_ event: ZMTPDecoder.Event, _ peer: Peer) {
    switch event {
    case .greeting:
      let properties: [(String, [UInt8])] = [
        ("Socket-Type", Array(peer.channel.socketType.utf8)), ("Identity", []),
      ]
      monitor.locked { send(ZMTP.ready(properties), to: peer) }
    case .command(let name, let body): command(name, body, peer)
    case .message(let frames):
      guard peer.isReady else {
        return monitor.locked { drop(peer, "sent a message before the handshake was complete") }
      }
      switch peer.channel {
      case .heartbeat: monitor.locked { send(ZMTP.message(frames), to: peer) }
      case .iopub:
        guard let first = frames.first, let sign = first.first, sign < 2 else { return }
        subscribe(peer, Array(first.dropFirst()), sign == 1)
      case .shell, .control, .stdin: handler?.received(frames, on: peer.channel, from: peer.number)
      }
    }
  }

  private func command(_ name: String, _ body: [UInt8], _ peer: Peer) {
    switch name {
    case "READY":
      monitor.locked {
        guard let properties = ZMTPDecoder.properties(body) else {
          return drop(peer, "sent a truncated READY")
        }
        let type = String(decoding: properties["socket-type"] ?? [], as: UTF8.self)
        guard peer.channel.partners.contains(type) else {
          let reason = "a socket of type \(type) cannot connect to this one"
          send(ZMTP.command("ERROR", [UInt8(reason.utf8.count)] + reason.utf8), to: peer)
          return drop(peer, "is a socket of \(type.isEmpty ? "no type" : "type " + TerminalText.safe(type))")
        }
        peer.identity = properties["identity"] ?? []
        peer.isReady = true
      }
    case "SUBSCRIBE": if peer.channel == .iopub { subscribe(peer, body, true) }
    case "CANCEL": if peer.channel == .iopub { subscribe(peer, body, false) }
    case "PING": monitor.locked { send(ZMTP.command("PONG", Array(body.dropFirst(2).prefix(16))), to: peer) }
    case "ERROR":
      monitor.locked {
        drop(peer, "sent an error: \(TerminalText.safe(String(decoding: body.dropFirst(), as: UTF8.self)))")
      }
    default: break
    }
  }

  private func subscribe(_ peer: Peer, _ topic: [UInt8], _ wants: Bool) {
    if wants {
      monitor.locked {
        guard peer.subscriptions.count < Peer.mostSubscriptions else {
          return drop(peer, "has more than \(Peer.mostSubscriptions) subscriptions")
        }
        peer.subscriptions.append(topic)
      }
      handler?.subscribed(peer.number, to: topic)
    } else {
      monitor.locked {
        if let place = peer.subscriptions.firstIndex(of: topic) { peer.subscriptions.remove(at: place) }
      }
    }
  }

  /// Call it with the lock held.
  private func drop(_ peer: Peer, _ reason: String) {
    guard !peer.isDropped else { return }
    peer.isDropped = true
    KernelLog.write("a peer on \(peer.channel.rawValue) \(reason): its connection is closed")
    wake()
  }

  // MARK: Sending

  /// Call it with the lock held.
  private func send(_ bytes: [UInt8], to peer: Peer) {
    let wasWaiting = peer.waiting > 0
    peer.add(bytes)
    // The thread sends queued messages in order.
    if !wasWaiting { flush(peer) }
  }

  private func flush(_ peer: Peer) {
    guard !peer.isDropped else { return }
    let waited = peer.waiting
    if !peer.flush() {
      peer.isDropped = true
      wake()
    } else if peer.waiting > 0 {
      wakeUnlessServing()
    }
    if peer.waiting < waited { monitor.signal() }
  }

  /// The thread itself checks for waiting senders before its next iteration.
  private func wakeUnlessServing() {
    if let thread, pthread_equal(thread, pthread_self()) == 0 { wake() }
  }

  /// Sends a message to one peer; nothing if it is gone.
  package func send(_ frames: [[UInt8]], to number: Int) {
    let bytes = ZMTP.message(frames)
    monitor.locked { if let peer = peers[number] { send(bytes, to: peer) } }
  }

  /// Sends a message to all peers that have subscribed to its topic.
  package func publish(_ frames: [[UInt8]]) {
    guard let topic = frames.first else { return }
    let bytes = ZMTP.message(frames)
    monitor.locked {
      for peer in peers.values where peer.channel == .iopub && peer.subscribes(to: topic) {
        send(bytes, to: peer)
      }
    }
  }

  /// The stdin connection of the peer with another channel; nil if there is none.
  package func stdin(of number: Int) -> Int? {
    monitor.locked {
      guard let peer = peers[number] else { return nil }
      let candidates = peers.values.filter { $0.channel == .stdin && $0.isReady && !$0.isDropped }
      if !peer.identity.isEmpty { return candidates.first { $0.identity == peer.identity }?.number }
      return candidates.count == 1 ? candidates.first?.number : nil
    }
  }

  /// Whether a peer is connected.
  package func isConnected(_ number: Int) -> Bool {
    monitor.locked { peers[number].map { !$0.isDropped } ?? false }
  }

  /// The number of connected peers.
  package var peerCount: Int { monitor.locked { peers.count } }

  /// Waits until every peer has room. Not for the wire's own thread.
  ///
  /// - Parameter gives: returns whether to end the wait.
  package func waitForRoom(unless gives: () -> Bool = { false }) {
    let began = ProcessClock.seconds
    monitor.locked {
      while !isClosed, !gives(),
        let slow = peers.values.first(where: { $0.waiting > Wire.room && !$0.isDropped })
      {
        if ProcessClock.seconds - max(began, slow.lastProgress) > patience {
          drop(slow, "has read nothing for \(Int(patience)) s")
        } else {
          monitor.wait(atMost: 0.05)
        }
      }
    }
  }

  /// Waits until all data that has already arrived at the sockets was received.
  package func settle() {
    monitor.locked {
      turnsWanted += 1
      let wanted = turnsWanted
      wake()
      while turnsDone < wanted, !isClosed, !hasEnded { monitor.wait(atMost: 0.1) }
    }
  }

  /// Sends queued messages, for at most this many seconds, and ends.
  package func close(within seconds: Double) {
    let end = ProcessClock.seconds + seconds
    monitor.locked {
      while !hasEnded, peers.values.contains(where: { $0.waiting > 0 && !$0.isDropped }),
        ProcessClock.seconds < end
      {
        monitor.wait(atMost: 0.02)
      }
      // Unread received data would make the system discard sent data.
      for peer in peers.values where !peer.isDropped { shutdown(peer.descriptor, Int32(SHUT_WR)) }
    }
    settle()
    monitor.locked {
      isClosed = true
      wake()
      let end = ProcessClock.seconds + 1
      while !hasEnded, ProcessClock.seconds < end { monitor.wait(atMost: 0.05) }
    }
  }
}
