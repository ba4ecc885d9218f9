import Foundation
import MocoBase
import MocoTestSupport

#if canImport(Glibc)
  import Glibc
#endif

/// `moco lsp` in a process of its own, and what an editor says to it through named pipes: no other program that a test starts
/// at the same moment holds an end of them.
final class EditorClient {
  let process: ChildProcess
  private let folder: TemporaryFolder
  private var input: Int32
  private let output: Int32
  private var bytes: [UInt8] = []
  private var nextId = 1
  /// Notifications that came while an answer was waited for.
  private(set) var notifications: [Json] = []

  /// - Parameter starts: whether the server is initialized, with these capabilities of the client.
  init(starts: Bool = true, capabilities: Json = [:]) throws {
    folder = try TemporaryFolder()
    let (toServer, fromServer) = (folder.path + "/in", folder.path + "/out")
    guard mkfifo(toServer, 0o600) == 0, mkfifo(fromServer, 0o600) == 0 else {
      throw TestFailure("there are no named pipes")
    }
    // Both ends are there before the server opens its own, so that nobody waits.
    output = Glibc.open(fromServer, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    input = Glibc.open(toServer, O_RDWR | O_CLOEXEC)
    var variables = ProcessInfo.processInfo.environment
    variables["MOCO_STDLIB"] = Built.root + "/stdlib"
    signal(SIGPIPE, SIG_IGN)
    process = try ChildProcess(
      try Built.moco(), ["lsp", "--stdio"], environment: variables, input: toServer, output: fromServer)
    _ = fcntl(output, F_SETFL, 0)
    if starts {
      _ = try request("initialize", ["processId": .null, "rootUri": .null, "capabilities": capabilities])
      try notify("initialized", [:])
    }
  }

  deinit {
    process.signal(SIGKILL)
    process.wait()
    if input >= 0 { close(input) }
    close(output)
  }

  /// Sends bytes as they are.
  func send(_ raw: [UInt8]) throws {
    var sent = 0
    while sent < raw.count {
      let count = raw.withUnsafeBytes { write(input, $0.baseAddress?.advanced(by: sent), $0.count - sent) }
      guard count > 0 || errno == EINTR else { throw TestFailure("the server takes nothing") }
      sent += max(count, 0)
    }
  }

  func send(_ message: Json) throws {
    let content = Array(message.serialized().utf8)
    try send(Array("Content-Length: \(content.count)\r\n\r\n".utf8) + content)
  }

  func notify(_ method: String, _ params: Json) throws {
    try send(["jsonrpc": "2.0", "method": .string(method), "params": params])
  }

  /// Sends a request. - Returns: the whole answer.
  func ask(_ method: String, _ params: Json) throws -> Json {
    let id = nextId
    nextId += 1
    try send(["jsonrpc": "2.0", "id": .int(id), "method": .string(method), "params": params])
    return try answer(to: .int(id))
  }

  /// Sends a request. - Returns: its result.
  func request(_ method: String, _ params: Json) throws -> Json {
    let answer = try ask(method, params)
    guard let result = answer["result"] else { throw TestFailure("\(method): \(answer.serialized())") }
    return result
  }

  /// The answer to a request; notifications before it are kept.
  func answer(to id: Json) throws -> Json {
    while let message = try read() {
      if message["id"] == id, message["method"] == nil { return message }
      notifications.append(message)
    }
    throw TestFailure("the server has ended")
  }

  /// The diagnostics that come next for a file.
  func diagnostics(of address: String) throws -> Json {
    while true {
      if let place = notifications.firstIndex(where: {
        $0["method"] == "textDocument/publishDiagnostics" && $0["params"]?["uri"]?.stringValue == address
      }) {
        return notifications.remove(at: place)["params"] ?? .null
      }
      guard let message = try read() else { throw TestFailure("the server has ended") }
      notifications.append(message)
    }
  }

  /// The next message; nil at the end.
  func read() throws -> Json? {
    while true {
      if let gap = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        let header = String(decoding: bytes[..<gap.lowerBound], as: UTF8.self)
        guard let count = header.split(separator: " ").last.flatMap({ Int($0) }) else {
          throw TestFailure("header: \(header)")
        }
        if bytes.count >= gap.upperBound + count {
          let content = Array(bytes[gap.upperBound..<gap.upperBound + count])
          bytes.removeFirst(gap.upperBound + count)
          return try Json.parse(content)
        }
      }
      var more = [UInt8](repeating: 0, count: 1 << 16)
      let count = Glibc.read(output, &more, more.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return nil }
      bytes += more[..<count]
    }
  }

  /// - Parameter closing: whether its input ends first.
  /// - Returns: the exit status; a signal's number with a minus.
  func ended(closing: Bool = false) -> Int32 {
    if closing {
      close(input)
      input = -1
    }
    let ending = process.wait()
    return ending.bySignal ? -ending.status : ending.status
  }

  // MARK: Documents

  static let address = "file:///tmp/a%20b/program.moco"

  func open(_ text: String, _ address: String = EditorClient.address, version: Int = 1) throws {
    try notify(
      "textDocument/didOpen",
      [
        "textDocument": [
          "uri": .string(address), "languageId": "moco", "version": .int(version), "text": .string(text),
        ]
      ])
  }

  func change(_ changes: [Json], _ address: String = EditorClient.address, version: Int) throws {
    try notify(
      "textDocument/didChange",
      [
        "textDocument": ["uri": .string(address), "version": .int(version)],
        "contentChanges": .array(changes),
      ])
  }

  func ask(
    _ method: String, line: Int, _ character: Int, _ address: String = EditorClient.address
  ) throws -> Json {
    try request(
      "textDocument/" + method,
      [
        "textDocument": ["uri": .string(address)], "position": Json.at(line, character),
        "context": ["includeDeclaration": true],
      ])
  }
}

extension Json {
  static func at(_ line: Int, _ character: Int) -> Json {
    ["line": .int(line), "character": .int(character)]
  }
  static func range(_ line: Int, _ start: Int, _ endLine: Int, _ end: Int) -> Json {
    ["start": at(line, start), "end": at(endLine, end)]
  }
}
