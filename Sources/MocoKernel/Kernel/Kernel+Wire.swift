import MocoBase
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

// The work of the wire's thread, which must not wait.

extension Kernel: WireHandler {
  package func received(_ frames: [[UInt8]], on channel: Channel, from peer: Int) {
    let message: Message
    do {
      message = try Message(frames, writer.signer)
    } catch {
      return KernelLog.write("a message on \(channel.rawValue) was dropped: \(error.text)")
    }
    if channel == .stdin { return take(answer: message, from: peer) }
    // Some clients also send these to the shell; they must not wait for the cell that they refer to.
    switch message.type {
    case "interrupt_request":
      atOnce(message) {
        interrupt()
        send("interrupt_reply", ["status": "ok"], to: message, peer)
      }
    case "shutdown_request":
      atOnce(message) {
        let restart = message.content["restart"]?.boolValue ?? false
        send("shutdown_reply", ["status": "ok", "restart": .bool(restart)], to: message, peer)
      }
      // Pending messages are sent before the sockets are closed.
      end()
    default:
      guard channel == .control else { return enqueue(message, from: peer) }
      atOnce(message) {
        if message.type == "kernel_info_request" {
          send("kernel_info_reply", KernelInfo.reply, to: message, peer)
        }
      }
    }
  }

  private func atOnce(_ message: Message, _ work: () -> Void) {
    publishStatus("busy", parent: message.header)
    work()
    publishStatus("idle", parent: message.header)
  }

  private func enqueue(_ message: Message, from peer: Int) {
    monitor.locked {
      shared.queue.append(Request(message: message, peer: peer))
      monitor.signal()
    }
  }

  package var isFull: Bool { monitor.locked { shared.queue.count >= Kernel.mostRequests } }

  /// Tells a subscriber that it will miss nothing from now on, and the current state: it may have missed the end of
  /// a request on another connection. The first subscriber is told of the start.
  package func subscribed(_ peer: Int, to topic: [UInt8]) {
    monitor.locked {
      func send(_ type: String, _ content: Json) {
        wire.send(
          [topic] + writer.frames(type, parent: MessageWriter.noParent, content: content).frames, to: peer)
      }
      send("iopub_welcome", ["subscription": .string(String(decoding: topic, as: UTF8.self))])
      if !shared.saidStarting { send("status", ["execution_state": "starting"]) }
      shared.saidStarting = true
      if shared.state != "starting" { send("status", ["execution_state": .string(shared.state)]) }
    }
  }

  package func signalled(_ number: Int32) {
    if number == SIGINT { return interrupt() }
    if monitor.locked({ shared.endingSince != nil }) { _exit(128 + number) }
    KernelLog.write("stopping: received signal \(number)")
    end()
  }

  /// Stops the running cell and aborts waiting ones. If nothing runs, it has no effect: clients interrupt
  /// before they shut down.
  func interrupt() {
    monitor.locked {
      guard shared.isRunning else { return }
      shared.isInterrupted = true
      stopFlag.request()
      abortQueue()
      monitor.signal()
    }
  }

  /// Aborts the waiting cells; other requests are answered. Call it with the lock held.
  func abortQueue() {
    for index in shared.queue.indices where shared.queue[index].message.type == "execute_request" {
      shared.queue[index].isAborted = true
    }
  }

  /// Stops the running cell and ends the kernel.
  func end() {
    monitor.locked {
      if shared.endingSince == nil { shared.endingSince = ProcessClock.seconds }
      shared.isInterrupted = true
      stopFlag.request()
      monitor.signal()
    }
  }

  package func turn() -> Double {
    if parent.hasGone, monitor.locked({ shared.endingSince == nil }) {
      KernelLog.write("stopping: its parent process has ended")
      end()
    }
    return monitor.locked {
      let now = ProcessClock.seconds
      var pause = 1.0
      if let since = shared.endingSince {
        // Running code does not stop; clients do not wait any longer.
        if now - since > Kernel.mostEnding { _exit(0) }
        pause = Kernel.mostEnding - (now - since) + 0.001
      }
      if let since = shared.stream.since {
        let left = since + StreamBuffer.interval - now
        if left <= 0 { flushStream() } else { pause = min(pause, left) }
      }
      return pause
    }
  }

  /// An answer that is no longer expected is discarded.
  private func take(answer message: Message, from peer: Int) {
    guard message.type == "input_reply", let value = message.content["value"]?.stringValue else { return }
    monitor.locked {
      guard let question = shared.question, question.peer == peer, question.answer == nil,
        message.parentID == nil || message.parentID == question.id
      else { return }
      shared.question?.answer = value
      monitor.signal()
    }
  }
}

/// The parent process, if it has requested that this process end with it.
struct ParentWatch {
  private let first = getppid()
  private let named: Int32?

  init() {
    named = ProcessEnvironment.value("JPY_PARENT_PID").flatMap { Int32($0) }.flatMap { $0 > 1 ? $0 : nil }
  }

  /// An intermediate parent, a shell or a debugger, may end earlier.
  var hasGone: Bool {
    guard let named, getppid() != first else { return false }
    return named == first || (kill(named, 0) != 0 && errno == ESRCH)
  }
}
