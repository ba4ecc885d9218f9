import Foundation
import MocoBase
import MocoKernel
import MocoTestSupport

/// A message that came from a kernel.
struct Received {
  /// What stands before the delimiter.
  var route: [[UInt8]]
  var signature: [UInt8]
  /// Header, parent, metadata and content as they came.
  var parts: [[UInt8]]
  var header: Json
  var parent: Json
  var content: Json

  var type: String { header["msg_type"]?.stringValue ?? "" }
  var parentID: String? { parent["msg_id"]?.stringValue }
  var state: String? { type == "status" ? content["execution_state"]?.stringValue : nil }

  init(_ frames: [[UInt8]]) throws {
    guard let place = frames.firstIndex(of: Message.delimiter), frames.count >= place + 6 else {
      throw TestFailure("these frames are not message: \(frames.map { String(decoding: $0, as: UTF8.self) })")
    }
    route = Array(frames[..<place])
    signature = frames[place + 1]
    parts = Array(frames[(place + 2)..<(place + 6)])
    header = try Json.parse(parts[0])
    parent = try Json.parse(parts[1])
    content = try Json.parse(parts[3])
  }
}

/// A client of a kernel, with a connection to each of its sockets.
final class Client {
  let shell, control, stdin, iopub, heartbeat: ClientSocket
  /// What a message is signed with.
  let signer: Signer
  let session = UUID().uuidString
  /// The first messages on iopub, before anything was asked.
  private(set) var greetings: [Received] = []
  private var count = 0

  init(ports: [Channel: Int], key: String) throws {
    signer = Signer(key: Array(key.utf8))
    let identity = Array(session.utf8)
    func open(_ channel: Channel, _ type: String) throws -> ClientSocket {
      try ClientSocket(port: ports[channel] ?? 0, type: type, identity: identity)
    }
    iopub = try open(.iopub, "SUB")
    iopub.send([[1]])
    stdin = try open(.stdin, "DEALER")
    shell = try open(.shell, "DEALER")
    control = try open(.control, "DEALER")
    heartbeat = try open(.heartbeat, "REQ")
    while greetings.last?.state == nil || greetings.last?.state == "starting" {
      guard let message = try published() else { throw TestFailure("the kernel does not say welcome") }
      greetings.append(message)
    }
  }

  // MARK: Sending

  /// The frames of a request.
  func frames(
    _ type: String, _ content: Json, id: String, extra: [(String, Json)] = [], parent: Json = [:]
  ) -> [[UInt8]] {
    let header = JsonObject(
      [
        ("msg_id", .string(id)), ("session", .string(session)), ("username", "tester"),
        ("date", "2025-01-31T12:00:00.000000Z"), ("msg_type", .string(type)), ("version", "5.3"),
      ] + extra)
    let parts = [Json.object(header), parent, [:], content].map { Array($0.serialized().utf8) }
    return [Message.delimiter, signer.signature(parts)] + parts
  }

  func newID() -> String {
    count += 1
    return "\(session)-\(count)"
  }

  /// Sends a request. - Returns: its id.
  @discardableResult
  func send(_ type: String, _ content: Json = [:], on socket: ClientSocket? = nil) -> String {
    let id = newID()
    (socket ?? shell).send(frames(type, content, id: id))
    return id
  }

  /// Sends a cell. - Returns: the id of the request.
  @discardableResult
  func sendCell(_ code: String, _ options: [(String, Json)] = []) -> String {
    send("execute_request", .object(JsonObject([("code", .string(code))] + options)))
  }

  // MARK: Receiving

  /// The next message on iopub.
  func published() throws -> Received? { try iopub.receive().map { try Received(Array($0.dropFirst())) } }

  func reply(on socket: ClientSocket? = nil) throws -> Received {
    guard let frames = try (socket ?? shell).receive() else { throw TestFailure("no reply came") }
    return try Received(frames)
  }

  /// What is published until a request is done.
  func published(until id: String) throws -> [Received] {
    var messages: [Received] = []
    while let message = try published() {
      messages.append(message)
      if message.state == "idle", message.parentID == id { return messages }
    }
    throw TestFailure(
      "iopub says no idle for \(id); it said \(messages.count) messages, at last \(messages.suffix(8).map(\.type))"
    )
  }

  /// Waits for a file that a cell writes.
  func wait(for path: String) throws {
    for _ in 0..<6000 {
      if FileManager.default.fileExists(atPath: path) { return }
      usleep(10_000)
    }
    throw TestFailure("nothing has written \(path)")
  }

  // MARK: Both

  /// A request with all that came of it.
  struct Exchange {
    var id: String
    var reply: Received
    /// From busy to idle.
    var published: [Received]

    var content: Json { reply.content }
    var status: String { reply.content["status"]?.stringValue ?? "" }
    var count: Int? { reply.content["execution_count"]?.intValue }
    /// Published messages of a type.
    func of(_ type: String) -> [Received] { published.filter { $0.type == type } }
    /// What was streamed.
    func text(_ name: String) -> String {
      of("stream").filter { $0.content["name"]?.stringValue == name }
        .map { $0.content["text"]?.stringValue ?? "" }.joined()
    }
    /// The value as text.
    var result: String? { of("execute_result").first?.content["data"]?["text/plain"]?.stringValue }
  }

  @discardableResult
  func ask(_ type: String, _ content: Json = [:], on socket: ClientSocket? = nil) throws -> Exchange {
    let id = send(type, content, on: socket)
    let published = try published(until: id)
    return Exchange(id: id, reply: try reply(on: socket), published: published)
  }

  @discardableResult
  func run(_ code: String, _ options: [(String, Json)] = []) throws -> Exchange {
    let id = sendCell(code, options)
    // First what is published: a kernel goes no faster than it is read.
    let published = try published(until: id)
    return Exchange(id: id, reply: try reply(), published: published)
  }
}
