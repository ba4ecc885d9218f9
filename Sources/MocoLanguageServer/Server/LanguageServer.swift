// A language server: an editor's questions about programs, answered by what `moco check`, `moco fmt`, completion and help
// say. Programs are read and never run.
//
//   let server = LanguageServer { message in … }
//   server.receive(content)

import MocoBase
import MocoLang
import MocoRuntime
import MocoSession

/// The server of one client. It is used by one thread.
package final class LanguageServer {
  private enum State {
    case new, running, shutDown
  }

  /// A message that was not looked at yet.
  private enum Waiting {
    case message(Json)
    case fault(ResponseError)
  }

  /// The status to end the process with; nil while it goes on.
  package private(set) var exitStatus: Int32?
  let session: Session
  var files: [String: OpenFile] = [:]
  private(set) var client = ClientAbilities()
  private var state = State.new
  private var queue: [Waiting] = []
  private var cancelled: Set<String> = []
  private let send: (Json) -> Void
  private(set) lazy var context: CheckContext = {
    var context = CheckContext(session.interpreter)
    context.moduleNames = session.runtime.moduleNames
    return context
  }()

  /// - Parameter send: takes each message to the client.
  package init(send: @escaping (Json) -> Void) {
    self.send = send
    var options = SessionOptions()
    options.isInteractive = false
    options.commands = []
    session = Session(options: options, delegate: SilentFrontEnd())
  }

  // MARK: - Messages

  /// Takes the content of a message; it is looked at by `work`.
  package func receive(_ item: MessageReader.Item) {
    switch item {
    case .fault(let fault): queue.append(.fault(ResponseError(code: .parseError, message: fault)))
    case .content(let bytes):
      do {
        let message = try Json.parse(bytes, name: "the message")
        if message["method"]?.stringValue == "$/cancelRequest", let id = message["params"]?["id"] {
          cancel(id)
        } else {
          queue.append(.message(message))
        }
      } catch {
        let text = (error as? Failure)?.message ?? "the message cannot be read"
        queue.append(.fault(ResponseError(code: .parseError, message: text)))
      }
    }
  }

  /// A request that waits is not answered with a result any more.
  private func cancel(_ id: Json) {
    let isWaiting = queue.contains { waiting in
      if case .message(let message) = waiting {
        message["id"] == id && message["method"] != nil
      } else {
        false
      }
    }
    if isWaiting { cancelled.insert(id.serialized()) }
  }

  /// Whether nothing waits.
  package var isIdle: Bool { queue.isEmpty }

  /// Looks at the message that has waited longest. When none is left, the diagnostics of changed files are told.
  package func work() {
    guard exitStatus == nil else { return queue.removeAll() }
    if !queue.isEmpty {
      switch queue.removeFirst() {
      case .fault(let fault): send(Message.response(.null, fault))
      case .message(let message): handle(message)
      }
    }
    if queue.isEmpty, exitStatus == nil { tellDiagnostics() }
  }

  /// The client is gone without a word.
  package func inputEnded() {
    if exitStatus == nil { exitStatus = state == .shutDown ? 0 : 1 }
  }

  private func handle(_ message: Json) {
    guard message["jsonrpc"] == "2.0", case .object = message else {
      return send(
        Message.response(
          .null,
          ResponseError(code: .invalidRequest, message: "a message is one object with \"jsonrpc\": \"2.0\"")))
    }
    guard let method = message["method"] else {
      // An answer to a question: this server asks none.
      if message["result"] != nil || message["error"] != nil { return }
      return send(
        Message.response(
          message["id"] ?? .null, ResponseError(code: .invalidRequest, message: "the message has no method")))
    }
    guard let id = message["id"] else {
      if let name = method.stringValue { notify(name, message["params"] ?? .null) }
      return
    }
    guard id.stringValue != nil || id.intValue != nil else {
      return send(
        Message.response(
          .null, ResponseError(code: .invalidRequest, message: "the id of a request is a number or a string"))
      )
    }
    guard let name = method.stringValue else {
      return send(
        Message.response(id, ResponseError(code: .invalidRequest, message: "the method is not a string")))
    }
    if cancelled.remove(id.serialized()) != nil {
      return send(
        Message.response(id, ResponseError(code: .requestCancelled, message: "the request was cancelled")))
    }
    do {
      send(Message.response(id, try answer(name, message["params"] ?? .null)))
    } catch {
      send(Message.response(id, error))
    }
  }

  // MARK: - Requests

  private func answer(_ method: String, _ params: Json) throws(ResponseError) -> Json {
    switch state {
    case .new:
      guard method == "initialize" else {
        throw ResponseError(code: .serverNotInitialized, message: "send initialize first")
      }
      return initialize(params)
    case .shutDown: throw ResponseError(code: .invalidRequest, message: "the server was shut down; send exit")
    case .running: break
    }
    switch method {
    case "initialize":
      throw ResponseError(code: .invalidRequest, message: "the server is initialized already")
    case "shutdown":
      state = .shutDown
      return .null
    case "textDocument/completion": return try completion(params)
    case "textDocument/hover": return try hover(params)
    case "textDocument/signatureHelp": return try signatureHelp(params)
    case "textDocument/documentSymbol": return try symbols(params)
    case "textDocument/formatting": return try formatting(params)
    case "textDocument/definition": return try definition(params)
    case "textDocument/references": return try references(params)
    case "textDocument/documentHighlight": return try highlights(params)
    case "textDocument/foldingRange": return try folding(params)
    case "textDocument/semanticTokens/full": return try semanticTokens(params)
    default: throw ResponseError(code: .methodNotFound, message: "this server has no \(method)")
    }
  }

  private func initialize(_ params: Json) -> Json {
    client = ClientAbilities(params["capabilities"] ?? .null)
    state = .running
    return [
      "capabilities": [
        "positionEncoding": .string(client.encoding.rawValue),
        "textDocumentSync": ["openClose": true, "change": 2, "save": true],
        "completionProvider": ["triggerCharacters": [".", "\"", "/", "("]],
        "hoverProvider": true, "signatureHelpProvider": ["triggerCharacters": ["(", ","]],
        "documentSymbolProvider": true, "documentFormattingProvider": true, "definitionProvider": true,
        "referencesProvider": true, "documentHighlightProvider": true, "foldingRangeProvider": true,
        "semanticTokensProvider": [
          "legend": [
            "tokenTypes": .array(SemanticKind.allCases.map { .string($0.rawValue) }), "tokenModifiers": [],
          ], "full": true,
        ],
      ], "serverInfo": ["name": "moco", "version": .string(Moco.version)],
    ]
  }

  /// The open file that a request is about; nil where it is one that this server leaves alone, such as a cell of a notebook.
  ///
  /// - Throws: InvalidParams where it is not open.
  func file(_ params: Json) throws(ResponseError) -> OpenFile? {
    guard let address = params["textDocument"]?["uri"]?.stringValue else {
      throw .params("textDocument.uri is missing")
    }
    if let file = files[address] { return file }
    guard others.contains(address) else { throw .params("\(address) is not open") }
    return nil
  }

  // MARK: - Notifications

  /// Files that are open and not programs of moco.
  private var others: Set<String> = []

  private func notify(_ method: String, _ params: Json) {
    if method == "exit" {
      exitStatus = state == .shutDown ? 0 : 1
      return
    }
    guard state == .running else { return }
    switch method {
    case "textDocument/didOpen": opened(params["textDocument"] ?? .null)
    case "textDocument/didChange": changed(params)
    case "textDocument/didClose": closed(params["textDocument"]?["uri"]?.stringValue)
    // A module that others use may have been written.
    case "textDocument/didSave", "workspace/didChangeWatchedFiles": for file in files.values { file.forget() }
    // `initialized`, those that begin with `$/`, and what a newer client may say.
    default: break
    }
  }

  private func opened(_ item: Json) {
    guard let address = item["uri"]?.stringValue, let text = item["text"]?.stringValue else {
      return log("textDocument/didOpen has no uri or no text")
    }
    // A cell of a notebook sees the cells above it, which only the kernel knows.
    let isCell = address.hasPrefix("vscode-notebook-cell:")
    let path = address.prefix { $0 != "?" && $0 != "#" }
    guard !isCell, item["languageId"]?.stringValue == "moco" || path.hasSuffix(".moco") else {
      others.insert(address)
      return
    }
    files[address] = OpenFile(
      address: address, text: text, version: item["version"]?.intValue, encoding: client.encoding)
  }

  private func changed(_ params: Json) {
    guard let address = params["textDocument"]?["uri"]?.stringValue else {
      return log("textDocument/didChange has no uri")
    }
    guard let file = files[address] else {
      if !others.contains(address) { log("\(address) was changed and is not open") }
      return
    }
    for change in params["contentChanges"]?.arrayValue ?? [] {
      guard let text = change["text"]?.stringValue else {
        log("a change of \(address) has no text")
        continue
      }
      guard let range = change["range"], !range.isNull else {
        file.replaceAll(text)
        continue
      }
      do {
        file.replace(try Position(range["start"]), try Position(range["end"]), with: text)
      } catch {
        log("a change of \(address) was left out: \(error.message)")
      }
    }
    file.changed(to: params["textDocument"]?["version"]?.intValue)
  }

  private func closed(_ address: String?) {
    guard let address else { return log("textDocument/didClose has no uri") }
    others.remove(address)
    guard files.removeValue(forKey: address) != nil else { return }
    tell("textDocument/publishDiagnostics", ["uri": .string(address), "diagnostics": []])
  }

  /// Says something that the client writes into its log.
  func log(_ text: String) { tell("window/logMessage", ["type": 2, "message": .string(text)]) }

  func tell(_ method: String, _ params: Json) { send(Message.notification(method, params)) }

  private func tellDiagnostics() {
    for (address, file) in files.sorted(by: { $0.key < $1.key }) where file.isDirty {
      file.isDirty = false
      var params = JsonObject([("uri", .string(address))])
      if let version = file.version, client.takesVersions { params["version"] = .int(version) }
      params["diagnostics"] = .array(diagnostics(of: file))
      tell("textDocument/publishDiagnostics", .object(params))
    }
  }
}
