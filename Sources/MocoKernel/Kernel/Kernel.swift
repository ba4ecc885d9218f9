// A kernel of Jupyter: a session behind five sockets. The wire's thread answers requests that must not wait for a cell
// (heartbeat, control, interrupts); everything else is queued for the main thread, which owns the session.

import MocoBase
import MocoDocument
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// A session that Jupyter's clients talk to.
///
/// - Safety: the session is used only by the thread that calls `run`, its stop flag by any; state shared by both
///   threads is guarded by the wire's monitor.
package final class Kernel: @unchecked Sendable {
  /// A waiting request of the shell.
  struct Request {
    var message: Message
    var peer: Int
    /// Whether an earlier error or interrupt has aborted it.
    var isAborted = false
  }

  /// State shared by both threads.
  struct Shared {
    var queue: [Request] = []
    /// Whether a cell runs.
    var isRunning = false
    /// Whether the running cell was asked to stop.
    var isInterrupted = false
    /// The time of the request to end; nil before.
    var endingSince: Double?
    /// Whether a cell has called `exit`: waiting requests are answered, and then the kernel ends.
    var endsWithQueue = false
    var stream = StreamBuffer()
    /// The last published state of the shell.
    var state = "starting"
    var saidStarting = false
    var question: Question?
  }

  /// An expected line of input.
  struct Question {
    var peer: Int
    var id: String
    var answer: String?
  }

  /// Maximum seconds from the request to end to the end.
  static let mostEnding = 0.9
  /// The maximum of requests that wait here; more wait in the system's buffers.
  static let mostRequests = 10_000

  let wire: Wire
  let writer: MessageWriter
  let session: Session
  let frontEnd: KernelFrontEnd
  let stopFlag: StopFlag
  var shared = Shared()
  let parent = ParentWatch()
  /// The outputs of this session's inputs, for the history.
  var shownTexts = ShownTexts()

  /// Binds the ports of a connection file, and begins to serve them.
  ///
  /// - Throws: E0502 if a port is not available.
  package init(_ file: ConnectionFile, options: SessionOptions, takesSignals: Bool = true) throws {
    wire = try Wire(address: file.address, ports: file.ports)
    writer = MessageWriter(signer: Signer(key: file.key))
    frontEnd = KernelFrontEnd()
    var options = options
    options.commands = SessionCommand.allWithNotebooks
    session = Session(options: options, delegate: frontEnd)
    stopFlag = session.stopFlag
    frontEnd.kernel = self
    try wire.start(self, takesSignals: takesSignals)
  }

  var monitor: Monitor { wire.monitor }

  /// Answers requests until the end is requested.
  package func run() {
    // Clients ignore the replies to their first requests: without a separate message they would always show that
    // the kernel starts.
    say("idle", parent: MessageWriter.noParent)
    while let request = next() {
      say("busy", parent: request.message.header)
      if request.isAborted {
        reply("execute_reply", ["status": "aborted"], to: request)
      } else {
        answer(request)
      }
      say("idle", parent: request.message.header)
    }
    session.shutDown()
    wire.close(within: 0.6)
  }

  /// The next request; nil at the end.
  private func next() -> Request? {
    monitor.locked {
      shared.isRunning = false
      while shared.queue.isEmpty, shared.endingSince == nil, !shared.endsWithQueue { monitor.wait(atMost: 5) }
      if shared.queue.isEmpty, shared.endingSince == nil { shared.endingSince = ProcessClock.seconds }
      guard shared.endingSince == nil else { return nil }
      let wasFull = isFull
      var request = shared.queue.removeFirst()
      if shared.endsWithQueue { request.isAborted = request.message.type == "execute_request" }
      if wasFull { wire.wake() }
      shared.isRunning = request.message.type == "execute_request" && !request.isAborted
      shared.isInterrupted = false
      return request
    }
  }

  private func answer(_ request: Request) {
    let content = request.message.content
    switch request.message.type {
    case "execute_request": execute(request)
    case "kernel_info_request": reply("kernel_info_reply", KernelInfo.reply, to: request)
    case "complete_request": reply("complete_reply", complete(content), to: request)
    case "inspect_request": reply("inspect_reply", inspect(content), to: request)
    case "is_complete_request": reply("is_complete_reply", isComplete(content), to: request)
    case "history_request": reply("history_reply", history(content), to: request)
    case "comm_info_request": reply("comm_info_reply", ["status": "ok", "comms": [:]], to: request)
    case "comm_open":
      // No comm targets exist.
      publish(
        "comm_close", ["comm_id": content["comm_id"] ?? "", "data": [:]], parent: request.message.header)
    default: break
    }
  }

  // MARK: Sending

  /// Answers a request of the shell.
  func reply(_ type: String, _ content: Json, to request: Request) {
    send(type, content, to: request.message, request.peer)
    wire.waitForRoom { self.monitor.locked { self.shared.endingSince != nil } }
  }

  /// Answers the sender of a message, on the channel of the message.
  func send(_ type: String, _ content: Json, to message: Message, _ peer: Int) {
    monitor.locked {
      let made = writer.frames(type, parent: message.header, content: content)
      wire.send(message.route + made.frames, to: peer)
    }
  }

  /// Publishes the state of the shell.
  private func say(_ state: String, parent: [UInt8]) {
    monitor.locked {
      shared.state = state
      publishStatus(state, parent: parent)
    }
  }

  func publishStatus(_ state: String, parent: [UInt8]) {
    publish("status", ["execution_state": .string(state)], parent: parent)
  }

  /// Publishes a message on iopub, after earlier streamed text.
  func publish(_ type: String, _ content: Json, parent: [UInt8]) {
    monitor.locked {
      flushStream()
      let made = writer.frames(type, parent: parent, content: content)
      wire.publish([Array("kernel.\(writer.session).\(type)".utf8)] + made.frames)
    }
  }

  /// Publishes the streamed text. Call it with the lock held.
  func flushStream() {
    guard let content = shared.stream.take() else { return }
    publish("stream", content.json, parent: content.parent)
  }
}

/// Streamed text that is not yet published.
struct StreamBuffer {
  /// Seconds that text waits for more.
  static let interval = 0.06
  /// The number of bytes that is published at once.
  static let most = 1 << 16

  private var name = ""
  private var text = ""
  private var parent: [UInt8] = []
  /// The time of its first text; nil if it is empty.
  private(set) var since: Double?

  var isFull: Bool { text.utf8.count >= StreamBuffer.most }

  /// - Returns: whether text of this stream for this request can be added without publishing first.
  func takes(_ name: String, _ parent: [UInt8]) -> Bool {
    since == nil || (self.name == name && self.parent == parent)
  }

  mutating func add(_ text: String, name: String, parent: [UInt8]) {
    if since == nil {
      since = ProcessClock.seconds
      self.name = name
      self.parent = parent
    }
    self.text += text
  }

  /// Removes and returns its text; nil if empty.
  mutating func take() -> (json: Json, parent: [UInt8])? {
    guard since != nil else { return nil }
    defer { self = StreamBuffer() }
    return (["name": .string(name), "text": .string(text)], parent)
  }
}
