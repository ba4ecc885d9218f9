// A kernel of Jupyter: a session behind five sockets. The wire's thread answers what must not wait for a cell
// (heartbeat, control, interrupts); everything else is queued for the main thread, which the session belongs to.

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
/// - Safety: the session is used by the thread that calls `run` alone, its stop flag by any; what both threads change is
///   guarded by the wire's monitor.
package final class Kernel: @unchecked Sendable {
  /// A request of the shell that waits for its turn.
  struct Request {
    var message: Message
    var peer: Int
    /// Whether an error or an interrupt before it has called it off.
    var isAborted = false
  }

  /// What both threads change.
  struct Shared {
    var queue: [Request] = []
    /// Whether a cell runs.
    var isRunning = false
    /// Whether the running cell was asked to stop.
    var isInterrupted = false
    /// When the kernel was asked to end; nil before.
    var endingSince: Double?
    /// Whether a cell has said `exit`: what waits is answered, and then the kernel ends.
    var endsWithQueue = false
    var stream = StreamBuffer()
    /// What was said last of the shell.
    var state = "starting"
    var saidStarting = false
    var question: Question?
  }

  /// A line of input that is waited for.
  struct Question {
    var peer: Int
    var id: String
    var answer: String?
  }

  /// Seconds from the request to end to the end, whatever runs.
  static let mostEnding = 0.9
  /// Requests that wait here; more wait in the system's buffers.
  static let mostRequests = 10_000

  let wire: Wire
  let writer: MessageWriter
  let session: Session
  let frontEnd: KernelFrontEnd
  let stopFlag: StopFlag
  var shared = Shared()
  let parent = ParentWatch()
  /// What inputs of this session have shown, for the history.
  var shownTexts = ShownTexts()

  /// Binds the ports of a connection file, and begins to serve them.
  ///
  /// - Throws: E0502 where a port cannot be had.
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

  /// Answers requests until it is asked to end.
  package func run() {
    // Clients do not count what comes of their first questions: without a word of its own they would show for ever that
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
      // There are no targets to open.
      publish(
        "comm_close", ["comm_id": content["comm_id"] ?? "", "data": [:]], parent: request.message.header)
    default: break
    }
  }

  // MARK: What is sent

  /// Answers a request of the shell.
  func reply(_ type: String, _ content: Json, to request: Request) {
    send(type, content, to: request.message, request.peer)
    wire.waitForRoom { self.monitor.locked { self.shared.endingSince != nil } }
  }

  /// Answers whoever has sent a message, on the channel that it came by.
  func send(_ type: String, _ content: Json, to message: Message, _ peer: Int) {
    monitor.locked {
      let made = writer.frames(type, parent: message.header, content: content)
      wire.send(message.route + made.frames, to: peer)
    }
  }

  /// Says what the shell does.
  private func say(_ state: String, parent: [UInt8]) {
    monitor.locked {
      shared.state = state
      publishStatus(state, parent: parent)
    }
  }

  func publishStatus(_ state: String, parent: [UInt8]) {
    publish("status", ["execution_state": .string(state)], parent: parent)
  }

  /// Publishes a message on iopub, behind what was streamed before.
  func publish(_ type: String, _ content: Json, parent: [UInt8]) {
    monitor.locked {
      flushStream()
      let made = writer.frames(type, parent: parent, content: content)
      wire.publish([Array("kernel.\(writer.session).\(type)".utf8)] + made.frames)
    }
  }

  /// Publishes what was streamed so far. To be called with the lock.
  func flushStream() {
    guard let content = shared.stream.take() else { return }
    publish("stream", content.json, parent: content.parent)
  }
}

/// Text that was streamed and not published yet.
struct StreamBuffer {
  /// Seconds that text waits for more.
  static let interval = 0.06
  /// Bytes that do not wait.
  static let most = 1 << 16

  private var name = ""
  private var text = ""
  private var parent: [UInt8] = []
  /// When its first text came; nil where it is empty.
  private(set) var since: Double?

  var isFull: Bool { text.utf8.count >= StreamBuffer.most }

  /// - Returns: whether it takes text of this stream for this request without being published first.
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

  /// What it holds, which leaves it; nil for nothing.
  mutating func take() -> (json: Json, parent: [UInt8])? {
    guard since != nil else { return nil }
    defer { self = StreamBuffer() }
    return (["name": .string(name), "text": .string(text)], parent)
  }
}
